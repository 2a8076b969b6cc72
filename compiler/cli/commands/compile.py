"""Compile a specification into a Python function that comes with evidence.

A specification is a text (.txt, .md), or a Python file (.py) in which `...` stands where code is missing. A SyGuS
problem (.sl) is answered with its define-fun, or with a Python function where OUT ends in .py.
Several files are one specification, whose functions may call each other. At most one of them is a Python file; the
functions that the others describe are then added to it.
The program goes to OUT, and what was proved, tested or only seen on the examples is told on standard error.

exit codes: 0 accepted; 1 no accepted program; 2 wrong use or unreadable specification; 3 the model failed;
130 interrupted. Nothing is written on 1 to 130, unless --best-effort asks for the best candidate on 1.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from compiler.cli.commands.numbers import at_least
from compiler.task.options import Options
from liftc import __version__

if TYPE_CHECKING:
    from compiler.pipeline.result import Result
    from compiler.runs.engine import Engine
    from compiler.task.few_shot import FewShotExample
    from compiler.text.diagnostics import Diagnostic
    from compiler.text.source import Source

STANDARD = "-"

# What a model is shown of the local store: so many functions, none of a specification longer than this.
FEW_SHOT_EXAMPLES = 2
FEW_SHOT_CHARACTERS = 2000


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of a compile."""
    default = Options()
    add = parser.add_argument
    add("spec", metavar="SPEC", nargs="+", help="the specification's files, - for standard input")
    add("-o", "--output", metavar="OUT", help="the file to write, - for standard output (the default without --json)")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--model",
        metavar="MODEL",
        default="auto",
        help="a known model, a GGUF file, `none`, openai:MODEL[@BASE_URL], anthropic:MODEL[@BASE_URL] or "
        "transformers|vllm|outlines:MODEL[+ADAPTER]; default: qwen2.5-coder-0.5b if pulled",
    )
    chosen.add_argument(
        "--models",
        metavar="A,B,...",
        type=_models,
        default=[],
        help="several models, the cheapest first: the next is asked where one fails or its answers do not do",
    )
    add(
        "--order",
        choices=["given", "learned"],
        default="given",
        help="the order of --models: as given, or by what a success has cost so far (default: %(default)s)",
    )
    add("--offline", action="store_true", help="use no network: remote models answer from the cache alone")
    add(
        "--seed",
        type=at_least(int, 0),
        default=default.seed,
        metavar="N",
        help="seeds the model's samples (default: %(default)s)",
    )
    add(
        "--budget-tokens",
        type=at_least(int, 1),
        default=default.budget_tokens,
        metavar="N",
        help="tokens that the model may write (default: %(default)s)",
    )
    add(
        "--budget-seconds",
        type=at_least(float, 0.001),
        default=default.budget_seconds,
        metavar="S",
        help="seconds that the compile may take (default: %(default)g)",
    )
    add(
        "--budget-money",
        type=at_least(float, 0),
        default=default.budget_money,
        metavar="D",
        help="dollars that remote models may cost (default: no bound)",
    )
    add(
        "--samples",
        type=at_least(int, 0),
        default=default.samples,
        metavar="N",
        help="answers asked of the model besides its first (default: %(default)s)",
    )
    add(
        "--narrow",
        action=BooleanOptionalAction,
        default=default.narrow,
        help="hold expression holes to their types when an answer is constrained (default: yes)",
    )
    add("--scratch", action="store_true", help="where no answer is right, ask for more that reason before their code")
    add("--fim", action="store_true", help="where no answer is right, ask for a file's holes by fill-in-the-middle")
    add("--best-effort", action="store_true", help="write the best candidate, marked as such, if none is accepted")
    add("--tests", metavar="FILE", help="write a Hypothesis test file for the accepted program")
    add("--trace", metavar="FILE", help="write the trace, for `liftc trace` and `liftc replay`")
    add("--json", action="store_true", help="print the result as JSON (on standard error with -o -)")
    add("--no-store", action="store_true", help="neither read the local store nor keep the accepted program there")
    add("--version", action="version", version=f"liftc {__version__}", help="print the version")


def run(arguments: Namespace) -> int:
    """Compile and write what was asked for; the exit code. Raises ``LiftcError`` and ``BackendError``."""
    if arguments.tests is not None and arguments.output in (None, STANDARD):
        from compiler.text.diagnostics import Diagnostic, LiftcError

        raise LiftcError([Diagnostic("L0703", "--tests needs -o OUT: the tests import the program from that file")])
    if not arguments.json:
        return _run(arguments)
    from backends.protocol import BackendError
    from compiler.cli.ending import backend_failure
    from compiler.text.diagnostics import ExitCode, LiftcError

    try:
        return _run(arguments)
    except LiftcError as error:
        _print_failure(arguments, error.diagnostics)
        return error.exit_code
    except BackendError as error:
        _print_failure(arguments, (backend_failure(error),))
        return ExitCode.BACKEND_FAILED


def _models(text: str) -> list[str]:
    from compiler.runs.engine import NO_MODEL

    names = [name.strip() for name in text.split(",") if name.strip()]
    if NO_MODEL in names and len(names) > 1:
        raise ArgumentTypeError(f"`{NO_MODEL}` is no model beside others: leave it out, or write `--model {NO_MODEL}`")
    return names


