"""What went wrong on the way to a unit's candidates: what failure diagnostics tell of."""

from __future__ import annotations

from dataclasses import dataclass, field

from compiler.trace.events import Drop, Failure


@dataclass(slots=True)
class Setbacks:
    """Answers that became no candidate, engines that failed, and whether a search kept as many terms as it may."""

    drops: list[Drop] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    memory_spent: bool = False
