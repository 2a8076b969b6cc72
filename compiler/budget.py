"""Budgets: how many tokens and seconds a compile may spend, and where time cut it off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from compiler.judge.judge import Judgement
from compiler.judge.stops import Stop

from compiler.trace.events import Trace


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What a replay keeps to, whatever its own clock says.

    ``cuts`` are the steps at which time cut something off, by the place; ``stops`` are the calls that a limit stopped,
    by the place and the how-manieth run there, from 1.
    """

    cuts: Mapping[str, int]
    stops: Mapping[tuple[str, int], tuple[Stop, ...]]


@dataclass(slots=True)
class Budget:
    """Counts what one compile spends.

    Whoever can be stopped by time asks ``cut(where)`` at each step. The first refusal is recorded as a ``cut``
    event with the number of the step. Whoever runs a program does so in ``judged``, which records the calls that a
    limit stopped. A replay is given both in ``obeyed``.
    """

    tokens: int
    seconds: float
    trace: Trace
    obeyed: Obeyed | None = None
    spent_tokens: int = 0
    prompt_tokens: int = 0
    requests: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    _steps: dict[str, int] = field(default_factory=dict)
    _started: float = field(default_factory=monotonic)

    @property
    def tokens_left(self) -> int:
        """Completion tokens that may still be asked for."""
        return max(0, self.tokens - self.spent_tokens)

    @property
    def ended(self) -> tuple[str, ...]:
        """The budgets that ended before everything was tried, by name."""
        places = [str(event.data["where"]).partition(" ")[0] for event in self.trace.select("cut")]
        return tuple(dict.fromkeys(place if place in ("tokens", "money") else "seconds" for place in places))

    @property
    def elapsed(self) -> float:
        """Seconds since the compile began."""
        return monotonic() - self._started

    def spend(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Note what one request cost."""
        self.prompt_tokens += prompt_tokens
        self.spent_tokens += completion_tokens
        self.requests += 1

    def cut(self, where: str) -> bool:
        """Whether time is up for ``where``, which calls this once for each of its steps."""
        step = self._step(where)
        obeyed = self.obeyed
        cut = self.elapsed > self.seconds if obeyed is None else step >= obeyed.cuts.get(where, step + 1)
        if cut and not any(event.data["where"] == where for event in self.trace.select("cut")):
            self.trace.record("cut", where=where, step=step)
        return cut

    def judged(self, where: str, run: Callable[[Sequence[Stop] | None], Judgement]) -> Judgement:
        """The judgement of ``run``, which is told what a replay must leave out, ``None`` in a compile of its own."""
        step = self._step(where)
        judgement = run(None if self.obeyed is None else self.obeyed.stops.get((where, step), ()))
        if judgement.stops:
            calls = [[stop.call, stop.check, stop.reason] for stop in judgement.stops]
            self.trace.record("stopped", where=where, step=step, calls=calls)
        return judgement

    def _step(self, where: str) -> int:
        self._steps[where] = self._steps.get(where, 0) + 1
        return self._steps[where]

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a phase; phases do not nest."""
        begun = monotonic()
        try:
            yield
        finally:
            self.phases[name] = self.phases.get(name, 0.0) + monotonic() - begun
