"""Filling by search: expressions that give what the examples demand, for a whole body or for one hole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import inf

from compiler.acceptance.candidate import SUGGESTED, Candidate, Provenance
from compiler.acceptance.support import is_supported, kept_by
from compiler.enumerate.guidance import Guidance, guidance_of
from compiler.enumerate.probes import boundary_probes, probes_of
from compiler.enumerate.search import (
    DEAREST,
    Effort,
    ExpressionProblem,
    FoundExpression,
    SearchReport,
    search_expressions,
)
from compiler.enumerate.targets import Accepts
from compiler.enumerate.universe import refined
from compiler.enumerate.weights import Weights, fitted_to
from compiler.front.spec import Example, FunctionSpec, Satisfies
from compiler.interpreter.interpreter import evaluate_text
from compiler.ir.lower import lower_module
from compiler.ir.nodes import BlockHole, Expr, ExprHole, Function, Module, Return
from compiler.ir.walk import walk
from compiler.propagation.guards import raising_guards
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.problem import (
    Problem,
    arguments_of,
    body_problem,
    constants_of,
    hole_problem,
    partial_function,
    rows_of,
    with_constants,
)
from compiler.synthesis.problem.template import fill_template
from compiler.synthesis.sketch.blocks import block_sketches
from compiler.synthesis.sketch.fitting import Fitted, Setting, Sketch, fit
from compiler.synthesis.sketch.loops import sketches_for, speaks_of_loops
from compiler.text.diagnostics import LiftcError
from compiler.text.source import Source
from compiler.trace import events
from compiler.trace.banks import recorded
from solver.evaluation import evaluate
from solver.meter import BudgetSpentError, Meter
from solver.terms import Term

EXPANSIONS = 1_000_000
SKETCH_EXPANSIONS = 400_000
COUNTEREXAMPLES = 6
_LOOP_HANDICAP = 8
COUNTEREXAMPLES_A_ROUND = 4


def search(pool: Pool) -> None:
    """Add what enumeration finds for a unit of one function that has a single hole."""
    if len(pool.unit.functions) != 1:
        return
    function = pool.unit.functions[0]
    template = partial_function(function)
    match [node for node in walk(template) if isinstance(node, (BlockHole, ExprHole))]:
        case [BlockHole() as hole] if template.body == (hole,):
            guards = raising_guards(function, pool.unit.context_module)
            _fill_body(pool, function, replace(template, body=(*guards, hole)), hole)
        case [BlockHole() as hole]:
            _fill_block(pool, function, template, hole)
        case [ExprHole() as hole]:
            problem = hole_problem(function, pool.unit.context_module, template, hole)
            _search_expressions(pool, function, problem, lambda expr: fill_template(template, {hole.name: expr}))


def _fill_body(pool: Pool, function: FunctionSpec, template: Function, hole: BlockHole) -> None:
    problem = body_problem(function)
    if problem is None or not problem.environments:
        return
    known = with_constants(problem, pool.unit.context_module)
    sorts = [(name, refined(sort, [row[name] for row in known.environments])) for name, sort in known.parameters]
    targets = [target for target in problem.targets if not isinstance(target, Accepts)]
    count = len(problem.parameters)
    shapes = list(sketches_for(template, hole, sorts[:count], sorts[count:], refined(problem.sort, targets)))
    fitted = _fit(pool, function, known, shapes)
    _search_expressions(
        pool, function, problem, lambda expr: fill_template(template, {hole.name: (Return(expr),)}), fitted
    )


def _fill_block(pool: Pool, function: FunctionSpec, template: Function, hole: BlockHole) -> None:
    problem = body_problem(function)
    if problem is None or not problem.environments:
        return
    problem = with_constants(problem, pool.unit.context_module)
    shapes = list(block_sketches(template, hole, pool.unit.context_module, problem, function.signature.returns))
    fitted = _fit(pool, function, problem, shapes)
    if fitted is not None:
        pool.add(pool.unit.program_of(fitted.function, fitted.imports), SUGGESTED)


def _fit(pool: Pool, function: FunctionSpec, problem: Problem, sketches: Sequence[Sketch]) -> Fitted | None:
    """The simplest filling of any sketch."""
    if not sketches or any(isinstance(target, Accepts) for target in problem.targets):
        return None
    constants = constants_of(function)
    setting = Setting(
        function.name,
        problem,
        pool.unit.context_module,
        constants,
        _guidance(pool, function, problem),
    )
    best: Fitted | None = None
    spent = 0
    with pool.budget.phase("search"):
        for sketch in sketches:
            meter = Meter(SKETCH_EXPANSIONS, lambda: pool.budget.cut("search"))
            with suppress(BudgetSpentError):
                best = fit(sketch, setting, meter, inf if best is None else best.cost) or best
            spent += meter.spent
            if meter.stopped:
                break
    pool.trace.record(
        events.Search(
            unit=pool.unit.name,
            limit=SKETCH_EXPANSIONS * len(sketches),
            expansions=spent,
            terms=len(sketches),
            bank=recorded(
                Counter((slot.sort, piece.cost) for slot, found in setting.pieces.items() for piece in found)
            ),
            found=int(best is not None),
            contested=False,
            exhausted=False,
            full=False,
        )
    )
    return best


def _search_expressions(
    pool: Pool,
    function: FunctionSpec,
    problem: Problem | None,
    fill_with: Callable[[Expr], Function],
    rival: Fitted | None = None,
) -> None:
    """Add the simplest expressions that fit, or a simpler ``rival``."""
    handicap = _LOOP_HANDICAP if speaks_of_loops(function.prose) else 0
    problem = problem and with_constants(problem, pool.unit.context_module)
    for _ in range(COUNTEREXAMPLES):
        if problem is None or not problem.environments:
            break
        with pool.budget.phase("search"):
            report = _run(pool, function, problem, DEAREST if rival is None else max(1, rival.cost - handicap))
        # Words that tell of steps ask for a loop.
        found = [item for item in report.found if rival is None or item.cost + handicap <= rival.cost]
        candidates = [_add(pool, fill_with(item.expr), item, problem, report.contested) for item in found]
        problem = _with_counterexamples(problem, function, candidates)
    if rival is not None and not pool.candidates.clean_of("search"):
        pool.add(pool.unit.program_of(rival.function, rival.imports), SUGGESTED)


def _run(pool: Pool, function: FunctionSpec, problem: Problem, dearest: int) -> SearchReport:
    guidance = _guidance(pool, function, problem)
    report = search_problem(function, problem, guidance, EXPANSIONS, lambda: pool.budget.cut("search"), dearest)
    pool.trace.record(
        events.Search(
            unit=pool.unit.name,
            limit=EXPANSIONS,
            expansions=report.expansions,
            terms=sum(report.bank.values()),
            bank=recorded(report.bank),
            found=len(report.found),
            contested=report.contested,
            exhausted=report.exhausted,
            full=report.full,
        )
    )
    pool.setbacks.memory_spent |= report.full
    return report


def _guidance(pool: Pool, function: FunctionSpec, problem: Problem) -> Guidance:
    """What the function's words and the proposals make likely."""
    parameters = [parameter.name for parameter in function.signature.parameters]
    return guidance_of(
        function.name,
        function.prose,
        constants_of(function),
        [name for name, _ in problem.parameters if name not in parameters],
        proposed_weights(pool),
        parameters=parameters,
        associating=pool.associating,
    )


