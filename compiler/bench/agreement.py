"""One reference through the IR: lowered, verified, printed, read back, and run beside CPython on its tests' calls."""

from __future__ import annotations

import copy
import io
import random
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal, NoReturn, TypeAlias

from compiler.bench.references import Reference
from compiler.interpreter.interpreter import InterpretationError, Program, Run
from compiler.interpreter.meter import Halt
from compiler.ir.lower import LowerError, lower_candidate, lower_module
from compiler.ir.nodes import Module
from compiler.ir.verify import verify
from compiler.judge.canonical import canonical, is_iterator
from compiler.lir.text import parse_module, print_module
from compiler.text.source import Source

Stage: TypeAlias = Literal["skipped", "read", "lowered", "verified", "roundtrip", "agree"]

_STEPS = 20_000_000
_MOST_CALLS = 400
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The last stage that a reference passed, how many calls were compared, and why it went no further."""

    id: str
    stage: Stage
    calls: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Result:
    """What a call came to; ``arguments`` as the call left them. The items of an iterator stand for it."""

    value: Any = None
    error: BaseException | None = None
    arguments: Any = None
    iterator: bool = False


@dataclass(frozen=True, slots=True)
class _Recorded:
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    result: _Result


class _OutOfTime(Halt):
    """Nothing in a program catches it."""


def check_reference(reference: Reference) -> Verdict:
    """Takes a reference as far as it goes. Runs its program and tests: for use in a child process only."""
    late = f"took more than {_SECONDS:.0f} seconds"
    with redirect_stdout(io.StringIO()):
        try:
            with _time_limit(_SECONDS):
                recorded = list(_record(reference))
        except _OutOfTime:
            return Verdict(reference.id, "skipped", reason=f"CPython {late}")
        except BaseException as error:
            return Verdict(reference.id, "skipped", reason=f"its own tests fail: {type(error).__name__}: {error}"[:300])
        try:
            with _time_limit(_SECONDS):
                return _check(reference, recorded)
        except _OutOfTime:
            # Ours to answer for, so it counts as a failure and not as skipped.
            return Verdict(reference.id, "read", reason=late)


def _check(reference: Reference, recorded: list[_Recorded]) -> Verdict:
    try:
        module = _lower(reference)
    except LowerError as error:
        return Verdict(reference.id, "read", reason=f"{error}")
    problems = [diagnostic for diagnostic in verify(module) if diagnostic.severity == "error"]
    if problems:
        return Verdict(reference.id, "lowered", reason=f"{problems[0].code}: {problems[0].message}")
    if parse_module(print_module(module)) != module:
        return Verdict(reference.id, "verified", reason="the text form reads back to another tree")
    difference = _first_difference(module, reference.entry, recorded)
    return Verdict(reference.id, "roundtrip" if difference else "agree", len(recorded), difference)


def _lower(reference: Reference) -> Module:
    if reference.entry is None:
        return lower_module(Source(reference.id, reference.program))
    return lower_candidate(reference.program, reference.entry)


def _record(reference: Reference) -> Iterator[_Recorded]:
    """The calls that the tests make, with what CPython gives for them. Raises what a failing test raises."""
    recorded: list[_Recorded] = []
    if reference.entry is None:
        return
    for test in reference.tests:
        # Each test has its own program, so that none sees what another left behind.
        names: dict[str, Any] = {"__name__": "reference"}
        exec(compile(reference.program, "<reference>", "exec", dont_inherit=True), names)
        names = {**names, reference.entry: _recording(names[reference.entry], recorded)}
        exec(compile(test, "<test>", "exec", dont_inherit=True), names)
    yield from recorded[:_MOST_CALLS]


def _recording(function: Callable[..., Any], recorded: list[_Recorded]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        before, named = copy.deepcopy(arguments), copy.deepcopy(keywords)
        random.seed(0)
        try:
            value = function(*arguments, **keywords)
            if is_iterator(value):
                items = list(value)
                result, value = _Result(items, None, copy.deepcopy(arguments), iterator=True), iter(items)
            else:
                result = _Result(copy.deepcopy(value), None, copy.deepcopy(arguments))
        except Exception as error:
            recorded.append(_Recorded(before, named, _Result(None, error, copy.deepcopy(arguments))))
            raise
        recorded.append(_Recorded(before, named, result))
        return value

    return call


def _first_difference(module: Module, entry: str | None, recorded: list[_Recorded]) -> str:
    if entry is None:
        return ""
    try:
        program = Program(module)
        for call in recorded:
            arguments = copy.deepcopy(call.arguments)
            run = program.call(entry, arguments, call.keywords, steps=_STEPS, allow_unbounded=True)
            difference = _difference(call.result, run, arguments)
            if difference:
                return f"{entry}{call.arguments!r}: {difference}"[:300]
    except InterpretationError as error:
        return f"not interpreted: {error}"
    return ""


def _difference(wanted: _Result, run: Run, arguments: Any) -> str:
    if run.stopped is not None:
        return f"stopped: {run.stopped}"
    if wanted.error is not None or run.error is not None:
        if type(wanted.error).__name__ == type(run.error).__name__:
            return ""
        return f"CPython raises {wanted.error!r}, the interpreter {run.error!r}"
    value = list(run.value) if wanted.iterator and is_iterator(run.value) else run.value
    if not _same(wanted.value, value):
        return f"CPython gives {wanted.value!r}, the interpreter {value!r}"
    if not _same(wanted.arguments, arguments):
        return f"CPython leaves the arguments {wanted.arguments!r}, the interpreter {arguments!r}"
    return ""


def _same(wanted: Any, got: Any) -> bool:
    """The same type and an equal value; instances of the program's own classes are compared by what they hold."""
    if type(wanted).__name__ != type(got).__name__:
        return False
    if canonical(wanted) != canonical(got):
        return False
    match wanted:
        case list() | tuple():
            return len(wanted) == len(got) and all(map(_same, wanted, got))
        case dict():
            return _same_mapping(wanted, got)
    return True


def _same_mapping(wanted: Mapping[Any, Any], got: Mapping[Any, Any]) -> bool:
    return list(map(canonical, wanted)) == list(map(canonical, got)) and all(map(_same, wanted.values(), got.values()))


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def on_alarm(_number: int, _frame: FrameType | None) -> NoReturn:
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
