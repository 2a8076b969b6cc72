"""The processor's cores that this process may use."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """How many cores this process may run on: a container or ``taskset`` may allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
