"""Several compiles at once over one model: while the answers of one are decoded, another searches and judges."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

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
    context may be used by one thread only, and the judge's children find the processor free. Seconds of a budget count
    while a compile waits for its turn.
    """
    turn = Lock()
    shared = None if backend is None else _shared(backend, turn)

    def compiled(source: Source) -> Result | LiftcError:
        with turn:
            try:
                return compile_source(source, options, shared)
            except LiftcError as error:
                return error

    with ThreadPoolExecutor(at_once, thread_name_prefix="compile") as threads:
        return list(threads.map(compiled, sources))


def _shared(backend: Backend, turn: Lock) -> Backend:
    if isinstance(backend, Cascade):
        return Cascade([_Shared(stage, turn) for stage in backend.stages])
    return _Shared(backend, turn)


class _Shared:
    """A back end that lets other compiles have their turn while it answers."""

    def __init__(self, inner: Backend, turn: Lock) -> None:
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
        self._turn.release()
        try:
            return self._inner.propose(requests)
        finally:
            self._turn.acquire()

    def close(self) -> None:
        """Close the inner back end."""
        self._inner.close()
