"""What one call of a candidate did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Returned:
    """The call returned.

    ``value`` is the value's ``repr`` (cut at a limit for reading). ``behaviour`` is a canonical text that is equal for
    values which Python's ``==`` calls equal: ``1``, ``1.0`` and ``True`` share one, floats are rounded to 12
    significant digits, sets and dicts are sorted, generators are listed. ``type`` is the name of the value's type.
    """

    value: str
    behaviour: str
    type: str


@dataclass(frozen=True, slots=True)
class Raised:
    """The call raised; ``lineage`` names the exception's class and its bases up to ``Exception``."""

    exception: str
    message: str
    lineage: tuple[str, ...] = ()


StopReason: TypeAlias = Literal["steps", "time", "memory", "output", "state", "crash"]


@dataclass(frozen=True, slots=True)
class Stopped:
    """A limit was reached or the process died: nothing is known of this call.

    ``state`` is the interpreter's: the call would have changed what outlives it.
    """

    reason: StopReason


Outcome: TypeAlias = Returned | Raised | Stopped


def behaviour(outcome: Outcome) -> str:
    """The outcome as one entry of a behaviour vector."""
    match outcome:
        case Returned(_, text, _):
            return text
        case Raised(exception):
            return f"!{exception}"
        case Stopped(reason):
            return f"?{reason}"
