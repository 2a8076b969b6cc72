"""Where the marks of ``.lir`` stand in a text: holes and inferred types, outside comments and plain strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"#[^\n]*")
_STRING = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_WORD = re.compile(r"\w+")
_BLOCK_OR_TYPE = re.compile(r"\?\w+(?:\.\w+)*(?: \[[^\]\n]*\](?: returns)?)?")


def find_marks(text: str) -> Iterator[tuple[int, int]]:
    """The half-open stretches of the marks, in order. Fields of f-strings are looked into, other strings are not."""
    position = 0
    while position < len(text):
        string = _STRING.match(text, position)
        if string is not None:
            end = _end_of_string(text, string)
            if "f" in string[1].lower():
                yield from _marks_in_fields(text, string.end(), end)
            position = end
        elif (mark := _mark_at(text, position)) is not None:
            yield position, mark
            position = mark
        else:
            skipped = _COMMENT.match(text, position) or _WORD.match(text, position)
            position = skipped.end() if skipped else position + 1


def _mark_at(text: str, start: int) -> int | None:
    """The end of the mark that starts here."""
    if text.startswith(("(?", "$("), start):
        return _closing(text, text.index("(", start))
    found = _BLOCK_OR_TYPE.match(text, start)
    return None if found is None else found.end()


def _closing(text: str, start: int) -> int:
    """The offset after the bracket that closes the one at ``start``, or the end of the line."""
    depth = 0
    for offset in range(start, len(text)):
        if text[offset] in "([":
            depth += 1
        elif text[offset] in ")]":
            depth -= 1
        if depth == 0:
            return offset + 1
        if text[offset] == "\n":
            return offset
    return len(text)


def _end_of_string(text: str, opening: re.Match[str]) -> int:
    body = re.compile(rf"(?:\\.|(?!{opening[2]}).)*{opening[2]}", re.DOTALL)
    closed = body.match(text, opening.end())
    return len(text) if closed is None else closed.end()


def _marks_in_fields(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    depth = 0
    position = start
    while position < end:
        if depth == 0 and text.startswith(("{{", "}}"), position):
            position += 2
            continue
        if depth and text.startswith("(?", position):
            mark = min(_closing(text, position), end)
            yield position, mark
            position = mark
            continue
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        position += 1
