"""The file of kept replies: one SQLite database that threads and processes share."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from backends.home import home
from backends.protocol import BackendError

_SCHEMA = """
create table if not exists reply (
    key text primary key,
    proposal text not null,
    engine text not null default '',
    model text not null default '',
    made real not null default 0
) without rowid
"""
_LATER_COLUMNS = ("engine text not null default ''", "model text not null default ''", "made real not null default 0")
_SIZE = "length(key) + length(cast(proposal as blob))"
_BUSY_SECONDS = 30.0

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Holding:
    """What is kept of one engine's model; times are in seconds since the epoch, 0 where none was written down."""

    engine: str
    model: str
    entries: int
    bytes: int
    oldest: float
    newest: float


def default_cache_path() -> Path:
    """Where replies are kept unless a path is given."""
    return home() / "cache.sqlite"


class Replies:
    """Replies as texts by key. Raises ``BackendError`` wherever the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = _open(path)
        except (OSError, sqlite3.Error) as error:
            raise self.failure(error) from error

    @property
    def path(self) -> Path:
        return self._path

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """The replies that are there."""

        def find() -> dict[str, str]:
            rows = [self._database.execute("select key, proposal from reply where key = ?", (key,)) for key in keys]
            return dict(row for found in rows if (row := found.fetchone()) is not None)

        return self._safely(find)

    def write(self, engine: str, model: str, replies: Mapping[str, str]) -> None:
        """Keep replies. What another process has written under the same key stays."""
        made = time.time()
        rows = [(key, text, engine, model, made) for key, text in replies.items()]

        def keep() -> None:
            with self._database:
                self._database.executemany("insert or ignore into reply values (?, ?, ?, ?, ?)", rows)

        self._safely(keep)

    def holdings(self) -> list[Holding]:
        """What is kept, by engine and model, the largest first."""
        query = (
            f"select engine, model, count(*), sum({_SIZE}), min(made), max(made) from reply "
            "group by engine, model order by 4 desc, 1, 2"
        )
        return self._safely(lambda: [Holding(*row) for row in self._database.execute(query)])

    def trim(self, *, before: float | None = None, most_bytes: int | None = None) -> int:
        """Remove what was made earlier than ``before``, then the oldest until ``most_bytes`` are left; how many."""

        def remove() -> int:
            with self._database:
                removed = 0
                if before is not None:
                    removed += self._database.execute("delete from reply where made < ?", (before,)).rowcount
                if most_bytes is not None:
                    newer = f"select key, sum({_SIZE}) over (order by made desc, key) as upto from reply"
                    query = f"delete from reply where key in (select key from ({newer}) where upto > ?)"
                    removed += self._database.execute(query, (most_bytes,)).rowcount
            # Giving the space back needs the file alone; who uses it meanwhile keeps it as large as it is.
            with suppress(sqlite3.OperationalError):
                self._database.execute("pragma busy_timeout = 1000")
                self._database.execute("vacuum")
                self._database.execute("pragma wal_checkpoint(truncate)")
            return removed

        return self._safely(remove)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def failure(self, error: Exception) -> BackendError:
        """What to say where the file is of no use."""
        return BackendError(
            f"cannot use the cache of model replies {self._path}: {error}",
            hint="delete the file, or set LIFTC_HOME to another folder",
            code="L0603",
        )

    def _safely(self, action: Callable[[], Found]) -> Found:
        try:
            with self._lock:
                return action()
        except sqlite3.Error as error:
            raise self.failure(error) from error


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    try:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = normal")
        with database:
            database.execute(_SCHEMA)
            _add_later_columns(database)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _add_later_columns(database: sqlite3.Connection) -> None:
    """Files of earlier versions have two columns."""
    present = {row[1] for row in database.execute("pragma table_info(reply)")}
    for column in _LATER_COLUMNS:
        if column.split()[0] not in present:
            # Another process may have been quicker.
            with suppress(sqlite3.OperationalError):
                database.execute(f"alter table reply add column {column}")
