"""What keeps one step of a program small: checks made before an operation that could take long or grow without end.

A check estimates; it charges the meter for large work and stops the run where the work is out of all proportion. What
is stopped is unknown, never wrong: the emitted code can still be run in a child process, which has limits of its own.
"""

from __future__ import annotations

import re
import string
from array import array
from collections import UserList, UserString, deque
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import FunctionType
from typing import Any

from compiler.interpreter.meter import PROGRAM_MODULE, Meter, Refused
from compiler.ir.subset import NEVER_ATTRIBUTES

MAX_ITEMS = 4_000_000
MAX_BITS = 1_000_000
SMALL_INT = 1 << 62
SIZED: frozenset[type[Any]] = frozenset({str, bytes, bytearray, list, tuple, deque, array, UserList, UserString})

_IMMUTABLE_TYPE = 1 << 8
_WIDE = re.compile(r"[0-9]{7}")
_FIELD_ATTRIBUTE = re.compile(r"\.([^.\[]*)")
_BLOCK = 32


class Ticking:
    """An iterator that uses up a step for each item, for sources that C code could otherwise drain for ever."""

    __slots__ = ("iterator", "meter")

    def __init__(self, meter: Meter, iterator: Iterator[Any]) -> None:
        self.meter = meter
        self.iterator = iterator

    def __iter__(self) -> Ticking:
        return self

    def __next__(self) -> Any:
        self.meter.tick(1)
        return next(self.iterator)


