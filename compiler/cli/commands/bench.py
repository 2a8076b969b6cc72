"""Measure liftc: a suite beside the raw model at the same tokens, the IR's coverage, overheads, replays, SyGuS."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from compiler.cli.commands.bench_arguments import add_arguments
from compiler.task.options import Options

if TYPE_CHECKING:
    from backends.protocol import Backend
    from compiler.bench.provenance import Provenance
    from compiler.bench.rows import Row
    from compiler.bench.suites import Problem

__all__ = ["actions", "add_arguments", "run"]

_FILES = {
    "ir": ("name `own`, JSON Lines with reference solutions, Python files, or folders of these",),
    "suite": ("`pip install --no-deps --target DIR PACKAGE...` installs packages for `--path DIR`",),
}


def run(arguments: Namespace) -> int:
    """Measure and print. Raises ``LiftcError`` for a suite that cannot be read, and ``BackendError``."""
    from compiler.bench.suites import SuiteError
    from compiler.text.diagnostics import Diagnostic, LiftcError

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
        "suite": _suite,
        "ir": _ir,
        "overheads": _overheads,
        "replays": _replays,
        "sygus": _sygus,
        "batch": _batch,
        "repair": _repair,
        "guidance": _guidance,
        "associate": _associate,
        "grammars": _grammars,
        "proposals": _proposals,
        "constrained": _constrained,
        "profile": _profile,
        "narrowing": _narrowing,
        "results": _results,
    }


def _run(arguments: Namespace) -> int:
    from compiler.bench.run import prefetch, without
    from compiler.bench.run import run as run_suite

    problems = _problems(arguments)
    options = without(_options(arguments), arguments.without)
    with _engine(arguments.model, many=arguments.prefetch) as (backend, title):
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
            provenance=_provenance(arguments),
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


def _suite(arguments: Namespace) -> int:
    from compiler.bench.package_suite import DEFAULT, build_suite, render
    from compiler.text.output import check_writable, write_whole

    check_writable(str(arguments.out))
    suite = build_suite(arguments.packages or DEFAULT, arguments.path, arguments.most, _say)
    write_whole(str(arguments.out), suite.text)
    _print(arguments, render(suite), suite.to_json())
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
    from compiler.bench.overheads import Overheads, measure_bookkeeping, measure_decoding, measure_start_up, render
    from compiler.bench.rows import read_rows

    start_up = measure_start_up(arguments.runs)
    problems = _problems(arguments)
    with _engine(arguments.model, cached=False) as (backend, title):
        rows = read_rows(arguments.rows) if arguments.rows else _measured(problems, backend, title)
        batches, rounds = arguments.at_once, arguments.rounds
        decoding = () if backend is None else measure_decoding(problems, backend, batches=batches, rounds=rounds)
    found = Overheads(start_up, measure_bookkeeping(rows), decoding)
    _print(arguments, render(found), found.to_json())
    return 0


def _measured(problems: list[Problem], backend: Backend | None, title: str) -> list[Row]:
    from compiler.bench.run import run as run_suite

    with TemporaryDirectory(prefix="liftc-overheads-") as folder:
        return run_suite(problems, (0,), Options(), backend, Path(folder) / "rows.jsonl", title=title, progress=_say)


def _replays(arguments: Namespace) -> int:
    from compiler.bench.replays import check_replays, render, to_json

    with _engine(arguments.model) as (backend, _):
        checked = check_replays(_problems(arguments), _options(arguments), backend, progress=_say)
    _print(arguments, render(checked), to_json(checked))
    return 0 if all(item.same for item in checked) else 1


def _sygus(arguments: Namespace) -> int:
    from compiler.bench.sygus import check_installed, problems_in, render, run, to_json
    from compiler.bench.sygus_guide import Guide

    check_installed(arguments.sides)
    paths = problems_in(arguments.folders, arguments.limit, arguments.ids)
    with TemporaryDirectory(prefix="liftc-sygus-") as folder, _engine(arguments.model) as (backend, title):
        out = arguments.out or Path(folder) / "rows.jsonl"
        guide = None if backend is None else Guide(title, backend)
        made = _provenance(arguments)
        rows = run(paths, arguments.seconds, arguments.sides, out, _say, arguments.clock, guide, made)
    _print(arguments, render(rows), to_json(rows))
    return 0


def _batch(arguments: Namespace) -> int:
    from compiler.bench.batch import measure_batch, render

    problems, options = _problems(arguments), _options(arguments)
    texts, data = [], []
    for name in arguments.models or [arguments.model]:
        with _engine(name, cached=False, many=True) as (backend, title):
            batch = measure_batch(problems, options, _asked(backend), arguments.seeds, arguments.at_once, _say)
        texts.append(f"{title}: {render(batch)}")
        data.append({"model": title, **batch.to_json()})
    _print(arguments, "\n\n".join(texts), {"batches": data})
    return 0


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


def _associate(arguments: Namespace) -> int:
    from compiler.bench.associate import associate, render, written
    from compiler.text.output import check_writable, write_whole

    check_writable(str(arguments.out))
    command = " ".join(["liftc bench associate", *arguments.packages])
    command += f" --without {','.join(arguments.without)}" if arguments.without else ""
    data = associate(arguments.packages, arguments.path, arguments.without, command, _say)
    write_whole(str(arguments.out), written(data))
    _print(arguments, render(data), data)
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


def _grammars(arguments: Namespace) -> int:
    from compiler.bench.grammars import bench_grammars, render

    report = bench_grammars(arguments.texts, arguments.seed, wanted=arguments.engines, progress=_say)
    _print(arguments, render(report), report.to_json())
    return 0


def _proposals(arguments: Namespace) -> int:
    from compiler.bench.proposals import bench_proposals, render

    problems = _problems(arguments)
    with _engine(arguments.model, many=True) as (backend, _):
        found = bench_proposals(problems, _asked(backend), arguments.proposals, arguments.seed, _say)
    _print(arguments, render(found), found.to_json())
    return 1 if found.lost else 0


def _constrained(arguments: Namespace) -> int:
    from compiler.bench.constrained import bench_constrained, render

    problems = _problems(arguments)
    with _engine(arguments.model, many=True) as (backend, _):
        found = bench_constrained(problems, _asked(backend), arguments.samples, arguments.seeds, _say)
    _print(arguments, render(found), found.to_json())
    return 0


def _profile(arguments: Namespace) -> int:
    from compiler.bench.profile import fixed_problems, profile, render

    found = profile(fixed_problems(arguments.limit), arguments.rounds, arguments.against, _say)
    _print(arguments, render(found), found.to_json())
    return 0


def _narrowing(arguments: Namespace) -> int:
    from compiler.bench.narrowing import bench_narrowing, render
    from compiler.bench.repair import references_of
    from compiler.bench.vocabulary import read_vocabulary

    vocabulary = read_vocabulary(arguments.vocabulary) if arguments.vocabulary else ()
    references = [*references_of(arguments.references).values()] if arguments.references else ()
    with _engine(arguments.model, many=True) as (backend, _):
        found = bench_narrowing(arguments.proposals, arguments.seed, backend, vocabulary, references, _say)
    _print(arguments, render(found), found.to_json())
    return 0


def _results(arguments: Namespace) -> int:
    from compiler.bench.results import compare, completed, page, read_summaries, summarise, table
    from compiler.text.output import write_whole
    from compiler.text.table import plain_table

    folder: Path = arguments.folder
    if bool(arguments.before) != bool(arguments.after):
        raise OSError("--before and --after belong together")
    try:
        if arguments.before or arguments.after:
            summary = compare(arguments.before, arguments.after, held_out=arguments.held_out)
        elif arguments.files:
            summary = summarise(arguments.files, held_out=arguments.held_out)
        else:
            summary = None
        if summary is not None:
            summary = completed(summary, arguments.commit, arguments.command)
            print(summary.to_json() if arguments.json else plain_table(table([summary])))
            if arguments.keep:
                folder.mkdir(parents=True, exist_ok=True)
                write_whole(str(folder / f"{arguments.keep}.json"), summary.to_json())
        if summary is None or arguments.keep:
            write_whole(str(folder.with_suffix(".md")), page(read_summaries(folder).values()))
    except ValueError as error:
        raise OSError(str(error)) from error
    return 0


def _provenance(arguments: Namespace) -> Provenance:
    from compiler.bench.provenance import provenance

    return provenance(arguments.typed)


@contextmanager
def _engine(
    model: str, *, cached: bool = True, asked: bool = True, many: bool = False
) -> Iterator[tuple[Backend | None, str]]:
    from backends.cache import CachedBackend
    from compiler.cli.ending import tell
    from compiler.runs.engine import opened_engine

    with opened_engine(model, cached=cached, many=many) as engine:
        tell(*engine.notes)
        backend = engine.backend
        if backend is not None and not asked:
            backend = CachedBackend(None, engine=backend.engine, model=backend.model)
        yield backend, engine.name or "none"


def _asked(backend: Backend | None) -> Backend:
    from backends.protocol import BackendError

    if backend is None:
        raise BackendError("there is no model to ask", hint="run `liftc models pull`, or name one by --model")
    return backend


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


def _print(arguments: Namespace, text: str, data: Mapping[str, object]) -> None:
    from dataclasses import asdict

    if arguments.json:
        told = {"bench": arguments.action, "provenance": asdict(_provenance(arguments)), **data}
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(text.rstrip("\n"))
