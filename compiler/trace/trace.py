"""The trace of one compile: every decision as one event, enough to explain, replay and train from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import TypeVar

from compiler.trace.events import Compile, Event
from compiler.trace.lines import read_line, to_line

EventT = TypeVar("EventT", bound=Event)
_BEGINNING = "a trace begins with a `compile` event"


@dataclass(slots=True)
class Trace:
    """The events of a compile, in order."""

    events: list[Event] = field(default_factory=list)
    started: float = field(default_factory=monotonic)

    def record(self, event: Event) -> None:
        """Append an event, with the seconds since the start."""
        self.events.append(replace(event, at=round(monotonic() - self.started, 4)))

    def select(self, kind: type[EventT]) -> Iterator[EventT]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))

    @property
    def start(self) -> Compile:
        """The event that a compile begins with. Raises ``ValueError`` where the trace begins otherwise."""
        match self.events:
            case [Compile() as start, *_]:
                return start
        raise ValueError(_BEGINNING)

    def lines(self, *, timed: bool = True) -> Iterator[str]:
        """The trace as JSON Lines, without line ends."""
        return (to_line(event, place, timed=timed) for place, event in enumerate(self.events))

    def text(self) -> str:
        """The whole trace file."""
        return "".join(f"{line}\n" for line in self.lines())

    def untimed(self) -> str:
        """The trace without its timings: what two runs of one compile share byte for byte."""
        return "".join(f"{line}\n" for line in self.lines(timed=False))


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
            trace.events.append(read_line(line))
        except ValueError as error:
            raise TraceFormatError(number, str(error)) from error
    if not isinstance(next(iter(trace.events), None), Compile):
        raise TraceFormatError(1, _BEGINNING)
    return trace
