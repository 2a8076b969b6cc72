"""The child process in which candidate code runs: read one job, go behind the walls, call, report line by line.

The parent starts it as ``python -c "import child"`` with this folder as the only addition to the path, an empty
environment and a scratch folder as working directory. It imports the standard library and its two neighbours here, and
nothing else. The job comes marshalled on standard input; each report is one line of JSON on the pipe that the job
names, led by a random word that candidate code is not told, so that it cannot speak for its judge by mistake or by
guessing. Only what the check of names has let through surely cannot find it: code that skips that check, such as a raw
answer that is scored, may patch the very built-ins that its judge uses. It stays within the process all the same.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
from _json import encode_basestring_ascii as quote
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, ModuleType
from typing import TYPE_CHECKING, NoReturn, TypedDict

if TYPE_CHECKING:
    import signal
else:
    # The public module builds enumerations, which takes as long as the interpreter's own start.
    import _signal as signal

if TYPE_CHECKING or __package__:
    from compiler.judge import confinement
    from compiler.judge.canonical import canonical, drain, is_iterator, without_addresses, write_items
else:
    import confinement
    from canonical import canonical, drain, is_iterator, without_addresses, write_items

__all__ = ["canonical"]

LONGEST_VALUE = 1000
_STARRED, _DOUBLE_STARRED = 0x04, 0x08
_STOPS = frozenset({"time", "memory", "output"})
# Modules that a program cannot look up any more: doors of the process, and its judge.
_HIDDEN = (
    *("ctypes", "_ctypes", "resource", "os", "posix", "signal", "marshal", "_signal"),
    *("child", "confinement", "canonical"),
)


class ProbeJob(TypedDict):
    """One call to make; every text is a Python expression."""

    function: str
    arguments: list[str]
    keywords: list[tuple[str, str]]
    checks: list[str]
    cpu_seconds: float


class Job(TypedDict):
    """What the parent asks for."""

    program: str
    probes: list[ProbeJob]
    modules: list[str]
    machine: str
    parent: int
    pipe: int
    word: str
    cpu_seconds: float
    total_cpu_seconds: int
    memory_bytes: int
    output_bytes: int


class Watch:
    """Clock and violations of the step that runs now. What it records stays, even where code catches it."""

    def __init__(self, cpu_seconds: float, output: confinement.Output) -> None:
        self.cpu_seconds = cpu_seconds
        self.output = output
        self.out_of_time = False
        self.violation = ""
        signal.signal(signal.SIGVTALRM, self._on_timer)
        # Code that no handler can interrupt (10 ** 10 ** 9) ends by this signal's default action: death.
        signal.signal(signal.SIGPROF, signal.SIG_DFL)

    def start(self) -> None:
        self.out_of_time = self.output.full = False
        self.violation = ""
        signal.setitimer(signal.ITIMER_PROF, self.cpu_seconds * 1.25 + 0.5)
        signal.setitimer(signal.ITIMER_VIRTUAL, self.cpu_seconds, 0.05)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)

    def record(self, event: str) -> None:
        self.violation = self.violation or event

    def _on_timer(self, _number: int, _frame: FrameType | None) -> NoReturn:
        self.out_of_time = True
        raise confinement.Halt("time")

    @property
    def stopped(self) -> str:
        """The limit that was reached, if any."""
        return "output" if self.output.full else "time" if self.out_of_time else ""


def main() -> None:
    """Run the job on standard input and report on its pipe."""
    job: Job = marshal.loads(sys.stdin.buffer.read())
    confinement.die_with_parent(job["parent"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    confinement.preload(job["modules"], job["program"])
    confinement.limit_resources(job["memory_bytes"], job["total_cpu_seconds"])
    confinement.filter_system_calls(job["machine"])
    output = confinement.Output(job["output_bytes"])
    watch = Watch(job["cpu_seconds"], output)
    sys.stdout = sys.stderr = output
    for name in _HIDDEN:
        sys.modules.pop(name, None)
    vars(sys.modules["__main__"]).pop("child", None)
    confinement.deny_events(watch.record)
    _serve(job, watch, os.write)


def _serve(job: Job, watch: Watch, write: Callable[[int, bytes], int]) -> None:
    pipe, word = job["pipe"], job["word"]

    def report(*fields: str) -> None:
        line = f"{word}[{', '.join(map(quote, fields))}]\n".encode()
        while line:
            line = line[write(pipe, line) :]

    candidate = ModuleType("candidate")
    candidate.__dict__["__builtins__"] = confinement.restricted_builtins()
    sys.modules["candidate"] = candidate
    outcome, _, seconds = _timed(watch, lambda: exec(_compile(job["program"], "exec"), candidate.__dict__))
    report("loaded", *outcome, seconds)
    if outcome[0] != "returned":
        return
    for probe in job["probes"]:
        report("started")
        fields = [*_run_probe(probe, candidate.__dict__, watch)]
        report("probe", *fields)
        if fields[0] == "stopped" or not _STOPS.isdisjoint(fields[6:]):
            # Nobody knows what a call that was broken off has left behind in the program's names.
            return


def _compile(text: str, mode: str) -> CodeType:
    return compile(text, confinement.SOURCE_NAME, mode, dont_inherit=True)


Steps = tuple[tuple[str, str, str, str], object, str]
"""What a step came to as the report's four fields, its value, and the seconds it took."""


