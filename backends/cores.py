"""The processor's cores: how many this process may use, and whether others use them too."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path

_STAT = Path("/proc/stat")
_WATCHED_SECONDS = 0.1
_SHARED = 0.3


def usable_cores() -> frozenset[int]:
    """The cores that this process may run on: a container or ``taskset`` may allow fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return frozenset(os.sched_getaffinity(0))
    return frozenset(range(os.cpu_count() or 1))


def others_compute() -> bool:
    """Whether other processes keep this one's cores busy, a third of one or more; looks for a tenth of a second.

    ``False`` where the system does not tell.
    """
    if not _STAT.exists():
        return False
    cores = usable_cores()
    before, own, begun = _STAT.read_text(encoding="ascii"), time.process_time(), time.monotonic()
    time.sleep(_WATCHED_SECONDS)
    elapsed, own = time.monotonic() - begun, time.process_time() - own
    busy = seconds_busy(_STAT.read_text(encoding="ascii"), cores) - seconds_busy(before, cores)
    return (busy - own) / elapsed >= _SHARED


def seconds_busy(stat: str, cores: Collection[int]) -> float:
    """The seconds that the cores have computed since the system started, after the text of Linux's ``/proc/stat``."""
    ticks = 0
    for line in stat.splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in cores:
            user, nice, system, _idle, _waiting, *interrupts = map(int, fields)
            ticks += user + nice + system + sum(interrupts[:3])
    return ticks / os.sysconf("SC_CLK_TCK")
