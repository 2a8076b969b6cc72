"""Passages: text to be read for clauses, each character of which knows its place in the source.

A passage is not always a slice of its source: line ends are made alike, the escapes of a docstring are undone, and the
``#`` of comment lines is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from compiler.text.source import Source, Span


@dataclass(frozen=True, slots=True)
class Passage:
    """``text``, with the source offset of every character of it in ``offsets``."""

    source: Source
    text: str
    offsets: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """The span in the source of ``text[start:end]``, which may be empty."""
        if start >= len(self.offsets):
            place = self.offsets[-1] + 1 if self.offsets else 0
            return self.source.span(place, place)
        first = self.offsets[start]
        return self.source.span(first, self.offsets[end - 1] + 1 if end > start else first)

    def part(self, start: int, end: int) -> Passage:
        """The passage of ``text[start:end]``."""
        return Passage(self.source, self.text[start:end], self.offsets[start:end])


def passage_of(source: Source, start: int = 0, end: int | None = None) -> Passage:
    """The passage of a stretch of a source, with line feeds as line ends and no byte order mark."""
    end = len(source.text) if end is None else end
    if "\r" not in source.text and "\ufeff" not in source.text:
        return Passage(source, source.text[start:end], range(start, end))
    return _replaced(source, start, end, _LINE_ENDS)


_LINE_ENDS = re.compile("\r\n?|\ufeff")
_DOCSTRING_MARKS = re.compile("\r\n?|\ufeff|\\\\\\\\|\\\\[\"']|\\\\\n")
_REPLACEMENTS = {"\r\n": "\n", "\r": "\n", "\ufeff": "", "\\\n": ""}


def docstring_passage(source: Source, start: int, end: int) -> Passage:
    r"""The passage of a docstring's literal at ``start:end``, between its quotes.

    In a literal that is not raw, ``\\`` and escaped quotes are undone, but ``\n`` stays as it is written: a docstring
    that shows ``f("a\nb")`` means the escape, although Python itself would see a line end there.
    """
    literal = source.text[start:end]
    prefix = re.match(r"[A-Za-z]*", literal)
    opening = start + (prefix.end() if prefix else 0)
    width = 3 if source.text[opening : opening + 3] in ('"""', "'''") else 1
    inside = (opening + width, max(opening + width, end - width))
    raw = prefix is not None and "r" in prefix.group().lower()
    return _replaced(source, *inside, _LINE_ENDS if raw else _DOCSTRING_MARKS)


def _replaced(source: Source, start: int, end: int, marks: re.Pattern[str]) -> Passage:
    pieces: list[str] = []
    offsets: list[int] = []
    at = start
    for match in marks.finditer(source.text, start, end):
        pieces.append(source.text[at : match.start()])
        offsets.extend(range(at, match.start()))
        written = _REPLACEMENTS.get(match.group(), match.group()[-1])
        pieces.append(written)
        offsets.extend([match.start()] * len(written))
        at = match.end()
    pieces.append(source.text[at:end])
    offsets.extend(range(at, end))
    return Passage(source, "".join(pieces), offsets)


def comment_passage(source: Source, comments: Sequence[tuple[int, int]]) -> Passage:
    """The passage of comments, given as the offsets from each ``#`` to its line's end, one a line."""
    pieces: list[str] = []
    offsets: list[int] = []
    for start, end in comments:
        marker = re.compile(r"#+[:!]? ?").match(source.text, start, end)
        first = marker.end() if marker else start
        pieces.append(source.text[first:end] + "\n")
        offsets.extend((*range(first, end), end))
    return Passage(source, "".join(pieces), offsets)
