"""Recombination: what different answers put into the holes of one file, in every combination that is left to try."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from compiler.fill.cases import cases_of, failing_nodes
from compiler.fill.conform import fills_in
from compiler.fill.pool import Pool
from compiler.fill.template import Fill, fill_template, template_of, with_function
from compiler.ir.walk import Node, walk
from compiler.spec import FunctionSpec

COMBINATIONS = 300
FOUND = 3


def recombine(pool: Pool) -> None:
    """Add the combinations of the candidates' fills that pass every example in the interpreter.

    Only for a unit of one function with several holes. A failing combination becomes a nogood over the holes that ran,
    so that no other combination with the same fills there is tried.
    """
    function = pool.unit.functions[0]
    cases = cases_of(pool.unit.functions)
    if len(pool.unit.functions) != 1 or len(function.holes) < 2 or not pool.candidates or not cases:
        return
    domains = _domains(pool, function)
    module = pool.candidates[0].module
    template = template_of(function)
    nogoods: list[dict[str, int]] = []
    tried = found = 0
    for choice in combinations({hole: len(fills) for hole, fills in domains.items()}, nogoods):
        if tried >= COMBINATIONS or found >= FOUND or pool.budget.cut("recombine"):
            break
        tried += 1
        fills = {hole: domains[hole][place] for hole, place in choice.items()}
        variant = with_function(module, fill_template(template, fills))
        ran = failing_nodes(variant, cases)
        if ran is None:
            found += pool.add(variant, "repair").judgement.clean
            continue
        core = {hole: place for hole, place in choice.items() if _was_run(fills[hole], ran)}
        nogoods.append(core or choice)
        pool.trace.record("nogood", unit=pool.unit.name, holes=nogoods[-1])
    possible = 1
    for fills_of_hole in domains.values():
        possible *= len(fills_of_hole)
    pool.trace.record(
        "search", unit=pool.unit.name, limit=possible, expansions=tried, found=found, exhausted=tried >= possible
    )


def combinations(sizes: Mapping[str, int], nogoods: Sequence[Mapping[str, int]]) -> Iterator[dict[str, int]]:
    """Every choice of one value a hole, as places in its domain, that no nogood forbids; these may grow meanwhile.

    The choices are the solutions of a constraint satisfaction problem with the nogoods as its constraints.
    """
    from constraint import Problem

    problem = Problem()
    holes = list(sizes)
    for hole, size in sizes.items():
        problem.addVariable(hole, list(range(size)))

    def allowed(*places: int) -> bool:
        choice = dict(zip(holes, places, strict=True))
        return not any(nogood.items() <= choice.items() for nogood in nogoods)

    problem.addConstraint(allowed, holes)
    for solution in problem.getSolutionIter():
        if allowed(*(solution[hole] for hole in holes)):
            yield dict(solution)


def _domains(pool: Pool, function: FunctionSpec) -> dict[str, list[Fill]]:
    domains: dict[str, list[Fill]] = {hole.name: [] for hole in function.holes}
    for candidate in pool.candidates:
        for hole, fill in fills_in(candidate.module.function(function.name), function).items():
            if fill not in domains[hole]:
                domains[hole].append(fill)
    return domains


def _was_run(fill: Fill, ran: frozenset[int]) -> bool:
    roots = fill if isinstance(fill, tuple) else (fill,)
    return any(id(node) in ran for root in roots for node in walk(cast(Node, root)))
