"""The fields of formatted strings over typed names: names, what they give without quotes, and arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grammar.notation import Part, Reference, Text
from grammar.optional_parts import any_of, either, maybe, repeated, row
from solver.sorts import FLOAT, INT, STR, ListSort, Sort

_CALLED = (".upper()", ".lower()", ".capitalize()", ".title()", ".strip()")


def fields_over(names: Mapping[str, Sort]) -> Iterator[Part | None]:
    """Fields with their brackets, one part for each sort. No quotes stand in them, whatever quotes are around."""
    whole, real, text = ([Text(name) for name, own in names.items() if own == sort] for sort in (INT, FLOAT, STR))
    sized = [Text(f"len({name})") for name, own in names.items() if isinstance(own, ListSort) or own == STR]
    place = either(Reference("INT_LITERAL"), *whole)
    one = either(place, *sized)
    number = row(one, repeated(row(Reference("WHOLE_OP"), one)))
    yield row(Text("{"), number, maybe(Reference("INT_FORMAT")), Text("}"))
    yield row(Text("{"), either(*real), maybe(Reference("FLOAT_FORMAT")), Text("}"))
    item = row(Text("["), maybe(Text("-")), place, Text("]"))
    yield row(Text("{"), either(*text), maybe(either(item, any_of(*_CALLED))), Text("}"))
