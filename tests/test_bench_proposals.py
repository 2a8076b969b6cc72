"""Proposals under the grammar: how they are counted, and a real model's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from backends.llama_cpp import LlamaCpp
from backends.models import pull
from backends.protocol import Proposal, Request
from compiler.bench.proposals import bench_proposals, render
from compiler.bench.suites import Problem, read_suite


class Scripted:
    """Gives its answers in turns."""

    engine, model = "scripted", "none"

    def __init__(self, *answers: Proposal) -> None:
        self.answers = answers
        self.asked: list[Request] = []

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        first = len(self.asked)
        self.asked += requests
        return [self.answers[(first + number) % len(self.answers)] for number in range(len(requests))]

    def close(self) -> None:
        """Nothing is held."""


def problems(count: int) -> list[Problem]:
    return read_suite("own", limit=count)


def test_answers_are_counted_by_what_became_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.bench.asking.TOGETHER", 64)
    [problem] = problems(1)
    right = f"```python\ndef {problem.entry_point}(a):\n    return a\n```"
    answers = [
        Proposal(right, 1, 9, "stop"),
        Proposal(right.replace("return a", 'return open("a")'), 1, 9, "stop"),
        Proposal(right[:20], 1, 512, "length"),
        Proposal("I would rather talk.", 1, 9, "stop", conforms=False),
    ]
    backend, told = Scripted(*answers), list[str]()
    found = bench_proposals([problem], backend, 130, 7, told.append)
    assert (found.asked, found.cut, found.outside, found.finished) == (130, 32, 32, 66)
    assert (found.lowered, len(found.lost), found.different) == (33, 33, 2)
    assert found.lost[0].occurrence == 2
    assert len(told) == 3
    assert "lower     33 of 66" in render(found)
    assert "open" in render(found)
    assert found.to_json()["finished"] == 66
    assert len({request.key("e", "m") for request in backend.asked}) == 130
    assert all(request.grammar and request.sampling.seed == 7 for request in backend.asked)
    assert all(request.sampling.temperature > 0 for request in backend.asked)


@pytest.mark.model
@pytest.mark.slow
def test_a_real_models_answers_lower() -> None:
    backend = LlamaCpp(pull("smollm2-135m"), parallel=4)
    found = bench_proposals(problems(4), backend, 8, 0, lambda _: None)
    backend.close()
    assert found.lost == ()
    assert found.lowered == found.finished