def search_problem(
    function: FunctionSpec,
    problem: Problem,
    guidance: Guidance,
    limit: int,
    should_stop: Callable[[], bool],
    dearest: int = DEAREST,
) -> SearchReport:
    """The simplest expressions that give what a hole of the function must give."""
    constants = constants_of(function)
    numbers = [*constants, *(phrase.number for phrase in guidance.phrases)]
    around = boundary_probes(problem.environments, numbers)
    probes = [row for row in (*probes_of(problem.environments), *around) if _is_allowed(function, row)]
    return search_expressions(
        ExpressionProblem(
            problem.parameters,
            problem.environments,
            problem.targets,
            problem.sort,
            constants,
            probes=probes,
            confirm=_confirmation(function, problem, probes),
            preferred=[parameter.name for parameter in function.signature.parameters],
        ),
        Effort(limit, should_stop, dearest=dearest),
        guidance,
    )


def proposed_weights(pool: Pool) -> Weights:
    """Weights fitted to the model's answers, each as often as it came, and to the store's programs for like words."""
    proposals = [candidate for candidate in pool.candidates if candidate.provenance.origin == "model"]
    programs = [candidate.module for candidate in proposals for _ in range(max(1, candidate.provenance.votes))]
    return fitted_to([*programs, *_similar_programs(pool)] if programs else ())


def _similar_programs(pool: Pool) -> Iterator[Module]:
    for example in pool.unit.few_shot:
        with suppress(LiftcError):
            yield lower_module(Source("similar", example.program))


def _is_allowed(function: FunctionSpec, row: Mapping[str, object]) -> bool:
    """Whether the contracts say that a call with these arguments returns."""
    wanted = {"pre": True, "raises": False}
    return all(
        evaluate_text(contract.condition, row).value is wanted[contract.kind]
        for contract in function.contracts
        if contract.kind in wanted
    )


def _confirmation(
    function: FunctionSpec, problem: Problem, probes: Sequence[Mapping[str, object]]
) -> Callable[[Term], bool] | None:
    """Whether a term's values keep the post-conditions, where it has a value; ``None`` where there are none."""
    if problem.partial or not any(contract.kind == "post" for contract in function.contracts):
        return None
    tests = [(row, kept_by(function, row)) for row in (*problem.environments, *probes)]

    def confirm(term: Term) -> bool:
        for row, holds in tests:
            try:
                value = evaluate(term, row)
            except Exception:
                continue
            if not holds(value):
                return False
        return True

    return confirm


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
        targets=(*problem.targets, *(Accepts(kept_by(function, row)) for row in rows)),
    )


def _add(pool: Pool, function: Function, found: FoundExpression, problem: Problem, contested: bool) -> Candidate:
    module = pool.unit.program_of(function, found.imports)
    spec = pool.unit.functions[0]
    wanted = [
        (row, target)
        for row, target in zip(problem.environments, problem.targets, strict=True)
        if not isinstance(target, Accepts)
    ]
    tried = rows_of(spec, pool.inputs.for_program(module)[spec.name])
    with pool.budget.phase("judge"):
        mdl_significant = is_supported(found.bits, wanted, module, spec, tried, contested)
    return pool.add(module, Provenance("search", mdl_significant=mdl_significant))
