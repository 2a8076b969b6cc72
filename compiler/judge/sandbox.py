"""Running candidate code in child processes, and reading what became of each call.

The parent trusts nothing that it reads: a child may hang, die, flood its pipes or close them, and a verdict still
comes.
"""

from __future__ import annotations

import json
import marshal
import os
import platform
import re
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from compiler.judge import child
from compiler.judge.confinement import MODULES
from compiler.judge.outcome import Outcome, Raised, Returned, Stopped, StopReason


@dataclass(frozen=True, slots=True)
class Limits:
    """What candidate code may use.

    ``cpu_seconds`` is the processor time of loading the program, and of each call; ``wall_seconds`` is how long the
    parent waits for either, whatever the processor does. ``memory_bytes`` limits the address space, ``output_bytes``
    what is printed in all. A program that has looped on an example, or on two other calls, gets ``hurried_seconds`` for
    each further call; an example keeps its full time until an example was stopped. After ``stops`` stopped calls the
    rest are not made and count as stopped too.
    """

    cpu_seconds: float = 1.0
    hurried_seconds: float = 0.2
    wall_seconds: float = 10.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 1 << 20
    stops: int = 5


@dataclass(frozen=True, slots=True)
class Probe:
    """One call to make. Every text is an expression, evaluated afresh among the program's names.

    ``checks`` see the parameters by name (fresh copies of the arguments, defaults applied) and, where the call
    returned, ``result``. ``shown`` says that the call is an example's.
    """

    function: str
    arguments: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...] = ()
    checks: tuple[str, ...] = ()
    shown: bool = False


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one call did.

    ``checks`` has one entry for each check, ``None`` where it could not be evaluated (also for a check that names
    ``result`` when the call raised). ``mutated`` says whether the call changed its arguments. ``broken_off`` holds the
    checks, numbered from 0, that a limit stopped. ``made`` is false where loading the program
    raised, before any call.
    """

    outcome: Outcome
    checks: tuple[bool | None, ...]
    mutated: bool
    seconds: float
    broken_off: tuple[tuple[int, StopReason], ...] = ()
    made: bool = True

    @property
    def stopped(self) -> bool:
        """Whether a limit stopped the call or one of its checks."""
        return isinstance(self.outcome, Stopped) or bool(self.broken_off)

    @property
    def out_of_time(self) -> bool:
        """Whether that limit was time."""
        whole = isinstance(self.outcome, Stopped) and self.outcome.reason == "time"
        return whole or any(reason == "time" for _, reason in self.broken_off)


def run_probes(
    program: str, probes: Sequence[Probe], limits: Limits | None = None, *, hash_seed: int = 0
) -> list[ProbeResult]:
    """Load a program in a child process and make the calls there, in order, each within the limits.

    A program that does not load gives every probe the exception of its loading. After a call that is stopped, or that
    kills the process, the rest are made in a fresh child. ``hash_seed`` orders sets of strings.
    """
    limits = limits or Limits()
    results: list[ProbeResult] = []
    while len(results) < len(probes):
        rest = probes[len(results) :]
        made = list(zip(probes, results, strict=False))
        session = _run_child(program, rest, limits, hash_seed, _seconds(rest, made, limits))
        if not isinstance(session.loaded, Returned):
            return results + [unmade(probe, session.loaded) for probe in rest]
        results += session.results
        broken_off = bool(session.results) and session.results[-1].stopped
        if not broken_off and len(session.results) < len(rest):
            results.append(unmade(rest[len(session.results)], session.ending))
        stopped = [result.outcome for result in results if isinstance(result.outcome, Stopped)]
        if len(stopped) >= limits.stops:
            return results + [unmade(probe, stopped[-1]) for probe in probes[len(results) :]]
    return results


def _seconds(rest: Sequence[Probe], made: Sequence[tuple[Probe, ProbeResult]], limits: Limits) -> list[float]:
    """The processor time of each call that is left, after what the calls so far came to."""
    timed_out = [probe.shown for probe, result in made if result.out_of_time]
    hurried = min(limits.cpu_seconds, limits.hurried_seconds)
    if any(timed_out):
        return [hurried for _ in rest]
    late = len(timed_out) >= _LOOPS_ENOUGH
    return [hurried if late and not probe.shown else limits.cpu_seconds for probe in rest]


_LOOPS_ENOUGH = 2


def run_script(program: str, limits: Limits | None = None, *, hash_seed: int = 0) -> Outcome:
    """Run a whole program, its own tests included: returned only if its last line was reached."""
    return _run_child(program, (), limits or Limits(cpu_seconds=10.0, wall_seconds=30.0), hash_seed, ()).loaded


def unmade(probe: Probe, outcome: Outcome) -> ProbeResult:
    """The result of a call that was not made."""
    return ProbeResult(outcome, (None,) * len(probe.checks), False, 0.0, made=not isinstance(outcome, Raised))


@dataclass(frozen=True, slots=True)
class _Session:
    """What one child reported: how loading went, the calls it finished, and what ended it before its time."""

    loaded: Outcome
    results: tuple[ProbeResult, ...]
    ending: Stopped


def _run_child(
    program: str, probes: Sequence[Probe], limits: Limits, hash_seed: int, seconds: Sequence[float]
) -> _Session:
    word = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="liftc-") as scratch, tempfile.TemporaryFile() as job:
        reading, writing = os.pipe()
        try:
            job.write(marshal.dumps(cast(Any, _job(program, probes, limits, writing, word, seconds))))
            job.seek(0)
            process = _start(job.fileno(), writing, scratch, hash_seed)
            os.close(writing)
            writing = -1
            try:
                loaded, results, ending = _read(reading, word, probes, limits)
            finally:
                status = _end(process)
        finally:
            os.close(reading)
            if writing >= 0:
                os.close(writing)
    ending = ending or _why(status)
    return _Session(loaded or ending, tuple(results), ending)


def _job(
    program: str, probes: Sequence[Probe], limits: Limits, pipe: int, word: str, seconds: Sequence[float]
) -> child.Job:
    return {
        "program": program,
        "probes": [
            {
                "function": probe.function,
                "arguments": list(probe.arguments),
                "keywords": list(probe.keywords),
                "checks": list(probe.checks),
                "cpu_seconds": allowed,
            }
            for probe, allowed in zip(probes, seconds, strict=True)
        ],
        "modules": sorted(_modules_named(program, probes)),
        "machine": platform.machine(),
        "parent": os.getpid(),
        "pipe": pipe,
        "word": word,
        "cpu_seconds": limits.cpu_seconds,
        "total_cpu_seconds": int((limits.cpu_seconds + 1) * (2 * len(probes) + 2)) + 1,
        "memory_bytes": limits.memory_bytes,
        "output_bytes": limits.output_bytes,
    }


_IMPORT_LINE = re.compile(r"\b(?:from|import)\b([^\n;#]*)")
_ATTRIBUTE_OWNER = re.compile(r"\b([a-z_]\w*)\s*\.")
_DOTTED_NAME = re.compile(r"[A-Za-z_][\w.]*")


def _modules_named(program: str, probes: Sequence[Probe]) -> set[str]:
    """The allowed modules that the texts may use: a few too many do no harm, loading all would take long."""
    named = {name for line in _IMPORT_LINE.findall(program) for name in _DOTTED_NAME.findall(line)}
    for probe in probes:
        for text in (*probe.arguments, *probe.checks, *(text for _, text in probe.keywords)):
            named.update(_ATTRIBUTE_OWNER.findall(text))
    return named & MODULES


# The child's folder is the only one on its path beside the standard library.
_START = "import sys; sys.path.insert(0, {folder!r}); import child; sys.path.pop(0); child.main()"


def _start(job: int, pipe: int, scratch: str, hash_seed: int) -> subprocess.Popen[bytes]:
    start = _START.format(folder=str(Path(child.__file__).parent))
    return subprocess.Popen(
        [sys.executable, "-s", "-S", "-P", "-B", "-X", "utf8", "-c", start],
        stdin=job,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(pipe,),
        cwd=scratch,
        env={"PYTHONHASHSEED": str(hash_seed)},
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> int:
    """Make sure that the child and all it may have started are gone; its exit status."""
    try:
        status = process.wait(timeout=0.05)
    except subprocess.TimeoutExpired:
        status = 0
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return process.wait() or status
    process.wait()
    return status


def _why(status: int) -> Stopped:
    return Stopped("time" if -status in (signal.SIGPROF, signal.SIGXCPU) else "crash")


def _read(
    pipe: int, word: str, probes: Sequence[Probe], limits: Limits
) -> tuple[Outcome | None, list[ProbeResult], Stopped | None]:
    """Read reports until all have come or the child ends, goes silent or says too much."""
    loaded: Outcome | None = None
    results: list[ProbeResult] = []
    for line in _lines(pipe, word, limits, len(probes)):
        if isinstance(line, Stopped):
            return loaded, results, line
        match line:
            case ["loaded", *fields] if loaded is None and len(fields) == 5:
                loaded = _outcome(fields)
                if not probes or not isinstance(loaded, Returned):
                    break
            case ["probe", *fields] if len(fields) == 6 + len(probes[len(results)].checks):
                results.append(_result(fields))
                if results[-1].stopped or len(results) == len(probes):
                    break
            case ["started"]:
                continue
            case _:
                return loaded, results, Stopped("crash")
    return loaded, results, None


def _lines(pipe: int, word: str, limits: Limits, probes: int) -> Iterator[list[str] | Stopped]:
    poll = select.poll()
    poll.register(pipe, select.POLLIN | select.POLLHUP)
    lead, held, left = word.encode(), b"", limits.output_bytes + 16384 * (probes + 1)
    deadline = time.monotonic() + limits.wall_seconds + 5.0
    while True:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            yield Stopped("time")
            return
        chunk = os.read(pipe, 65536)
        left -= len(chunk)
        if not chunk:
            return
        if left < 0:
            yield Stopped("output")
            return
        *lines, held = (held + chunk).split(b"\n")
        for line in lines:
            if not line.startswith(lead):
                yield Stopped("crash")
                return
            yield _fields(line[len(lead) :])
            deadline = time.monotonic() + limits.wall_seconds


def _fields(line: bytes) -> list[str]:
    try:
        fields = json.loads(line)
    except ValueError:
        return []
    return [str(field) for field in fields] if isinstance(fields, list) else []


_LIMITS: dict[str, StopReason] = {"time": "time", "memory": "memory", "output": "output"}


def _outcome(fields: Sequence[str]) -> Outcome:
    match fields:
        case ["returned", value, behaviour, kind, *_]:
            return Returned(value, behaviour, kind)
        case ["raised", exception, message, lineage, *_]:
            return Raised(exception, message, tuple(lineage.split()))
        case ["stopped", reason, *_]:
            return Stopped(_LIMITS.get(reason, "crash"))
        case _:
            return Stopped("crash")


def _result(fields: Sequence[str]) -> ProbeResult:
    checks = tuple({"true": True, "false": False}.get(text) for text in fields[6:])
    broken_off = tuple((place, reason) for place, text in enumerate(fields[6:]) if (reason := _LIMITS.get(text)))
    return ProbeResult(_outcome(fields), checks, fields[4] == "mutated", float(fields[5]), broken_off)
