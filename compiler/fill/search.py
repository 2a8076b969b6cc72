"""Filling by search: expressions that give what the examples demand, for a whole body or for one hole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from compiler.candidate import Candidate
from compiler.components.search import Accepts, FoundExpression, SearchReport, search_expressions
from compiler.fill.pool import Pool
from compiler.fill.problem import (
    Problem,
    arguments_of,
    body_problem,
    constants_of,
    hole_problem,
    partial_function,
    with_constants,
)
from compiler.fill.support import is_supported
from compiler.fill.template import fill_template
from compiler.ir.interpreter import evaluate_text
from compiler.ir.lower import lower_expression, lower_module
from compiler.ir.nodes import BlockHole, Call, Expr, ExprHole, Function, If, Module, Name, Raise, Return
from compiler.ir.walk import walk
from compiler.source import Source
from compiler.spec import Call as CallOf
from compiler.spec import Example, FunctionSpec, Satisfies

EXPANSIONS = 150_000
COUNTEREXAMPLES = 6
COUNTEREXAMPLES_A_ROUND = 4


def search(pool: Pool) -> None:
    """Add what enumeration finds for a unit of one function that has a single hole."""
    if len(pool.unit.functions) != 1:
        return
    function = pool.unit.functions[0]
    template = partial_function(function)
    match [node for node in walk(template) if isinstance(node, (BlockHole, ExprHole))]:
        case [BlockHole() as hole] if template.body == (hole,):
            problem, fill_with = body_problem(function), _as_body(template, function)
        case [ExprHole() as hole]:
            problem, fill_with = (
                hole_problem(function, pool.unit.context, template, hole),
                _as_expression(template, hole),
            )
        case _:
            return
    problem = problem and with_constants(problem, pool.unit.context)
    for _ in range(COUNTEREXAMPLES):
        if problem is None or not problem.environments:
            return
        with pool.budget.phase("search"):
            report = _run(pool, function, problem)
        candidates = [_add(pool, fill_with(found.expr), found, problem, report.contested) for found in report.found]
        problem = _with_counterexamples(problem, function, candidates)


def _run(pool: Pool, function: FunctionSpec, problem: Problem) -> SearchReport:
    report = search_expressions(
        problem.parameters,
        problem.environments,
        problem.targets,
        problem.sort,
        constants_of(function),
        limit=EXPANSIONS,
        should_stop=lambda: pool.budget.cut("search"),
    )
    pool.trace.record(
        "search",
        unit=pool.unit.name,
        limit=EXPANSIONS,
        expansions=report.expansions,
        terms=sum(report.bank.values()),
        found=len(report.found),
        contested=report.contested,
        exhausted=report.exhausted,
    )
    return report


def _with_counterexamples(problem: Problem, function: FunctionSpec, candidates: Sequence[Candidate]) -> Problem | None:
    """The problem with inputs on which a candidate breaks a post-condition, as in counterexample-guided synthesis.

    ``None`` where there is none that is new (Solar-Lezama et al. 2006, "Combinatorial sketching").
    """
    rows: list[Mapping[str, object]] = []
    for violation in (item for candidate in candidates for item in candidate.judgement.violations):
        given = arguments_of(function, Example(violation.call, Satisfies("True")))
        row = None if given is None else {**problem.environments[0], **given}
        if row is not None and row not in (*problem.environments, *rows) and violation.contract.kind == "post":
            rows.append(row)
    del rows[COUNTEREXAMPLES_A_ROUND:]
    if not rows:
        return None
    return replace(
        problem,
        environments=(*problem.environments, *rows),
        targets=(*problem.targets, *(Accepts(_contracts_hold(function, row)) for row in rows)),
    )


def _contracts_hold(function: FunctionSpec, row: Mapping[str, object]) -> Callable[[object], bool]:
    conditions = [contract.condition for contract in function.contracts if contract.kind == "post"]

    def holds(result: object) -> bool:
        return all(evaluate_text(condition, {**row, "result": result}).value is True for condition in conditions)

    return holds


def _add(pool: Pool, function: Function, found: FoundExpression, problem: Problem, contested: bool) -> Candidate:
    context = lower_module(Source("context", pool.unit.context)).body
    module = Module((*found.imports, *context, function))
    spec = pool.unit.functions[0]
    wanted = [
        (row, target)
        for row, target in zip(problem.environments, problem.targets, strict=True)
        if not isinstance(target, Accepts)
    ]
    tried = [
        row
        for arguments in pool.generated(spec, module)
        if (row := arguments_of(spec, Example(CallOf(spec.name, arguments), Satisfies("True")))) is not None
    ]
    with pool.budget.phase("judge"):
        convincing = is_supported(found.expr, wanted, module, spec, tried, contested)
    return pool.add(module, "search", convincing=convincing)


def _as_body(template: Function, function: FunctionSpec) -> Callable[[Expr], Function]:
    guards = tuple(
        If(lower_expression(contract.condition), (Raise(Call(Name(contract.raises), ())),))
        for contract in function.contracts
        if contract.raises is not None
    )
    return lambda expr: replace(template, body=(*guards, Return(expr)))


def _as_expression(template: Function, hole: ExprHole) -> Callable[[Expr], Function]:
    return lambda expr: fill_template(template, {hole.name: expr})
