"""What a solver is given to use up, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from compiler.sygus.problem import Term


@dataclass(frozen=True, slots=True)
class Limits:
    """What a solver may use up: seconds as the outermost bound, and expansions, which are deterministic.

    ``clock`` tells the seconds of a search over examples: those of the wall, or of the processor.
    """

    seconds: float = 30.0
    expansions: int | None = None
    clock: Callable[[], float] = monotonic


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver gives back: a term for each target in the problem's order, or none and the reason why."""

    terms: tuple[Term, ...]
    reason: str
    expansions: int
    seconds: float

    @property
    def term(self) -> Term | None:
        """The first target's term."""
        return self.terms[0] if self.terms else None
