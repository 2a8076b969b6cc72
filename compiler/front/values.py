"""Where a Python value ends in running text: brackets, literals and the little arithmetic that examples use."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<string>(?:[rRbBuU]|[rR][bB]|[bB][rR])?
        (?:\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<comment>\#[^\n]*)
    |(?P<blank>\n[ \t]*\n)
    |(?P<quote>["'])
    |(?P<other>[^\W\d]\w*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_LONGEST = 20_000


class Brackets:
    """Finds where brackets close, as Python would read them, each stretch of text being read once.

    A bracket that stays open before the next blank line, a stray quote or 20,000 characters closes nowhere: running
    text has many of those. What may be read altogether is bounded as well (in characters, so that no clock decides).
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends: dict[int, int | None] = {}
        self._budget = 40 * len(text) + 200_000

    def end(self, start: int) -> int | None:
        """The offset after the bracket that closes the one at ``start``, or ``None``."""
        if start not in self._ends:
            self._read(start)
        return self._ends[start]

    def _read(self, start: int) -> None:
        stack: list[int] = []
        at = start
        self._ends[start] = None
        limit = min(len(self._text), start + _LONGEST)
        while at < limit and self._budget > 0:
            match = _TOKEN.match(self._text, at, limit)
            if match is None or match.lastgroup in ("blank", "quote"):
                self._budget -= limit - at
                break
            self._budget -= match.end() - at
            if match.lastgroup == "open":
                stack.append(at)
            elif match.lastgroup == "close":
                if _PAIRS[self._text[stack[-1]]] != match.group():
                    break
                self._ends[stack.pop()] = match.end()
                if not stack:
                    return
            at = match.end()
        for position in stack:
            self._ends[position] = None


_SPACE = re.compile(r"[ \t]*")
_PREFIX = re.compile(r"(?:[-+~][ \t]*)*")
_STRING = re.compile(
    r"""(?:[rRbBuU]|[rR][bB]|[bB][rR])?
    (?:\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?[jJ]?")
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_CONSTANTS = frozenset({"True", "False", "None", "true", "false", "null"})
_OPERATOR = re.compile(r"[ \t]*(\*\*|//|[-+*/%])[ \t]*")


def value_end(text: str, start: int, brackets: Brackets) -> int | None:
    """The offset after the longest value that starts at ``start``: literals, displays, calls of names, arithmetic."""
    end = _operand_end(text, start, brackets)
    while end is not None:
        operator = _OPERATOR.match(text, end)
        following = _operand_end(text, operator.end(), brackets) if operator else None
        if following is None:
            break
        end = following
    return end


def _operand_end(text: str, start: int, brackets: Brackets) -> int | None:
    prefix = _PREFIX.match(text, start)
    at = prefix.end() if prefix else start
    if string := _STRING.match(text, at, at + _LONGEST):
        end = string.end()
        while string := _STRING.match(text, end + _width(text, end), end + _LONGEST):
            end = string.end()
        return end
    if number := _NUMBER.match(text, at):
        after = text[number.end() : number.end() + 1]
        return None if after.isalnum() or after == "_" else number.end()
    if text[at : at + 1] in _PAIRS and text[at : at + 1]:
        return brackets.end(at)
    if name := _NAME.match(text, at):
        if text[name.end() : name.end() + 1] == "(":
            return brackets.end(name.end())
        if name.group() in _CONSTANTS or "." in name.group():
            return name.end()
    return None


def _width(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return len(match.group()) if match else 0


def values_end(text: str, start: int, brackets: Brackets) -> tuple[list[tuple[int, int]], int]:
    """The stretches of the values at ``start``, separated by commas, and the offset after the last."""
    found: list[tuple[int, int]] = []
    at = start
    while (end := value_end(text, at, brackets)) is not None:
        found.append((at, end))
        comma = _COMMA.match(text, end)
        if comma is None:
            break
        at = comma.end()
    return found, found[-1][1] if found else start


_COMMA = re.compile(r"[ \t]*(?:,[ \t]*(?:and[ \t]+)?|[ \t]and[ \t]+)")
