"""How a model is asked: what it is shown first, and how hot its samples are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from backends.protocol import Message, Proposal, Request
from compiler.front import read_spec
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.runs.replay import compare, replay
from compiler.synthesis.ask.ask import first_request, sample_request
from compiler.task.few_shot import FewShotExample
from compiler.task.options import Options
from compiler.text.source import Source
from compiler.trace import events
from compiler.trace.trace import parse_trace

TEXT = "Write a function that gives the most frequent item.\n\nmode([1, 2, 2]) == 2\nmode([3, 3, 1]) == 3\n"
FILE = 'def mode(items):\n    """The most frequent item."""\n    ...\n'
SHOT = FewShotExample("Write a function `low` that gives the least item.\n", "def low(items):\n    return min(items)\n")
WRONG = (
    "def mode(items):\n    return items[0] + 9",
    "def mode(xs):\n    return xs[0] + 9",
    "def mode(a):\n    return 9 + a[0]",
)
WITHOUT = Options(without=frozenset({"search", "repair"}), best_effort=True)


@dataclass
class Recording:
    """An engine that keeps what it was asked and gives the same answers in turn."""

    answers: Sequence[str] = WRONG
    requests: list[Request] = field(default_factory=list)
    engine: str = "recording"
    model: str = "three-answers"

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        first = len(self.requests)
        self.requests += requests
        numbers = range(first, len(self.requests))
        return [Proposal(self.answers[number % len(self.answers)], 30, 20, "stop") for number in numbers]

    def close(self) -> None:
        pass


def compiled(backend: Recording, samples: int, few_shot: Sequence[FewShotExample] = ()) -> Result:
    options = Options(samples=samples, without=WITHOUT.without, best_effort=True)
    return compile_source(Source("spec.txt", TEXT), options, backend, few_shot=few_shot)


@pytest.mark.parametrize(
    ("source", "prompt"),
    [
        (
            Source("s.txt", TEXT),
            TEXT.strip() + "\n\nAnswer with one Python code block that holds the complete function `mode`.",
        ),
        (
            Source("s.py", FILE),
            "Write the Python function `mode`. Answer with one Python code block.\n\n```python\n" + FILE + "```",
        ),
    ],
)
def test_the_first_question_is_the_plain_one(source: Source, prompt: str) -> None:
    spec = read_spec(source)
    assert first_request(spec, spec.functions, "").messages == (Message("user", prompt),)


def test_few_shot_examples_stand_before_the_question() -> None:
    spec = read_spec(Source("s.txt", TEXT))
    plain = sample_request(spec, spec.functions, "", 0, 1)
    shown = sample_request(spec, spec.functions, "", 0, 1, few_shot=[SHOT])
    assert shown.messages == (
        Message("user", SHOT.specification + "\nAnswer with one Python code block."),
        Message("assistant", "```python\n" + SHOT.program + "```"),
        *plain.messages,
    )


def test_every_other_sample_is_shown_what_was_accepted_before() -> None:
    backend = Recording()
    result = compiled(backend, 4, [SHOT])
    assert [len(request.messages) for request in backend.requests] == [1, 1, 3, 1, 3]
    assert [event.few_shot for event in result.trace.select(events.Proposal)] == [0, 0, 1, 0, 1]


def test_a_replay_is_shown_the_same() -> None:
    trace = parse_trace(compiled(Recording(), 4, [SHOT]).trace.text().splitlines())
    assert compare(trace, replay(trace)).same


def test_samples_that_all_do_the_same_wrong_thing_are_followed_by_hotter_ones() -> None:
    backend = Recording()
    result = compiled(backend, 18)
    assert [request.sampling.temperature for request in backend.requests] == [0.0] + [0.8] * 6 + [1.0] * 6 + [1.2] * 6
    told = result.trace.select(events.Diversity)
    assert [(item.answers, item.behaviours, item.next) for item in told] == [
        (7, 1, 1.0),
        (13, 1, 1.2),
        (19, 1, 1.2),
    ]


def test_samples_that_differ_keep_their_temperature() -> None:
    backend = Recording([f"def mode(items):\n    return items[0] + {number}" for number in range(7, 40)])
    compiled(backend, 12)
    assert {request.sampling.temperature for request in backend.requests[1:]} == {0.8}
