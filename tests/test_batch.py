"""Several compiles over one engine: the same results, with requests that the engine meets at the same time."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backends.protocol import BackendError, Proposal, Request
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.runs.batch import Workers, compile_together
from compiler.runs.worker import Answers, Job, Question, outcome
from compiler.task.options import Options
from compiler.text.diagnostics import LiftcError
from compiler.text.source import Source

OPTIONS = Options(samples=0)


def source(name: str, wanted: int) -> Source:
    return Source(f"{name}.txt", f"Write a function `{name}` that adds a number.\n\n{name}(1) == {wanted}\n")


@dataclass
class Meeting:
    """An engine that answers once as many requests wait as it waits for."""

    waits_for: int
    barrier: threading.Barrier = field(init=False)
    engine: str = "meeting"
    model: str = "adds-two"

    def __post_init__(self) -> None:
        self.barrier = threading.Barrier(self.waits_for)

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.barrier.wait(30)
        return [Proposal("def f(n):\n    return n + 2", 30, 20, "stop") for _ in requests]

    def close(self) -> None:
        pass


class Failing(Meeting):
    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        raise BackendError("it is out of order")


def test_requests_of_several_compiles_are_answered_at_the_same_time() -> None:
    sources = [source(name, 3) for name in ("one", "two", "three")]
    results = compile_together(sources, OPTIONS, Meeting(3), at_once=3)
    assert [result.status for result in results if isinstance(result, Result)] == ["accepted"] * 3


def test_results_are_those_of_compiles_one_by_one() -> None:
    sources = [source("one", 3), source("two", 9), source("three", 3)]
    outcomes = compile_together(sources, OPTIONS, Meeting(3), at_once=3)
    for given, result in zip(sources, outcomes, strict=True):
        alone = compile_source(given, OPTIONS, Meeting(1))
        assert isinstance(result, Result)
        assert (result.status, result.program) == (alone.status, alone.program)
        assert result.trace.untimed() == alone.trace.untimed()


@dataclass
class Late:
    """A pipe to an engine that answers after a hundred seconds of waiting for one's turn, as it says."""

    asked: Sequence[Request] = ()

    def send(self, question: Question) -> None:
        self.asked = question.requests

    def recv(self) -> Answers:
        return Answers([Proposal("def f(n):\n    return n + 2", 30, 20, "stop") for _ in self.asked], 100.0)


def test_waiting_for_ones_turn_costs_no_seconds_of_the_budget() -> None:
    job = Job(source("one", 3), OPTIONS, (("meeting", "adds-two"),))
    result = outcome(job, Late())  # type: ignore[arg-type]
    assert isinstance(result, Result)
    assert (result.status, result.usage.seconds < 0) == ("accepted", True)


@dataclass
class Deadly(Meeting):
    """An engine that ends all who compile when it is asked for the first time."""

    first: threading.Lock = field(default_factory=threading.Lock)

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        if self.first.acquire(blocking=False):
            for pid in children():
                os.kill(pid, signal.SIGKILL)
        return [Proposal("def f(n):\n    return n + 2", 30, 20, "stop") for _ in requests]


def children() -> list[int]:
    """The processes that this one has begun and that run."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            state, parent, *_ = Path(f"/proc/{name}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            found += [int(name)] if int(parent) == os.getpid() and state != "Z" else []
    return found


lists_processes = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system does not list processes so"
)


@lists_processes
def test_a_compile_that_is_stopped_from_outside_is_told_and_the_others_go_on() -> None:
    sources = [source(name, 3) for name in ("one", "two", "three")]
    *stopped, whole = compile_together(sources, OPTIONS, Deadly(1), at_once=2)
    codes = {item.code for error in stopped if isinstance(error, LiftcError) for item in error.diagnostics}
    assert codes == {"L0408"}
    assert isinstance(whole, Result)
    assert whole.status == "accepted"


class Interrupted(Meeting):
    """An engine during which the user gives up."""

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        raise KeyboardInterrupt


@lists_processes
def test_an_interruption_ends_the_processes_too() -> None:
    before = set(children())
    with pytest.raises(KeyboardInterrupt):
        compile_together([source(name, 3) for name in ("one", "two", "three")], OPTIONS, Interrupted(1))
    assert set(children()) <= before


def test_no_process_is_begun_once_all_have_been_ended() -> None:
    with Workers() as workers:
        workers.end()
        with pytest.raises(CancelledError), workers.one():
            pass


def test_an_error_that_is_ours_is_told_whole() -> None:
    impossible = Options(budget_tokens="many")  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match=r"(?s)Traceback.*TypeError"):
        compile_together([source("one", 3), source("two", 3)], impossible, Meeting(1))


def test_without_a_model_each_is_searched_for() -> None:
    sources = [Source("a.txt", "twice(2) == 4\ntwice(5) == 10\ntwice(0) == 0\n"), Source("b.txt", "")]
    found, failed = compile_together(sources, OPTIONS)
    assert isinstance(found, Result)
    assert found.program
    assert isinstance(failed, LiftcError)


def test_one_that_fails_leaves_the_others_alone() -> None:
    outcomes = compile_together([source("one", 3), source("two", 3)], OPTIONS, Failing(1), at_once=2)
    assert all(isinstance(outcome, LiftcError) for outcome in outcomes)
