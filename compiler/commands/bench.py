"""Measure liftc: a suite beside the raw model at the same tokens, the IR's coverage, overheads, replays, SyGuS."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from compiler.options import ABLATIONS, Options

if TYPE_CHECKING:
    from backends.protocol import Backend
    from compiler.bench.overheads import Overheads
    from compiler.bench.rows import Row
    from compiler.bench.suites import Problem

SIDES = ("liftc", "cvc5")
_FILES = {"ir": ("name `own`, JSON Lines with reference solutions, Python files, or folders of these",)}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the sub-commands."""
    actions = parser.add_subparsers(dest="action", required=True)
    run_ = actions.add_parser("run", help="compile a suite's problems, and ask the raw model beside it")
    _add_suite(run_)
    _add_budgets(run_)
    run_.add_argument("--seeds", type=_whole_numbers, default=(0,), metavar="N,...", help="the seeds (default: 0)")
    run_.add_argument("--out", type=Path, required=True, metavar="FILE", help="rows as JSON Lines; a run goes on there")
    run_.add_argument(
        "--without", type=_parts, default=(), metavar="PART,...", help=f"leave out {', '.join(ABLATIONS)}"
    )
    run_.add_argument("--whole-pool", action="store_true", help="score also the samples that neither side drew")
    run_.add_argument("--prefetch", action="store_true", help="ask for all answers first, in large batches")
    report = actions.add_parser("report", help="the table of rows that runs have written")
    report.add_argument("rows", type=Path, nargs="+", metavar="FILE")
    report.add_argument("--markdown", action="store_true", help="print Markdown")
    ir = actions.add_parser("ir", help="how many reference solutions the IR covers")
    ir.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="own, a suite's file with references, or Python files"
    )
    ir.add_argument("--limit", type=int, metavar="N", help="the first N only")
    overheads = actions.add_parser("overheads", help="start-up, bookkeeping, and decoding under the grammar")
    _add_suite(overheads, limit=8)
    overheads.add_argument("--runs", type=int, default=20, metavar="N", help="starts to time (default: 20)")
    overheads.add_argument("--rows", type=Path, metavar="FILE", help="take the compiles of this run")
    replays = actions.add_parser("replays", help="compile problems, and replay each offline in another process")
    _add_suite(replays)
    _add_budgets(replays)
    sygus = actions.add_parser("sygus", help="SyGuS problems, and cvc5 beside it")
    sygus.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="folders of .sl files")
    sygus.add_argument("--seconds", type=float, default=30.0, metavar="S", help="seconds a problem (default: 30)")
    sygus.add_argument(
        "--clock",
        choices=("wall", "processor"),
        default="wall",
        help="whose seconds: the processor's are the same on a busy machine (default: wall)",
    )
    sygus.add_argument("--limit", type=int, metavar="N", help="the first N problems of each folder")
    sygus.add_argument("--ids", type=lambda text: text.split(","), metavar="ID,...", help="these problems only")
    sygus.add_argument("--sides", type=_sides, default=SIDES, metavar="SIDE,...", help="liftc, cvc5 (default: both)")
    sygus.add_argument("--out", type=Path, metavar="FILE", help="rows as JSON Lines; a run goes on there")
    batch = actions.add_parser("batch", help="functions an hour, one at a time and several together")
    _add_suite(batch, limit=8)
    _add_budgets(batch)
    batch.add_argument("--seeds", type=_whole_numbers, default=(0, 1, 2), metavar="N,...", help="a round each")
    batch.add_argument(
        "--models", type=lambda text: text.split(","), metavar="A,B", help="several models, one beside the other"
    )
    batch.add_argument("--at-once", type=int, default=8, metavar="N", help="compiles at the same time (default: 8)")
    repair = actions.add_parser("repair", help="seeded bugs repaired without a model, by edits and by reopening")
    repair.add_argument("suite", metavar="SUITE", help="own, or the path of a JSON Lines file with reference solutions")
    repair.add_argument("--limit", type=int, metavar="N", help="the first N problems that a bug can be seeded in")
    repair.add_argument("--seconds", type=float, default=30.0, metavar="S", help="seconds a repair (default: 30)")
    repair.add_argument("--out", type=Path, metavar="FILE", help="rows as JSON Lines")
    guidance = actions.add_parser("guidance", help="candidates that search expands with and without guidance")
    _add_suite(guidance)
    guidance.add_argument(
        "--samples", type=int, default=6, metavar="N", help="answers besides the greedy one (default: 6)"
    )
    guidance.add_argument("--holes", type=int, default=2, metavar="N", help="holes made in a reference (default: 2)")
    guidance.add_argument(
        "--expansions", type=int, default=50_000, metavar="N", help="expansions of a search (default: 50000)"
    )
    guidance.add_argument("--offline", action="store_true", help="take the model's answers from the cache alone")
    guidance.add_argument("--out", type=Path, metavar="FILE", help="rows as JSON Lines; a run goes on there")
    grammars = actions.add_parser("grammars", help="whether every engine reads a grammar in the same way")
    grammars.add_argument("--texts", type=int, default=20_000, metavar="N", help="so many texts (default: 20000)")
    grammars.add_argument("--seed", type=int, default=0, metavar="N", help="for other texts")
    grammars.add_argument("--engines", type=lambda text: text.split(","), default=(), metavar="NAME,...")
    proposals = actions.add_parser("proposals", help="whether every answer under the grammar lowers, and ends")
    _add_suite(proposals)
    proposals.add_argument("--proposals", type=int, default=2000, metavar="N", help="so many answers (default: 2000)")
    proposals.add_argument("--seed", type=int, default=0, metavar="N", help="for other answers")
    constrained = actions.add_parser("constrained", help="answers under the grammar beside as many free ones")
    _add_suite(constrained)
    constrained.add_argument("--samples", type=int, default=5, metavar="N", help="answers a side (default: 5)")
    constrained.add_argument("--seeds", type=_whole_numbers, default=(0, 1, 2), metavar="N,...", help="the seeds")
    profile = actions.add_parser("profile", help="where search spends its time, on a fixed set of specifications")
    profile.add_argument("--limit", type=int, metavar="N", help="the first N specifications")
    narrowing = actions.add_parser("narrowing", help="type errors of proposals for holes, narrowed and not")
    narrowing.add_argument("--proposals", type=int, default=2000, metavar="N", help="on each side (default: 2000)")
    narrowing.add_argument("--seed", type=int, default=0, metavar="N", help="for other proposals")
    narrowing.add_argument("--model", default="none", metavar="NAME|PATH|none", help="who proposes (default: chance)")
    narrowing.add_argument("--vocabulary", type=Path, metavar="GGUF", help="time the first mask over its tokens")
    narrowing.add_argument(
        "--references", metavar="SUITE", help="own, or a JSON Lines file: which of its expressions are kept"
    )
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true", help="print JSON")
    actions.metavar = "|".join(actions.choices)


