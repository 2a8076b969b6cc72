"""The sorts that a search looks at: those of the specification, and those on the way between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from solver.sorts import (
    ANY,
    BOOL,
    BYTES,
    FLOAT,
    INT,
    NONE,
    STR,
    AnySort,
    DictSort,
    FunctionSort,
    IterableSort,
    ListSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
    element_of,
    inside,
    is_subsort,
    join_all,
    sort_of_value,
)

_HASHABLE_ATOMS = (INT, FLOAT, BOOL, STR, BYTES)


@dataclass(frozen=True, slots=True)
class Universe:
    """The sorts of one search in a fixed order. ``texts`` tells whether strings are part of the problem itself."""

    sorts: tuple[Sort, ...]
    texts: bool

    def feeds(self) -> dict[Sort, tuple[Sort, ...]]:
        """For each sort the sorts whose terms may stand in its place."""
        return {sort: (sort, *(other for other in self.sorts if _may_stand_for(other, sort))) for sort in self.sorts}


def universe(
    parameters: Iterable[Sort], result: Sort, more: Iterable[Sort] = (), *, numbers_as_text: bool = True
) -> Universe:
    """The sorts in play between these parameters and this result; ``more`` are others that may lie on the way."""
    given = list(dict.fromkeys(part for sort in (*parameters, result, *more) for part in _parts(sort)))
    texts = STR in given
    sorts: list[Sort] = [*given, INT, BOOL]
    if texts or (INT in given and numbers_as_text):
        sorts.append(STR)
    if texts:
        sorts.append(ListSort(STR))
    for sort in list(sorts):
        sorts += _neighbours(sort)
    sorts += [wider for wider in map(_listed_result, [result]) if wider is not None]
    sorts.append(IterableSort(INT))
    return Universe(tuple(dict.fromkeys(sort for sort in sorts if not isinstance(sort, AnySort))), texts)


def refined(sort: Sort, values: Iterable[object]) -> Sort:
    """``sort``, or what the values tell where it leaves something open."""
    if not any(isinstance(part, AnySort) for part in _parts(sort)):
        return sort
    seen = list(values)
    return join_all(map(sort_of_value, seen)) if seen else sort


def _parts(sort: Sort) -> Iterator[Sort]:
    """A sort and those in it, but for what a function takes and gives."""
    yield sort
    for part in () if isinstance(sort, FunctionSort) else inside(sort):
        yield from _parts(part)


def _neighbours(sort: Sort) -> Iterator[Sort]:
    """The sorts that one step makes of a collection."""
    element = element_of(sort)
    if element is None or element == ANY:
        return
    if sort != STR:
        yield ListSort(element)
    if element in _HASHABLE_ATOMS:
        yield SetSort(element)
    if is_sequence(sort):
        yield IterableSort(TupleSort((INT, element)))
        yield IterableSort(TupleSort((element, element)))
    if isinstance(sort, DictSort):
        yield from (IterableSort(sort.key), IterableSort(sort.value), ListSort(sort.value))
        yield IterableSort(TupleSort((sort.key, sort.value)))
        yield TupleSort((sort.key, sort.value))


def _listed_result(result: Sort) -> Sort | None:
    """A list of the result's elements, from which sets, tuples and strings are made."""
    element = element_of(result)
    return None if element is None or element == ANY or result == STR else ListSort(element)


def is_sequence(sort: Sort) -> bool:
    """Whether terms of this sort can be indexed and sliced, with elements of one sort."""
    return isinstance(sort, (ListSort, RowSort)) or sort == STR


def is_ordered(sort: Sort) -> bool:
    """Whether a loop over this sort has a definite order: all collections but sets."""
    return element_of(sort) is not None and not isinstance(sort, (SetSort, TupleSort)) and sort != BYTES


def is_collection(sort: Sort) -> bool:
    """Whether this sort can be looped over."""
    return element_of(sort) is not None and sort != BYTES


def options(sort: Sort) -> tuple[Sort, ...]:
    """The sorts of a union; any other sort alone."""
    return sort.options if isinstance(sort, UnionSort) else (sort,)


def is_optional(sort: Sort) -> bool:
    """Whether ``None`` is one of several possibilities."""
    return isinstance(sort, UnionSort) and NONE in sort.options


def _may_stand_for(lower: Sort, upper: Sort) -> bool:
    if lower in (upper, BOOL) or isinstance(upper, IterableSort):
        return False
    return is_subsort(lower, upper)
