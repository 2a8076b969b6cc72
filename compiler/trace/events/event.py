"""What all events share: frozen values whose fields have types, and apart from them fields that depend on the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias, TypeVar

T = TypeVar("T")

TIMED = "timed"
Timed: TypeAlias = Annotated[T, TIMED]
"""The type of a field that depends on the clock; two traces of one compile are equal without such fields."""

EVENTS: dict[str, type[Event]] = {}
"""Every kind of event by its name in the file, in the order in which the page tells of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a trace; ``at`` counts the seconds since the trace began. Each kind is a class of its own."""

    at: Timed[float] = 0.0

    def __init_subclass__(cls) -> None:
        # A slotted dataclass is made twice, and the second one stays.
        EVENTS[cls.event()] = cls

    @classmethod
    def event(cls) -> str:
        """The kind of event, as the file names it."""
        return cls.__name__.lower()
