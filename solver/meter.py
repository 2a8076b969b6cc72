"""A deterministic budget: work is counted, never timed."""

from __future__ import annotations

from collections.abc import Callable


class BudgetSpentError(Exception):
    """The limit was reached, or the caller asked to stop."""


class Meter:
    """Counts expansions, each weighted by the length of its behaviour vector.

    ``should_stop`` is asked now and then, so that a caller can end the work from outside.
    """

    __slots__ = ("_next_question", "_should_stop", "limit", "spent", "stopped")

    _BETWEEN_QUESTIONS = 2048

    def __init__(self, limit: int, should_stop: Callable[[], bool]) -> None:
        self.limit = limit
        self.spent = 0
        self.stopped = False
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

    def part(self, limit: int) -> Meter:
        """A meter of its own for a part of the work, which the caller then counts here with ``tick``."""
        return Meter(limit, self._should_stop)
