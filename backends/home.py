"""Where liftc keeps what outlives a compile: models, the cache of replies, the store."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """``$LIFTC_HOME``, or ``~/.cache/liftc``. The folder may not exist yet."""
    chosen = os.environ.get("LIFTC_HOME")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "liftc"
