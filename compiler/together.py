"""Several compiles at once over one model: while the answers of one are decoded, another searches and judges."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic
from typing import Self

from backends.cascade import Cascade
from backends.protocol import Backend, Proposal, Request
from compiler.diagnostics import LiftcError
from compiler.driver import compile_source
from compiler.options import Options
from compiler.result import Result
from compiler.source import Source

AT_ONCE = 8


def compile_together(
    sources: Sequence[Source], options: Options, backend: Backend | None = None, *, at_once: int = AT_ONCE
) -> list[Result | LiftcError]:
    """Compile each specification by itself, ``at_once`` so many at a time; what became of each, in order.

    The engine batches what the compiles ask it at the same time. All else they do in turns, one at a time: Z3's
    context may be used by one thread only, and the judge's children find the processor free. A budget's seconds do not
    count while a compile waits for its turn.
    """
    lock = Lock()

    def compiled(source: Source) -> Result | LiftcError:
        with _Turn(lock) as turn:
            shared = None if backend is None else _shared(backend, turn)
            try:
                return compile_source(source, options, shared, clock=turn.clock)
            except LiftcError as error:
                return error

    with ThreadPoolExecutor(at_once, thread_name_prefix="compile") as threads:
        return list(threads.map(compiled, sources))


class _Turn:
    """The turns of one compile, with a clock that stands still while it waits for the next."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._waited = 0.0

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def take(self) -> None:
        begun = monotonic()
        self._lock.acquire()
        self._waited += monotonic() - begun

    def leave(self) -> None:
        self._lock.release()

    def clock(self) -> float:
        return monotonic() - self._waited


def _shared(backend: Backend, turn: _Turn) -> Backend:
    if isinstance(backend, Cascade):
        return Cascade([_Shared(stage, turn) for stage in backend.stages])
    return _Shared(backend, turn)


class _Shared:
    """A back end that lets other compiles have their turn while it answers."""

    def __init__(self, inner: Backend, turn: _Turn) -> None:
        self._inner = inner
        self._turn = turn

    @property
    def engine(self) -> str:
        return self._inner.engine

    @property
    def model(self) -> str:
        return self._inner.model

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """The inner back end's answers. Raises its ``BackendError``."""
        self._turn.leave()
        try:
            return self._inner.propose(requests)
        finally:
            self._turn.take()

    def close(self) -> None:
        """Close the inner back end."""
        self._inner.close()
