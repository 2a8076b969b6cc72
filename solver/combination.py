"""Combinations: one value for each of several variables, the cheapest first, under constraints and nogoods.

The combinations are the solutions of a constraint satisfaction problem. Whoever tries them tells which parts of one
made it fail, and no combination that holds such parts comes again (nogood learning: Dechter 1990, "Enhancement schemes
for constraint processing"). A value is named by its place in its variable's domain.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations as subsets
from itertools import product
from math import prod

Places = Mapping[str, frozenset[int]]

_WIDEST_SCOPE = 3
_MOST_ROWS = 20_000
_CHECKS_A_TICK = 1024


@dataclass(frozen=True, slots=True)
class Constraint:
    """What must hold among some variables: ``holds`` is asked with the places of their values, in this order."""

    variables: tuple[str, ...]
    holds: Callable[..., bool]


@dataclass(slots=True)
class Nogoods:
    """What no combination may hold: for some of the variables, each of certain places together.

    They may grow while combinations are drawn, and count from then on. Kept as tables: for the variables of one scope
    but the last, each choice with the forbidden places of the last as bits.
    """

    count: int = 0
    _tables: dict[tuple[str, ...], dict[tuple[int, ...], int]] = field(default_factory=dict)

    def add(self, places: Places) -> None:
        """Forbid every combination that takes, for each variable here, one of its places here."""
        scope = tuple(sorted(places))
        table = self._tables.setdefault(scope, {})
        mask = sum(1 << place for place in places[scope[-1]])
        for row in product(*(sorted(places[name]) for name in scope[:-1])):
            table[row] = table.get(row, 0) | mask
        self.count += 1

    def allow(self, choice: Mapping[str, int]) -> bool:
        """Whether no nogood forbids a choice, which may leave variables open."""
        return all(
            self.allow_in(scope, tuple(choice[name] for name in scope))
            for scope in self._tables
            if all(name in choice for name in scope)
        )

    def allow_in(self, scope: tuple[str, ...], places: tuple[int, ...]) -> bool:
        """Whether no nogood over exactly these variables, in order of their names, forbids these places."""
        table = self._tables.get(scope)
        return table is None or not table.get(places[:-1], 0) >> places[-1] & 1

    def alone(self, name: str) -> int:
        """The places of a variable that are forbidden whatever the others hold, as bits."""
        return self._tables.get((name,), {}).get((), 0)


def restricted(places: Places, chosen: Mapping[str, int]) -> Places:
    """The nogood itself, or a weaker one of few enough rows around the choice that it was learned from."""
    made = dict(places)
    leading = sorted(made)[:-1]
    while prod(len(made[name]) for name in leading) > _MOST_ROWS:
        largest = max(leading, key=lambda name: len(made[name]))
        made[largest] = frozenset({chosen[largest]})
    return made


def possible(costs: Mapping[str, Sequence[int]]) -> int:
    """How many combinations there are when nothing is forbidden."""
    return prod(map(len, costs.values()))


def combinations(
    costs: Mapping[str, Sequence[int]],
    nogoods: Nogoods,
    constraints: Sequence[Constraint] = (),
    tick: Callable[[int], None] = lambda _: None,
) -> Iterator[dict[str, int]]:
    """Every combination that the constraints and, at the time, the nogoods allow; cheaper sums of costs come first.

    ``costs`` has the cost of each value of each variable. ``tick`` is told now and then how many checks were made.
    """
    checking = _Checking(nogoods, tick)
    by_cost = {name: _by_cost(values) for name, values in costs.items()}
    for level in _levels({name: sorted(groups) for name, groups in by_cost.items()}):
        domains = {
            name: [place for place in by_cost[name][cost] if nogoods.allow({name: place})]
            for name, cost in level.items()
        }
        if all(domains.values()):
            yield from _solutions(domains, checking, constraints)


def _by_cost(values: Sequence[int]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for place, cost in enumerate(values):
        groups.setdefault(cost, []).append(place)
    return groups


def _levels(costs: Mapping[str, Sequence[int]]) -> Iterator[dict[str, int]]:
    """Every choice of one cost for each variable, in order of their sum."""
    if not all(costs.values()):
        return
    names = list(costs)
    start = (0,) * len(names)
    heap = [(sum(costs[name][0] for name in names), start)]
    seen = {start}
    while heap:
        _, steps = heapq.heappop(heap)
        yield {name: costs[name][step] for name, step in zip(names, steps, strict=True)}
        for place, name in enumerate(names):
            following = (*steps[:place], steps[place] + 1, *steps[place + 1 :])
            if following[place] < len(costs[name]) and following not in seen:
                seen.add(following)
                total = sum(costs[other][step] for other, step in zip(names, following, strict=True))
                heapq.heappush(heap, (total, following))


@dataclass(slots=True)
class _Checking:
    """Nogoods as constraints, each over the variables of one scope, that count how often they are asked."""

    nogoods: Nogoods
    tick: Callable[[int], None]
    asked: int = 0

    def in_scope(self, scope: tuple[str, ...]) -> Callable[..., bool]:
        def holds(*places: int) -> bool:
            self.asked += 1
            if self.asked >= _CHECKS_A_TICK:
                self.asked = 0
                self.tick(_CHECKS_A_TICK)
            return self.nogoods.allow_in(scope, places)

        return holds


def _solutions(
    domains: Mapping[str, list[int]], checking: _Checking, constraints: Sequence[Constraint]
) -> Iterator[dict[str, int]]:
    from constraint import Problem

    problem = Problem()
    names = sorted(domains)
    for name in names:
        # The solver takes values from the end.
        problem.addVariable(name, domains[name][::-1])
    for constraint in constraints:
        problem.addConstraint(constraint.holds, list(constraint.variables))
    # One constraint for each narrow scope, so that a branch is left as soon as its first variables hold a nogood.
    scopes = [scope for width in range(1, min(_WIDEST_SCOPE, len(names)) + 1) for scope in subsets(names, width)]
    for scope in scopes:
        problem.addConstraint(checking.in_scope(scope), list(scope))
    for solution in problem.getSolutionIter():
        choice = {name: solution[name] for name in domains}
        if checking.nogoods.allow(choice):
            yield choice
