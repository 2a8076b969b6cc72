"""``liftc bench guidance``: how many candidates search expands until its answer, with and without guidance.

The same search runs on the same tasks with uniform weights, with what the words of the specification make likely, and
with weights fitted to the model's answers besides. SyGuS problems have no words. Hidden tests, or the problem's own
check, tell whether an answer is right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import geometric_mean

from backends.protocol import Backend
from compiler.bench.guidance_tasks import SETTINGS, Task, Tasks, tasks_of
from compiler.bench.json_lines import append_line, read_lines
from compiler.bench.repair import references_of
from compiler.bench.statistics import bootstrap_interval, median
from compiler.bench.suites import read_suite
from compiler.emit.module import emit_expression
from compiler.sygus.answer import Limits

VERSION = 1
_SECONDS = 600.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured: samples besides the greedy answer, holes of a reference, and expansions of a search."""

    samples: int = 6
    holes: int = 2
    expansions: int = 50_000


@dataclass(frozen=True, slots=True)
class Row:
    """One search. ``after`` is the work until the answer came, ``None`` where none did; ``expansions`` all of it.

    ``right`` tells that the answer passes the hidden tests, or the check of its SyGuS problem. ``proposals`` counts the
    model's answers that could be read; ``passing`` tells that one of them passes the hidden tests.
    """

    key: str
    suite: str
    id: str
    task: str
    setting: str
    limit: int
    answer: str
    right: bool
    after: int | None
    expansions: int
    proposals: int
    passing: bool
    v: int = VERSION


@dataclass(frozen=True, slots=True)
class Saving:
    """Two settings on the tasks that both answer rightly.

    ``total``, ``median`` and ``mean`` are work over work: of all tasks together, of the task in the middle, and the
    geometric mean of all, of which ``low`` and ``high`` bound the 95% interval.
    """

    tasks: int
    before: int
    after: int
    total: float
    median: float
    mean: float
    low: float
    high: float


def bench_guidance(
    paths: Sequence[str | Path], backend: Backend, out: Path, amount: Amount, limit: int | None, progress: Progress
) -> list[Row]:
    """Every task in every setting; rows that ``out`` holds already are not run again.

    Problems of which the model gives no answer are left out. Raises ``SuiteError`` and ``OSError``.
    """
    known = {row.key: row for row in read_rows(out)}
    rows: list[Row] = []
    for path in paths:
        for row in _rows_of(path, backend, amount, limit, known):
            if row.key not in known:
                append_line(out, json.dumps(asdict(row), ensure_ascii=False, sort_keys=True))
                progress(f"{row.id} {row.task} {row.setting}: {row.after if row.answer else 'nothing found'}")
            rows.append(row)
    return rows


def read_rows(path: Path) -> list[Row]:
    """The rows of a file; a line that is torn or of another version counts as not there. Raises ``OSError``."""
    return read_lines(path, VERSION, lambda raw: Row(**raw))


def _rows_of(
    path: str | Path, backend: Backend, amount: Amount, limit: int | None, known: Mapping[str, Row]
) -> Iterator[Row]:
    if Path(path).is_dir() or Path(path).suffix == ".sl":
        from compiler.bench.sygus import problems_in

        for problem in problems_in([Path(path)], limit):
            yield from _sygus_rows(problem, backend, amount, known)
        return
    references = references_of(path)
    for item in read_suite(path, limit=limit):
        tasks = tasks_of(
            item, references.get(item.id.lower()), backend, amount.samples, amount.holes, amount.expansions
        )
        if tasks is not None:
            yield from _task_rows(tasks, amount, known)


def _task_rows(tasks: Tasks, amount: Amount, known: Mapping[str, Row]) -> Iterator[Row]:
    passing: bool | None = None
    for task in tasks.tasks:
        for setting in SETTINGS:
            weights = repr(tasks.guidance[setting].weights)
            key = _key(tasks.problem.digest, task.name, setting, amount.expansions, weights)
            if key not in known:
                if passing is None:
                    passing = any(map(tasks.is_right, tasks.proposals))
                yield _measured(tasks, task, setting, key, amount.expansions, passing)
            else:
                passing = known[key].passing
                yield known[key]


def _measured(tasks: Tasks, task: Task, setting: str, key: str, limit: int, passing: bool) -> Row:
    report = task.search(tasks.guidance[setting])
    answer, right, after = "", False, None
    if report.found:
        best = report.found[0]
        answer, after = emit_expression(best.expr), best.after
        right = tasks.is_right(task.program(best.expr, best.imports))
    problem = tasks.problem
    proposals = len(tasks.proposals)
    return Row(
        key,
        problem.suite,
        problem.id,
        task.name,
        setting,
        limit,
        answer,
        right,
        after,
        report.expansions,
        proposals,
        passing,
    )


