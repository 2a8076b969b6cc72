"""Conditionals by unification: terms that are right on some inputs, and tests that separate those inputs.

After Alur, Radhakrishna and Udupa 2017, "Scaling Enumerative Program Synthesis via Divide and Conquer" (EUSolver), with
an exact search for the smallest tree in place of their greedy one: examples are few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from solver.meter import Meter

DEEPEST_TREE = 3
_CHOICE_COST = 3
_ALIKE = 8
_MOST_ASKED = 100

TermT = TypeVar("TermT")


@dataclass(frozen=True, slots=True)
class Part(Generic[TermT]):
    """A term with its cost and a set of inputs, as bits: where it is right, or where a test holds.

    ``met`` are the soft constraints of the specification that the term fulfils, as bits.
    """

    term: TermT
    cost: int
    inputs: int
    met: int = 0


class Pieces(Generic[TermT]):
    """The cheapest term for each set of inputs."""

    def __init__(self) -> None:
        self._parts: dict[int, Part[TermT]] = {}
        self.covered = 0
        self.changed = False

    def add(self, term: TermT, cost: int, inputs: int, met: int = 0) -> None:
        """Takes a piece; of equal sets the cheapest stays, and of equally cheap ones the first."""
        if not inputs:
            return
        known = self._parts.get(inputs)
        if known is None or cost < known.cost:
            self._parts[inputs] = Part(term, cost, inputs, met)
            self.covered |= inputs
            self.changed = True

    def all(self) -> Iterable[Part[TermT]]:
        """Every piece, in the order found."""
        return self._parts.values()


def cheapest_tree(
    answers: Pieces[TermT],
    tests: Pieces[TermT],
    wanted: int,
    dearest: int,
    meter: Meter,
    choose: Callable[[TermT, TermT, TermT], TermT],
    deepest: int = DEEPEST_TREE,
    accept: Callable[[TermT], bool] | None = None,
) -> Part[TermT] | None:
    """The cheapest decision tree that is right on all ``wanted`` inputs and costs at most ``dearest``.

    ``choose`` makes a choice of a test, what holds where it does, and what holds elsewhere. ``accept`` has the last
    word on a tree; without it, a single answer may be the tree. ``None`` where there is no
    tree of at most ``deepest`` tests on a path. Raises ``BudgetSpentError``.
    """
    if wanted & ~answers.covered:
        return None
    trees = _Trees(answers, tests, meter, choose)
    if accept is None:
        return trees.best(wanted, deepest, dearest)
    return trees.first_accepted(wanted, deepest, dearest, accept)


class _Trees(Generic[TermT]):
    def __init__(
        self,
        answers: Pieces[TermT],
        tests: Pieces[TermT],
        meter: Meter,
        choose: Callable[[TermT, TermT, TermT], TermT],
    ) -> None:
        self._choose = choose
        self._answers = sorted(answers.all(), key=lambda part: part.cost)
        self._tests = sorted(tests.all(), key=lambda part: part.cost)
        self._meter = meter
        self._memo: dict[tuple[int, int], tuple[int, Part[TermT] | None]] = {}

    def best(self, wanted: int, depth: int, dearest: int) -> Part[TermT] | None:
        searched, known = self._memo.get((wanted, depth), (0, None))
        if known is not None:
            return known if known.cost <= dearest else None
        if searched >= dearest:
            return None
        found = self._search(wanted, depth, dearest)
        self._memo[wanted, depth] = (dearest, found)
        return found

    def first_accepted(
        self, wanted: int, depth: int, dearest: int, accept: Callable[[TermT], bool]
    ) -> Part[TermT] | None:
        """The cheapest tree that is accepted; of tests that part the inputs alike, the cheapest few are tried."""
        trees: list[Part[TermT]] = []
        tried: Counter[int] = Counter()
        for test in self._tests:
            then_inputs = wanted & test.inputs
            rest = dearest - test.cost - _CHOICE_COST
            if rest < 2 or not then_inputs or then_inputs == wanted or tried[then_inputs] == _ALIKE:
                continue
            tried[then_inputs] += 1
            then = self.best(then_inputs, depth - 1, rest - 1)
            otherwise = then and self.best(wanted & ~test.inputs, depth - 1, rest - then.cost)
            if then is not None and otherwise is not None:
                trees.append(self._tree(test, then, otherwise, wanted))
        trees.sort(key=lambda tree: tree.cost)
        return next((tree for tree in trees[:_MOST_ASKED] if accept(tree.term)), None)

    def _tree(self, test: Part[TermT], then: Part[TermT], otherwise: Part[TermT], wanted: int) -> Part[TermT]:
        cost = test.cost + _CHOICE_COST + then.cost + otherwise.cost
        met = test.met | then.met | otherwise.met
        return Part(self._choose(test.term, then.term, otherwise.term), cost, wanted, met)

    def _search(self, wanted: int, depth: int, dearest: int) -> Part[TermT] | None:
        self._meter.tick(1 + len(self._answers) // 16)
        best = next((part for part in self._answers if not wanted & ~part.inputs), None)
        if best is not None and best.cost > dearest:
            best = None
        if depth == 0:
            return best
        limit = dearest if best is None else best.cost - 1
        tried: set[int] = set()
        for test in self._tests:
            if test.cost + _CHOICE_COST + 2 > limit:
                break
            then_inputs = wanted & test.inputs
            if not then_inputs or then_inputs == wanted or then_inputs in tried:
                continue
            tried.add(then_inputs)
            rest = limit - test.cost - _CHOICE_COST
            then = self.best(then_inputs, depth - 1, rest - 1)
            if then is None:
                continue
            otherwise = self.best(wanted & ~test.inputs, depth - 1, rest - then.cost)
            if otherwise is None:
                continue
            best = self._tree(test, then, otherwise, wanted)
            limit = best.cost - 1
        return best
