"""Budgets: how many tokens and seconds a compile may spend, and where time cut it off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from compiler.trace.events import Trace


@dataclass(slots=True)
class Budget:
    """Counts what one compile spends.

    Whoever can be stopped by time asks ``cut(where)`` at each step. The first refusal is recorded as a ``cut``
    event with the number of the step; a replay is given these numbers in ``obeyed`` and stops at the same steps,
    whatever its own clock says.
    """

    tokens: int
    seconds: float
    trace: Trace
    obeyed: dict[str, int] | None = None
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
        step = self._steps.get(where, 0) + 1
        self._steps[where] = step
        obeyed = self.obeyed
        cut = self.elapsed > self.seconds if obeyed is None else step >= obeyed.get(where, step + 1)
        if cut and not any(event.data["where"] == where for event in self.trace.select("cut")):
            self.trace.record("cut", where=where, step=step)
        return cut

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a phase; phases do not nest."""
        begun = monotonic()
        try:
            yield
        finally:
            self.phases[name] = self.phases.get(name, 0.0) + monotonic() - begun
