"""JSON Schema, for engines that know nothing else: an object with the code in one field.

No schema says what a context-free grammar says: a schema's ``pattern`` is a regular expression, and most engines that
decode under a schema leave even that out. What is inside the string is therefore free, and whoever asked checks the
answer against the grammar itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

FIELD = "code"


def json_schema() -> dict[str, object]:
    """The schema of an answer with code in its one field, in the strict form that OpenAI and Anthropic ask for."""
    description = "The complete Python code, without a Markdown fence."
    return {
        "type": "object",
        "properties": {FIELD: {"type": "string", "description": description}},
        "required": [FIELD],
        "additionalProperties": False,
    }


def code_of(document: str) -> str | None:
    """The code in a document of that schema; ``None`` where it is cut off or is no such document."""
    try:
        value = json.loads(document)
    except ValueError:
        return None
    code = value.get(FIELD) if isinstance(value, Mapping) else None
    return code if isinstance(code, str) else None


def fenced(code: str) -> str:
    """Code as the fenced block that the grammar of an answer describes."""
    return f"```python\n{code.rstrip()}\n```"
