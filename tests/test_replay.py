from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from backends.protocol import BackendError, Proposal, Request
from compiler.cli import main
from compiler.judge.sandbox import Limits
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.runs.replay import RecordedBackend, compare, replay
from compiler.task.options import Options
from compiler.text.diagnostics import LiftcError
from compiler.text.source import Source
from compiler.trace import events
from compiler.trace.trace import Trace, parse_trace

DOUBLE = "Twice a number.\n\ndouble(2) == 4\ndouble(5) == 10\ndouble(-3) == -6\n"
MODE = (
    "Return the most common item of a list, the first one if several are.\n\nmode([1, 2, 2]) == 2\nmode([3, 1]) == 3\n"
)
ANSWERS = (
    "```python\ndef mode(items):\n    return max(items, key=items.count)\n```",
    "```python\nimport os\ndef mode(items):\n    return os.listdir(items)\n```",
    "```python\ndef mode(items):\n    return sorted(items)[0]\n```",
    "def mode(items:",
)


# Endless below zero, and the slower the larger the number is.
COUNTED = "def count(n: int) -> int\n\nCounts.\n\npost: n != 3 or count(-n) == 0\n\ncount(1) == 1\ncount(3) == 3\n"
COUNT = "```python\ndef count(n):\n    k = 0\n    while k != n * 9000:\n        k += 1\n    return n\n```"


@dataclass
class Scripted:
    """An engine that gives the same answers in turn."""

    answers: Sequence[str] = ANSWERS
    asked: int = 0
    engine: str = "scripted"
    model: str = "four-answers"

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        first = self.asked
        self.asked += len(requests)
        return [
            Proposal(self.answers[number % len(self.answers)], 30, 20, "stop", -4.0, seconds=0.01)
            for number in range(first, self.asked)
        ]

    def close(self) -> None:
        pass


def compiled(text: str, *, with_model: bool = False, options: Options | None = None) -> Result:
    return compile_source(Source("spec.txt", text), options or Options(), Scripted() if with_model else None)


def reread(result: Result) -> Trace:
    return parse_trace(result.trace.text().splitlines())


def end(trace: Trace) -> events.Result:
    [result] = trace.select(events.Result)
    return result


@pytest.mark.parametrize(("text", "with_model"), [(DOUBLE, False), (MODE, True), ("f(1) == 2\nf(1) == 3\n", False)])
def test_a_replay_gives_the_same_bytes_and_trace(text: str, with_model: bool) -> None:
    trace = reread(compiled(text, with_model=with_model))
    comparison = compare(trace, replay(trace))
    assert comparison.difference is None
    assert comparison.same


def test_a_cut_is_obeyed_whatever_the_clock_says() -> None:
    hard = "f(3, 1) == 7\nf(10, 4) == 191\nf(2, 9) == 8\nf(5, 5) == 44\nf(8, 8) == 1234\n"
    trace = reread(compiled(hard, options=Options(budget_seconds=0.05)))
    assert list(trace.select(events.Cut))
    assert compare(trace, replay(trace)).same


@dataclass
class Slow(Scripted):
    """An engine that takes five seconds for twenty tokens, by its own clock."""

    limits: list[int] = field(default_factory=list)

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.limits += [request.sampling.max_tokens for request in requests]
        return [replace(proposal, seconds=5.0) for proposal in super().propose(requests)]


@pytest.mark.parametrize(("seconds", "asked"), [(1000.0, 2), (40.0, 2), (4.0, 1)])
def test_an_answer_held_to_the_grammar_gets_the_tokens_that_time_allows(seconds: float, asked: int) -> None:
    engine = Slow(("def mode(items:", ANSWERS[0]))
    options = Options(samples=0, budget_seconds=seconds)
    trace = reread(compile_source(Source("spec.txt", MODE), options, engine))
    assert len(engine.limits) == asked
    assert max(engine.limits[1:], default=0) <= 4 * seconds
    cuts = [(event.where, event.step) for event in trace.select(events.Cut)]
    assert ("answer 1", 0) in cuts or asked == 2
    assert end(trace).budgets_ended == (() if seconds == 1000.0 else ("seconds",))
    assert compare(trace, replay(trace)).same


