"""Replay: a compile again from its trace alone, offline, and how far the two agree byte for byte.

The specification, the options and the model's answers come from the trace. What time cut off then is cut off at the
same step now, and a call that a limit stopped is not made, whatever the clock says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from backends.cascade import Cascade
from backends.protocol import Backend, BackendError, Proposal, Request
from compiler.judge.stops import Stop
from compiler.pipeline.result import Result
from compiler.task.few_shot import FewShotExample
from compiler.task.options import Options
from compiler.task.replay_log import ReplayLog
from compiler.text.source import Source
from compiler.trace.events import Event, Trace

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
        start = trace.events[0].data
        self._engine, self._model = stage or (str(start["engine"]), str(start["model"]))
        self._answers = {str(event.data["key"]): _proposal(event) for event in trace.select("proposal")}
        self._failures = {key: event for event in trace.select("failure") for key in _listed(event.data["keys"])}

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
            str(failure.data["message"]),
            hint=str(failure.data["hint"]),
            code=str(failure.data["code"]),
            arrived=[self._answers.get(key) for key in keys],
        )

    def close(self) -> None:
        """There is nothing to free."""


def replay(trace: Trace, progress: Callable[[str], None] | None = None) -> Result:
    """Compile again what a trace recorded.

    Raises ``LiftcError`` where the specification cannot be read any more or an answer is missing, and ``ValueError``
    for a trace that lacks what a replay needs.
    """
    from compiler.pipeline.driver import compile_source

    _recorded_result(trace)
    try:
        start = trace.events[0].data
        source = Source(str(start["name"]), str(start["text"]))
        more = [Source(name, text) for name, text in map(_texts, _listed(start.get("more", [])))]
        few_shot = [FewShotExample(*_texts(pair)) for pair in _listed(start.get("few_shot", []))]
        options = _options(start["options"])
        backend = _recorded(trace)
        replay_log = _replay_log(trace)
    except (KeyError, TypeError) as error:
        raise ValueError(f"it lacks {error}") from error
    return compile_source(
        source, options, backend, more=more, few_shot=few_shot, replay_log=replay_log, progress=progress
    )


def compare(trace: Trace, replayed: Result) -> Comparison:
    """A recorded compile beside its replay. Raises ``ValueError`` for a trace without a result."""
    same_program = replayed.program == _recorded_result(trace).get("program")
    return Comparison(same_program, first_difference(trace, replayed.trace))


def first_difference(recorded: Trace, replayed: Trace) -> Difference | None:
    """Where two traces first differ, timings apart."""
    lines = zip_longest(recorded.untimed().splitlines(), replayed.untimed().splitlines())
    for number, (one, other) in enumerate(lines, start=1):
        if one != other:
            return Difference(number, one, other)
    return None


def _recorded_result(trace: Trace) -> Mapping[str, object]:
    for event in trace.select("result"):
        return event.data
    for event in trace.select("error"):
        raise ValueError(f"the compile that it records failed: {event.data.get('message')}")
    raise ValueError("the compile that it records did not end")


def _options(data: Any) -> Options:
    given: Mapping[str, Any] = data
    return Options(**{"narrow": False, **given, "without": frozenset(given["without"])})


def _recorded(trace: Trace) -> Backend | None:
    start = trace.events[0].data
    if start["model"] is None:
        return None
    stages = [RecordedBackend(trace, _pair(stage)) for stage in _listed(start.get("stages", []))]
    return Cascade(stages) if stages else RecordedBackend(trace)


def _pair(value: object) -> tuple[str, str]:
    match value:
        case [str() as engine, str() as model]:
            return engine, model
    raise TypeError(f"an engine and a model, but {value!r}")


def _proposal(event: Event) -> Proposal:
    data: Mapping[str, Any] = event.data
    return Proposal(
        data["text"],
        data["prompt_tokens"],
        data["completion_tokens"],
        data["finish"],
        data["logprob"],
        seconds=0.0,
        cached=True,
        conforms=bool(data["constrained"]),
    )


def _replay_log(trace: Trace) -> ReplayLog:
    cuts = {str(event.data["where"]): _whole(event.data["step"]) for event in trace.select("cut")}
    stops = {
        (str(event.data["where"]), _whole(event.data["step"])): tuple(map(_stop, _listed(event.data["calls"])))
        for event in trace.select("stopped")
    }
    return ReplayLog(cuts, stops)


def _texts(value: object) -> tuple[str, str]:
    match value:
        case [str() as first, str() as second]:
            return first, second
    raise TypeError(f"two texts, but {value!r}")


def _stop(recorded: object) -> Stop:
    match recorded:
        case [int(call), int() | None as check, ("time" | "memory" | "output" | "crash") as reason]:
            return Stop(call, check, reason)
    raise TypeError(f"a stopped call, but {recorded!r}")


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"a list, but {value!r}")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a whole number, but {value!r}")
    return value
