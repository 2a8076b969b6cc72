"""The sorts that the expressions of one hole may have on the way, and how the operations fit them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grammar.operations import KEY, SLICE, Written
from solver.operations.entries import VARIABLES
from solver.sorts import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    AtomSort,
    DictSort,
    FunctionSort,
    IterableSort,
    ListSort,
    NamedSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
    element_of,
    inside,
    is_hashable,
    is_orderable,
    parts_of,
)

MOST = 20
_ALWAYS = (
    *(INT, BOOL, STR, FLOAT, ListSort(STR), ListSort(INT)),
    *(IterableSort(INT), IterableSort(STR), IterableSort(BOOL)),
)


def sorts_in_play(wanted: Sort, given: Iterable[Sort]) -> tuple[Sort, ...]:
    """The sorts of a hole and its scope, their parts, and those that one step makes of them; at most ``MOST``."""
    own = tuple(dict.fromkeys(part for sort in (wanted, *given) for part in parts_of(sort)))
    found = [*own, *_ALWAYS]
    for sort in own:
        match sort:
            case DictSort(key, value):
                found += [IterableSort(TupleSort((key, value))), TupleSort((key, value))]
            case ListSort(item) if item in own:
                found += [IterableSort(TupleSort((INT, item))), TupleSort((INT, item))]
            case _ if sort == STR:
                found += [IterableSort(TupleSort((INT, STR))), TupleSort((INT, STR))]
    looped = [
        element for sort in found if not isinstance(sort, TupleSort) and (element := element_of(sort)) is not None
    ]
    found += [sort for element in looped for sort in (IterableSort(element), ListSort(element))]
    return tuple(dict.fromkeys(sort for sort in found if not isinstance(sort, FunctionSort | NamedSort)))[:MOST]


def fitting(lower: Sort, upper: Sort) -> bool:
    """Whether a value of one sort may stand where the other is asked for, as type checkers see it.

    Lists, sets and dictionaries are invariant to them. Only ``int`` rises to ``float``.
    """
    match upper:
        case _ if lower == upper:
            return True
        case AtomSort("float"):
            return lower == INT
        case UnionSort(options):
            return any(fitting(lower, option) for option in options)
        case IterableSort(element):
            return element_of(lower) == element and not isinstance(lower, UnionSort)
        case _:
            return False


def is_float_inside(sort: Sort) -> bool:
    """Whether a display of this sort may be typed otherwise where nothing says what it is for: ``[1]`` for floats."""
    return any(part == FLOAT or isinstance(part, UnionSort) for part in inside(sort)) or any(
        map(is_float_inside, inside(sort))
    )


def instances(operation: Written, result: Sort, sorts: tuple[Sort, ...]) -> Iterator[tuple[Sort, ...]]:
    """The sorts of the operation's slots, all of them in play, with which it gives ``result``."""
    known = _matched(operation.result, result, {})
    if known is not None and all(map(_may_be, known, known.values())):
        yield from _instances(operation.slots, sorts, known)


def _instances(slots: tuple[Sort, ...], sorts: tuple[Sort, ...], known: dict[str, Sort]) -> Iterator[tuple[Sort, ...]]:
    if not slots:
        yield ()
        return
    for sort in (slots[0],) if slots[0] in (SLICE, KEY) else sorts:
        found = _matched(slots[0], sort, known)
        if found is not None and all(name in known or _may_be(name, part) for name, part in found.items()):
            yield from ((sort, *rest) for rest in _instances(slots[1:], sorts, found))


def _may_be(variable: str, sort: Sort) -> bool:
    match variable:
        case "N":
            return sort in (INT, FLOAT)
        case "O":
            return is_orderable(sort)
        case "H":
            return is_hashable(sort) and sort != NONE and not isinstance(sort, UnionSort)
        case "L":
            return isinstance(sort, ListSort | SetSort | DictSort | RowSort) or sort == STR
        case _:
            return sort != NONE and not isinstance(sort, UnionSort | IterableSort)


def _matched(pattern: Sort, sort: Sort, known: dict[str, Sort]) -> dict[str, Sort] | None:
    """What the variables of a pattern stand for where it is the sort; ``None`` where it is not."""
    match pattern, sort:
        case NamedSort(name), _ if VARIABLES.fullmatch(name):
            return {**known, name: sort} if known.get(name, sort) == sort else None
        case UnionSort((a, _)), UnionSort((b, last)) if last == NONE:
            return _matched(a, b, known)
        case _ if type(pattern) is not type(sort):
            return None
    ours, theirs = inside(pattern), inside(sort)
    if not ours or len(ours) != len(theirs):
        return known if pattern == sort else None
    found: dict[str, Sort] | None = known
    for item, other in zip(ours, theirs, strict=True):
        found = None if found is None else _matched(item, other, found)
    return found
