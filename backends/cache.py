"""Model replies kept in SQLite, so that a compile repeats without the model."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from backends.home import home
from backends.protocol import Backend, BackendError, Proposal, Request

_SCHEMA = "create table if not exists reply (key text primary key, proposal text not null) without rowid"
_BUSY_SECONDS = 30.0


def default_cache_path() -> Path:
    """Where replies are kept unless a path is given."""
    return home() / "cache.sqlite"


class CachedBackend:
    """Answers from the cache, and asks ``inner`` only for what is not there, in one batch.

    Without ``inner`` nothing is asked: an answer that is missing raises ``BackendError``. ``engine`` and ``model``
    name whose replies are meant then; with ``inner`` they are its own. Threads and processes may share the file.
    """

    def __init__(
        self, inner: Backend | None = None, path: Path | None = None, *, engine: str = "", model: str = ""
    ) -> None:
        self._inner = inner
        self._engine = inner.engine if inner is not None else engine
        self._model = inner.model if inner is not None else model
        self._path = path or default_cache_path()
        self._lock = threading.Lock()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._database = _open(self._path)
        except (OSError, sqlite3.Error) as error:
            raise self._failure(error) from error

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
            fresh = dict(zip(missing, self._ask(list(missing.values())), strict=True))
            self._write(fresh)
            known |= fresh
        return [known[key] for key in keys]

    def close(self) -> None:
        """Close the file and the inner engine."""
        with self._lock:
            self._database.close()
        if self._inner is not None:
            self._inner.close()

    def _ask(self, requests: Sequence[Request]) -> list[Proposal]:
        if self._inner is None:
            raise BackendError(
                f"{len(requests)} of the model's replies are not in the cache {self._path}",
                hint="run once with the model, or with the cache of the first run",
            )
        return self._inner.propose(requests)

    def _read(self, keys: Sequence[str]) -> dict[str, Proposal]:
        try:
            with self._lock:
                rows = [self._database.execute("select proposal from reply where key = ?", (key,)) for key in keys]
                found = {key: row.fetchone() for key, row in zip(keys, rows, strict=True)}
            return {key: _decode(row[0]) for key, row in found.items() if row is not None}
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self._failure(error) from error

    def _write(self, proposals: dict[str, Proposal]) -> None:
        rows = [(key, _encode(proposal)) for key, proposal in proposals.items()]
        try:
            with self._lock, self._database:
                self._database.executemany("insert or ignore into reply values (?, ?)", rows)
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> BackendError:
        return BackendError(
            f"cannot use the cache of model replies {self._path}: {error}",
            hint="delete the file, or set LIFTC_HOME to another folder",
        )


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = normal")
    with database:
        database.execute(_SCHEMA)
    return database


def _encode(proposal: Proposal) -> str:
    return json.dumps(asdict(replace(proposal, cached=False)), ensure_ascii=False)


def _decode(text: str) -> Proposal:
    return replace(Proposal(**json.loads(text)), cached=True)
