"""Pieces for the holes of a sketch: the cheapest terms over the variables in sight that differ on sample values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from compiler.enumerate.guidance import Guidance, soft_constraints_of, sorts_on_the_way, speaks_of_texts
from compiler.enumerate.ingredients import leaves_for, library_for
from compiler.enumerate.universe import universe
from solver.behaviour import FAILURE
from solver.enumeration import Enumeration
from solver.meter import BudgetSpentError, Meter, no_collection
from solver.partition import Entry
from solver.sorts import BOOL, FLOAT, INT, ListSort, Sort, is_subsort, sort_of_value
from solver.terms import Choice, Term

_ROWS = 20
_FEW = 4
_CHOICE_COST = 3
_DEAREST = 14
_USUAL: tuple[object, ...] = (0, 1, 2, -1, 3, 7, 12, 10, -4, True, False, "", "a", " ")


@dataclass(frozen=True, slots=True)
class Piece:
    """A term with its cost and the soft constraints that it fulfils."""

    term: Term
    cost: int
    met: int
    values: tuple[object, ...]


def samples_of(scope: Sequence[tuple[str, Sort]], values: Iterable[object]) -> list[dict[str, object]]:
    """Rows of values for variables of these sorts, drawn in turn from ``values`` and their parts."""
    parts = list({repr(part): part for value in values for part in _parts(value)}.values())
    pools = [_pool(sort, [*parts, *_USUAL]) for _, sort in scope]
    if not all(pools):
        return []
    rows = [
        {
            name: pool[(number * (2 * place + 1) + number // len(pool) * place) % len(pool)]
            for place, ((name, _), pool) in enumerate(zip(scope, pools, strict=True))
        }
        for number in range(_ROWS)
    ]
    return list({repr(row): row for row in rows}.values())


def _pool(sort: Sort, values: Sequence[object]) -> list[object]:
    """The values of a sort; lists of the elements' values where few are."""
    found = _of_sort(sort, values)
    if isinstance(sort, ListSort) and len(found) < _FEW:
        items = _of_sort(sort.element, values)
        found += [[], items[:1], items[1:3], items[2:5], items[3:1:-1]]
    return found


def _of_sort(sort: Sort, values: Sequence[object]) -> list[object]:
    fitting = [value for value in values if is_subsort(sort_of_value(value), sort)]
    if sort in (INT, FLOAT):
        fitting = [value for value in fitting if not isinstance(value, bool)]
    return fitting


def _parts(value: object) -> Iterator[object]:
    yield value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _parts(key)
            yield from _parts(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _parts(item)
    elif isinstance(value, str) and len(value) > 1:
        yield from value


def pieces(
    scope: Sequence[tuple[str, Sort]],
    samples: Sequence[Mapping[str, object]],
    sort: Sort,
    constants: Sequence[object],
    guidance: Guidance,
    *,
    limit: int,
    most: int,
    should_stop: Callable[[], bool],
) -> list[Piece]:
    """At most ``most`` terms of a sort, the cheapest first; the variables' soft constraints follow the guidance's."""
    sorts = [each for _, each in scope]
    space = universe(sorts, sort, sorts_on_the_way(guidance, sorts, sort), numbers_as_text=speaks_of_texts(guidance))
    taken = frozenset(name for name, _ in scope)
    library = library_for(space, constants, [], taken, guidance)
    leaves = leaves_for(scope, samples, soft_constraints_of(guidance))
    enumeration = Enumeration(library, leaves, len(samples), Meter(limit, should_stop))
    found: list[Entry] = []
    with suppress(BudgetSpentError), no_collection():
        while len(found) < most and enumeration.grown < _DEAREST:
            found += [entry for entry in enumeration.grow() if is_subsort(entry.sort, sort)]
    if sort != BOOL:
        found = [entry for entry in found if entry.sort != BOOL]
    return [Piece(entry.term, entry.cost, entry.met, entry.values) for entry in found[:most]]


def with_choices(tests: Sequence[Piece], answers: Sequence[Piece], most: int) -> list[Piece]:
    """The answers, and choices between two of them, without those that do what a cheaper one does."""
    made = list(answers)
    for test in tests:
        for then in answers:
            for otherwise in answers:
                if then is not otherwise:
                    made.append(_choice(test, then, otherwise))
    made.sort(key=lambda piece: piece.cost)
    kept: dict[str, Piece] = {}
    for piece in made:
        kept.setdefault(repr(piece.values), piece)
    return list(kept.values())[:most]


def _choice(test: Piece, then: Piece, otherwise: Piece) -> Piece:
    values = tuple(
        FAILURE if verdict is FAILURE else yes if verdict else no
        for verdict, yes, no in zip(test.values, then.values, otherwise.values, strict=True)
    )
    cost = test.cost + then.cost + otherwise.cost + _CHOICE_COST
    return Piece(Choice(test.term, then.term, otherwise.term), cost, test.met | then.met | otherwise.met, values)