def _add_suite(parser: ArgumentParser, limit: int | None = None) -> None:
    parser.add_argument("suites", nargs="*", default=["own"], metavar="SUITE", help="own, or a JSON Lines file's path")
    of = "all" if limit is None else limit
    parser.add_argument(
        "--limit", type=int, default=limit, metavar="N", help=f"the first N problems of each suite (default: {of})"
    )
    parser.add_argument("--ids", type=lambda text: text.split(","), metavar="ID,...", help="these problems only")
    parser.add_argument("--model", default="auto", metavar="NAME|PATH|none", help="the model, as for a compile")


def _add_budgets(parser: ArgumentParser) -> None:
    default = Options()
    parser.add_argument("--budget-tokens", type=int, default=default.budget_tokens, metavar="N")
    parser.add_argument("--budget-seconds", type=float, default=default.budget_seconds, metavar="S")
    parser.add_argument("--samples", type=int, default=default.samples, metavar="N")


def run(arguments: Namespace) -> int:
    """Measure and print. Raises ``LiftcError`` for a suite that cannot be read, and ``BackendError``."""
    from compiler.bench.suites import SuiteError
    from compiler.diagnostics import Diagnostic, LiftcError

    try:
        return actions()[arguments.action](arguments)
    except (SuiteError, OSError, UnicodeDecodeError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        why = (
            f"cannot use {error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else error
        )
        raise LiftcError([Diagnostic("L0707", str(why), help=_FILES.get(arguments.action, ()))]) from error


def actions() -> Mapping[str, Callable[[Namespace], int]]:
    """What does each action."""
    return {
        "run": _run,
        "report": _report,
        "ir": _ir,
        "overheads": _overheads,
        "replays": _replays,
        "sygus": _sygus,
        "batch": _batch,
        "repair": _repair,
        "guidance": _guidance,
        "grammars": _grammars,
        "proposals": _proposals,
        "constrained": _constrained,
        "profile": _profile,
        "narrowing": _narrowing,
    }


def _run(arguments: Namespace) -> int:
    from compiler.bench.run import prefetch, without
    from compiler.bench.run import run as run_suite

    problems = _problems(arguments)
    options = without(_options(arguments), arguments.without)
    with _engine(arguments.model) as (backend, title):
        if backend is not None and arguments.prefetch:
            prefetch(problems, arguments.seeds, options.samples, backend, _say)
        rows = run_suite(
            problems,
            arguments.seeds,
            options,
            backend,
            arguments.out,
            title=title,
            whole_pool=arguments.whole_pool,
            progress=_say,
        )
    from compiler.bench.report import plain_report, to_json

    _print(arguments, plain_report(rows), to_json(rows))
    return 0


def _report(arguments: Namespace) -> int:
    from compiler.bench.report import markdown_report, plain_report, to_json
    from compiler.bench.rows import read_all

    rows = read_all(arguments.rows)
    _print(arguments, markdown_report(rows) if arguments.markdown else plain_report(rows), to_json(rows))
    return 0


def _ir(arguments: Namespace) -> int:
    from compiler.bench.coverage import coverage, render, to_json

    try:
        report = coverage(arguments.paths, arguments.limit)
    except ValueError as error:
        raise OSError(str(error)) from error
    _print(arguments, render(report), to_json(report))
    return 0


def _overheads(arguments: Namespace) -> int:
    from compiler.bench.overheads import Overheads, measure_bookkeeping, measure_decoding, measure_start_up
    from compiler.bench.rows import read_rows

    start_up = measure_start_up(arguments.runs)
    problems = _problems(arguments)
    with _engine(arguments.model, cached=False) as (backend, title):
        rows = read_rows(arguments.rows) if arguments.rows else _measured(problems, backend, title)
        decoding = () if backend is None else measure_decoding(problems, backend)
    found = Overheads(start_up, measure_bookkeeping(rows), decoding)
    _print(arguments, _overheads_text(found), found.to_json())
    return 0


def _measured(problems: list[Problem], backend: Backend | None, title: str) -> list[Row]:
    from compiler.bench.run import run as run_suite

    with TemporaryDirectory(prefix="liftc-overheads-") as folder:
        return run_suite(problems, (0,), Options(), backend, Path(folder) / "rows.jsonl", title=title, progress=_say)


def _overheads_text(found: Overheads) -> str:
    start = found.start_up
    lines = [f"start-up     {start.liftc * 1000:.1f} ms, {start.ratio:.2f} times `python -c pass`"]
    if found.bookkeeping is not None:
        phases = ", ".join(f"{name} {share:.1%}" for name, share in found.bookkeeping.phases.items())
        lines.append(
            f"bookkeeping  {found.bookkeeping.share:.1%} of a compile, of {found.bookkeeping.compiles}: {phases}"
        )
    for item in found.decoding:
        speeds = f"{item.constrained:.1f} tokens a second under the grammar, {item.free:.1f} free"
        lines.append(f"decoding     batch {item.batch}: {speeds}, {item.ratio:.1%} [{item.low:.1%}, {item.high:.1%}]")
    return "\n".join(lines)


def _replays(arguments: Namespace) -> int:
    from compiler.bench.replays import check_replays

    with _engine(arguments.model) as (backend, _):
        checked = check_replays(_problems(arguments), _options(arguments), backend, progress=_say)
    same = sum(item.same for item in checked)
    differing = [item for item in checked if not item.same]
    text = "\n".join([f"{same} of {len(checked)} the same", *(f"{item.id}:\n{item.difference}" for item in differing)])
    data = {
        "total": len(checked),
        "same": same,
        "cuts": sum(item.cuts for item in checked),
        "differing": [{"suite": item.suite, "id": item.id, "difference": item.difference} for item in differing],
    }
    _print(arguments, text, data)
    return 0 if same == len(checked) else 1


def _sygus(arguments: Namespace) -> int:
    from compiler.bench.sygus import check_installed, problems_in, render, run, to_json

    check_installed(arguments.sides)
    paths = problems_in(arguments.folders, arguments.limit, arguments.ids)
    with TemporaryDirectory(prefix="liftc-sygus-") as folder:
        out = arguments.out or Path(folder) / "rows.jsonl"
        rows = run(paths, arguments.seconds, arguments.sides, out, _say, arguments.clock)
    _print(arguments, render(rows), to_json(rows))
    return 0


def _batch(arguments: Namespace) -> int:
    from compiler.bench.batch import measure_batch, render

    problems, options = _problems(arguments), _options(arguments)
    texts, data = [], []
    for name in arguments.models or [arguments.model]:
        with _engine(name, cached=False) as (backend, title):
            batch = measure_batch(problems, options, _asked(backend), arguments.seeds, arguments.at_once, _say)
        texts.append(f"{title}: {render(batch)}")
        data.append({"model": title, **batch.to_json()})
    _print(arguments, "\n\n".join(texts), data)
    return 0


@contextmanager
def _engine(model: str, *, cached: bool = True, asked: bool = True) -> Iterator[tuple[Backend | None, str]]:
    from backends.cache import CachedBackend
    from compiler.engine import opened_engine
    from compiler.terminal.ending import tell

    with opened_engine(model, cached=cached) as engine:
        tell(*engine.notes)
        backend = engine.backend
        if backend is not None and not asked:
            backend = CachedBackend(None, engine=backend.engine, model=backend.model)
        yield backend, engine.name or "none"


def _problems(arguments: Namespace) -> list[Problem]:
    from compiler.bench.suites import read_suite

    return [
        problem for suite in arguments.suites for problem in read_suite(suite, limit=arguments.limit, ids=arguments.ids)
    ]


def _options(arguments: Namespace) -> Options:
    return Options(
        budget_tokens=arguments.budget_tokens, budget_seconds=arguments.budget_seconds, samples=arguments.samples
    )


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _print(arguments: Namespace, text: str, data: object) -> None:
    print(json.dumps(data, ensure_ascii=False) if arguments.json else text.rstrip("\n"))


def _whole_numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"expected whole numbers with commas between, not {text!r}") from None


