"""Top-down search: a term for a goal, by inverting the operation at its root into goals for its parts.

After Polozov and Gulwani 2015 ("FlashMeta") and Lee 2021 ("Duet"): what bottom-up enumeration has found completes what
inversion leaves open, so that the two meet in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import TypeAlias

from solver.bank import Bank
from solver.meter import BudgetSpentError, Meter
from solver.productions import Derivation, Productions, Role, Rule, Vector


@dataclass(frozen=True, slots=True)
class Effort:
    """How many known terms are tried for an operand, and whether the search goes on where a first term is found."""

    breadth: int
    thorough: bool = False


class Deduction:
    """Goals over some of a bank's examples.

    A goal is the value that a term must have on each of these examples. What is found has values on all of the bank's
    examples, and is sure to meet its goal. ``effort`` says how much is tried at each step.
    """

    def __init__(
        self, bank: Bank, subset: Sequence[int], inversions: Mapping[Role, Inversion], effort: Effort, meter: Meter
    ) -> None:
        self.meter = meter
        self.breadth = effort.breadth
        self.thorough = effort.thorough
        self.work = 1 + len(subset) // 8
        self._bank = bank
        self._inversions = inversions
        self._whole = len(subset) == len(bank.rows)
        self._pick = itemgetter(*subset)
        self._single = len(subset) == 1
        self._terms: dict[str, dict[Vector, Derivation]] = {}
        self._cheapest: dict[tuple[str, int], list[tuple[Vector, Derivation]]] = {}
        self._solved: dict[tuple[str, Vector, int, Role | None], Derivation | None] = {}

    @property
    def productions(self) -> Productions:
        return self._bank.productions

    def project(self, values: Vector) -> Vector:
        """The values on this search's examples."""
        if self._whole:
            return values
        return (self._pick(values),) if self._single else self._pick(values)

    def terms(self, head: str) -> Mapping[Vector, Derivation]:
        """The bank's terms by their values on this search's examples."""
        if self._whole:
            return self._bank.terms[head]
        if head not in self._terms:
            terms = self._terms[head] = {}
            for values, term in self._bank.terms[head].items():
                terms.setdefault(self.project(values), term)
            self.meter.tick(len(self._bank.terms[head]) // 4)
        return self._terms[head]

    def cheapest(self, head: str, count: int) -> list[tuple[Vector, Derivation]]:
        """The first terms of a nonterminal, each with its values on this search's examples."""
        if (head, count) not in self._cheapest:
            self._cheapest[head, count] = list(islice(self.terms(head).items(), count))
        return self._cheapest[head, count]

    def solve(self, head: str, goal: Vector, depth: int, only: Role | None = None) -> Derivation | None:
        """The cheapest term found for the goal with at most ``depth`` inversions on a path.

        With ``only``, a term that is not known has this operation at its root. Raises ``BudgetSpentError`` where the
        budget is spent before any is found.
        """
        known = self.terms(head).get(goal)
        if known is not None or depth <= 0:
            return known
        key = (head, goal, depth, only)
        if key not in self._solved:
            self._solved[key] = None
            self._solved[key] = self._invert(head, goal, depth, only)
        return self._solved[key]

    def _invert(self, head: str, goal: Vector, depth: int, only: Role | None) -> Derivation | None:
        best: Derivation | None = None
        for rule in self.productions.rules[head]:
            invert = self._inversions.get(rule.role) if rule.role else None
            if invert is None or (only is not None and rule.role is not only):
                continue
            try:
                for term in invert(self, rule, goal, depth):
                    if (best is None or term.cost < best.cost) and self.project(term.values) == goal:
                        best = term
            except BudgetSpentError:
                if best is None:
                    raise
        return best


Inversion: TypeAlias = Callable[[Deduction, Rule, Vector, int], Iterator[Derivation]]
"""Terms with the rule at their root that may meet a goal; parts are solved with one inversion less on a path."""
