"""Whether compiles replay: offline, in another process with another hash seed, to the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path

from backends.protocol import Backend, BackendError
from compiler.bench.suites import Problem
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.task.options import Options
from compiler.text.diagnostics import LiftcError
from compiler.trace.events import Cut

Progress = Callable[[str], None]
_REPLAY_SECONDS = 600.0
_LONGEST_DIFFERENCE = 40

# Runs in the child: the trace's path comes as the argument, the outcome leaves as one line of JSON.
_REPLAY = """\
import json, sys
from pathlib import Path
from compiler.runs.replay import replay
from compiler.trace.trace import read_trace
result = replay(read_trace(Path(sys.argv[1])))
print(json.dumps({"status": result.status, "program": result.program, "trace": result.trace.untimed()}))
"""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One compile and its replay. ``difference`` shows how the replay differs, and is empty where it does not."""

    suite: str
    id: str
    status: str
    same_program: bool
    same_trace: bool
    cuts: int = 0
    difference: str = ""

    @property
    def same(self) -> bool:
        """Whether the replay gave the same bytes and the same trace but for the timings."""
        return self.same_program and self.same_trace


def check_replays(
    problems: Sequence[Problem],
    options: Options,
    backend: Backend | None,
    *,
    hash_seed: int = 4711,
    progress: Progress | None = None,
) -> list[Replayed]:
    """Compile every problem, then replay it from its trace alone. An error is a replay that differs."""
    checked: list[Replayed] = []
    for number, problem in enumerate(problems, start=1):
        checked.append(_check(problem, replace(options, best_effort=True), backend, hash_seed))
        if progress is not None:
            progress(f"{number}/{len(problems)} {problem.id}: {'same' if checked[-1].same else 'differs'}")
    return checked


def render(checked: Sequence[Replayed]) -> str:
    """How many replays are the same, and how the others differ."""
    same = sum(item.same for item in checked)
    differing = [f"{item.id}:\n{item.difference}" for item in checked if not item.same]
    return "\n".join([f"{same} of {len(checked)} the same", *differing])


def to_json(checked: Sequence[Replayed]) -> dict[str, object]:
    """How many replays there are and how many are the same, the budgets that cut, and the replays that differ."""
    return {
        "total": len(checked),
        "same": sum(item.same for item in checked),
        "cuts": sum(item.cuts for item in checked),
        "differing": [
            {"suite": item.suite, "id": item.id, "difference": item.difference} for item in checked if not item.same
        ],
    }


def _check(problem: Problem, options: Options, backend: Backend | None, hash_seed: int) -> Replayed:
    try:
        result = compile_source(problem.source, options, backend)
    except (LiftcError, BackendError) as error:
        return Replayed(problem.suite, problem.id, "error", False, False, difference=str(error))
    with tempfile.TemporaryDirectory(prefix="liftc-replay-") as folder:
        path = Path(folder) / "trace.jsonl"
        path.write_text(result.trace.text(), encoding="utf-8")
        ending = _replay(path, Path(folder), hash_seed)
    cuts = sum(1 for _ in result.trace.select(Cut))
    if ending.returncode:
        told = ending.stderr.strip()[-2000:] or f"exit code {ending.returncode}"
        return Replayed(problem.suite, problem.id, result.status, False, False, cuts, told)
    return _compared(problem, result, json.loads(ending.stdout.splitlines()[-1]), cuts)


def _replay(trace: Path, home: Path, hash_seed: int) -> subprocess.CompletedProcess[str]:
    """Replay in a child that sees neither a model nor a cache."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "LIFTC_HOME": str(home),
    }
    command = [sys.executable, "-c", _REPLAY, str(trace)]
    try:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=_REPLAY_SECONDS
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no end within {_REPLAY_SECONDS:.0f} s")


def _compared(problem: Problem, result: Result, replayed: dict[str, str | None], cuts: int) -> Replayed:
    before, after = result.trace.untimed(), replayed["trace"] or ""
    lines = unified_diff(before.splitlines(), after.splitlines(), "compiled", "replayed", n=0, lineterm="")
    return Replayed(
        problem.suite,
        problem.id,
        result.status,
        same_program=(result.status, result.program) == (replayed["status"], replayed["program"]),
        same_trace=before == after,
        cuts=cuts,
        difference="\n".join(line[:400] for line in list(lines)[:_LONGEST_DIFFERENCE]),
    )
