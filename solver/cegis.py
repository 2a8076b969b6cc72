"""Counterexample-guided inductive synthesis (Solar-Lezama et al. 2006, "Combinatorial Sketching for Finite Programs").

A proposer finds a candidate that is right on the points so far, a verifier finds a point where it is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

Candidate = TypeVar("Candidate")
Point = TypeVar("Point")


@dataclass(frozen=True, slots=True)
class Wrong(Generic[Point]):
    """A point on which the candidate is wrong."""

    point: Point


@dataclass(frozen=True, slots=True)
class Right:
    """The candidate is right on all points."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """The verifier does not know."""

    reason: str


Verdict: TypeAlias = Right | Wrong[Point] | Undecided


def refine(
    propose: Callable[[Sequence[Point]], Candidate | None],
    verify: Callable[[Candidate], Verdict[Point]],
    points: list[Point],
    rounds: int,
) -> Candidate | None:
    """A candidate that the verifier calls right; ``None`` where no proposal is left, or the rounds are over.

    ``points`` takes each counterexample, so that the next call begins with them. Raises what the two callables raise.
    """
    for _ in range(rounds):
        candidate = propose(points)
        if candidate is None:
            return None
        match verify(candidate):
            case Right():
                return candidate
            case Wrong(point):
                points.append(point)
            case Undecided():
                return None
    return None
