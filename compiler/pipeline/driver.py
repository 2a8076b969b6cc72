"""One compile, from the text of a specification to a program with evidence.

The driver is the pipeline of ``docs/architecture.md`` as one readable sequence: read, elaborate and propagate, fill,
select, emit, and the last verdict on the emitted bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from backends.cascade import Cascade
from backends.protocol import Backend, BackendError
from compiler.acceptance.candidate import Candidate
from compiler.acceptance.selection import Choice, select
from compiler.acceptance.verification import is_accepted, verify_program
from compiler.front import read_spec
from compiler.front.spec import FunctionSpec, Spec
from compiler.judge.verdicts import Violated, describe
from compiler.pipeline.assemble import Assembly, assemble
from compiler.pipeline.failure_diagnostics import (
    failures,
    last_verdict_failed,
    memory_spent,
    no_candidate,
    not_accepted,
    nothing_written,
    suspects,
)
from compiler.pipeline.result import FunctionResult, Result, Status
from compiler.propagation.narrow import narrow
from compiler.synthesis.pool import Pool
from compiler.synthesis.strategy import fill
from compiler.task.budget import Budget, ReplayLog
from compiler.task.few_shot import FewShotExample
from compiler.task.options import Options
from compiler.task.unit import Unit, group_functions
from compiler.task.usage import Usage
from compiler.text.diagnostics import Diagnostic, ExitCode, LiftcError
from compiler.text.relocate import relocated
from compiler.text.source import Source
from compiler.trace.events import Trace
from compiler.trace.queries import record_query
from solver.smt import observed

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A unit with what was chosen for it; ``choice`` is ``None`` where there is no candidate at all."""

    unit: Unit
    pool: Pool | None
    choice: Choice | None
    accepted: bool
    diagnostics: tuple[Diagnostic, ...]


def compile_source(
    source: Source,
    options: Options | None = None,
    backend: Backend | None = None,
    *,
    more: Sequence[Source] = (),
    few_shot: Sequence[FewShotExample] = (),
    replay_log: ReplayLog | None = None,
    trace: Trace | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = monotonic,
) -> Result:
    """Compile a specification of one file, or of ``more``.

    ``backend`` is the model, ``None`` for none; ``few_shot`` are similar functions that it may be shown. ``replay_log``
    is what a replay keeps to. ``trace`` is an empty one to be filled, for who wants it also where the compile fails.
    ``progress`` is told in a few words what is being done. ``clock`` gives the seconds that the budget counts. A
    specification that no program meets gives a rejected result. Raises ``LiftcError`` where the specification cannot be
    read or the back end fails.
    """
    say, sources = progress or (lambda _: None), (source, *more)
    told, chosen = Trace() if trace is None else trace, options or Options()
    budget = Budget(chosen.budget_tokens, chosen.budget_seconds, told, replay_log, chosen.budget_money, clock)
    try:
        with observed(lambda query: record_query(told, query)):
            return _compile(sources, chosen, backend, tuple(few_shot), budget, say)
    except LiftcError as error:
        raise relocated(error, sources) from error


def _compile(
    sources: Sequence[Source],
    options: Options,
    backend: Backend | None,
    few_shot: tuple[FewShotExample, ...],
    budget: Budget,
    say: Progress,
) -> Result:
    trace = budget.trace
    _record_start(trace, sources, options, backend, few_shot)
    with budget.phase("front"):
        spec = read_spec(*sources)
    chosen: list[_Chosen] = []
    for functions in group_functions(spec.functions):
        context = assemble(spec, _candidates(chosen)).context
        unit = Unit(spec, functions, context, few_shot)
        say(f"compiling {unit.name}")
        chosen.append(_compile_unit(unit, options, backend, budget, trace, say))
    return _finish(spec, chosen, options, backend, budget, trace)


def _candidates(chosen: Sequence[_Chosen]) -> list[tuple[Unit, Candidate]]:
    return [(item.unit, item.choice.candidate) for item in chosen if item.choice is not None]


def _record_start(
    trace: Trace,
    sources: Sequence[Source],
    options: Options,
    backend: Backend | None,
    few_shot: Sequence[FewShotExample],
) -> None:
    trace.record(
        "compile",
        name=sources[0].name,
        text=sources[0].text,
        more=[[source.name, source.text] for source in sources[1:]],
        options={
            "seed": options.seed,
            "budget_tokens": options.budget_tokens,
            "budget_seconds": options.budget_seconds,
            "budget_money": options.budget_money,
            "samples": options.samples,
            "best_effort": options.best_effort,
            "without": sorted(options.without),
            "narrow": options.narrow,
            "scratch": options.scratch,
            "fim": options.fim,
        },
        few_shot=[[example.specification, example.program] for example in few_shot],
        engine=backend.engine if backend else None,
        model=backend.model if backend else None,
        stages=[[stage.engine, stage.model] for stage in backend.stages] if isinstance(backend, Cascade) else [],
    )


