"""Domains: what is known of a hole or a value, as a lattice in which propagation only goes down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from solver.sorts import ANY, BOOL, NONE, Sort, UnionSort, format_sort, is_subsort, join_all


@dataclass(frozen=True, slots=True)
class Everything:
    """Nothing is known."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value is left: a conflict."""


@dataclass(frozen=True, slots=True)
class OfSort:
    """The values of a sort."""

    sort: Sort


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several texts: literals, or expressions."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expressions:
    """So many expressions up to a cost, of one sort or of any: a domain that is counted, not listed."""

    count: int
    cost: int
    sort: Sort = ANY


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from ``low`` to ``high``; an open side leaves its limit out. ``whole`` numbers have closed sides."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    whole: bool = False


Domain: TypeAlias = Everything | Nothing | OfSort | OneOf | Expressions | Interval


def meet(left: Domain, right: Domain) -> Domain:
    """The values in both domains; where two kinds cannot be compared, the left one."""
    match left, right:
        case (Everything(), other) | (other, Everything()):
            return other
        case (Nothing(), _) | (_, Nothing()):
            return Nothing()
        case OfSort(a), OfSort(b):
            return _meet_sorts(a, b)
        case OneOf(a), OneOf(b):
            both = tuple(text for text in a if text in b)
            return OneOf(both) if both else Nothing()
        case Expressions(), Expressions():
            return min(left, right, key=lambda domain: domain.count)
        case (Expressions(), OneOf() as listed) | (OneOf() as listed, Expressions()):
            return listed
        case Interval(), Interval():
            return _meet_intervals(left, right)
        case _:
            return left


def _meet_sorts(left: Sort, right: Sort) -> Domain:
    if is_subsort(left, right):
        return OfSort(left)
    if is_subsort(right, left):
        return OfSort(right)
    options = [option for option in _options(left) if is_subsort(option, right)]
    options += [option for option in _options(right) if is_subsort(option, left)]
    return OfSort(join_all(options)) if options else Nothing()


def _options(sort: Sort) -> tuple[Sort, ...]:
    return sort.options if isinstance(sort, UnionSort) else (sort,)


def _meet_intervals(left: Interval, right: Interval) -> Domain:
    low, low_open = max((left.low, left.low_open), (right.low, right.low_open))
    high, closed = min((left.high, not left.high_open), (right.high, not right.high_open))
    return tightened(Interval(low, high, low_open, not closed, left.whole or right.whole))


def tightened(interval: Interval) -> Domain:
    """The interval with whole ends where its numbers are whole; ``Nothing`` where it is empty."""
    low, high = interval.low, interval.high
    if interval.whole:
        low = low if math.isinf(low) else math.floor(low) + 1 if interval.low_open else math.ceil(low)
        high = high if math.isinf(high) else math.ceil(high) - 1 if interval.high_open else math.floor(high)
        return Interval(low, high, whole=True) if low <= high else Nothing()
    empty = low > high or (low == high and (interval.low_open or interval.high_open))
    return Nothing() if empty else interval


def size(domain: Domain) -> int | None:
    """How many values are left; ``None`` where they are not counted, or without end."""
    match domain:
        case Nothing():
            return 0
        case OneOf(texts):
            return len(texts)
        case Expressions(count=count):
            return count
        case Interval(low=low, high=high) if low == high:
            return 1
        case Interval(low=low, high=high, whole=True) if math.isfinite(low) and math.isfinite(high):
            return int(high) - int(low) + 1
        case OfSort(sort):
            return _size_of_sort(sort)
        case _:
            return None


def _size_of_sort(sort: Sort) -> int | None:
    known: dict[Sort, int] = {BOOL: 2, NONE: 1}
    sizes = [known.get(option) for option in _options(sort)]
    return None if None in sizes else sum(filter(None, sizes))


def describe(domain: Domain) -> str:
    """The domain as people read it."""
    match domain:
        case Everything():
            return "anything"
        case Nothing():
            return "nothing"
        case OfSort(sort):
            return "anything" if sort == ANY else format_sort(sort)
        case OneOf(texts):
            return texts[0] if len(texts) == 1 else "one of " + ", ".join(texts)
        case Expressions(count, cost, sort):
            kind = "expressions" if sort == ANY else f"expressions of {format_sort(sort)}"
            return f"{count} {kind} up to cost {cost}"
        case Interval():
            return _describe_interval(domain)


def _describe_interval(interval: Interval) -> str:
    above = "" if math.isinf(interval.low) else f"{'>' if interval.low_open else '>='} {_number(interval.low)}"
    below = "" if math.isinf(interval.high) else f"{'<' if interval.high_open else '<='} {_number(interval.high)}"
    if interval.low == interval.high:
        return f"= {_number(interval.low)}"
    return " and ".join(filter(None, (above, below))) or ("any whole number" if interval.whole else "any number")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
