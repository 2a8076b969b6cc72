"""Plausible values of an open hole: what stands in its environment, constants, and what is near to these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.synthesis.problem.data import fresh, text_of_data
from solver.sorts import ANY, BOOL, Sort, is_subsort, sort_of_value

MOST_VALUES = 24
_SMALL = 10


def plausible_values(
    sort: Sort, environment: Mapping[str, object], likely: Sequence[object], constants: Sequence[object]
) -> list[object]:
    """Values of a sort, each once: the ``likely`` ones first, then the environment's and constants, at most a few.

    Of truth values these are both.
    """
    if sort == BOOL:
        first = [value for value in likely if isinstance(value, bool)]
        return list(dict.fromkeys([*first, False, True]))
    found: dict[str, object] = {}
    for value in (*likely, *_in_sight(environment), *constants, *_near(likely), *_near(list(environment.values()))):
        if (sort == ANY or is_subsort(sort_of_value(value), sort)) and len(found) < MOST_VALUES:
            found.setdefault(text_of_data(value), fresh(value))
    return list(found.values())


def _in_sight(environment: Mapping[str, object]) -> Iterator[object]:
    yield from environment.values()
    for value in environment.values():
        if isinstance(value, (list, tuple, str)) and len(value) <= _SMALL:
            yield len(value)
            yield from value
        elif isinstance(value, (list, tuple, str, dict, set)):
            yield len(value)


def _near(values: Sequence[object]) -> Iterator[object]:
    for value in values:
        if type(value) is int:
            yield from (value + 1, value - 1)