def _compile_unit(
    unit: Unit, options: Options, backend: Backend | None, budget: Budget, trace: Trace, say: Progress
) -> _Chosen:
    with budget.phase("propagate"):
        narrowed = narrow(unit, trace)
    if narrowed.conflicts:
        return _Chosen(unit, None, None, False, narrowed.conflicts)
    pool = Pool(unit, trace, budget, narrowed.modules, associating="association" not in options.without)
    try:
        fill(pool, backend, options, say)
    except BackendError as error:
        raise _backend_failure(error) from error
    choice = select(pool.candidates, by_behaviour="selection" not in options.without)
    warnings = (*narrowed.warnings, *failures(unit, trace), *memory_spent(unit, trace))
    if choice is None:
        return _Chosen(unit, pool, None, False, (*warnings, no_candidate(unit, trace, budget, backend)))
    trace.record(
        "choice",
        unit=unit.name,
        index=choice.candidate.index,
        groups=[[member.index for member in group.members] for group in choice.groups],
        votes=[group.votes for group in choice.groups],
        ambiguities=[[item.call, item.chosen, item.rival] for item in choice.ambiguities],
    )
    accepted = is_accepted(choice, pool.candidates, unit.functions)
    problems = () if accepted else (not_accepted(unit, choice, budget, best_effort=options.best_effort),)
    return _Chosen(unit, pool, choice, accepted, (*warnings, *suspects(pool), *problems))


def _finish(
    spec: Spec, chosen: list[_Chosen], options: Options, backend: Backend | None, budget: Budget, trace: Trace
) -> Result:
    candidates = _candidates(chosen)
    complete = len(candidates) == len(chosen)
    with budget.phase("emit"):
        assembly = assemble(spec, candidates)
    accepted = complete and all(item.accepted for item in chosen)
    functions: list[FunctionResult] = []
    found: list[Diagnostic] = []
    for item in chosen:
        for function in item.unit.functions:
            result, problems = _function_result(item, function, assembly, budget, trace)
            accepted = accepted and result.accepted
            functions.append(result)
            found += problems
    best_effort = complete and options.best_effort and not accepted
    program = assembly.program if accepted else _marked(assembly.program, functions) if best_effort else None
    status: Status = "accepted" if accepted else "best_effort" if best_effort else "rejected"
    usage = Usage(
        budget.prompt_tokens,
        budget.spent_tokens,
        budget.requests,
        budget.elapsed,
        tuple(sorted(budget.phases.items())),
        tuple(budget.engines.values()),
    )
    trace.record(
        "result",
        timing={"seconds": usage.seconds, "phases": dict(usage.phases)},
        status=status,
        program=program,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        budgets_ended=list(budget.ended),
    )
    diagnostics = (*spec.warnings, *(problem for item in chosen for problem in item.diagnostics), *found)
    if options.best_effort and not complete:
        diagnostics += (nothing_written([item.unit for item in chosen if item.choice is None]),)
    model = backend.model if backend else None
    return Result(status, program, tuple(functions), diagnostics, usage, model, trace)


def _function_result(
    item: _Chosen, function: FunctionSpec, assembly: Assembly, budget: Budget, trace: Trace
) -> tuple[FunctionResult, list[Diagnostic]]:
    if item.choice is None or item.pool is None:
        return FunctionResult(function.name, False, None), []
    candidate = item.choice.candidate
    with budget.phase("verify"):
        evidence = verify_program(function, assembly.program, item.pool.inputs_of(function), budget)
    for clause in evidence.clauses:
        trace.record(
            "evidence", function=function.name, kind=clause.kind, clause=clause.clause, verdict=describe(clause.verdict)
        )
    result = FunctionResult(
        function.name,
        item.accepted and evidence.sound,
        assembly.function_text(function.name),
        candidate.origin,
        evidence.clauses,
        item.choice.ambiguities,
    )
    if not item.accepted:
        return result, []
    return result, list(evidence.warnings) if evidence.sound else [last_verdict_failed(function, evidence)]


def _marked(program: str, functions: Sequence[FunctionResult]) -> str:
    """The program with a first line that says why it is only a best effort."""
    fails = any(isinstance(clause.verdict, Violated) for item in functions for clause in item.evidence)
    why = (
        "see the report for what it fails"
        if fails
        else "it fails nothing that is checked, but too little speaks for it"
    )
    return f"# Best effort: liftc did not accept this program; {why}.\n{program}"


def _backend_failure(error: BackendError) -> LiftcError:
    hints = (error.hint,) if error.hint else ()
    return LiftcError([Diagnostic(error.code, str(error), help=hints)], ExitCode.BACKEND_FAILED)
