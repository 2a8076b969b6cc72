"""S-expressions with spans: the brackets, names and constants that SyGuS files are made of.

Read by hand: the syntax is one regular expression and a stack, which needs no recursion however deep a file nests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from compiler.sygus.errors import problem_error
from compiler.text.source import Source, Span

Kind: TypeAlias = Literal["symbol", "number", "string", "keyword", "other"]

DEEPEST = 250
"""How deep brackets may nest: passes over terms recurse."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A word; ``text`` is without the bars of a quoted symbol, and as it stands between the quotes of a string."""

    kind: Kind
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """A pair of brackets and what is in it."""

    items: tuple[Node, ...]
    span: Span


Node: TypeAlias = Atom | Group

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]+|;[^\n]*)
    |(?P<open>\()
    |(?P<close>\))
    |(?P<string>"(?:[^"]|"")*")
    |(?P<symbol>\|[^|\\]*\|)
    |(?P<word>[0-9A-Za-z~!@$%^&*_+=<>.?/:\#-]+)""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")


def read_sexpressions(source: Source) -> tuple[Node, ...]:
    """All s-expressions of a source. Raises ``LiftcError`` (L0501)."""
    text = source.text
    read: list[Node] = []
    opened: list[tuple[int, list[Node]]] = []
    offset = 1 if text.startswith("\ufeff") else 0
    while offset < len(text):
        found = _TOKEN.match(text, offset)
        if found is None:
            raise _unreadable(source, offset)
        span = source.span(offset, found.end())
        match found.lastgroup:
            case "open":
                if len(opened) == DEEPEST:
                    raise problem_error("L0501", f"brackets nest deeper than {DEEPEST}", span, "one too deep")
                opened.append((offset, read))
                read = []
            case "close":
                if not opened:
                    raise problem_error("L0501", "this bracket closes nothing", span, "no `(` before it is open")
                start, outer = opened.pop()
                outer.append(Group(tuple(read), source.span(start, found.end())))
                read = outer
            case "blank":
                pass
            case kind:
                read.append(_atom(kind or "", span))
        offset = found.end()
    if opened:
        start = opened[-1][0]
        raise problem_error("L0501", "this bracket is never closed", source.span(start, start + 1), "opened here")
    return tuple(read)


def _atom(kind: str, span: Span) -> Atom:
    text = span.text
    match kind:
        case "string":
            return Atom("string", text[1:-1].replace('""', '"'), span)
        case "symbol":
            return Atom("symbol", text[1:-1], span)
    if _NUMBER.match(text):
        return Atom("number", text, span)
    if text.startswith(":"):
        return Atom("keyword", text, span)
    return Atom("other" if text[0].isdigit() or text[0] == "#" or ":" in text else "symbol", text, span)


def _unreadable(source: Source, offset: int) -> Exception:
    span = source.span(offset, offset + 1)
    if span.text in ('"', "|"):
        return problem_error("L0501", "this quote is never closed", span, "opened here")
    return problem_error("L0501", f"{span.text!r} is no part of SyGuS", span, "cannot stand here")
