"""One compile, from the text of a specification to a program with evidence.

The driver is the pipeline of ``docs/architecture.md`` as one readable sequence: read, elaborate and propagate, fill,
select, emit, and the last verdict on the emitted bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backends.protocol import Backend, BackendError
from compiler.acceptance.candidate import Candidate
from compiler.acceptance.selection import Choice, select
from compiler.acceptance.verification import is_accepted, verify_program
from compiler.front import read_spec
from compiler.front.spec import FunctionSpec, Spec
from compiler.pipeline import recording
from compiler.pipeline.assemble import Assembly, assemble, marked_best_effort
from compiler.pipeline.failure_diagnostics import (
    backend_failed,
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
from compiler.task.budget import Budget
from compiler.task.few_shot import FewShotExample
from compiler.task.options import Options
from compiler.task.run import Progress, Run
from compiler.task.unit import Unit, group_functions
from compiler.text.diagnostics import Diagnostic, LiftcError
from compiler.text.relocate import relocated
from compiler.text.source import Source
from compiler.trace.queries import record_query
from compiler.trace.trace import Trace
from solver.smt import observed


@dataclass(frozen=True, slots=True)
class _Task:
    """What the steps of one compile share."""

    options: Options
    backend: Backend | None
    few_shot: tuple[FewShotExample, ...]
    budget: Budget
    say: Progress

    @property
    def trace(self) -> Trace:
        return self.budget.trace


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
    run: Run | None = None,
) -> Result:
    """Compile a specification of one file, or of ``more``.

    ``backend`` is the model, ``None`` for none; ``few_shot`` are similar functions that it may be shown. A
    specification that no program meets gives a rejected result. Raises ``LiftcError`` where the specification cannot be
    read or the back end fails.
    """
    sources, options, run = (source, *more), options or Options(), run or Run()
    seconds, money = options.budget_seconds, options.budget_money
    budget = Budget(options.budget_tokens, seconds, run.trace, run.replay_log, money, run.clock)
    task = _Task(options, backend, tuple(few_shot), budget, run.progress)
    try:
        with observed(lambda query: record_query(task.trace, query)):
            return _compile(sources, task)
    except LiftcError as error:
        raise relocated(error, sources) from error


def _compile(sources: Sequence[Source], task: _Task) -> Result:
    task.trace.record(recording.begun(sources, task.options, task.backend, task.few_shot))
    with task.budget.phase("front"):
        spec = read_spec(*sources)
    chosen: list[_Chosen] = []
    for functions in group_functions(spec.functions):
        context = assemble(spec, _candidates(chosen)).context
        unit = Unit(spec, functions, context, task.few_shot)
        task.say(f"compiling {unit.name}")
        chosen.append(_compile_unit(unit, task))
    return _finish(spec, chosen, task)


def _candidates(chosen: Sequence[_Chosen]) -> list[tuple[Unit, Candidate]]:
    return [(item.unit, item.choice.candidate) for item in chosen if item.choice is not None]


def _compile_unit(unit: Unit, task: _Task) -> _Chosen:
    options, budget, trace = task.options, task.budget, task.trace
    with budget.phase("propagate"):
        narrowed = narrow(unit, trace)
    if narrowed.conflicts:
        return _Chosen(unit, None, None, False, narrowed.conflicts)
    pool = Pool(unit, trace, budget, narrowed.modules, associating="association" not in options.without)
    try:
        fill(pool, task.backend, options, task.say)
    except BackendError as error:
        raise backend_failed(error) from error
    choice = select(pool.candidates, by_behaviour="selection" not in options.without)
    warnings = (*narrowed.warnings, *failures(pool), *memory_spent(pool))
    if choice is None:
        return _Chosen(unit, pool, None, False, (*warnings, no_candidate(pool, task.backend)))
    trace.record(recording.chosen(unit, choice))
    accepted = is_accepted(choice, pool.candidates, unit.functions)
    problems = () if accepted else (not_accepted(unit, choice, budget, best_effort=options.best_effort),)
    return _Chosen(unit, pool, choice, accepted, (*warnings, *suspects(pool), *problems))


def _finish(spec: Spec, chosen: Sequence[_Chosen], task: _Task) -> Result:
    candidates = _candidates(chosen)
    complete = len(candidates) == len(chosen)
    with task.budget.phase("emit"):
        assembly = assemble(spec, candidates)
    functions: list[FunctionResult] = []
    found: list[Diagnostic] = []
    for item in chosen:
        for function in item.unit.functions:
            outcome, problems = _function_result(item, function, assembly, task.budget)
            functions.append(outcome)
            found += problems
    accepted = complete and all(item.accepted for item in chosen) and all(item.accepted for item in functions)
    best_effort = complete and task.options.best_effort and not accepted
    marked = marked_best_effort(assembly.program, functions) if best_effort else None
    status: Status = "accepted" if accepted else "best_effort" if best_effort else "rejected"
    diagnostics = [*spec.warnings, *(problem for item in chosen for problem in item.diagnostics), *found]
    if task.options.best_effort and not complete:
        diagnostics.append(nothing_written([item.unit for item in chosen if item.choice is None]))
    result = Result(
        status,
        assembly.program if accepted else marked,
        tuple(functions),
        tuple(diagnostics),
        task.budget.usage,
        task.backend.model if task.backend else None,
        task.trace,
    )
    task.trace.record(recording.ended(result, task.budget.ended))
    return result


def _function_result(
    item: _Chosen, function: FunctionSpec, assembly: Assembly, budget: Budget
) -> tuple[FunctionResult, list[Diagnostic]]:
    if item.choice is None or item.pool is None:
        return FunctionResult(function.name, False, None), []
    with budget.phase("verify"):
        evidence = verify_program(function, assembly.program, item.pool.inputs.made_for(function), budget)
    for clause in evidence.clauses:
        budget.trace.record(recording.verified(function, clause))
    result = FunctionResult(
        function.name,
        item.accepted and evidence.sound,
        assembly.function_text(function.name),
        item.choice.candidate.provenance.origin,
        evidence.clauses,
        item.choice.ambiguities,
    )
    if not item.accepted:
        return result, []
    return result, list(evidence.warnings) if evidence.sound else [last_verdict_failed(function, evidence)]
