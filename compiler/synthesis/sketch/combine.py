"""Combining fragments: a constraint satisfaction problem over the holes of one function, solved by running examples.

Each combination that fails is explained, and the explanation forbids many others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from compiler.synthesis.sketch.trial import Choice, CombinationProblem, Learned, Trial
from solver.combination import Nogoods, combinations, possible, restricted
from solver.meter import BudgetSpentError, Meter

_CHECKS_FOR_ONE = 16


@dataclass(frozen=True, slots=True)
class Combined:
    """What became of the combinations: those that pass, how many were run, of how many, and with how many nogoods.

    ``exhausted`` tells that every combination was run or is forbidden.
    """

    found: tuple[Choice, ...]
    run: int
    possible: int
    nogoods: int
    exhausted: bool


def combine(
    problem: CombinationProblem,
    meter: Meter,
    *,
    at_most: int = 1,
    combinations_at_most: int = 300,
    learned: Callable[[Learned], None] = lambda _: None,
) -> Combined:
    """Run combinations of fragments, the cheapest first, until enough pass every case; each failure is learned from.

    Of the combinations that pass, those that cost more than one above the first are not looked for.
    """
    nogoods = Nogoods()
    trial = Trial(problem, meter, nogoods)
    costs = {hole: [fragment.cost for fragment in fragments] for hole, fragments in problem.domains.items()}
    found: list[Choice] = []
    run = 0
    exhausted = False
    try:
        for lesson in trial.alone():
            nogoods.add(lesson.places)
            learned(lesson)
        paid = combinations(costs, nogoods, problem.constraints, lambda checks: meter.tick(checks // _CHECKS_FOR_ONE))
        for choice in paid:
            if run >= combinations_at_most or len(found) >= at_most or _is_dear(choice, found, costs):
                break
            run += 1
            failure = trial.run(choice)
            if failure is None:
                found.append(choice)
            else:
                nogoods.add(restricted(failure.places, choice))
                learned(failure)
        else:
            exhausted = True
    except BudgetSpentError:
        pass
    return Combined(tuple(found), run, possible(costs), nogoods.count, exhausted)


def _is_dear(choice: Choice, found: Sequence[Choice], costs: Mapping[str, Sequence[int]]) -> bool:
    def cost(some: Choice) -> int:
        return sum(costs[hole][place] for hole, place in some.items())

    return bool(found) and cost(choice) > cost(found[0]) + 1