def _timed(watch: Watch, step: Callable[[], object]) -> Steps:
    """Run a step and describe what it came to, whatever it does."""
    value: object = None
    begun = time.perf_counter()
    try:
        watch.start()
        try:
            value = step()
            if is_iterator(value):
                value = _Drained(*drain(value))  # type: ignore[arg-type]
            outcome = ("returned", _readable(value), _behaviour(value), _type_name(value))
        finally:
            watch.stop()
    except confinement.Halt as halt:
        # The signal may have struck inside the first stop.
        watch.stop()
        outcome = ("stopped", str(halt), "", "")
    except MemoryError:
        outcome = ("stopped", "memory", "", "")
    except BaseException as error:
        outcome = ("raised", type(error).__name__, _message(error), _lineage(error))
    if watch.violation:
        names = [kind.__name__ for kind in confinement.SandboxViolation.__mro__[:-2]]
        outcome = ("raised", names[0], f"the sandbox denies {watch.violation}", " ".join(names))
    elif watch.stopped:
        outcome = ("stopped", watch.stopped, "", "")
    return outcome, value, f"{time.perf_counter() - begun:.6f}"


class _Drained:
    """An iterator that a call returned, with the items that it gave when it was looked at."""

    def __init__(self, items: list[object], ending: str) -> None:
        self.items, self.ending = items, ending

    def text(self) -> str:
        return f"iter({', '.join([*map(repr, self.items), *([self.ending] if self.ending else [])])})"


def _behaviour(value: object) -> str:
    return write_items(value.items, value.ending) if isinstance(value, _Drained) else canonical(value)


def _type_name(value: object) -> str:
    return "iterator" if isinstance(value, _Drained) else type(value).__name__


