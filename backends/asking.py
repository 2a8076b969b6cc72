"""Asking a server many things at once: few at a time, each until it is answered or given up, none of them twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count
from time import monotonic

from backends.faults import ServerError
from backends.protocol import BackendError, Interrupted, Proposal, Request
from backends.retry import CircuitBreaker, RetryPolicy

SILENT_SECONDS = 60.0
_POLL_SECONDS = 0.1

Answer = Callable[[Request, threading.Event], Proposal]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a server is asked: how many requests at once, how often again, and what takes the place of waiting.

    ``silent_seconds`` is how long a server may say nothing.
    """

    parallel: int = 4
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    silent_seconds: float = SILENT_SECONDS
    failures: int = 6
    rest_seconds: float = 30.0
    sleep: Callable[[float], None] | None = None


class Asker:
    """Sends requests through ``answer``, which gets one and an event that tells it to stop; it raises ``ServerError``.

    A fault that may pass is met by another attempt after a pause, here and nowhere else.
    """

    def __init__(self, name: str, answer: Answer, manner: Manner) -> None:
        self._name = name
        self._answer = answer
        self._manner = manner
        self._breaker = CircuitBreaker(name, manner.failures, manner.rest_seconds)
        self._pool: ThreadPoolExecutor | None = None
        self._starting = threading.Lock()

    def ask(self, requests: Sequence[Request]) -> list[Proposal]:
        """All answers, in order.

        Raises the first ``BackendError`` once every request is answered or given up, with the answers that arrived;
        and ``Interrupted`` at once.
        """
        if not requests:
            return []
        pool, stop = self._started(), threading.Event()
        futures = [pool.submit(self._insist, request, stop) for request in requests]
        try:
            while wait(futures, timeout=_POLL_SECONDS).not_done:
                pass
        except KeyboardInterrupt as interruption:
            stop.set()
            for future in futures:
                future.cancel()
            raise Interrupted([_arrived(future) for future in futures]) from interruption
        failures = [error for future in futures if (error := future.exception()) is not None]
        if failures:
            raise _failure(failures, [_arrived(future) for future in futures])
        return [future.result() for future in futures]

    def close(self) -> None:
        """End the threads. What is still asked for is not waited for."""
        with self._starting:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _started(self) -> ThreadPoolExecutor:
        with self._starting:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._manner.parallel, thread_name_prefix=self._name)
            return self._pool

    def _insist(self, request: Request, stop: threading.Event) -> Proposal:
        key, begun = request.key(self._name, ""), monotonic()
        for attempt in count(1):
            self._breaker.admit()
            try:
                proposal = self._answer(request, stop)
            except ServerError as fault:
                self._breaker.failed(fault)
                pause = self._manner.retry.pause(key, attempt, fault, monotonic() - begun)
                if pause is None or stop.is_set():
                    raise
                self._rest(pause, stop)
            else:
                self._breaker.succeeded()
                return proposal
        raise AssertionError("unreachable")

    def _rest(self, seconds: float, stop: threading.Event) -> None:
        if self._manner.sleep is not None:
            self._manner.sleep(seconds)
        else:
            stop.wait(seconds)


def _arrived(future: Future[Proposal]) -> Proposal | None:
    done = future.done() and not future.cancelled() and future.exception() is None
    return future.result() if done else None


def _failure(failures: Sequence[BaseException], arrived: Sequence[Proposal | None]) -> BaseException:
    """The failure to tell of several: the first that lasts, else the first; anything unforeseen before both."""
    unforeseen = [error for error in failures if not isinstance(error, BackendError)]
    if unforeseen:
        return unforeseen[0]
    told = next((error for error in failures if isinstance(error, ServerError) and error.lasting), failures[0])
    if not isinstance(told, BackendError):
        return told
    return BackendError(str(told), hint=told.hint, retryable=told.retryable, code=told.code, arrived=arrived)
