"""Bottom-up enumeration of a grammar's terms in order of cost, one term for each behaviour.

Of all terms of one nonterminal with the same values on the examples the first, which is the cheapest, is kept
(observational equivalence: Albarghouthi et al. 2013; Udupa et al. 2013).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from solver.meter import Meter
from solver.productions import Derivation, Productions, Rule, Vector

_BYTES_A_TERM = 260
_BYTES_A_VALUE = {str: 64, int: 20, bool: 0}
_KINDS = (int, bool, str)
_IDLE_LEVELS = 8
_BETWEEN_PAUSES = 1000


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is kept: texts up to a length, numbers up to a size, and terms up to about so much memory, in bytes."""

    longest: int
    widest: int
    memory: int


class Bank:
    """The terms of each nonterminal over fixed examples, in the order found, which is that of their cost.

    An evaluation counts as more work where there are more examples.
    """

    def __init__(self, productions: Productions, rows: Sequence[tuple[Any, ...]], bounds: Bounds, meter: Meter) -> None:
        self.productions = productions
        self.rows = rows
        self.terms: dict[str, dict[Vector, Derivation]] = {head: {} for head in productions.rules}
        self.cost = 0
        self.full = False
        self.exhausted = False
        self._levels: dict[str, dict[int, list[Derivation]]] = {head: {} for head in productions.rules}
        self._bounds = bounds
        self._meter = meter
        self._work = 1 + len(rows) // 8
        self._memory = 0
        self._pause = 0
        self._heads = sorted(productions.rules, key=lambda head: _KINDS.index(productions.kinds[head]))

    def grow(self) -> Iterator[None]:
        """Builds level after level, pausing now and then, until nothing new is left or the memory is used up.

        Raises ``BudgetSpentError``.
        """
        idle = 0
        while idle < _IDLE_LEVELS and not self.full:
            before = self.size
            for head in self._heads:
                for rule in self.productions.rules[head]:
                    yield from self._grow_rule(rule, self.cost + 1)
            self.cost += 1
            idle = 0 if self.size > before else idle + 1
            yield
        self.exhausted = not self.full

    @property
    def size(self) -> int:
        """How many terms are kept."""
        return sum(map(len, self.terms.values()))

    def cheapest(self, head: str, count: int) -> list[Derivation]:
        """The first terms of a nonterminal."""
        return list(islice(self.terms[head].values(), count))

    def _grow_rule(self, rule: Rule, cost: int) -> Iterator[None]:
        if not rule.children:
            if rule.cost == cost:
                self._meter.tick(self._work)
                self._keep(rule, (), cost, tuple(map(rule.evaluate, self.rows)))
            return
        for costs in splits(cost - rule.cost, len(rule.children)):
            if rule.commutative and costs[0] > costs[1]:
                continue
            banks = [self._levels[child].get(part, ()) for child, part in zip(rule.children, costs, strict=True)]
            if all(banks):
                yield from self._combine(rule, cost, banks)

    def _combine(self, rule: Rule, cost: int, banks: Sequence[Sequence[Derivation]]) -> Iterator[None]:
        """Applies a rule to every choice from the banks; the last one is the inner loop."""
        evaluate, seen, last = rule.evaluate, self.terms[rule.head], banks[-1]
        halved = rule.commutative and banks[0] is banks[1]
        for number, chosen in enumerate(_choices(banks[:-1])):
            columns = [argument.values for argument in chosen]
            inner = last[number:] if halved else last
            for argument in inner:
                values = tuple(map(evaluate, *columns, argument.values))
                if values not in seen:
                    self._keep(rule, (*chosen, argument), cost, values)
            self._meter.tick(self._work * len(inner))
            if self.full:
                return
            if self._meter.spent > self._pause:
                self._pause = self._meter.spent + _BETWEEN_PAUSES
                yield

    def _keep(self, rule: Rule, arguments: tuple[Derivation, ...], cost: int, values: Vector) -> None:
        kind = self.productions.kinds[rule.head]
        if kind is str:
            if max(map(len, values)) > self._bounds.longest:
                return
        elif kind is int and not -self._bounds.widest <= min(values) <= max(values) <= self._bounds.widest:
            return
        if values in self.terms[rule.head]:
            return
        term = Derivation(rule, arguments, cost, values)
        self.terms[rule.head][values] = term
        self._levels[rule.head].setdefault(cost, []).append(term)
        self._memory += _BYTES_A_TERM + len(values) * _BYTES_A_VALUE[kind]
        self.full = self._memory > self._bounds.memory


def splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to write ``total`` as an ordered sum of ``parts`` positive numbers."""
    if parts == 1:
        if total >= 1:
            yield (total,)
        return
    for first in range(1, total - parts + 2):
        for rest in splits(total - first, parts - 1):
            yield (first, *rest)


def _choices(banks: Sequence[Sequence[Derivation]]) -> Iterator[tuple[Derivation, ...]]:
    if not banks:
        yield ()
        return
    for first in banks[0]:
        for rest in _choices(banks[1:]):
            yield (first, *rest)
