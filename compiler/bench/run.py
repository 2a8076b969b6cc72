"""Running a suite: the product's own compile of every problem, and the raw model beside it.

A run is a map over tasks that pickle and do not know of each other; what they share is the back end with its cache.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import liftc
from backends.protocol import Backend, BackendError, Request
from compiler.bench.asking import answered
from compiler.bench.baseline import (
    RawModel,
    greedy_request,
    pool_request,
    raw_model,
    raw_program,
    sample_and_filter,
    spec_of,
)
from compiler.bench.provenance import Provenance
from compiler.bench.rows import Configuration, Row, Solved, append_row, read_rows, revision, row_key
from compiler.bench.score import Score, Scores
from compiler.bench.suites import Problem
from compiler.ir.lower import lower_candidate
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.task.options import Ablation, Options
from compiler.text.diagnostics import LiftcError
from compiler.trace.events import Proposal

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """One compile to measure."""

    problem: Problem
    seed: int
    options: Options
    configuration: Configuration

    @property
    def key(self) -> str:
        """What names the task's row."""
        return row_key(self.problem.digest, self.seed, self.configuration)


def configure(options: Options, backend: Backend | None, title: str, *, whole_pool: bool = False) -> Configuration:
    """The configuration that rows carry; ``title`` is the model's name for people."""
    return Configuration(
        title=title,
        engine=backend.engine if backend else None,
        model=backend.model if backend else None,
        budget_tokens=options.budget_tokens,
        budget_seconds=options.budget_seconds,
        samples=options.samples,
        without=tuple(sorted(options.without)),
        liftc=liftc.__version__,
        whole_pool=whole_pool,
        revision=revision(),
    )


def _silent(_message: str) -> None:
    """Tell nobody."""


