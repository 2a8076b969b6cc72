"""Intervals: what is known of an integer without running the term, as a number that it is never below or above.

A truth value is an integer too: where its interval is ``TRUE``, it always holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Bound: TypeAlias = int | None
Interval: TypeAlias = tuple[Bound, Bound]
"""The least and the greatest value; ``None`` where no such number is known."""

UNKNOWN: Interval = (None, None)
TRUE: Interval = (1, 1)


def never_below(least: int) -> Callable[..., Interval]:
    """The bounds of an operation that gives nothing below a number, whatever it is applied to."""
    return lambda *_: (least, None)


def unknown(*_: Interval) -> Interval:
    """The bounds of an operation of which nothing is known."""
    return UNKNOWN


def plus(one: Interval, other: Interval) -> Interval:
    """Of a sum."""
    return _added(one[0], other[0]), _added(one[1], other[1])


def negative(one: Interval) -> Interval:
    """Of the number with the other sign."""
    return _negated(one[1]), _negated(one[0])


def minus(one: Interval, other: Interval) -> Interval:
    """Of a difference."""
    return plus(one, negative(other))


def times(one: Interval, other: Interval) -> Interval:
    """Of a product."""
    return (0, None) if _is_least(0, one) and _is_least(0, other) else UNKNOWN


def rest(dividend: Interval, divisor: Interval) -> Interval:  # noqa: ARG001
    """Of a remainder: it is below the size of a divisor that is not zero."""
    low, high = divisor
    if not (_is_least(1, divisor) or _is_least(1, negative(divisor))):
        return UNKNOWN
    return 0, None if low is None or high is None else max(abs(low), abs(high)) - 1


def either(test: Interval, one: Interval, other: Interval) -> Interval:  # noqa: ARG001
    """Of one of two numbers."""
    lows, highs = (one[0], other[0]), (one[1], other[1])
    return _first(min, lows), _first(max, highs)


def both(one: Interval, other: Interval) -> Interval:
    """Of two truth values that both must hold."""
    return TRUE if one == other == TRUE else UNKNOWN


def at_least(one: Interval, other: Interval) -> Interval:
    """Of the truth that the first is not below the second."""
    return TRUE if _is_least(0, minus(one, other)) else UNKNOWN


def _is_least(bound: int, known: Interval) -> bool:
    return known[0] is not None and known[0] >= bound


def _added(one: Bound, other: Bound) -> Bound:
    return None if one is None or other is None else one + other


def _negated(bound: Bound) -> Bound:
    return None if bound is None else -bound


def _first(choose: Callable[[int, int], int], bounds: tuple[Bound, Bound]) -> Bound:
    one, other = bounds
    return None if one is None or other is None else choose(one, other)
