"""What goes with one run of the compiler, beside what is compiled, how, and with which model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeAlias

from compiler.task.replay_log import ReplayLog
from compiler.trace.trace import Trace

Progress: TypeAlias = Callable[[str], None]
"""Is told in a few words what is being done."""


@dataclass(frozen=True, slots=True)
class Run:
    """Who watches a compile, by which clock, and what a replay keeps to.

    ``trace`` is an empty one to be filled, for who wants it also where the compile fails. ``clock`` gives the seconds
    that the budget counts, from any beginning.
    """

    trace: Trace = field(default_factory=Trace)
    progress: Progress = lambda _: None
    replay_log: ReplayLog | None = None
    clock: Callable[[], float] = monotonic
