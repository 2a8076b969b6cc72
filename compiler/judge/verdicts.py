"""Verdicts on one clause of a specification: proved, tested, seen, violated, unknown or not checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Proved:
    """Holds for every input that satisfies the pre-conditions."""

    by: str


@dataclass(frozen=True, slots=True)
class Tested:
    """Held on ``count`` generated inputs, and none was found on which it does not."""

    count: int


@dataclass(frozen=True, slots=True)
class Shown:
    """Holds in a child process: an example, or a contract on the calls of examples alone."""


@dataclass(frozen=True, slots=True)
class Violated:
    """Does not hold; ``call`` is an input that shows it, ``got`` what happened there."""

    call: str
    got: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Could not be decided: a time-out, a solver that gave up, a check that was skipped."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Nothing in the specification can check this."""


Verdict: TypeAlias = Proved | Tested | Shown | Violated | Unknown | Unchecked


def describe(verdict: Verdict) -> str:
    """The verdict in one word with its detail, as reports print it."""
    match verdict:
        case Proved(by):
            return f"proved by {by}"
        case Tested(count):
            return f"tested({count})"
        case Shown():
            return "example"
        case Violated(call, got):
            return f"violated({call} gives {got})"
        case Unknown(reason):
            return f"unknown({reason})"
        case Unchecked():
            return "unchecked"