def charge(meter: Meter, items: int) -> None:
    """Pay for work on so many items at once. Raises ``Stop``."""
    if items > MAX_ITEMS:
        meter.stop("memory")
    if items > _BLOCK:
        meter.tick(items // _BLOCK)


def bounded(meter: Meter, value: Any) -> Any:
    """``value``, or an iterator in its place where it is a range that outlasts the budget."""
    if type(value) is range and len_of_range(value) > min(meter.left, MAX_ITEMS):
        return Ticking(meter, iter(value))
    return value


def consumed(meter: Meter, value: Any) -> Any:
    """``bounded``, for a value that the next call reads to its end: its length is charged too."""
    kind = type(value)
    if kind is range:
        return bounded(meter, value)
    if kind in SIZED or kind in _HASHED:
        charge(meter, len(value))
    return value


def len_of_range(value: range) -> int:
    """``len``, which refuses ranges longer than a machine word."""
    return max(0, -((value.start - value.stop) // value.step))


def check_owner(meter: Meter, owner: Any) -> None:
    """``owner.name = ...``: what all programs of this process share is not changed. Raises ``Stop``."""
    kind = type(owner)
    if isinstance(owner, type):
        # What is immutable refuses by itself, as it does in CPython.
        shared = owner.__module__ != PROGRAM_MODULE and not owner.__flags__ & _IMMUTABLE_TYPE
    elif kind is FunctionType:
        shared = owner.__module__ != PROGRAM_MODULE
    else:
        # Aliases of ``typing`` hand on what is set to the class that they stand for.
        shared = kind.__module__ in ("calendar", "typing") or (
            isinstance(owner, Enum) and kind.__module__ != PROGRAM_MODULE
        )
    if shared:
        meter.stop("state")


def check_add(meter: Meter, left: Any, right: Any) -> None:
    """``left + right``."""
    if type(left) in SIZED and type(right) in SIZED:
        charge(meter, len(left) + len(right))


def check_extend(meter: Meter, left: Any, right: Any) -> None:
    """``left += right``, which copies no list on the left."""
    if type(left) is not list:
        check_add(meter, left, right)
    elif type(right) in SIZED:
        charge(meter, len(right))
        if len(left) + len(right) > MAX_ITEMS:
            meter.stop("memory")


def check_multiply(meter: Meter, left: Any, right: Any) -> None:
    """``left * right``."""
    if isinstance(left, int):
        if isinstance(right, int):
            _charge_product(meter, left.bit_length(), right.bit_length())
        elif type(right) in SIZED:
            charge(meter, len(right) * left)
    elif isinstance(right, int) and type(left) in SIZED:
        charge(meter, len(left) * right)
    elif isinstance(left, Fraction) and isinstance(right, Fraction):
        _charge_product(meter, _fraction_bits(left), _fraction_bits(right))


def check_divide(meter: Meter, left: Any, right: Any) -> None:
    """``left // right`` and ``left % right`` on integers."""
    if isinstance(left, int) and isinstance(right, int):
        _charge_product(meter, left.bit_length(), right.bit_length())


def check_power(meter: Meter, base: Any, exponent: Any) -> None:
    """``base ** exponent``."""
    if isinstance(exponent, int) and isinstance(base, int | Fraction):
        bits = _fraction_bits(base) if isinstance(base, Fraction) else base.bit_length()
        if bits > 1:
            bits *= abs(exponent)
            _charge_product(meter, bits, bits)


def check_shift(meter: Meter, left: Any, right: Any) -> None:
    """``left << right``."""
    if isinstance(left, int) and isinstance(right, int) and left and left.bit_length() + right > MAX_BITS:
        meter.stop("memory")


def check_percent(meter: Meter, left: Any, right: Any) -> None:
    """``left % right``."""
    if isinstance(left, str | bytes):
        text = left if isinstance(left, str) else left.decode("latin-1")
        values = right if isinstance(right, tuple) else (right,)
        check_width(meter, text)
        if "*" in text and any(isinstance(value, int) and abs(value) > MAX_ITEMS for value in values):
            meter.stop("memory")
    else:
        check_divide(meter, left, right)


def check_width(meter: Meter, specification: str) -> None:
    """A format that asks for a width of seven digits or more."""
    if _WIDE.search(specification):
        meter.stop("memory")


def check_format(meter: Meter, value: Any, specification: str) -> None:
    """``format(value, specification)``."""
    check_width(meter, specification)
    check_integral(meter, value)


def check_integral(meter: Meter, value: Any) -> None:
    """A conversion to ``int`` or to plain digits."""
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > MAX_BITS:
        meter.stop("memory")


def check_contains(meter: Meter, item: Any, container: Any) -> None:
    """``item in container``, for containers that are searched item by item."""
    kind = type(container)
    if kind in SIZED:
        if len(container) > _BLOCK:
            meter.tick(len(container) // _BLOCK)
    elif kind is range and type(item) not in {int, bool} and len_of_range(container) > meter.left:
        meter.stop("steps")


def check_template(meter: Meter, template: str, values: tuple[Any, ...]) -> None:
    """``template.format(*values)``: no attribute of a value but plain ones, no width without end."""
    for name in _attributes_read(template):
        if name.startswith("_") or name in NEVER_ATTRIBUTES:
            raise Refused(f"the format string {template!r} reads a private attribute")
    check_width(meter, template)
    for value in values:
        if isinstance(value, int) and abs(value) > MAX_ITEMS and ":{" in template.replace(" ", ""):
            meter.stop("memory")
        check_integral(meter, value)


def _attributes_read(template: str) -> Iterator[str]:
    """The attributes that a format text reads before its first fault, which ends its formatting."""
    try:
        for _, field, shape, _ in string.Formatter().parse(template):
            yield from _FIELD_ATTRIBUTE.findall(field or "")
            yield from _attributes_read(shape or "")
    except ValueError:
        return


def _charge_product(meter: Meter, left_bits: int, right_bits: int) -> None:
    if left_bits + right_bits > 2 * MAX_BITS:
        meter.stop("memory")
    if left_bits + right_bits > 4096:
        meter.tick((left_bits * right_bits) >> 22)


def _fraction_bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


_HASHED: frozenset[type[Any]] = frozenset({set, frozenset, dict})

OF_OPERATORS: Mapping[str, Callable[[Meter, Any, Any], None]] = {
    "concatenation": check_add,
    "division": check_divide,
    "power": check_power,
    "remainder": check_percent,
    "repeat": check_multiply,
    "shift": check_shift,
}
"""The checks of two operands, by the names of guards in the table of operations."""
