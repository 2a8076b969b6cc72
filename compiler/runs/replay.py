"""Replay: a compile again from its trace alone, offline, and how far the two agree byte for byte.

The specification, the options and the model's answers come from the trace. What time cut off then is cut off at the
same step now, and a call that a limit stopped is not made, whatever the clock says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest

from backends.cascade import Cascade
from backends.protocol import Backend, BackendError, Proposal, Request
from compiler.judge.stops import Stop
from compiler.pipeline.result import Result
from compiler.task.few_shot import FewShotExample
from compiler.task.options import Options
from compiler.task.replay_log import ReplayLog
from compiler.task.run import Progress, Run
from compiler.text.source import Source
from compiler.trace import events
from compiler.trace.trace import Trace

_OTHER_VERSION = "the trace was written by another version of liftc, or changed since"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first event in which two traces differ; ``None`` where one of them has ended. ``line`` counts from 1."""

    line: int
    recorded: str | None
    replayed: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a replay compares with what was recorded. Traces are compared without their timings."""

    same_program: bool
    difference: Difference | None

    @property
    def same(self) -> bool:
        """Whether program and trace are equal."""
        return self.same_program and self.difference is None


class RecordedBackend:
    """Answers from a trace, by the request's key, and fails where the engine failed then.

    ``stage`` is the engine and model of one of a cascade's stages. A request that the trace does not hold raises
    ``BackendError``.
    """

    def __init__(self, trace: Trace, stage: tuple[str, str] | None = None) -> None:
        start = trace.start
        self._engine, self._model = stage or (str(start.engine), str(start.model))
        self._answers = {event.key: _proposal(event) for event in trace.select(events.Proposal)}
        self._failures = {key: event for event in trace.select(events.Failure) for key in event.keys}

    @property
    def engine(self) -> str:
        return self._engine

    @property
    def model(self) -> str:
        return self._model

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """The recorded answers, in order. Raises ``BackendError``."""
        keys = [request.key(self._engine, self._model) for request in requests]
        missing = [key for key in keys if key not in self._answers]
        if not missing:
            return [self._answers[key] for key in keys]
        failure = self._failures.get(missing[0])
        if failure is None:
            told = f"the trace holds no answer to {len(missing)} of the model's requests"
            raise BackendError(told, hint=_OTHER_VERSION)
        raise BackendError(
            failure.message,
            hint=failure.hint,
            code=failure.code,
            arrived=[self._answers.get(key) for key in keys],
        )

    def close(self) -> None:
        """There is nothing to free."""


def replay(trace: Trace, progress: Progress | None = None) -> Result:
    """Compile again what a trace recorded.

    Raises ``LiftcError`` where the specification cannot be read any more or an answer is missing, and ``ValueError``
    for a trace that lacks what a replay needs.
    """
    from compiler.pipeline.driver import compile_source

    _recorded_result(trace)
    start = trace.start
    return compile_source(
        Source(start.name, start.text),
        _options(start.options),
        _recorded(trace),
        more=[Source(name, text) for name, text in start.more],
        few_shot=[FewShotExample(*pair) for pair in start.few_shot],
        run=Run(progress=progress or (lambda _: None), replay_log=_replay_log(trace)),
    )


def compare(trace: Trace, replayed: Result) -> Comparison:
    """A recorded compile beside its replay. Raises ``ValueError`` for a trace without a result."""
    same_program = replayed.program == _recorded_result(trace).program
    return Comparison(same_program, first_difference(trace, replayed.trace))


def first_difference(recorded: Trace, replayed: Trace) -> Difference | None:
    """Where two traces first differ, timings apart."""
    lines = zip_longest(recorded.untimed().splitlines(), replayed.untimed().splitlines())
    for number, (one, other) in enumerate(lines, start=1):
        if one != other:
            return Difference(number, one, other)
    return None


def _recorded_result(trace: Trace) -> events.Result:
    for result in trace.select(events.Result):
        return result
    for error in trace.select(events.Error):
        raise ValueError(f"the compile that it records failed: {error.message}")
    raise ValueError("the compile that it records did not end")


def _options(recorded: events.Settings) -> Options:
    return Options(**{**asdict(recorded), "without": frozenset(recorded.without)})


def _recorded(trace: Trace) -> Backend | None:
    start = trace.start
    if start.model is None:
        return None
    stages = [RecordedBackend(trace, stage) for stage in start.stages]
    return Cascade(stages) if stages else RecordedBackend(trace)


def _proposal(event: events.Proposal) -> Proposal:
    return Proposal(
        event.text,
        event.prompt_tokens,
        event.completion_tokens,
        event.finish,
        event.logprob,
        seconds=0.0,
        cached=True,
        conforms=event.constrained,
    )


def _replay_log(trace: Trace) -> ReplayLog:
    stops = {
        (event.where, event.step): tuple(Stop(*call) for call in event.calls) for event in trace.select(events.Stopped)
    }
    return ReplayLog({event.where: event.step for event in trace.select(events.Cut)}, stops)