def _repair(arguments: Namespace) -> int:
    from compiler.bench.repair import bench_repair, render, to_json

    rows = []
    for row in bench_repair(arguments.suite, arguments.limit, arguments.seconds, _say):
        rows.append(row)
        if arguments.out is not None:
            with arguments.out.open("a", encoding="utf-8") as stream:
                stream.write(f"{row.to_json()}\n")
    _print(arguments, render(rows), to_json(rows))
    return 0


def _grammars(arguments: Namespace) -> int:
    from compiler.bench.grammars import bench_grammars, render

    report = bench_grammars(arguments.texts, arguments.seed, wanted=arguments.engines, progress=_say)
    _print(arguments, render(report), report.to_json())
    return 0


def _proposals(arguments: Namespace) -> int:
    from compiler.bench.proposals import bench_proposals, render

    problems = _problems(arguments)
    with _engine(arguments.model) as (backend, _):
        found = bench_proposals(problems, _asked(backend), arguments.proposals, arguments.seed, _say)
    _print(arguments, render(found), found.to_json())
    return 1 if found.lost else 0


def _constrained(arguments: Namespace) -> int:
    from compiler.bench.constrained import bench_constrained, render

    problems = _problems(arguments)
    with _engine(arguments.model) as (backend, _):
        found = bench_constrained(problems, _asked(backend), arguments.samples, arguments.seeds, _say)
    _print(arguments, render(found), found.to_json())
    return 0


