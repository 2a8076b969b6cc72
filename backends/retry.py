"""Retries: pauses between attempts at a failing server, and a circuit breaker that leaves it alone for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from backends.faults import ServerError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with jitter (Brooker 2015, "Exponential Backoff And Jitter"), the same for the same request.

    A request is sent at most ``attempts`` times, and not again after ``deadline`` seconds, pauses included. A server
    that asks to wait is waited for, up to ``longest`` seconds.
    """

    attempts: int = 4
    initial: float = 0.5
    longest: float = 60.0
    deadline: float = 300.0

    def pause(self, key: str, attempt: int, fault: ServerError, spent: float = 0.0) -> float | None:
        """Seconds until the next attempt after attempt number ``attempt`` (from 1); ``None`` to give up.

        ``spent`` are the seconds that the request has taken so far.
        """
        asked = fault.retry_after or 0.0
        if not fault.retryable or attempt >= self.attempts or asked > self.longest:
            return None
        most = min(self.longest, self.initial * 2 ** (attempt - 1))
        pause = max(asked, Random(f"{key}/{attempt}").uniform(most / 2, most))
        return pause if spent + pause < self.deadline else None


@dataclass(slots=True)
class CircuitBreaker:
    """Leaves a server alone after failures in a row, then lets one request try it (Nygard 2007, "Release It!").

    A fault that lasts (a wrong key, an unknown model) opens it for good. Rate limits do not count: who limits, lives.
    Threads may share it.
    """

    name: str
    limit: int = 6
    rest: float = 30.0
    clock: Callable[[], float] = monotonic
    _failures: int = 0
    _last: ServerError | None = None
    _opened: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self) -> None:
        """Let a request through, or raise the ``ServerError`` for which none goes through now."""
        with self._lock:
            last = self._last
            if last is None:
                return
            if last.lasting:
                raise last
            if self._opened is None:
                return
            left = self._opened + self.rest - self.clock()
            if left > 0:
                raise ServerError(
                    f"{self.name} is left alone for {left:.0f} s after {self._failures} failures in a row; "
                    f"the last: {last}",
                    code=last.code,
                    hint=last.hint,
                )
            self._opened = self.clock()

    def succeeded(self) -> None:
        """An answer came."""
        with self._lock:
            self._failures, self._last, self._opened = 0, None, None

    def failed(self, fault: ServerError) -> None:
        """An attempt failed."""
        with self._lock:
            if fault.lasting:
                self._last = fault
            elif fault.retryable and fault.status != 429:
                self._last = fault
                self._failures += 1
                if self._failures >= self.limit:
                    self._opened = self.clock()
