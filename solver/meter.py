"""A deterministic budget: work and memory are counted, never timed or measured."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What the terms of one search may take, in bytes as ``hold`` counts them.
MEMORY = 700_000_000


class BudgetSpentError(Exception):
    """The limit was reached, or the caller asked to stop."""


class Meter:
    """Counts expansions, each weighted by the length of its behaviour vector, and the bytes of what is kept.

    ``should_stop`` is asked now and then, so that a caller can end the work from outside. ``full`` tells that the
    memory was used up. Who counts in a tight loop adds to ``spent`` and calls ``ask`` at ``asks_at``, as ``tick`` does.
    """

    __slots__ = ("_should_stop", "asks_at", "full", "held", "limit", "memory", "spent", "stopped")

    _BETWEEN_QUESTIONS = 2048

    def __init__(self, limit: int, should_stop: Callable[[], bool], memory: int | None = None) -> None:
        self.limit = limit
        self.memory = MEMORY if memory is None else memory
        self.spent = 0
        self.held = 0
        self.stopped = False
        self.full = False
        self._should_stop = should_stop
        self.asks_at = self._BETWEEN_QUESTIONS

    def tick(self, work: int) -> None:
        """Counts ``work``. Raises ``BudgetSpentError`` at the limit, or where the caller asked to stop."""
        self.spent += work
        if self.spent >= self.asks_at:
            self.ask()

    def ask(self) -> None:
        """Asks whether to go on. Raises ``BudgetSpentError`` at the limit, or where the caller asked to stop."""
        self.asks_at = self.spent + self._BETWEEN_QUESTIONS
        if self._should_stop():
            self.stopped = True
            raise BudgetSpentError
        if self.spent >= self.limit:
            raise BudgetSpentError

    def hold(self, size: int) -> None:
        """Counts about so many bytes that are kept from now on. Raises ``BudgetSpentError`` where that is too much."""
        self.held += size
        if self.held > self.memory:
            self.full = True
            raise BudgetSpentError

    def part(self, limit: int) -> Meter:
        """A meter of its own for a part of the work, which the caller then counts here with ``take`` or ``tick``."""
        return Meter(limit, self._should_stop, self.memory - self.held)

    def take(self, part: Meter) -> None:
        """Counts the work of a part that is over, and what it kept no longer. Raises ``BudgetSpentError``."""
        self.full = self.full or part.full
        self.tick(part.spent)


@contextmanager
def no_collection() -> Iterator[None]:
    """Without Python's collector of cycles: search keeps very many objects, and no cycles."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