def _run(arguments: Namespace) -> int:
    from compiler.runs.engine import check_prices, opened_engine
    from compiler.text.output import check_writable

    for path in (arguments.output, arguments.trace, arguments.tests):
        if path is not None:
            check_writable(path)
    sources = _read_sources(arguments.spec)
    source, *more = sources
    if source.name.endswith(".sl") and not more:
        from compiler.cli.commands.sygus import run as run_sygus

        return run_sygus(arguments, source)
    with opened_engine(
        arguments.model,
        models=arguments.models,
        offline=arguments.offline,
        seconds=arguments.budget_seconds,
        learned_order=arguments.order == "learned",
    ) as engine:
        from compiler.cli.progress import Activity, shown, watched
        from compiler.pipeline.driver import compile_source
        from compiler.task.run import Run
        from compiler.trace.file import kept_on_failure

        if arguments.budget_money is not None:
            check_prices(engine)
        activity = Activity()
        backend = watched(engine.backend, activity) if engine.backend is not None else None
        with kept_on_failure(arguments.trace) as trace, shown(activity):
            result = compile_source(
                source,
                _options(arguments),
                backend,
                more=more,
                few_shot=() if arguments.no_store or backend is None else _similar(sources),
                run=Run(trace, activity),
            )
    _write(arguments, sources, result)
    notes = (*engine.notes, *_remember(arguments, result, engine), *_untested(arguments, result))
    _report(arguments, result, notes, engine)
    return result.exit_code


def _read_sources(paths: Sequence[str]) -> list[Source]:
    """The specification's files. Raises ``LiftcError`` with what is wrong with each."""
    from compiler.front import read_source
    from compiler.text.diagnostics import Diagnostic, LiftcError

    sources: list[Source] = []
    problems: list[Diagnostic] = []
    for place, path in enumerate(paths):
        try:
            if path in paths[:place]:
                raise LiftcError([Diagnostic("L0101", f"{path} is given twice")])
            sources.append(read_source(path))
        except LiftcError as error:
            problems += error.diagnostics
    if problems:
        raise LiftcError(problems)
    return sources


def _options(arguments: Namespace) -> Options:
    return Options(
        seed=arguments.seed,
        budget_tokens=arguments.budget_tokens,
        budget_seconds=arguments.budget_seconds,
        budget_money=arguments.budget_money,
        samples=arguments.samples,
        best_effort=arguments.best_effort,
        narrow=arguments.narrow,
        scratch=arguments.scratch,
        fim=arguments.fim,
    )


def _write(arguments: Namespace, sources: Sequence[Source], result: Result) -> None:
    from compiler.text.output import write_whole

    if result.program is not None and (arguments.output is not None or not arguments.json):
        write_whole(arguments.output or STANDARD, result.program)
    if result.status == "accepted" and arguments.tests is not None:
        write_whole(arguments.tests, _tests(arguments, sources, result))
    if arguments.trace is not None:
        write_whole(arguments.trace, result.trace.text())


def _tests(arguments: Namespace, sources: Sequence[Source], result: Result) -> str:
    from compiler.front import read_spec
    from compiler.testfile.module import write_tests

    folder = os.path.dirname(os.path.abspath(arguments.tests))
    program_path = os.path.relpath(os.path.abspath(arguments.output), folder)
    return write_tests(read_spec(*sources).functions, result.program or "", program_path, seed=arguments.seed)


def _untested(arguments: Namespace, result: Result) -> tuple[Diagnostic, ...]:
    """That no test file was written, where one was asked for."""
    from compiler.text.diagnostics import Diagnostic

    if arguments.tests is None or result.status == "accepted":
        return ()
    message = f"{arguments.tests} is not written: the program was not accepted"
    return (Diagnostic("L0708", message, severity="note"),)


def _similar(sources: Sequence[Source]) -> tuple[FewShotExample, ...]:
    """What the local store holds of like specifications; nothing where it cannot be read."""
    from sqlite3 import Error

    from compiler.runs.store import similar
    from compiler.task.few_shot import FewShotExample

    text = "\n\n".join(source.text for source in sources)
    try:
        found = similar(text, FEW_SHOT_EXAMPLES)
    except Error:
        return ()
    return tuple(
        FewShotExample(item.specification, item.program)
        for item in found
        if len(item.specification) <= FEW_SHOT_CHARACTERS
    )


def _remember(arguments: Namespace, result: Result, engine: Engine) -> tuple[Diagnostic, ...]:
    if arguments.no_store:
        return ()
    from compiler.runs.experience import learn
    from compiler.runs.store import remember

    return learn(result) or (remember(result, engine.name) if result.status == "accepted" else ())


def _report(arguments: Namespace, result: Result, notes: tuple[Diagnostic, ...], engine: Engine) -> None:
    from compiler.cli.ending import has_colour, tell
    from compiler.cli.report import report_text, result_data

    if arguments.json:
        print(json.dumps(result_data(result, diagnostics=notes, trace=arguments.trace)), file=_json_stream(arguments))
        return
    tell(*notes, *result.diagnostics)
    print(report_text(result, model=engine.name, colour=has_colour()), file=sys.stderr)


def _print_failure(arguments: Namespace, diagnostics: tuple[Diagnostic, ...]) -> None:
    from compiler.cli.report import failure_data

    print(json.dumps(failure_data(diagnostics)), file=_json_stream(arguments))


def _json_stream(arguments: Namespace) -> TextIO:
    return sys.stderr if arguments.output == STANDARD else sys.stdout
