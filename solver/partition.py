"""Partitions: the kept terms of one sort by cost, one term for each behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from solver.behaviour import FAILURE, Vector, bounds_checker, is_scalar, key_maker, size_of
from solver.meter import Meter
from solver.sorts import Sort
from solver.terms import Lit, Term, Var


@dataclass(slots=True, eq=False)
class Entry:
    """A kept term with its vector. Nothing changes one; it is not frozen because search makes so many.

    ``whole`` tells that the vector holds no failure, ``local`` that the term depends on a variable of its own level.
    ``met`` are the soft constraints that the term's parts meet, as bits.
    """

    term: Term
    sort: Sort
    cost: int
    values: Vector
    whole: bool
    local: bool
    met: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort with what vectors of it are told apart by, and what bounds them; a scalar's vectors are their own keys."""

    sort: Sort
    key_of: Callable[[Vector], object]
    fits: Callable[[Sequence[Any]], bool]
    scalar: bool


def kind_of(sort: Sort) -> Kind:
    """The kind of a sort."""
    return Kind(sort, key_maker(sort), bounds_checker(sort), is_scalar(sort))


class Partition:
    """The kept terms of one sort.

    ``key_if_new`` gives the key of a vector that no kept term has, and ``None`` for one that is known, or that holds
    values too large to be worth keeping.
    """

    __slots__ = ("_kind", "_local", "_meter", "_seen", "by_cost", "key_if_new", "sort")

    def __init__(self, kind: Kind, meter: Meter) -> None:
        self.sort = kind.sort
        self.by_cost: dict[int, list[Entry]] = {}
        self._local: dict[int, list[Entry]] = {}
        self._kind = kind
        self._meter = meter
        self._seen: set[object] = set()
        self.key_if_new = _gate(kind, self._seen)

    def begin(self, term: Var | Lit, cost: int, values: Vector, local: bool, meets: int) -> Entry | None:
        """Keep a variable or constant, however large its values; ``None`` where there is one like it."""
        key = self._kind.key_of(values)
        if key in self._seen:
            return None
        entry = Entry(term, self.sort, cost, values, FAILURE not in values, local, meets)
        self.keep(entry, key)
        return entry

    def keep(self, entry: Entry, key: object) -> None:
        """Keep a term whose key is new. Raises ``BudgetSpentError`` where this is more than may be kept."""
        self._meter.hold(size_of(entry.values, key))
        self._seen.add(key)
        self.by_cost.setdefault(entry.cost, []).append(entry)

    def local(self, cost: int) -> list[Entry]:
        """The terms of a cost that is grown already which look at a variable of their own level."""
        if cost not in self._local:
            self._local[cost] = [entry for entry in self.by_cost.get(cost, ()) if entry.local]
        return self._local[cost]


def _gate(kind: Kind, seen: set[object]) -> Callable[[Vector], object | None]:
    key_of, fits = kind.key_of, kind.fits

    def nested(values: Vector) -> object | None:
        if not fits(values):
            return None
        key = key_of(values)
        return None if key in seen else key

    def scalars(values: Vector) -> object | None:
        try:
            return None if values in seen or not fits(values) else values
        except TypeError:
            # An annotation said that these are scalars, and the examples pass something else.
            return nested(values)

    return scalars if kind.scalar else nested
