"""Sorts: the one vocabulary of types that every layer shares.

A sort describes the Python values that a hole, a parameter or an expression may take. The lattice has ``AnySort`` at
the top; ``join`` goes up, ``is_subsort`` asks. As in Python, ``bool`` is below ``int`` and ``int`` below ``float``
(PEP 484's numeric tower).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Literal, TypeAlias, assert_never

AtomName: TypeAlias = Literal["int", "float", "bool", "str", "bytes", "complex", "None"]


@dataclass(frozen=True, slots=True)
class AnySort:
    """Every value; nothing is known."""


@dataclass(frozen=True, slots=True)
class AtomSort:
    """A scalar type, by the name that an annotation uses."""

    name: AtomName


@dataclass(frozen=True, slots=True)
class ListSort:
    element: Sort


@dataclass(frozen=True, slots=True)
class SetSort:
    element: Sort


@dataclass(frozen=True, slots=True)
class DictSort:
    key: Sort
    value: Sort


@dataclass(frozen=True, slots=True)
class TupleSort:
    """A tuple of known length, one sort an item."""

    items: tuple[Sort, ...]


@dataclass(frozen=True, slots=True)
class RowSort:
    """A tuple of any length with items of one sort: ``tuple[element, ...]``."""

    element: Sort


@dataclass(frozen=True, slots=True)
class IterableSort:
    """Anything that can be looped over: iterators, generators, ranges."""

    element: Sort


@dataclass(frozen=True, slots=True)
class FunctionSort:
    """A callable; ``parameters`` is ``None`` where they are unknown."""

    parameters: tuple[Sort, ...] | None
    result: Sort


@dataclass(frozen=True, slots=True)
class UnionSort:
    """One of several sorts; at least two, none below another. Build it with ``join``."""

    options: tuple[Sort, ...]


@dataclass(frozen=True, slots=True)
class NamedSort:
    """A type that liftc knows by name only, such as ``Decimal`` or a class of the user's module."""

    name: str


Sort: TypeAlias = (
    AnySort
    | AtomSort
    | ListSort
    | SetSort
    | DictSort
    | TupleSort
    | RowSort
    | IterableSort
    | FunctionSort
    | UnionSort
    | NamedSort
)

ANY = AnySort()
INT = AtomSort("int")
FLOAT = AtomSort("float")
BOOL = AtomSort("bool")
STR = AtomSort("str")
BYTES = AtomSort("bytes")
COMPLEX = AtomSort("complex")
NONE = AtomSort("None")

_NUMERIC_TOWER: tuple[AtomSort, ...] = (BOOL, INT, FLOAT, COMPLEX)


def is_subsort(lower: Sort, upper: Sort) -> bool:
    """Whether every value of ``lower`` is a value of ``upper``.

    Containers are covariant: liftc reads them and never stores through an annotation.
    """
    if lower == upper or isinstance(upper, AnySort):
        return True
    if isinstance(lower, UnionSort):
        return all(is_subsort(option, upper) for option in lower.options)
    match upper:
        case UnionSort(options):
            return any(is_subsort(lower, option) for option in options)
        case AtomSort():
            return (
                lower in _NUMERIC_TOWER
                and upper in _NUMERIC_TOWER
                and _NUMERIC_TOWER.index(lower) < _NUMERIC_TOWER.index(upper)
            )
        case ListSort(element):
            return isinstance(lower, ListSort) and is_subsort(lower.element, element)
        case SetSort(element):
            return isinstance(lower, SetSort) and is_subsort(lower.element, element)
        case DictSort(key, value):
            return isinstance(lower, DictSort) and is_subsort(lower.key, key) and is_subsort(lower.value, value)
        case TupleSort(items):
            return (
                isinstance(lower, TupleSort)
                and len(lower.items) == len(items)
                and all(map(is_subsort, lower.items, items))
            )
        case RowSort(element):
            return (isinstance(lower, RowSort) and is_subsort(lower.element, element)) or (
                isinstance(lower, TupleSort) and all(is_subsort(item, element) for item in lower.items)
            )
        case IterableSort(element):
            inner = element_of(lower)
            return inner is not None and is_subsort(inner, element)
        case FunctionSort(parameters, result):
            return (
                isinstance(lower, FunctionSort)
                and is_subsort(lower.result, result)
                and (parameters is None or lower.parameters is None or len(parameters) == len(lower.parameters))
            )
        case NamedSort() | AnySort():
            return False
        case _:
            assert_never(upper)


def element_of(sort: Sort) -> Sort | None:
    """The sort of what a loop over ``sort`` yields, or ``None`` where it cannot be looped over."""
    match sort:
        case ListSort(element) | SetSort(element) | RowSort(element) | IterableSort(element):
            return element
        case DictSort(key, _):
            return key
        case TupleSort(items):
            return join_all(items)
        case AtomSort("str"):
            return STR
        case AtomSort("bytes"):
            return INT
        case AnySort():
            return ANY
        case _:
            return None


def inside(sort: Sort) -> tuple[Sort, ...]:
    """The sorts that a sort is directly made of."""
    match sort:
        case ListSort(item) | SetSort(item) | RowSort(item) | IterableSort(item):
            return (item,)
        case DictSort(key, value):
            return (key, value)
        case TupleSort(items) | UnionSort(items):
            return items
        case FunctionSort(parameters, result):
            return (*(parameters or ()), result)
        case _:
            return ()


