"""Answers under the grammar beside free ones: the same number a side, judged alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.protocol import Proposal, Request
from compiler.bench.constrained import bench_constrained, render
from compiler.bench.suites import Problem, read_suite

RIGHT = "def twice(n):\n    return 2 * n\n"
LUCKY = "def twice(n):\n    return 2\n"
WRONG = "def twice(n):\n    return n\n"


class TwoSided:
    """Answers free requests from one list and those under a grammar from another, in turns."""

    engine, model = "scripted", "none"

    def __init__(self, free: Sequence[Proposal], constrained: Sequence[Proposal]) -> None:
        self.sides = {False: free, True: constrained}
        self.asked: dict[bool, list[Request]] = {False: [], True: []}

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Proposal:
        bound = request.grammar is not None
        self.asked[bound].append(request)
        side = self.sides[bound]
        return side[(len(self.asked[bound]) - 1) % len(side)]

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    path = tmp_path / "suite.jsonl"
    path.write_text(
        '{"task_id": 1, "text": "Twice a number.", "code": "def twice(n):\\n    return 2 * n",'
        ' "test_list": ["assert twice(1) == 2", "assert twice(4) == 8"]}\n',
        encoding="utf-8",
    )
    return read_suite(str(path))[0]


def answer(text: str, finish: str = "stop") -> Proposal:
    return Proposal(text, 1, 10, "length" if finish == "length" else "stop")


def test_the_sides_draw_as_many_answers_and_only_the_grammar_differs(problem: Problem) -> None:
    backend = TwoSided([answer(WRONG), answer(LUCKY)], [answer(WRONG, "length"), answer(RIGHT)])
    told: list[str] = []
    found = bench_constrained([problem], backend, 2, (0, 1), told.append)
    free, bound = backend.asked[False], backend.asked[True]
    assert [(ask.messages, ask.sampling) for ask in free] == [(ask.messages, ask.sampling) for ask in bound]
    assert len({ask.key("e", "m") for ask in [*free, *bound]}) == 8
    assert [(pair.free.solved, pair.constrained.solved) for pair in found.pairs] == [(False, True), (False, True)]
    assert [(pair.free.right, pair.constrained.right) for pair in found.pairs] == [(0, 1), (0, 1)]
    assert [sum(drawn.cut for drawn in side) for side in (found.free, found.constrained)] == [0, 2]
    assert (found.difference.won, found.difference.lost) == (1, 0)
    assert "constrained  100.0%          50.0%    2      40" in render(found)
    assert "seed 1      free 0.0%, constrained 100.0%, +100.0 [100.0, 100.0], won 1, lost 0" in render(found)
    assert sum(line.startswith("seed ") for line in told) == 2


def test_among_answers_that_pass_as_much_the_first_is_taken(problem: Problem) -> None:
    backend = TwoSided([answer(RIGHT), answer(LUCKY)], [answer(LUCKY), answer(RIGHT)])
    [pair] = bench_constrained([problem], backend, 2, (0,), lambda _: None).pairs
    assert (pair.free.solved, pair.constrained.solved) == (True, False)
    assert (pair.free.right, pair.constrained.right) == (1, 1)
