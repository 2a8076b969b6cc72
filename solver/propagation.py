"""Propagation: rules narrow domains until none can narrow further (AC-3 in Mackworth 1977, over any domains)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from solver.domains import Domain, Everything, Nothing, meet

Clause = TypeVar("Clause")

_MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Rule(Generic[Clause]):
    """One clause's say on some variables.

    ``narrow`` takes what is known and gives what the clause alone leaves for each variable that it narrows. ``reads``
    are the variables whose change makes it run again.
    """

    clause: Clause
    reads: tuple[Hashable, ...]
    narrow: Callable[[Mapping[Hashable, Domain]], Mapping[Hashable, Domain]]


@dataclass(frozen=True, slots=True)
class Step(Generic[Clause]):
    """One narrowing, with the clause that made it."""

    variable: Hashable
    before: Domain
    after: Domain
    clause: Clause


@dataclass(frozen=True, slots=True)
class Fixpoint(Generic[Clause]):
    """The domains that are left, and how they came to be; ``empty`` is the variable whose domain became empty."""

    domains: Mapping[Hashable, Domain]
    steps: tuple[Step[Clause], ...]
    empty: Hashable | None = None


def propagate(rules: Sequence[Rule[Clause]]) -> Fixpoint[Clause]:
    """Runs the rules to their fixpoint, to the first empty domain, or to a fixed number of steps."""
    domains: dict[Hashable, Domain] = {}
    steps: list[Step[Clause]] = []
    waiting = deque(range(len(rules)))
    while waiting and len(steps) < _MOST_STEPS:
        index = waiting.popleft()
        for variable, allowed in rules[index].narrow(domains).items():
            before = domains.get(variable, Everything())
            after = meet(before, allowed)
            if after == before:
                continue
            domains[variable] = after
            steps.append(Step(variable, before, after, rules[index].clause))
            if isinstance(after, Nothing):
                return Fixpoint(domains, tuple(steps), variable)
            waiting.extend(other for other, rule in enumerate(rules) if variable in rule.reads and other not in waiting)
    return Fixpoint(domains, tuple(steps))
