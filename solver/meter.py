"""A deterministic budget: work and memory are counted, never timed or measured."""

from __future__ import annotations

from collections.abc import Callable

# What the terms of one search may take, in bytes as ``hold`` counts them.
MEMORY = 700_000_000


class BudgetSpentError(Exception):
    """The limit was reached, or the caller asked to stop."""


class Meter:
    """Counts expansions, each weighted by the length of its behaviour vector, and the bytes of what is kept.

    ``should_stop`` is asked now and then, so that a caller can end the work from outside. ``full`` tells that the
    memory was used up.
    """

    __slots__ = ("_next_question", "_should_stop", "full", "held", "limit", "memory", "spent", "stopped")

    _BETWEEN_QUESTIONS = 2048

    def __init__(self, limit: int, should_stop: Callable[[], bool], memory: int | None = None) -> None:
        self.limit = limit
        self.memory = MEMORY if memory is None else memory
        self.spent = 0
        self.held = 0
        self.stopped = False
        self.full = False
        self._should_stop = should_stop
        self._next_question = self._BETWEEN_QUESTIONS

    def tick(self, work: int) -> None:
        """Counts ``work``. Raises ``BudgetSpentError`` at the limit, or where the caller asked to stop."""
        self.spent += work
        if self.spent < self._next_question:
            return
        self._next_question = self.spent + self._BETWEEN_QUESTIONS
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
