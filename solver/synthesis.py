"""Search for the simplest terms that meet a goal: enumeration in order of cost, with conditionals by unification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from solver.behaviour import FAILURE
from solver.enumeration import Entry, Enumeration, Leaf, Library
from solver.meter import BudgetSpentError, Meter
from solver.sorts import BOOL, Sort
from solver.terms import Term
from solver.unification import Pieces, cheapest_tree

_DEAREST_TREE = 24


@dataclass(frozen=True, slots=True)
class Goal:
    """What a term must do: ``accepts`` holds for each input one test of the value, ``None`` where any value will do.

    ``sorts`` are those that the term may have.
    """

    sorts: tuple[Sort, ...]
    accepts: tuple[Callable[[object], bool] | None, ...]

    @property
    def wanted(self) -> int:
        """The inputs that are tested, as bits."""
        return sum(1 << index for index, accept in enumerate(self.accepts) if accept is not None)

    def met_on(self, values: Sequence[object]) -> int:
        """The tested inputs, as bits, on which these values are right."""
        met = 0
        for index, (value, accept) in enumerate(zip(values, self.accepts, strict=True)):
            if accept is not None and value is not FAILURE and accept(value):
                met |= 1 << index
        return met


@dataclass(frozen=True, slots=True)
class Found:
    """A term that meets the goal."""

    term: Term
    cost: int


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What a search gave: terms, the simplest first; its work; the size of each bank; whether the space was seen whole.

    ``exhausted`` is true where nothing is left to build, ``stopped`` where the caller ended the search.
    """

    found: tuple[Found, ...]
    expansions: int
    banks: dict[tuple[Sort, int], int]
    exhausted: bool
    stopped: bool


def synthesize(
    library: Library, leaves: Sequence[Leaf], goal: Goal, meter: Meter, *, found_at_most: int, dearest: int = 30
) -> Synthesis:
    """Searches until enough terms are found, the meter is spent, or ``dearest`` is reached.

    A conditional is held back until every plain term of at most its cost was seen, or until the search has done as
    much work again as it took to find it and a quarter of its limit more.
    """
    search = _Search(library, leaves, goal, meter, found_at_most)
    exhausted = False
    with suppress(BudgetSpentError):
        exhausted = search.run(dearest)
    found = sorted([*search.found, *search.held()], key=lambda item: item.cost)[:found_at_most]
    return Synthesis(tuple(found), meter.spent, search.enumeration.bank_sizes(), exhausted, meter.stopped)


class _Search:
    def __init__(self, library: Library, leaves: Sequence[Leaf], goal: Goal, meter: Meter, found_at_most: int) -> None:
        self.enumeration = Enumeration(library, leaves, len(goal.accepts), meter)
        self.found: list[Found] = []
        self._goal = goal
        self._wanted = goal.wanted
        self._meter = meter
        self._at_most = found_at_most
        self._answers = Pieces()
        self._tests = Pieces()
        self._tree: Found | None = None
        self._patience = 0
        self._everything = (1 << len(goal.accepts)) - 1

    def held(self) -> list[Found]:
        """The conditional that was found, if any."""
        return [] if self._tree is None else [self._tree]

    def run(self, dearest: int) -> bool:
        """Whether the space was exhausted; returns early when enough was found. Raises ``BudgetSpentError``."""
        idle = 0
        for cost in count(1):
            new = False
            for entry in self.enumeration.grow():
                new = True
                self._look_at(entry)
                if len(self.found) >= self._at_most or self._out_of_patience():
                    return False
            if self.found and self._at_most == 1:
                return False
            self._unify(cost)
            if self._tree is not None and self._tree.cost <= cost:
                return False
            idle = 0 if new else idle + 1
            if cost >= dearest or idle > 6:
                return True
        raise AssertionError("count does not end")

    def _out_of_patience(self) -> bool:
        return self._tree is not None and self._meter.spent > self._patience

    def _look_at(self, entry: Entry) -> None:
        if entry.sort in self._goal.sorts:
            met = self._goal.met_on(entry.values)
            if met == self._wanted:
                self.found.append(Found(entry.term, entry.cost))
                if self._at_most > 1:
                    self.enumeration.watch(entry)
            self._answers.add(entry.term, entry.cost, met)
        if entry.sort == BOOL and entry.whole:
            holds = sum(1 << index for index, value in enumerate(entry.values) if value)
            if 0 < holds < self._everything:
                self._tests.add(entry.term, entry.cost, holds)

    def _unify(self, cost: int) -> None:
        if not (self._answers.changed or self._tests.changed) or cost < 3:
            return
        self._answers.changed = self._tests.changed = False
        dearest = _DEAREST_TREE if self._tree is None else self._tree.cost - 1
        tree = cheapest_tree(self._answers, self._tests, self._wanted, dearest, self._meter)
        if tree is None:
            return
        self._tree = Found(tree.term, tree.cost)
        self._patience = self._patience or self._meter.spent * 2 + self._meter.limit // 4
