"""The trace of one compile: every decision as one event, enough to explain, replay and train from.

The format is JSON Lines, described in ``docs/trace.md``. What depends on the clock stands in ``timing`` and nowhere
else, so that two traces of one compile are equal byte for byte once ``timing`` is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

VERSION = 1

EVENTS: Mapping[str, str] = {
    "compile": "A compile begins: the specification's name and text, the options, the engine and model.",
    "spec": "One function as read: signature, examples, contracts, holes.",
    "narrow": "A hole's domain before and after a step of propagation, and why.",
    "conflict": "No program can satisfy the specification: the derivation.",
    "proposal": "A model's answer: request key, occurrence, text, tokens.",
    "diversity": "How many answers there are and how many behaviours, and the temperature of the next ones.",
    "failure": "An engine failed: the requests that it left unanswered, and what was told of it.",
    "drop": "An answer that did not become a candidate, and why.",
    "candidate": "A program to judge: its origin and its emitted text.",
    "verdict": "What a candidate did on each example and contract, and its behaviour.",
    "search": "A search step: limit, expansions, bank sizes and what it found.",
    "nogood": "Fills that cannot stand together: no combination that holds them is run again.",
    "combination": "What became of the combinations of several holes' fills: run, of how many, and how many pass.",
    "reopened": "A near-miss's expression that was suspected: whether a value of it could help, and what was found.",
    "solver": "A query to Z3: what it is for, its text, its limit of work, the work done and the answer.",
    "suspect": "An example that every candidate fails.",
    "choice": "The candidate chosen for a function, its group and its rivals.",
    "cut": "Where a budget of time or money cut something off; replay cuts at the same place.",
    "stopped": "Calls of a program that a limit of time or memory stopped; replay does not make them.",
    "evidence": "A clause's verdict on the emitted bytes.",
    "error": "The compile ends without a result: the error that ended it.",
    "result": "The compile ends: status, program, tokens.",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a trace. ``data`` and ``timing`` hold JSON values."""

    kind: str
    data: Mapping[str, object]
    timing: Mapping[str, object] = field(default_factory=dict)

    def to_json(self, sequence: int) -> str:
        """The event as one line of JSON without a line end."""
        line = {"v": VERSION, "seq": sequence, "event": self.kind, "data": self.data, "timing": self.timing}
        return json.dumps(line, ensure_ascii=False, sort_keys=True)


@dataclass(slots=True)
class Trace:
    """The events of a compile, in order."""

    events: list[Event] = field(default_factory=list)
    started: float = field(default_factory=monotonic)

    def record(self, kind: str, /, *, timing: Mapping[str, object] | None = None, **data: object) -> None:
        """Append an event; the seconds since the start are added to its timing."""
        if kind not in EVENTS:
            raise ValueError(f"unknown event {kind!r}")
        at = {"at": round(monotonic() - self.started, 4)}
        self.events.append(Event(kind, data, {**at, **(timing or {})}))

    def select(self, kind: str) -> Iterator[Event]:
        """The events of one kind, in order."""
        return (event for event in self.events if event.kind == kind)

    def lines(self) -> Iterator[str]:
        """The trace as JSON Lines, without line ends."""
        return (event.to_json(index) for index, event in enumerate(self.events))

    def text(self) -> str:
        """The whole trace file."""
        return "".join(f"{line}\n" for line in self.lines())

    def untimed(self) -> str:
        """The trace without its timings: what two runs of one compile share byte for byte."""
        stripped = (Event(event.kind, event.data).to_json(index) for index, event in enumerate(self.events))
        return "".join(f"{line}\n" for line in stripped)


class TraceFormatError(ValueError):
    """A file is not a trace that this version reads. ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def read_trace(path: Path) -> Trace:
    """Read a trace file. Raises ``TraceFormatError`` and ``OSError``."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        return parse_trace(stream)


def parse_trace(lines: Iterable[str]) -> Trace:
    """Read a trace from its lines. Raises ``TraceFormatError``."""
    trace = Trace()
    for number, line in enumerate(lines, start=1):
        try:
            raw = json.loads(line)
        except json.JSONDecodeError as error:
            raise TraceFormatError(number, f"not JSON ({error.msg})") from error
        if not isinstance(raw, dict) or raw.get("v") != VERSION:
            raise TraceFormatError(number, f"not an event of trace version {VERSION}")
        if raw.get("event") not in EVENTS or not isinstance(raw.get("data"), dict):
            raise TraceFormatError(number, f"unknown event {raw.get('event')!r}")
        trace.events.append(Event(raw["event"], raw["data"], raw.get("timing") or {}))
    if not trace.events or trace.events[0].kind != "compile":
        raise TraceFormatError(1, "a trace begins with a 'compile' event")
    return trace