def _sygus_rows(path: Path, backend: Backend, amount: Amount, known: Mapping[str, Row]) -> Iterator[Row]:
    from compiler.front import read_source
    from compiler.sygus.guided import guidance_for
    from compiler.sygus.judging import judge_answer
    from compiler.sygus.problem import definitions_of
    from compiler.sygus.reader import read_problem
    from compiler.sygus.solve import solve
    from compiler.sygus.text import print_definition

    problem = read_problem(read_source(path))
    guided = guidance_for(problem, backend, 0, amount.samples)
    if not guided.terms:
        return
    for setting, costs in (("uniform", {}), ("fitted", guided.costs)):
        key = _key(
            path.read_text(encoding="utf-8"),
            "sygus",
            setting,
            amount.expansions,
            repr(sorted(map(repr, costs.items()))),
        )
        if key not in known:
            found = solve(problem, Limits(_SECONDS, amount.expansions), costs)
            text = "\n".join(map(print_definition, definitions_of(problem, found.terms))) if found.terms else ""
            right = bool(found.terms) and judge_answer(problem, found.terms).accepted
            after = found.expansions if found.terms else None
            yield Row(
                key,
                path.parent.name,
                path.stem,
                "sygus",
                setting,
                amount.expansions,
                text,
                right,
                after,
                found.expansions,
                guided.answers,
                False,
            )
        else:
            yield known[key]


def _key(*parts: object) -> str:
    from liftc import __version__

    return hashlib.sha256(json.dumps([VERSION, __version__, *parts]).encode()).hexdigest()[:24]


def saving(rows: Sequence[Row], before: str, after: str) -> Saving | None:
    """What one setting saves over another; ``None`` where no task is answered rightly in both."""
    work: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in rows:
        if row.right and row.after is not None:
            work.setdefault((row.suite, row.id, row.task), {})[row.setting] = max(1, row.after)
    both = [of for of in work.values() if before in of and after in of]
    if not both:
        return None
    old, new = sum(of[before] for of in both), sum(of[after] for of in both)
    shares = [of[after] / of[before] for of in both]
    low, high = bootstrap_interval(shares, geometric_mean)
    return Saving(len(both), old, new, new / old, median(shares), geometric_mean(shares), low, high)


def groups_of(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each suite and kind of task, and of those tasks of which no proposal is right."""
    for suite in dict.fromkeys(row.suite for row in rows):
        own = [row for row in rows if row.suite == suite]
        for kind in dict.fromkeys(row.task.split()[0] for row in own):
            yield f"{suite}, {kind}", [row for row in own if row.task.split()[0] == kind]
    whole = [row for row in rows if row.task != "sygus"]
    if whole:
        yield "all functions", whole
        yield "where no proposal is right", [row for row in whole if not row.passing]


def render(rows: Sequence[Row]) -> str:
    """Right answers in each setting, and below them what guidance saves where both settings are right."""
    lines: list[str] = []
    for name, of in groups_of(rows):
        lines.append(f"{name}: {len({(row.suite, row.id, row.task) for row in of})} tasks")
        for setting in dict.fromkeys(row.setting for row in of):
            own = [row for row in of if row.setting == setting]
            right, answered = sum(row.right for row in own), sum(bool(row.answer) for row in own)
            lines.append(f"  {setting:<8} {right:>4} right of {answered} answered")
        found = {before: saving(of, before, "fitted") for before in ("uniform", "words")}
        lines += [_saving_line(before, item) for before, item in found.items() if item is not None]
    return "\n".join(lines)


def _saving_line(before: str, found: Saving) -> str:
    return (
        f"  fitted over {before} where both are right ({found.tasks} tasks): {found.before} to {found.after} expansions"
        f" ({found.total - 1:+.0%}), median {found.median - 1:+.0%},"
        f" geometric mean {found.mean - 1:+.0%} ({found.low - 1:+.0%} to {found.high - 1:+.0%})"
    )


def to_json(rows: Sequence[Row]) -> dict[str, object]:
    """The savings of each group, and the rows, as JSON data."""
    groups: dict[str, object] = {}
    for name, of in groups_of(rows):
        found = {before: saving(of, before, "fitted") for before in ("uniform", "words")}
        groups[name] = {before: asdict(item) for before, item in found.items() if item is not None}
    return {"groups": groups, "rows": [asdict(row) for row in rows]}
