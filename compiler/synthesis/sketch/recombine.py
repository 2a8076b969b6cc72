"""Recombination: what different answers put into the holes of one file, in every combination that is left to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.acceptance.candidate import Provenance
from compiler.front.spec import FunctionSpec
from compiler.interpreter.interpreter import Program
from compiler.interpreter.meter import HoleFiller
from compiler.ir.nodes import BlockHole, Expr, Function, Module
from compiler.propagation.template import template_of
from compiler.synthesis.ask.conform import fills_in
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.cases import cases_of
from compiler.synthesis.problem.template import Fill, fill_template, with_function
from compiler.synthesis.sketch.combine import Combined, combine
from compiler.synthesis.sketch.fragments import Fragment, binding_constraints, fragment, return_constraints, runs_alone
from compiler.synthesis.sketch.trial import CombinationProblem, Learned
from compiler.trace import events
from solver.combination import Constraint
from solver.meter import Meter
from solver.sorts import ANY, NONE, UnionSort

COMBINATIONS = 300
FOUND = 3
WORK = 200_000
_VALUE_STEPS = 5_000


def recombine(pool: Pool) -> None:
    """Add the combinations of the candidates' fills that pass every example in the interpreter.

    Only for a unit of one function with several holes.
    """
    function = pool.unit.functions[0]
    cases = cases_of(pool.unit.functions)
    if len(pool.unit.functions) != 1 or len(function.holes) < 2 or not pool.candidates or not cases:
        return
    template = template_of(function)
    module = pool.candidates[0].module
    domains = _domains(pool, function, template, module)
    problem = CombinationProblem(
        lambda fills: with_function(module, fill_template(template, fills)),
        domains,
        cases,
        constraints_among(domains, template, module, function),
    )
    with pool.budget.phase("search"):
        combined = combine(
            problem,
            Meter(WORK, lambda: pool.budget.cut("recombine")),
            at_most=FOUND,
            combinations_at_most=COMBINATIONS,
            learned=lambda lesson: record_nogood(pool, domains, lesson),
        )
    record_combined(pool, domains, combined)
    for choice in combined.found:
        fills = {hole: domains[hole][place].content for hole, place in choice.items()}
        pool.add(with_function(module, fill_template(template, fills)), Provenance("repair"))


def constraints_among(
    domains: Mapping[str, Sequence[Fragment]], template: Function, module: Module, function: FunctionSpec
) -> list[Constraint]:
    """What fragments must keep to whatever the examples say: names are bound, and a value comes back on every path."""
    constraints = list(binding_constraints(domains, template, module))
    returns = function.signature.returns
    gives_none = returns in (ANY, NONE) or (isinstance(returns, UnionSort) and NONE in returns.options)
    match template.body[-1]:
        case BlockHole(name=last) if not gives_none:
            constraints += return_constraints(domains, last)
    return constraints


def record_nogood(pool: Pool, domains: Mapping[str, Sequence[Fragment]], lesson: Learned) -> None:
    """Tell the trace which fragments cannot stand together."""
    pool.trace.record(
        events.Nogood(
            unit=pool.unit.name,
            holes={hole: domains[hole][lesson.combination[hole]].text for hole in lesson.places},
            alike={hole: len(places) for hole, places in lesson.places.items()},
            example=lesson.case.text,
        )
    )


def record_combined(pool: Pool, domains: Mapping[str, Sequence[Fragment]], combined: Combined) -> None:
    """Tell the trace how many combinations were run of how many."""
    pool.trace.record(
        events.Combination(
            unit=pool.unit.name,
            holes={hole: len(fragments) for hole, fragments in domains.items()},
            possible=combined.possible,
            run=combined.run,
            nogoods=combined.nogoods,
            found=len(combined.found),
            exhausted=combined.exhausted,
        )
    )


def _domains(pool: Pool, function: FunctionSpec, template: Function, module: Module) -> dict[str, list[Fragment]]:
    domains: dict[str, list[Fragment]] = {hole.name: [] for hole in function.holes}
    program = Program(module)
    for candidate in pool.candidates:
        for hole, fill in fills_in(candidate.module.function(function.name), function).items():
            if all(fill != known.content for known in domains[hole]):
                domains[hole].append(fragment(fill, value_of(fill, program, template)))
    return domains


def value_of(fill: Fill, program: Program, template: Function) -> HoleFiller | None:
    """How a fill is evaluated in an environment; ``None`` where only a run of the whole function tells."""
    if isinstance(fill, tuple) or not runs_alone(fill, template):
        return None
    return lambda environment: _evaluated(program, fill, environment)


def _evaluated(program: Program, expression: Expr, environment: Mapping[str, object]) -> object:
    run = program.evaluate(expression, environment, steps=_VALUE_STEPS)
    if run.error is not None:
        raise run.error
    if run.stopped is not None:
        raise TimeoutError(f"the expression was stopped by its limit of {run.stopped}")
    return run.value
