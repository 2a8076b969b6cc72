"""Sets of characters, as the classes of regular expressions write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LAST = 0x10FFFF
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_MEMBER = re.compile(r"\\(?:x[0-9a-fA-F]{2}|.)|[^\\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Characters:
    """One character out of these ranges of code points, which are sorted and do not touch."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, character: str) -> bool:
        code = ord(character)
        return any(low <= code <= high for low, high in self.ranges)


def characters(ranges: Iterable[tuple[int, int]]) -> Characters:
    """The characters in any of these ranges."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return Characters(tuple(joined))


def complement(wanted: Characters) -> Characters:
    """All other characters."""
    gaps: list[tuple[int, int]] = []
    free = 0
    for low, high in wanted.ranges:
        if free < low:
            gaps.append((free, low - 1))
        free = high + 1
    return Characters((*gaps, (free, LAST)) if free <= LAST else tuple(gaps))


def read_class(text: str) -> Characters:
    """A class as written between its brackets, ``^`` included."""
    written = _MEMBER.findall(text.removeprefix("^"))
    members = list(map(read_escape, written))
    ranges: list[tuple[int, int]] = []
    index = 0
    while index < len(members):
        last = index
        if written[index + 1 : index + 2] == ["-"] and index + 2 < len(members):
            last = index + 2
        ranges.append((ord(members[index]), ord(members[last])))
        index = last + 1
    found = characters(ranges)
    return complement(found) if text.startswith("^") else found


def read_escape(text: str) -> str:
    """The character that one character of a regular expression, or one escape, stands for."""
    match = _ESCAPE.fullmatch(text)
    if match is None:
        return text
    code, letter = match.groups()
    return chr(int(code, 16)) if code else _ESCAPES.get(letter, letter)


def class_of(wanted: Characters) -> str:
    """The characters as the class of a regular expression."""
    negated = wanted.ranges[-1:] and wanted.ranges[-1][1] == LAST
    shown = complement(wanted) if negated else wanted
    return f"[{'^' if negated else ''}{''.join(_range(low, high) for low, high in shown.ranges)}]"


def escaped(character: str) -> str:
    """A character as a regular expression or a class may hold it."""
    names = {value: name for name, value in _ESCAPES.items()}
    if character in names:
        return f"\\{names[character]}"
    if ord(character) < 0x20 or ord(character) == 0x7F:
        return f"\\x{ord(character):02x}"
    return f"\\{character}" if character in "\\/.?*+|()[]{}^$-" else character


def _range(low: int, high: int) -> str:
    if high - low < 2:
        return "".join(escaped(chr(code)) for code in range(low, high + 1))
    return f"{escaped(chr(low))}-{escaped(chr(high))}"