def parts_of(sort: Sort) -> Iterator[Sort]:
    """A sort, and the sorts in it."""
    yield sort
    for part in inside(sort):
        yield from parts_of(part)


def is_orderable(sort: Sort) -> bool:
    """Whether values of this sort can be sorted: numbers, strings and tuples of them."""
    return all(map(is_orderable, sort.items)) if isinstance(sort, TupleSort) else sort in (INT, FLOAT, STR)


def is_hashable(sort: Sort) -> bool:
    """Whether every value of this sort can be an element of a set."""
    match sort:
        case TupleSort(items) | UnionSort(items):
            return all(map(is_hashable, items))
        case RowSort(element):
            return is_hashable(element)
        case _:
            return isinstance(sort, AtomSort)


def substituted(sort: Sort, choice: Mapping[str, Sort]) -> Sort:
    """The sort with other sorts in the place of those that are known by these names only."""
    match sort:
        case NamedSort(name):
            return choice.get(name, sort)
        case ListSort(element):
            return ListSort(substituted(element, choice))
        case SetSort(element):
            return SetSort(substituted(element, choice))
        case RowSort(element):
            return RowSort(substituted(element, choice))
        case IterableSort(element):
            return IterableSort(substituted(element, choice))
        case DictSort(key, value):
            return DictSort(substituted(key, choice), substituted(value, choice))
        case TupleSort(items):
            return TupleSort(tuple(substituted(item, choice) for item in items))
        case UnionSort(options):
            return join_all(substituted(option, choice) for option in options)
        case _:
            return sort


def join(left: Sort, right: Sort) -> Sort:
    """The least sort above both; a union where no single sort fits.

    An element sort of ``ANY`` is an empty container's and gives way to the other side's.
    """
    match left, right:
        case ListSort(a), ListSort(b):
            return ListSort(_join_elements(a, b))
        case SetSort(a), SetSort(b):
            return SetSort(_join_elements(a, b))
        case DictSort(ka, va), DictSort(kb, vb):
            return DictSort(_join_elements(ka, kb), _join_elements(va, vb))
        case TupleSort(a), TupleSort(b) if len(a) == len(b):
            return TupleSort(tuple(map(_join_elements, a, b)))
    if is_subsort(left, right):
        return right
    if is_subsort(right, left):
        return left
    match left, right:
        case ((TupleSort() | RowSort()), (TupleSort() | RowSort())):
            return RowSort(join(element_of(left) or ANY, element_of(right) or ANY))
    return _union((*_options(left), *_options(right)))


def join_all(sorts: Iterable[Sort]) -> Sort:
    """The least sort above all of them; ``ANY`` for none."""
    known = list(sorts)
    return reduce(join, known) if known else ANY


def _join_elements(left: Sort, right: Sort) -> Sort:
    if isinstance(left, AnySort):
        return right
    if isinstance(right, AnySort):
        return left
    return join(left, right)


def _options(sort: Sort) -> tuple[Sort, ...]:
    return sort.options if isinstance(sort, UnionSort) else (sort,)


def _union(options: tuple[Sort, ...]) -> Sort:
    kept: list[Sort] = []
    for option in options:
        if any(is_subsort(option, other) for other in kept):
            continue
        kept = [other for other in kept if not is_subsort(other, option)] + [option]
    return kept[0] if len(kept) == 1 else UnionSort(tuple(kept))


def sort_of_value(value: object) -> Sort:
    """The least sort that describes one Python value."""
    match value:
        case None:
            return NONE
        case bool():
            return BOOL
        case int():
            return INT
        case float():
            return FLOAT
        case complex():
            return COMPLEX
        case str():
            return STR
        case bytes():
            return BYTES
        case list():
            return ListSort(_join_values(value))
        case set() | frozenset():
            return SetSort(_join_values(value))
        case dict():
            return DictSort(_join_values(value.keys()), _join_values(value.values()))
        case tuple():
            return TupleSort(tuple(sort_of_value(item) for item in value))
        case _ if callable(value):
            return FunctionSort(None, ANY)
        case _:
            return NamedSort(type(value).__name__)


def _join_values(values: Iterable[object]) -> Sort:
    unknown: Sort = ANY
    return reduce(_join_elements, (sort_of_value(value) for value in values), unknown)


def format_sort(sort: Sort) -> str:
    """The sort as a Python annotation (PEP 585 and PEP 604)."""
    match sort:
        case AnySort():
            return "Any"
        case AtomSort(name) | NamedSort(name):
            return name
        case ListSort(element):
            return f"list[{format_sort(element)}]"
        case SetSort(element):
            return f"set[{format_sort(element)}]"
        case DictSort(key, value):
            return f"dict[{format_sort(key)}, {format_sort(value)}]"
        case TupleSort(items):
            return f"tuple[{', '.join(map(format_sort, items)) or '()'}]"
        case RowSort(element):
            return f"tuple[{format_sort(element)}, ...]"
        case IterableSort(element):
            return f"Iterable[{format_sort(element)}]"
        case FunctionSort(parameters, result):
            inside = "..." if parameters is None else f"[{', '.join(map(format_sort, parameters))}]"
            return f"Callable[{inside}, {format_sort(result)}]"
        case UnionSort(options):
            return " | ".join(map(format_sort, options))
        case _:
            assert_never(sort)
