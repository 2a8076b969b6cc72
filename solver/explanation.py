"""Minimal explanations: the fewest clauses that cannot hold together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Clause = TypeVar("Clause")


def minimal_conflict(clauses: Sequence[Clause], conflicts: Callable[[Sequence[Clause]], bool]) -> tuple[Clause, ...]:
    """A subset that conflicts and of which no proper subset does, given that all together conflict.

    By deletion (Bakker et al. 1993): each clause in turn is left out for good where the rest still conflicts. The last
    clauses are tried first, so that what was said first stays. ``conflicts`` must be monotone.
    """
    kept = list(clauses)
    for clause in reversed(clauses):
        without = [other for other in kept if other is not clause]
        if conflicts(without):
            kept = without
    return tuple(kept)
