"""Which cores a process may use, and how busy they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backends.cores import others_compute, seconds_busy, usable_cores

STAT = """\
cpu  40 8 20 999 9 3 2 1 0 0
cpu0 30 4 10 500 5 1 1 1 0 0
cpu1 10 4 10 499 4 2 1 0 0 0
intr 12 34
"""

linux = pytest.mark.skipif(not Path("/proc/stat").exists(), reason="this system does not tell how busy its cores are")


@linux
def test_what_cores_have_computed_counts_neither_idling_nor_waiting() -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    assert seconds_busy(STAT, {0}) == 47 / ticks
    assert seconds_busy(STAT, {0, 1}) == 74 / ticks
    assert seconds_busy(STAT, {7}) == 0


@linux
def test_work_of_other_processes_on_ones_own_cores_is_noticed() -> None:
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in usable_cores()]
    try:
        assert any(others_compute() for _ in range(20))
    finally:
        for process in spinning:
            process.kill()
            process.wait()
