"""Scratch lines: a few plain lines before an answer's code, for a model to reason in.

Reasoning first is Wei et al. (2022), "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models". The lines
are text and never code: they are few and short, so that they always end, and none can hold the fence of the code.
"""

from __future__ import annotations

import re

LINES, CHARACTERS = 3, 160

_BEGUN = re.compile(r"^start:", re.MULTILINE)
_START = re.compile(r"^start:((?:[^\n]*)(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_FIRST, _NEXT = r"/`?[^ #`\x00-\x1f\x7f]/", r"/`?[^`\x00-\x1f\x7f]/"
# A backtick stands alone, so that names can be quoted and a fence cannot be written.
_RULES = f'scratch: SCRATCH "\\n"\nSCRATCH: {_FIRST} {_NEXT} ~ 0 .. {CHARACTERS - 1} "`"?\n'
_LINE = re.compile(rf"(?:{_FIRST[1:-1]})(?:{_NEXT[1:-1]}){{0,{CHARACTERS - 1}}}`?")


def with_scratch(grammar: str) -> str:
    """The grammar of the same answers with one to three plain lines before them.

    Nothing in the grammar may refer to its ``start``. Raises ``ValueError`` for a grammar that has none.
    """
    if _BEGUN.search(grammar) is None:
        raise ValueError("a grammar begins at its `start`")
    begun = _START.sub(lambda found: f"start: scratch ~ 1 .. {LINES} ({found.group(1).strip()})", grammar, count=1)
    return begun.rstrip("\n") + "\n" + _RULES


def has_scratch(grammar: str) -> bool:
    """Whether answers may begin with scratch lines."""
    return grammar.endswith(_RULES)


def scratch_lines(thoughts: str) -> str:
    """What a model thought as scratch lines that the grammar takes, shortened where it is longer."""
    lines: list[str] = []
    for line in thoughts.splitlines():
        plain = re.sub(r"`+", "`", re.sub(r"[\x00-\x1f\x7f]", " ", line)).lstrip(" #")
        found = _LINE.match(plain)
        if found is not None and len(lines) < LINES:
            lines.append(found.group() + "\n")
    return "".join(lines)
