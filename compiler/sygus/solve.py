"""Solving a problem: search over terms where it shows examples, counterexample-guided synthesis everywhere else."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.sygus.answer import Answer, Limits
from compiler.sygus.examples import examples_of
from compiler.sygus.problem import Problem, Production


def solve(
    problem: Problem, limits: Limits | None = None, costs: Mapping[tuple[str, Production], int] | None = None
) -> Answer:
    """An answer to the problem, or the reason why there is none within the limits. Nothing here checks it.

    ``costs`` orders the search where the problem shows examples.
    """
    limits = limits or Limits()
    if examples_of(problem) is not None:
        from compiler.sygus.from_examples import synthesise_from_examples

        return synthesise_from_examples(problem, limits, costs)
    from compiler.sygus.cegis import synthesise_by_cegis

    return synthesise_by_cegis(problem, limits)
