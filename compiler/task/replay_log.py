"""The log that a replay keeps to: where budgets cut something off, and which calls were stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.judge.stops import Stop


@dataclass(frozen=True, slots=True)
class ReplayLog:
    """What a replay keeps to, whatever its own clock says.

    ``cuts`` are the steps at which a budget cut something off, by the place; ``stops`` are the calls that a limit
    stopped, by the place and the how-manieth run there, from 1.
    """

    cuts: Mapping[str, int]
    stops: Mapping[tuple[str, int], tuple[Stop, ...]]
