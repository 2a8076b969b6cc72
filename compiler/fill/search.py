"""Filling by search: expressions that give what the examples demand, for a whole body or for one hole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.candidate import Candidate
from compiler.components.search import Accepts, FoundExpression, SearchReport, search_expressions
from compiler.fill.pool import Pool
from compiler.fill.signature import type_of
from compiler.fill.support import is_supported
from compiler.fill.template import fill_template, template_of
from compiler.ir.interpreter import Program, Run, evaluate_text
from compiler.ir.lower import lower_expression, lower_module
from compiler.ir.nodes import (
    BlockHole,
    Call,
    Expr,
    ExprHole,
    Function,
    If,
    Module,
    Name,
    Param,
    Parameters,
    Raise,
    Return,
    TypeRef,
)
from compiler.ir.walk import walk
from compiler.source import Source
from compiler.spec import Call as CallOf
from compiler.spec import Equals, Example, FunctionSpec, RaisesError, Satisfies
from solver.sorts import ANY, Sort, join_all, sort_of_value

EXPANSIONS = 150_000
COUNTEREXAMPLES = 6
COUNTEREXAMPLES_A_ROUND = 4
SEARCH_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What a hole must give: its value (a target) in each environment."""

    parameters: tuple[tuple[str, Sort], ...]
    environments: tuple[Mapping[str, object], ...]
    targets: tuple[object, ...]
    sort: Sort


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
            problem, fill_with = hole_problem(pool, template, hole), _as_expression(template, hole)
        case _:
            return
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
        row = arguments_of(function, Example(violation.call, Satisfies("True")))
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


def partial_function(function: FunctionSpec) -> Function:
    """The function with its holes: a Python file's own, or the signature of a text with a hole for its body."""
    if function.definition is not None:
        return template_of(function)
    signature = function.signature
    parameters = Parameters(
        positional=tuple(
            Param(
                parameter.name,
                type_of(parameter),
                None if parameter.default is None else lower_expression(parameter.default),
            )
            for parameter in signature.parameters
        )
    )
    returns = signature.returns_annotation
    return Function(
        signature.name,
        parameters,
        (BlockHole(f"{signature.name}.body"),),
        None if returns is None else TypeRef(signature.returns, returns),
    )


def _as_body(template: Function, function: FunctionSpec) -> Callable[[Expr], Function]:
    guards = tuple(
        If(lower_expression(contract.condition), (Raise(Call(Name(contract.raises), ())),))
        for contract in function.contracts
        if contract.raises is not None
    )
    return lambda expr: replace(template, body=(*guards, Return(expr)))


def _as_expression(template: Function, hole: ExprHole) -> Callable[[Expr], Function]:
    return lambda expr: fill_template(template, {hole.name: expr})


def body_problem(function: FunctionSpec) -> Problem | None:
    """The whole body as one expression over the parameters; ``None`` where an example cannot be evaluated."""
    environments: list[Mapping[str, object]] = []
    targets: list[object] = []
    for example in function.examples:
        if isinstance(example.expected, RaisesError):
            continue
        row = arguments_of(function, example)
        target = target_of(example)
        if row is None or target is None:
            return None
        environments.append(row)
        targets.append(target[0])
    parameters = tuple((parameter.name, parameter.sort) for parameter in function.signature.parameters)
    return Problem(parameters, tuple(environments), tuple(targets), function.signature.returns)


def arguments_of(function: FunctionSpec, example: Example) -> dict[str, object] | None:
    """An example's arguments by parameter name; ``None`` where one cannot be evaluated or none is given."""
    row: dict[str, object] = {}
    names = [parameter.name for parameter in function.signature.parameters]
    given = [*zip(names, example.call.arguments, strict=False), *example.call.keywords]
    defaults = {p.name: p.default for p in function.signature.parameters if p.default is not None}
    for name, text in {**defaults, **dict(given)}.items():
        run = evaluate_text(text)
        if run.error is not None or run.stopped is not None:
            return None
        row[name] = run.value
    return row if set(row) == set(names) and len(example.call.arguments) <= len(names) else None


def target_of(example: Example) -> tuple[object] | None:
    """What an example wants as a value or a test, in a tuple; ``None`` where that cannot be evaluated."""
    match example.expected:
        case Equals(value):
            run = evaluate_text(value)
            return None if run.error is not None or run.stopped is not None else (run.value,)
        case Satisfies(condition):
            return (Accepts(lambda result: evaluate_text(condition, {"result": result}).value is True),)
        case _:
            return None


def hole_problem(pool: Pool, template: Function, hole: ExprHole) -> Problem | None:
    """One expression hole that each example reaches once: which values of it make the example pass."""
    function = pool.unit.functions[0]
    context = lower_module(Source("context", pool.unit.context))
    module = Module((*context.body, template))
    program = Program(module)
    environments: list[Mapping[str, object]] = []
    targets: list[object] = []
    for example in function.examples:
        row = arguments_of(function, example)
        target = target_of(example)
        seen: list[Mapping[str, object]] = []
        if row is None or target is None:
            return None
        _run_with(program, function.name, row, hole, lambda env, seen=seen: seen.append(dict(env)))  # type: ignore[misc]
        if len(seen) != 1:
            return None
        environments.append(seen[0])
        targets.append(_hole_target(program, function, row, hole, template, target[0]))
    names = [name for name in environments[0] if all(name in env for env in environments)] if environments else []
    parameters = tuple((name, join_all(sort_of_value(env[name]) for env in environments)) for name in names)
    return Problem(parameters, tuple(environments), tuple(targets), ANY)


def _run_with(
    program: Program,
    name: str,
    row: Mapping[str, object],
    hole: ExprHole,
    value: Callable[[Mapping[str, object]], object],
) -> Run:
    return program.call(name, [], dict(row), steps=SEARCH_STEPS, holes={hole.name: value})


def _hole_target(
    program: Program,
    function: FunctionSpec,
    row: Mapping[str, object],
    hole: ExprHole,
    template: Function,
    wanted: object,
) -> object:
    """The value itself where the hole is what is returned; else a test that runs the function with a value in place."""
    if any(isinstance(node, Return) and node.value == hole for node in walk(template)):
        return wanted
    results: dict[str, bool] = {}

    def passes(value: object) -> bool:
        key = repr(value)
        if key not in results:
            run = _run_with(program, function.name, row, hole, lambda _: value)
            held = wanted.test(run.value) if isinstance(wanted, Accepts) else run.value == wanted
            results[key] = run.error is None and run.stopped is None and held
        return results[key]

    return Accepts(passes)


_NUMBER = re.compile(r"(?<![\w.])-?\d{1,30}(?:\.\d{1,30})?(?![\w.])")
_QUOTED = re.compile(r"\"([^\"\n]{1,20})\"|'([^'\n]{1,20})'")


def constants_of(function: FunctionSpec) -> Sequence[object]:
    """Numbers and quoted strings of the prose, which a program is likely to need; what is very long is none of them."""
    found: list[object] = []
    for match in _NUMBER.finditer(function.prose):
        found.append(float(match.group()) if "." in match.group() else int(match.group()))
    found += [match.group(1) or match.group(2) for match in _QUOTED.finditer(function.prose)]
    return list(dict.fromkeys(found))[:12]
