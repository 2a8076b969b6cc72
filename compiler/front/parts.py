"""Which stretch of a text is about which function, where a text specifies several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from compiler.front.claims import Claims
from compiler.front.definitions import Header

_PARAGRAPH = re.compile(r"(?:^[ \t]*[^\s][^\n]*(?:\n|\Z))+", re.MULTILINE)
_DOCSTRING = re.compile(r"\s*[rR]?(\"\"\"|''').*?\1", re.DOTALL)
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")


@dataclass(frozen=True, slots=True)
class Part:
    """The stretch ``start:end`` that is about one function; ``preamble`` is what stands before all functions."""

    header: Header
    start: int
    end: int
    preamble: tuple[int, int] = (0, 0)
    first: bool = True

    def owns(self, offset: int) -> bool:
        """Whether what stands at an offset is said of this function; a preamble's clauses are the first function's."""
        return self.start <= offset < self.end or (self.first and self.preamble[0] <= offset < self.preamble[1])

    def text(self, text: str) -> str:
        """The preamble and the part, as the user wrote them."""
        return text[slice(*self.preamble)] + text[self.start : self.end]

    def prose(self, claims: Claims) -> str:
        """The free text of the preamble and the part."""
        pieces = (claims.prose(*self.preamble), claims.prose(self.start, self.end))
        return "\n\n".join(piece for piece in pieces if piece)


def parts_of(claims: Claims, headers: Sequence[Header]) -> list[Part]:
    """One part for each header, in the order of the text.

    What stands between two headers is about the one before, from the first heading or paragraph on that names only
    the one after about that one; in a text that describes each function before its ``def``, all of it.
    """
    text = claims.text
    if len(headers) == 1:
        return [Part(headers[0], 0, len(text))]
    before = _describes_before(claims, headers)
    cuts: list[int] = []
    for left, right in pairwise(headers):
        start = _end_of_definition(text, left)
        cuts.append(start if before else _turn(text, start, left, right))
    lead = 0 if before else _turn_of_lead(text, headers[0])
    starts, ends = [lead, *cuts], [*cuts, len(text)]
    return [
        Part(header, start, end, (0, lead), index == 0)
        for index, (header, start, end) in enumerate(zip(headers, starts, ends, strict=True))
    ]


def _end_of_definition(text: str, header: Header) -> int:
    docstring = _DOCSTRING.match(text, header.end)
    end = docstring.end() if docstring else header.end
    line_end = text.find("\n", end)
    return len(text) if line_end < 0 else line_end + 1


def _describes_before(claims: Claims, headers: Sequence[Header]) -> bool:
    last = _end_of_definition(claims.text, headers[-1])
    leading = claims.prose(0, headers[0].start)
    bare = not _DOCSTRING.match(claims.text, headers[-1].end)
    inline = claims.text[headers[-1].end : last].strip(" \t\n:`.")
    return bool(leading) and bare and not inline and not claims.prose(last, len(claims.text))


def _turn(text: str, start: int, left: Header, right: Header) -> int:
    """Where in the text between two functions the second one begins."""
    line = text.rfind("\n", 0, right.start + 1) + 1 if text[right.start : right.start + 1] != "\n" else right.start
    limit = max(start, min(line, right.start))
    for index, paragraph in enumerate(_PARAGRAPH.finditer(text, start, limit)):
        words = set(re.findall(r"\w+", paragraph.group()))
        names_right = right.signature.name in words and left.signature.name not in words
        # The first paragraph after a `def` is about that function, even if it names only the next one.
        if _HEADING.match(paragraph.group()) or (names_right and index > 0):
            return paragraph.start()
    return limit


def _turn_of_lead(text: str, first: Header) -> int:
    limit = text.rfind("\n", 0, first.start) + 1
    last = None
    for paragraph in _PARAGRAPH.finditer(text, 0, limit):
        if first.signature.name in re.findall(r"\w+", paragraph.group()):
            return paragraph.start()
        last = paragraph
    return last.start() if last and _HEADING.match(last.group()) else limit
