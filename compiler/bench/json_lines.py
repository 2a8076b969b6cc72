"""Files of rows as JSON Lines: each appended as soon as it is there, so that a run that was cut can go on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def read_lines(path: Path, version: int, read: Callable[[dict[str, Any]], T]) -> list[T]:
    """What ``read`` makes of the lines of a file; nothing of a file that is not there.

    A line that is torn, of another version ``v`` or of a form that ``read`` does not know counts as not there. Raises
    ``OSError`` for a file that is there and cannot be read.
    """
    found: list[T] = []
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else ():
        try:
            raw = json.loads(line)
            if isinstance(raw, dict) and raw.pop("v", None) == version:
                found.append(read(raw))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def append_line(path: Path, line: str) -> None:
    """Write a line to the end of a file and onto the disk; a torn line before it is ended first. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as stream:
        if stream.tell() > 0:
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":
                stream.write(b"\n")
        stream.write(f"{line}\n".encode("utf-8", "backslashreplace"))
        stream.flush()
        os.fsync(stream.fileno())