def _readable(value: object) -> str:
    try:
        text = value.text() if isinstance(value, _Drained) else repr(value)
        text = without_addresses(text)
    except ValueError:
        # An integer too long for decimal digits, somewhere inside.
        text = _behaviour(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def _message(error: BaseException) -> str:
    try:
        return without_addresses(str(error))[:LONGEST_VALUE]
    except BaseException:
        return ""


def _lineage(error: BaseException) -> str:
    return " ".join(kind.__name__ for kind in type(error).__mro__ if kind not in (BaseException, object))


def _run_probe(probe: ProbeJob, names: dict[str, object], watch: Watch) -> Iterator[str]:
    """Make the call and its checks; give the fields of the report."""
    _seed_random()
    scope = _Scope(names)
    watch.cpu_seconds = probe["cpu_seconds"]
    call: list[object] = []

    def invoke() -> object:
        function = scope.evaluate(probe["function"])
        arguments = [scope.evaluate(text) for text in probe["arguments"]]
        keywords = {name: scope.evaluate(text) for name, text in probe["keywords"]}
        call.extend((function, arguments, keywords))
        return function(*arguments, **keywords)  # type: ignore[operator]

    outcome, value, seconds = _timed(watch, invoke)
    yield from outcome
    stopped = outcome[0] == "stopped"
    yield "mutated" if not stopped and _mutated(probe, scope, call, watch) else ""
    yield seconds
    for text in probe["checks"]:
        yield "" if stopped else _check(text, probe, scope, call, (outcome[0] == "returned", value), watch)


def _seed_random() -> None:
    random = sys.modules.get("random")
    if random is not None:
        random.seed(0)


class _Scope:
    """Names for arguments and checks: the candidate's own, but none of the built-ins' names, and allowed modules."""

    def __init__(self, names: dict[str, object]) -> None:
        self._builtins = names["__builtins__"]
        hidden = vars(sys.modules["builtins"])
        self._names = {name: value for name, value in names.items() if name not in hidden and name != "result"}

    def evaluate(self, text: str, more: dict[str, object] | None = None) -> object:
        modules = {name: sys.modules[name] for name in confinement.MODULES if name in sys.modules}
        return eval(
            _compile(text.strip(), "eval"), {**modules, **self._names, **(more or {}), "__builtins__": self._builtins}
        )


def _mutated(probe: ProbeJob, scope: _Scope, call: list[object], watch: Watch) -> bool:
    """Whether the call changed one of its arguments."""
    if not call:
        return False
    _, arguments, keywords = call
    texts = [*probe["arguments"], *(text for _, text in probe["keywords"])]
    passed = [*arguments, *keywords.values()]  # type: ignore[misc, attr-defined]

    def compare() -> object:
        pairs = [(value, text) for value, text in zip(passed, texts, strict=True) if not is_iterator(value)]
        return any(canonical(value) != canonical(scope.evaluate(text)) for value, text in pairs)

    outcome, changed, _ = _timed(watch, compare)
    return outcome[0] == "returned" and changed is True


def _check(
    text: str, probe: ProbeJob, scope: _Scope, call: list[object], returned: tuple[bool, object], watch: Watch
) -> str:
    """Evaluate a check on fresh copies of the arguments: ``true``, ``false``, the limit that stopped it, or nothing."""
    if not call:
        return ""

    def evaluate() -> object:
        arguments = [scope.evaluate(argument) for argument in probe["arguments"]]
        keywords = {name: scope.evaluate(argument) for name, argument in probe["keywords"]}
        bound = _bind(call[0], arguments, keywords)
        has_result, result = returned
        if has_result:
            bound["result"] = iter(result.items) if isinstance(result, _Drained) else result
        return bool(scope.evaluate(text, bound))

    outcome, value, _ = _timed(watch, evaluate)
    if outcome[0] == "stopped":
        return outcome[1]
    return ("true" if value is True else "false") if outcome[0] == "returned" else ""


def _bind(function: object, arguments: list[object], keywords: dict[str, object]) -> dict[str, object]:
    """Parameter names to values, defaults applied, as a call would bind them; nothing for what is not a function."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    if not hasattr(function, "__code__"):
        return {}
    code = function.__code__
    count, total = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames
    defaults = getattr(function, "__defaults__", None) or ()
    bound = dict(zip(names[count - len(defaults) : count], defaults, strict=True))
    bound |= getattr(function, "__kwdefaults__", None) or {}
    bound |= dict(zip(names[:count], arguments, strict=False))
    if code.co_flags & _STARRED:
        bound[names[total]] = tuple(arguments[count:])
    known = set(names[:total])
    bound |= {name: value for name, value in keywords.items() if name in known}
    if code.co_flags & _DOUBLE_STARRED:
        place = total + bool(code.co_flags & _STARRED)
        bound[names[place]] = {name: value for name, value in keywords.items() if name not in known}
    return bound
