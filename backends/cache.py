"""Model replies kept in SQLite, so that a compile repeats without the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from backends.protocol import Backend, BackendError, Interrupted, Proposal, Request
from backends.replies import Replies, default_cache_path

__all__ = ["CachedBackend", "default_cache_path"]


class CachedBackend:
    """Answers from the cache, and asks ``inner`` only for what is not there, in one batch.

    What ``inner`` had answered when it failed or was interrupted is kept too. Without ``inner`` nothing is asked: an
    answer that is missing raises ``BackendError``. ``engine`` and ``model`` name whose replies are meant then; with
    ``inner`` they are its own. Threads and processes may share the file.
    """

    def __init__(
        self, inner: Backend | None = None, path: Path | None = None, *, engine: str = "", model: str = ""
    ) -> None:
        self._inner = inner
        self._engine = inner.engine if inner is not None else engine
        self._model = inner.model if inner is not None else model
        self._replies = Replies(path or default_cache_path())

    @property
    def engine(self) -> str:
        return self._engine

    @property
    def model(self) -> str:
        return self._model

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order. Raises ``BackendError`` for a failing engine, file or (offline) a miss."""
        keys = [request.key(self._engine, self._model) for request in requests]
        known = self._read(keys)
        missing = {key: request for key, request in zip(keys, requests, strict=True) if key not in known}
        if missing:
            try:
                known |= self._kept(list(missing), self._ask(list(missing.values())))
            except (BackendError, Interrupted) as error:
                known |= self._kept(list(missing)[: len(error.arrived)], error.arrived)
                error.arrived = [known.get(key) for key in keys]
                raise
        return [known[key] for key in keys]

    def close(self) -> None:
        """Close the file and the inner engine."""
        self._replies.close()
        if self._inner is not None:
            self._inner.close()

    def _ask(self, requests: Sequence[Request]) -> list[Proposal]:
        if self._inner is None:
            raise BackendError(
                f"{len(requests)} of the model's replies are not in the cache {self._replies.path}",
                hint="run once with the model, or with the cache of the first run",
                code="L0612",
            )
        return self._inner.propose(requests)

    def _read(self, keys: Sequence[str]) -> dict[str, Proposal]:
        try:
            return {key: _decode(text) for key, text in self._replies.read(keys).items()}
        except (ValueError, TypeError) as error:
            raise self._replies.failure(error) from error

    def _kept(self, keys: Sequence[str], proposals: Sequence[Proposal | None]) -> dict[str, Proposal]:
        """The answers that came, by key, once they are written."""
        fresh = {key: found for key, found in zip(keys, proposals, strict=True) if found is not None}
        if fresh:
            self._replies.write(self._engine, self._model, {key: _encode(found) for key, found in fresh.items()})
        return fresh


def _encode(proposal: Proposal) -> str:
    return json.dumps(asdict(replace(proposal, cached=False)), ensure_ascii=False)


def _decode(text: str) -> Proposal:
    return replace(Proposal(**json.loads(text)), cached=True)