def run(
    problems: Sequence[Problem],
    seeds: Sequence[int],
    options: Options,
    backend: Backend | None,
    out: Path,
    *,
    title: str,
    whole_pool: bool = False,
    provenance: Provenance | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """Measure every problem with every seed; each row is appended to ``out`` as soon as it is there.

    What ``out`` holds already is not run again, but for rows that tell of an error. Returns the rows of this run's
    tasks, old and new. Raises ``OSError`` where ``out`` cannot be read or written.
    """
    say = progress or _silent
    configuration = configure(options, backend, title, whole_pool=whole_pool)
    tasks = [Task(problem, seed, options, configuration) for seed in seeds for problem in problems]
    rows = {row.key: row for row in read_rows(out) if not row.error}
    for number, task in enumerate(tasks, start=1):
        if task.key not in rows:
            rows[task.key] = replace(run_task(task, backend), provenance=provenance)
            append_row(out, rows[task.key])
            say(f"{number}/{len(tasks)} {_told(rows[task.key])}")
    return [rows[task.key] for task in tasks]


def run_task(task: Task, backend: Backend | None) -> Row:
    """Compile one problem and score everything; an error becomes part of the row."""
    scores = Scores(task.problem)
    row, answers = _compile(task, backend, scores)
    if backend is None:
        return row
    try:
        return _with_baseline(row, answers, task, raw_model(task.problem, backend, task.seed), scores)
    except BackendError as error:
        return replace(row, error=row.error or _described(error))


def prefetch(
    problems: Sequence[Problem],
    seeds: Sequence[int],
    samples: int,
    backend: Backend,
    progress: Progress | None = None,
) -> int:
    """Ask for everything that compiles and baselines draw, in large batches, so that the cache holds it.

    Returns how many answers were asked for. Raises ``BackendError``; answers of the batches before stay in the cache.
    """
    say = progress or _silent
    requests = list(_pool_requests(problems, seeds, samples))
    done = 0
    for batch in answered(requests, lambda request: request, backend):
        done += len(batch)
        say(f"{done} of {len(requests)} answers")
    return done


def without(options: Options, parts: Sequence[Ablation]) -> Options:
    """The options with parts of the pipeline left out, for an ablation."""
    return replace(options, without=frozenset(parts))


def _pool_requests(problems: Sequence[Problem], seeds: Sequence[int], samples: int) -> Iterator[Request]:
    specs = [spec_of(problem) for problem in problems]
    yield from (greedy_request(spec) for spec in specs)
    for seed in seeds:
        for occurrence in range(samples):
            yield from (pool_request(spec, seed, occurrence) for spec in specs)


def _compile(task: Task, backend: Backend | None, scores: Scores) -> tuple[Row, list[str]]:
    """The row of a compile, and the answers that it drew from the model."""
    options = replace(task.options, seed=task.seed, best_effort=True)
    try:
        result = compile_source(task.problem.source, options, backend)
    except Exception as error:  # A crash is a finding about one problem, and the others are still to be measured.
        return replace(_blank(task), status="error", error=_described(error)), []
    answers = [event.text for event in result.trace.select(Proposal)]
    return _with_result(_blank(task), result, scores), answers


def _blank(task: Task) -> Row:
    problem = task.problem
    return Row(
        key=task.key,
        suite=problem.suite,
        id=problem.id,
        category=problem.category,
        seed=task.seed,
        configuration=task.configuration,
        status="rejected",
        solved=Solved(accepted=False, best_effort=False),
    )


def _with_result(row: Row, result: Result, scores: Scores) -> Row:
    scored = Score(False, "no program") if result.program is None else scores.of(result.program)
    usage = result.usage
    return replace(
        row,
        status=result.status,
        solved=Solved(accepted=scored.passed and result.status == "accepted", best_effort=scored.passed),
        origin=" ".join(dict.fromkeys(function.origin for function in result.functions if function.origin)),
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        requests=usage.requests,
        cached=sum(event.cached for event in result.trace.select(Proposal)),
        seconds=round(usage.seconds, 4),
        phases={name: round(seconds, 4) for name, seconds in usage.phases},
        memory=peak_memory(),
        failures={} if scored.passed else {"liftc": scored.failure},
        programs={} if result.program is None else {"liftc": result.program},
    )


def peak_memory() -> int:
    """The most bytes of memory that this process, without its children, has taken so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _with_baseline(row: Row, answers: Sequence[str], task: Task, model: RawModel, scores: Scores) -> Row:
    tokens = task.options.budget_tokens if row.status == "error" else row.completion_tokens
    filtered = sample_and_filter(model, tokens)
    kept, greedy = scores.of(filtered.chosen.program), scores.of(filtered.greedy.program)
    drawn = [raw_program(task.problem, answer) for answer in answers]
    drawn += [answer.program for answer in filtered.answers]
    solved = replace(
        row.solved,
        greedy=greedy.passed,
        filtered=kept.passed,
        drawn=any(scores.of(program).passed for program in drawn),
        pool=_pool_solves(task, model, scores) if task.configuration.whole_pool else None,
    )
    lowering, refused = _lowering([text for text in dict.fromkeys(drawn) if scores.of(text).passed], task.problem)
    failed = {name: item.failure for name, item in (("greedy", greedy), ("filtered", kept)) if not item.passed}
    return replace(
        row,
        solved=solved,
        baseline={"tokens": filtered.tokens, "answers": len(filtered.answers), "greedy_tokens": filtered.greedy.tokens},
        failures={**row.failures, **failed},
        programs={**row.programs, "filtered": filtered.chosen.program},
        lowering=lowering,
        refused=refused,
    )


def _lowering(right: Sequence[str], problem: Problem) -> tuple[dict[str, int], tuple[str, ...]]:
    """How many programs that pass the hidden tests the IR can hold, and why it cannot hold the others."""
    refused: list[str] = []
    for program in right:
        try:
            lower_candidate(program, problem.entry_point)
        except LiftcError as error:
            refused.append("; ".join(item.message for item in error.diagnostics))
    return {"right": len(right), "lowered": len(right) - len(refused)}, tuple(refused)


def _pool_solves(task: Task, model: RawModel, scores: Scores) -> bool:
    answers = [model.greedy(), *(model.sample(number) for number in range(task.options.samples))]
    return any(scores.of(answer.program).passed for answer in answers)


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _told(row: Row) -> str:
    """A row in a few words, for progress."""
    marks = {
        "greedy": row.solved.greedy,
        "filtered": row.solved.filtered,
        "liftc": row.solved.accepted if row.status == "accepted" else row.solved.best_effort,
    }
    told = " ".join(f"{name} {'right' if right else 'wrong'}" for name, right in marks.items() if right is not None)
    return f"{row.id} seed {row.seed}: {row.error or f'{row.status}, {told}'} ({row.seconds:.1f} s)"
