"""Show what is kept of the models' replies, by engine and model, or trim it.

A reply that is removed is asked for again, and paid for again, when a compile needs it; `liftc replay` never does.
"""

from __future__ import annotations

import json
import re
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backends.replies import Holding, Replies

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {"": 1.0, "K": 2.0**10, "M": 2.0**20, "G": 2.0**30}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--older-than", metavar="AGE", type=_age, help="remove what is older, such as 30d, 12h or 90m")
    parser.add_argument("--larger-than", metavar="SIZE", type=_size, help="remove the oldest until SIZE is left: 200M")
    parser.add_argument("--clear", action="store_true", help="remove everything")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: Namespace) -> int:
    """Trim if asked to, then show what is left. Raises ``BackendError`` where the file cannot be used."""
    from backends.replies import Replies, default_cache_path

    path = default_cache_path()
    if not path.exists():
        _show(arguments, str(path), 0, [], 0)
        return 0
    replies = Replies(path)
    try:
        removed = _trim(replies, arguments)
        _show(arguments, str(path), path.stat().st_size, replies.holdings(), removed)
    finally:
        replies.close()
    return 0


def _trim(replies: Replies, arguments: Namespace) -> int:
    if arguments.clear:
        return replies.trim(most_bytes=0)
    before = None if arguments.older_than is None else time.time() - arguments.older_than
    if before is None and arguments.larger_than is None:
        return 0
    return replies.trim(before=before, most_bytes=arguments.larger_than)


def _show(arguments: Namespace, path: str, file_bytes: int, holdings: list[Holding], removed: int) -> None:
    from compiler.text.table import plain_table

    now = time.time()
    entries, size = sum(item.entries for item in holdings), sum(item.bytes for item in holdings)
    if arguments.json:
        rows = [
            {
                "engine": item.engine,
                "model": item.model,
                "entries": item.entries,
                "bytes": item.bytes,
                "oldest": item.oldest or None,
                "newest": item.newest or None,
            }
            for item in holdings
        ]
        data = {"path": path, "file_bytes": file_bytes, "entries": entries, "bytes": size, "removed": removed}
        print(json.dumps({**data, "models": rows}))
        return
    if removed:
        print(f"removed {_replies(removed)}")
    print(f"{path}: {_replies(entries)}, {_told(size)}")
    table = []
    for item in holdings:
        age = f"{_span(now - item.newest)} to {_span(now - item.oldest)} old" if item.oldest else ""
        table.append((f"  {_name(item)}", _replies(item.entries), _told(item.bytes), age))
    if table:
        print(plain_table(table))


def _name(item: Holding) -> str:
    return f"{item.engine}:{item.model}" if item.engine else "of an earlier version"


def _replies(count: int) -> str:
    return f"{count} {'reply' if count == 1 else 'replies'}"


def _told(size: float) -> str:
    unit = next((name for name in ("G", "M", "K") if size >= _BYTES[name]), "")
    return f"{size / _BYTES[unit]:.1f} {unit}iB" if unit else f"{size:.0f} B"


def _span(seconds: float) -> str:
    unit = next((name for name in ("d", "h", "m") if seconds >= _SECONDS[name]), "s")
    return f"{max(0.0, seconds) / _SECONDS[unit]:.0f} {unit}"


def _age(text: str) -> float:
    """Seconds, of ``30d`` and the like."""
    return _measure(text, _SECONDS, "an age such as 30d, 12h or 90m")


def _size(text: str) -> int:
    """Bytes, of ``200M`` and the like."""
    return int(_measure(text.upper().removesuffix("IB").removesuffix("B"), _BYTES, "a size such as 200M or 1G"))


def _measure(text: str, units: Mapping[str, float], expected: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]?)", text.strip())
    if match is None or match[2] not in units:
        raise ArgumentTypeError(f"expected {expected}, not {text!r}")
    return float(match[1]) * units[match[2]]