def _asked(backend: Backend | None) -> Backend:
    from backends.protocol import BackendError

    if backend is None:
        raise BackendError("there is no model to ask", hint="run `liftc models pull`, or name one by --model")
    return backend


def _profile(arguments: Namespace) -> int:
    from compiler.bench.profile import fixed_problems, profile, render

    found = profile(fixed_problems(arguments.limit), _say)
    _print(arguments, render(found), found.to_json())
    return 0


def _guidance(arguments: Namespace) -> int:
    from compiler.bench.guidance import Amount, bench_guidance, render, to_json

    amount = Amount(arguments.samples, arguments.holes, arguments.expansions)
    with _engine(arguments.model, asked=not arguments.offline) as (backend, _), TemporaryDirectory() as folder:
        if backend is None:
            raise OSError("weights are fitted to a model's answers: name one with --model")
        out = arguments.out or Path(folder) / "rows.jsonl"
        rows = bench_guidance(arguments.suites, backend, out, amount, arguments.limit, _say)
    _print(arguments, render(rows), to_json(rows))
    return 0


def _narrowing(arguments: Namespace) -> int:
    from compiler.bench.narrowing import bench_narrowing, render
    from compiler.bench.repair import references_of
    from compiler.bench.vocabulary import read_vocabulary

    vocabulary = read_vocabulary(arguments.vocabulary) if arguments.vocabulary else ()
    references = [*references_of(arguments.references).values()] if arguments.references else ()
    with _engine(arguments.model) as (backend, _):
        found = bench_narrowing(arguments.proposals, arguments.seed, backend, vocabulary, references, _say)
    _print(arguments, render(found), found.to_json())
    return 0


def _sides(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    for part in parts:
        if part not in SIDES:
            raise ArgumentTypeError(f"there is no side {part!r}; the sides are {', '.join(SIDES)}")
    return parts


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    for part in parts:
        if part not in ABLATIONS:
            raise ArgumentTypeError(f"there is no part {part!r}; the parts are {', '.join(ABLATIONS)}")
    return parts
