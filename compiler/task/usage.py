"""What a compile cost, in all and for each model that was asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineUsage:
    """What one model was asked for. ``cached`` of its answers came from the cache and cost nothing.

    ``seconds`` and ``money`` (dollars, ``None`` where the price is not known) count the others; ``failures`` are calls
    that ended in an error.
    """

    engine: str
    model: str
    requests: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    money: float | None = 0.0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a compile cost. ``phases`` splits ``seconds``: load, prefill and decode, search, judge, the rest.

    ``engines`` tells it for each model, in the order in which they were asked.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0
    seconds: float = 0.0
    phases: tuple[tuple[str, float], ...] = ()
    engines: tuple[EngineUsage, ...] = ()
