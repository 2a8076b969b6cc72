"""JSON Schema, for engines that know nothing else: an object with the code in one field.

No schema says what a context-free grammar says: a schema's ``pattern`` is a regular expression, and most engines that
decode under a schema leave even that out. What is inside the string is therefore free, and whoever asked checks the
answer against the grammar itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from grammar.scratch import scratch_lines

FIELD, SCRATCH_FIELD = "code", "scratch"


def json_schema(*, scratch: bool = False) -> dict[str, object]:
    """The schema of an answer with code in its one field, in the strict form that OpenAI and Anthropic ask for.

    ``scratch`` puts a field to reason in before it.
    """
    described = {FIELD: "The complete Python code, without a Markdown fence."}
    if scratch:
        described = {SCRATCH_FIELD: "One to three short plain lines that say how it is done.", **described}
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": text} for name, text in described.items()},
        "required": list(described),
        "additionalProperties": False,
    }


def code_of(document: str) -> str | None:
    """The code in a document of that schema; ``None`` where it is cut off or is no such document."""
    return _field(document, FIELD)


def answer_of(document: str) -> str | None:
    """A document of that schema as the text that a grammar describes: scratch lines, and the code as a fenced block.

    ``None`` where it is cut off or is no such document.
    """
    code = _field(document, FIELD)
    return None if code is None else scratch_lines(_field(document, SCRATCH_FIELD) or "") + fenced(code)


def fenced(code: str) -> str:
    """Code as the fenced block that the grammar of an answer describes."""
    return f"```python\n{code.rstrip()}\n```"


def _field(document: str, name: str) -> str | None:
    try:
        value = json.loads(document)
    except ValueError:
        return None
    text = value.get(name) if isinstance(value, Mapping) else None
    return text if isinstance(text, str) else None
