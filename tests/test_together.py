"""Several compiles over one engine: the same results, with requests that the engine meets at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import pytest

from backends.protocol import BackendError, Proposal, Request
from compiler import together
from compiler.diagnostics import LiftcError
from compiler.driver import compile_source
from compiler.options import Options
from compiler.result import Result
from compiler.source import Source
from compiler.together import compile_together

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


class Slow(Meeting):
    """An engine that answers all at the same time, so that all but one then wait for their turn."""

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.barrier.wait(30)
        return [Proposal("def f(n):\n    return n + 1", 30, 20, "stop") for _ in requests]


def test_waiting_for_ones_turn_costs_no_seconds_of_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[float] = []
    compiled = together.compile_source

    def slowly(*arguments: object, clock: Callable[[], float], **others: object) -> Result:
        begun, seen = monotonic(), clock()
        time.sleep(0.2)
        result = compiled(*arguments, clock=clock, **others)  # type: ignore[arg-type]
        time.sleep(0.2)
        taken.append((monotonic() - begun) - (clock() - seen))
        return result

    monkeypatch.setattr(together, "compile_source", slowly)
    compile_together([source(name, 2) for name in ("one", "two", "three")], OPTIONS, Slow(3), at_once=3)
    assert max(taken) > 0.3, "who came last has waited, and its clock has not"


def test_without_a_model_each_is_searched_for() -> None:
    sources = [Source("a.txt", "twice(2) == 4\ntwice(5) == 10\ntwice(0) == 0\n"), Source("b.txt", "")]
    found, failed = compile_together(sources, OPTIONS)
    assert isinstance(found, Result)
    assert found.program
    assert isinstance(failed, LiftcError)


def test_one_that_fails_leaves_the_others_alone() -> None:
    outcomes = compile_together([source("one", 3), source("two", 3)], OPTIONS, Failing(1), at_once=2)
    assert all(isinstance(outcome, LiftcError) for outcome in outcomes)
