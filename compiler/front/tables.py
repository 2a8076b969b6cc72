"""Examples in a Markdown table: a column for each parameter, or one for the call or its inputs, and one for the result.

A table with other columns is prose, and so is one in which no row is an example, as a table of rules. Of the
others, the rows that are none are pointed out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compiler.front.claims import Claims
from compiler.front.expressions import call_of, exception_name, parse_expression, value_text
from compiler.front.inputs import call_with, values_at
from compiler.front.spec import Call, Equals, Expectation, RaisesError, Signature

_HEAD = re.compile(r"^(?P<titles>[^|\n]*\|.*)\n(?P<rule>[ \t|:]*-[ \t|:-]*)$", re.MULTILINE)
_ROW = re.compile(r"\n(?P<row>[^|\n]*\|.*)")
_BAR = re.compile(r"(?<!\\)\|")
_MARKS = " \t*`"
_RESULT = re.compile(r"(?:expected )?(?:results?|outputs?|returns?|values?|answer)|return value|returned|expected")
_WHOLE = re.compile(r"(?:examples? )?(?:inputs?|arguments?|args|calls?)|examples?|expression")
_ASIDE = re.compile(r"|#|no\.?|case|notes?|comments?|why|reasons?|remarks?|description|explanation")
_VALUE = "a Python value"
_RAISED = re.compile(r"(?:(?:raises?|throws?)[ \t]+(?:an?[ \t]+)?)?[`*]*(?P<name>[A-Za-z.]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands between two bars, without blanks and the marks of Markdown around it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Columns:
    """The places of the inputs, by parameter, or of one cell for all of them, and that of the result."""

    inputs: Mapping[str, int] | int
    result: int
    count: int


class _UnreadError(Exception):
    """A cell that says no value, and what it should."""

    def __init__(self, cell: _Cell, wanted: str) -> None:
        super().__init__(wanted)
        self.cell = cell
        self.wanted = wanted

    def tell(self, claims: Claims) -> None:
        """Add the warning to what is said of the passage."""
        start, end = self.cell.start, max(self.cell.end, self.cell.start + 1)
        advice = "a text stands in quotes" if self.wanted == _VALUE else ""
        claims.warn(
            "L0126", "a row of a table of examples is not an example", start, end, f"expected {self.wanted}", advice
        )


def read_tables(claims: Claims, signature: Signature) -> None:
    """Read the tables of examples of one function."""
    for head in _HEAD.finditer(claims.text):
        titles = _cells(claims.text, *head.span("titles"))
        columns = _columns([title.text for title in titles], signature)
        if columns is None or len(_cells(claims.text, *head.span("rule"))) != columns.count:
            continue
        at, read, unread = head.end(), 0, list[_UnreadError]()
        while (row := _ROW.match(claims.text, at)) and not claims.full:
            at = row.end()
            try:
                _read_row(claims, signature, columns, *row.span("row"))
                read += 1
            except _UnreadError as error:
                claims.attempts += 1
                unread.append(error)
        for said in unread if read else ():
            said.tell(claims)
        if read and not unread:
            claims.claim(head.start(), head.end())


def _cells(text: str, start: int, end: int) -> list[_Cell]:
    bars = [start - 1, *(bar.start() for bar in _BAR.finditer(text, start, end)), end]
    stretches = [(first + 1, last) for first, last in pairwise(bars)]
    if not text[slice(*stretches[0])].strip():
        stretches = stretches[1:]
    if stretches and not text[slice(*stretches[-1])].strip():
        stretches = stretches[:-1]
    return [_cell(text, first, last) for first, last in stretches]


def _cell(text: str, start: int, end: int) -> _Cell:
    inside = text[start:end]
    first = start + len(inside) - len(inside.lstrip(_MARKS))
    last = max(first, end - (len(inside) - len(inside.rstrip(_MARKS))))
    return _Cell(text[first:last].replace("\\|", "|"), first, last)


def _columns(titles: Sequence[str], signature: Signature) -> _Columns | None:
    """What the titles say of the columns; ``None`` where they do not cover the parameters and the result."""
    names = {item.name for item in signature.parameters}
    results = [
        place
        for place, title in enumerate(titles)
        if title not in names and (_RESULT.fullmatch(title.lower()) or title.startswith(f"{signature.name}("))
    ]
    if not signature.written or len(results) != 1 or len(set(titles)) != len(titles):
        return None
    rest = {title: place for place, title in enumerate(titles) if place not in results}
    given = {title: place for title, place in rest.items() if title in names}
    match [title for title in rest if title not in names and not _ASIDE.fullmatch(title.lower())]:
        case [] if given and call_with(signature, dict.fromkeys(given, "0"), ()):
            return _Columns(given, results[0], len(titles))
        case [whole] if not given and _WHOLE.fullmatch(whole.lower()):
            return _Columns(rest[whole], results[0], len(titles))
    return None


def _read_row(claims: Claims, signature: Signature, columns: _Columns, start: int, end: int) -> None:
    cells = _cells(claims.text, start, end)
    if len(cells) != columns.count:
        raise _UnreadError(_cell(claims.text, start, end), f"{columns.count} cells")
    call = _call(claims, signature, columns.inputs, cells)
    expected = _expected(claims, cells[columns.result])
    if claims.is_free(start, end):
        claims.add(call, expected, start, end)


def _call(claims: Claims, signature: Signature, inputs: Mapping[str, int] | int, cells: Sequence[_Cell]) -> Call:
    if isinstance(inputs, int):
        cell = cells[inputs]
        call = _written(claims, signature, cell)
    else:
        cell = cells[0]
        call = call_with(signature, {name: _value(claims, cells[place]) for name, place in inputs.items()}, ())
    if call is None:
        raise _UnreadError(cell, f"a call of `{signature.name}`, or its arguments")
    return call


def _written(claims: Claims, signature: Signature, cell: _Cell) -> Call | None:
    """The call in a cell, or that of the arguments which it lists."""
    node = parse_expression(cell.text)
    call = None if node is None else call_of(node, cell.text, claims.names)
    if call is not None and call.function == signature.name:
        return call
    values, end = values_at(claims, cell.start)
    return call_with(signature, None, values) if end == cell.end else None


def _expected(claims: Claims, cell: _Cell) -> Expectation:
    raised = _RAISED.fullmatch(cell.text)
    exception = exception_name(raised["name"]) if raised else None
    return Equals(_value(claims, cell)) if exception is None else RaisesError(exception)


def _value(claims: Claims, cell: _Cell) -> str:
    value = value_text(cell.text, claims.names) if cell.text else None
    if value is None:
        raise _UnreadError(cell, _VALUE)
    return value