@pytest.mark.parametrize("seconds", [0.02, 0.1])
def test_calls_that_a_limit_stopped_are_obeyed_on_a_faster_and_on_a_slower_machine(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compiler.judge.judge.LIMITS", Limits(cpu_seconds=seconds))
    trace = reread(compile_source(Source("spec.txt", COUNTED), Options(samples=0), Scripted((COUNT,))))
    stopped = list(trace.select(events.Stopped))
    assert {event.where for event in stopped} == {"candidate", "emitted"}
    for other in (0.005, 2.0):
        monkeypatch.setattr("compiler.judge.judge.LIMITS", Limits(cpu_seconds=other, wall_seconds=other))
        assert compare(trace, replay(trace)).same


def test_a_stopped_call_that_there_is_not_is_refused() -> None:
    trace = reread(compiled(DOUBLE))
    odd = events.Stopped(where="candidate", step=1, calls=((99, None, "time"),))
    with pytest.raises(ValueError, match="it stops calls that are not made"):
        replay(Trace([*trace.events, odd]))


def test_a_trace_says_which_budgets_ended() -> None:
    for options, ended in ((Options(budget_tokens=600, samples=4), ("tokens",)), (Options(samples=0), ())):
        trace = reread(compiled("Do something.\n\nmode([1, 2, 2]) == 7", with_model=True, options=options))
        assert end(trace).budgets_ended == ended
        assert compare(trace, replay(trace)).same


def test_a_missing_answer_is_an_error_of_the_back_end() -> None:
    trace = reread(compiled(MODE, with_model=True))
    kept = [event for event in trace.events if not isinstance(event, events.Proposal)]
    with pytest.raises(LiftcError, match="the trace holds no answer") as caught:
        replay(Trace(kept))
    assert caught.value.exit_code == 3


def test_a_recorded_answer_is_found_by_the_whole_request() -> None:
    trace = reread(compiled(MODE, with_model=True))
    backend = RecordedBackend(trace)
    with pytest.raises(BackendError):
        backend.propose([Request(())])
    assert backend.propose([]) == []


def test_the_first_difference_is_told() -> None:
    trace = reread(compiled(DOUBLE))
    changed = Trace([*trace.events[:-1], replace(end(trace), program="other")])
    comparison = compare(changed, replay(trace))
    assert not comparison.same_program
    assert comparison.difference is not None
    assert comparison.difference.line == len(trace.events)


def test_a_trace_without_an_end_cannot_be_replayed() -> None:
    trace = reread(compiled(DOUBLE))
    with pytest.raises(ValueError, match="did not end"):
        replay(Trace(trace.events[:-1]))
    with pytest.raises(ValueError, match="begins with"):
        replay(Trace(trace.events[1:]))


def test_the_command_writes_the_program_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = compiled(DOUBLE)
    path = tmp_path / "trace.jsonl"
    path.write_text(result.trace.text(), encoding="utf-8")
    out, again = tmp_path / "out.py", tmp_path / "again.jsonl"
    assert main(["replay", str(path), "-o", str(out), "--trace", str(again), "--json"]) == 0
    assert out.read_text() == result.program
    assert parse_trace(again.read_text().splitlines()).untimed() == result.trace.untimed()
    told = json.loads(capsys.readouterr().out)
    assert told == {"status": "accepted", "same_program": True, "same_trace": True, "difference": None}


def test_the_command_tells_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = reread(compiled(DOUBLE))
    narrowed = [event for event in trace.events if not isinstance(event, events.Narrow)]
    path = tmp_path / "trace.jsonl"
    path.write_text(Trace(narrowed).text(), encoding="utf-8")
    assert main(["replay", str(path)]) == 1
    told = capsys.readouterr().err
    assert "the program is the same bytes, the trace is another from line" in told
    assert "recorded:" in told
    path.write_text(Trace(trace.events[:-1]).text(), encoding="utf-8")
    assert main(["replay", str(path)]) == 2
    assert "L0706" in capsys.readouterr().err
