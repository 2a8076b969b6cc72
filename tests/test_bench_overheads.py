"""Overheads: how they are counted. Times themselves are not asserted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from backends.protocol import BackendError, Proposal, Request
from compiler.bench.overheads import measure_bookkeeping, measure_decoding, measure_start_up
from compiler.bench.rows import Configuration, Row, Solved
from compiler.bench.suites import read_suite


@dataclass
class Counting:
    """Answers with as many tokens as it may, but for the seeds of ``short``, and remembers what was asked."""

    short: frozenset[int] = frozenset()
    asked: list[Sequence[Request]] = field(default_factory=list)
    engine: str = "counting"
    model: str = "none"

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.asked.append(requests)
        return [
            Proposal(
                "", 1, min(request.sampling.max_tokens, 9 if request.sampling.seed in self.short else 99), "length"
            )
            for request in requests
        ]

    def close(self) -> None:
        """Nothing is held."""


def row_of(seconds: float, **phases: float) -> Row:
    configuration = Configuration("m", "e", "m", 1, 1.0, 1, (), "0")
    return Row("", "s", "i", "c", 0, configuration, "accepted", Solved(True, True), "", "", 1, 1, 1, 0, seconds, phases)


def test_what_is_neither_model_nor_search_is_bookkeeping() -> None:
    rows = [row_of(10, model=8, judge=1), row_of(10, model=5, search=4, judge=0.5), row_of(4, model=3, judge=0.5)]
    measured = measure_bookkeeping(rows)
    assert measured is not None
    assert measured.share == pytest.approx(0.2)
    assert measured.phases["rest"] == pytest.approx(0.1)
    assert measured.compiles == 3


def test_compiles_from_the_cache_do_not_count() -> None:
    row = row_of(1, judge=1)
    assert measure_bookkeeping([replace(row, cached=1), replace(row, requests=0), replace(row, error="x")]) is None


def test_free_and_constrained_decoding_ask_the_same() -> None:
    backend = Counting()
    speeds = measure_decoding(read_suite("own", limit=3), backend, batches=(1, 2), rounds=3)
    assert [(speed.batch, speed.rounds) for speed in speeds] == [(1, 3), (2, 3)]
    drawn, sides = backend.asked[:2], backend.asked[2::5]
    assert _free(drawn[0]) == drawn[1]
    assert len(sides) == 2 * 2 * 4
    for one, other in zip(sides[::2], sides[1::2], strict=True):
        assert {one[0].grammar is None, other[0].grammar is None} == {True, False}
        assert _free(one) == _free(other)
    firsts = [requests[0].grammar for requests in sides[::2]]
    assert firsts.count(None) == 4, "either side comes first as often as the other"


def test_a_prompt_that_is_read_again_now_and_then_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Counting()

    def clock() -> float:
        """Ten tokens a second; every third time, seven seconds for a prompt."""
        decoded = sum(request.sampling.max_tokens for requests in backend.asked for request in requests)
        return decoded / 10 + 7 * (len(backend.asked) // 3)

    monkeypatch.setattr("compiler.bench.overheads.perf_counter", clock)
    [found] = measure_decoding(read_suite("own", limit=3), backend, batches=(2,), rounds=3)
    assert (found.free, found.constrained, found.ratio) == pytest.approx((10, 10, 1))


def test_answers_that_end_early_are_not_measured() -> None:
    backend = Counting(short=frozenset({0, 2}))
    measure_decoding(read_suite("own", limit=1), backend, batches=(2,), rounds=2)
    assert {request.sampling.seed for requests in backend.asked[4:] for request in requests} == {1, 3}
    with pytest.raises(BackendError, match="no answer of 4 has 64 tokens"):
        measure_decoding(read_suite("own", limit=1), Counting(short=frozenset(range(4))))


def _free(requests: Sequence[Request]) -> list[Request]:
    return [replace(request, grammar=None) for request in requests]


def test_start_up_is_measured_in_pairs() -> None:
    measured = measure_start_up(runs=1)
    assert measured.ratio == pytest.approx(measured.liftc / measured.python)
