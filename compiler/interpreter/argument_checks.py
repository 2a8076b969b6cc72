"""The checks of a call's arguments, one for each kind of function: what takes long, grows large or reaches too far.

A check is given the arguments before the call, charges the meter for what they ask for, and gives the arguments to call
with. Raises ``Refused`` for what is outside the subset, and ``Stop`` where a limit is reached.
"""

from __future__ import annotations

import re
from collections import UserString
from collections.abc import Callable
from typing import Any, TypeAlias

from compiler.interpreter import guards
from compiler.interpreter.meter import Meter, Refused
from compiler.ir import subset

Arguments: TypeAlias = tuple[Any, ...]
Keywords: TypeAlias = dict[str, Any]
Check: TypeAlias = Callable[[Meter, Arguments, Keywords], Arguments]


def permitted_attribute(name: str) -> bool:
    """Whether the interpreter reads this attribute at all; the check of names says more, and says it better."""
    if name.startswith("__"):
        return name in subset.ALLOWED_DUNDERS
    return name not in subset.NEVER_ATTRIBUTES


def search(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if len(arguments) > 1:
        guards.check_contains(meter, arguments[1], arguments[0])
    return arguments


def operation(check: Callable[[Meter, Any, Any], None]) -> Check:
    def checked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
        del keywords
        if len(arguments) >= 2:
            check(meter, arguments[0], arguments[1])
        return arguments

    return checked


def power(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    if len(arguments) == 2 and "mod" not in keywords:
        guards.check_power(meter, *arguments)
    elif len(arguments) == 3 and all(isinstance(value, int) for value in arguments):
        guards.charge(meter, sum(value.bit_length() for value in arguments) ** 2 >> 10)
    return arguments


def counted(position: int, keyword: str | None = None) -> Check:
    """The argument at ``position`` (or ``keyword``) is a number of items that are made at once."""

    def checked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
        value = arguments[position] if len(arguments) > position else keywords.get(keyword or "")
        if isinstance(value, int):
            guards.charge(meter, value)
        return arguments

    return checked


def factorial(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if arguments and isinstance(arguments[0], int) and arguments[0] > 0:
        guards.charge(meter, arguments[0] * arguments[0].bit_length())
    return arguments


def combinations(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if all(isinstance(value, int) for value in arguments):
        chosen = arguments[1] if len(arguments) > 1 else arguments[0]
        chosen = min(chosen, max(arguments[0] - chosen, 0)) if len(arguments) > 1 else chosen
        guards.charge(meter, max(chosen, 0) * arguments[0].bit_length())
    return arguments


def permutations(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if all(isinstance(value, int) for value in arguments) and arguments:
        guards.charge(meter, max(arguments[-1], 0) * arguments[0].bit_length())
    return arguments


def attribute(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del meter, keywords
    if len(arguments) > 1 and isinstance(arguments[1], str):
        if permitted_attribute(arguments[1]) and arguments[1] != "format":
            return arguments
        raise Refused(f"the attribute {arguments[1]} is outside the subset")
    return arguments


def setting(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    if arguments:
        guards.check_owner(meter, arguments[0])
    return attribute(meter, arguments, keywords)


def register(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    """``Sequence.register`` makes every program's ``isinstance`` answer otherwise."""
    del keywords
    if isinstance(arguments[0], type):
        guards.check_owner(meter, arguments[0])
    return arguments


def samples(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    """``NormalDist.samples`` without a seed draws on the random numbers of the whole process."""
    if keywords.get("seed") is None:
        meter.stop("state")
    return counted(1, "n")(meter, arguments, keywords)


def flagged(position: int, check: Check) -> Check:
    """The flag ``DEBUG`` prints, past the program's own ``print``."""

    def checked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
        flags = arguments[position] if len(arguments) > position else keywords.get("flags")
        if isinstance(flags, int) and flags & re.DEBUG:
            meter.stop("output")
        return check(meter, arguments, keywords)

    return checked


def uninterruptible(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if not meter.unbounded:
        meter.stop("time")
    return arguments


def pattern_or(check: Check) -> Check:
    """Methods of compiled patterns cannot be interrupted; those of that name of anything else have their own check."""

    def checked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
        if type(arguments[0]).__name__ == "Pattern":
            return uninterruptible(meter, arguments, keywords)
        return check(meter, arguments, keywords)

    return checked


def formatted(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if len(arguments) > 1 and isinstance(arguments[1], str):
        guards.check_format(meter, arguments[0], arguments[1])
    return arguments


def template(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    if isinstance(arguments[0], str | UserString):
        guards.check_template(meter, str(arguments[0]), (*arguments[1:], *keywords.values()))
    return arguments


def join(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if len(arguments) != 2 or not isinstance(arguments[0], str | bytes):
        return arguments
    separator, pieces = arguments[0], arguments[1]
    if type(pieces) not in (list, tuple, str):
        pieces = list(guards.bounded(meter, pieces))
    total = sum(len(piece) for piece in pieces if isinstance(piece, str | bytes))
    guards.charge(meter, total + len(separator) * len(pieces))
    return (separator, pieces)


def replacement(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if len(arguments) >= 3 and all(isinstance(value, str) for value in arguments[:3]):
        text, old, new = arguments[:3]
        if (len(text) + 1) * len(new) > guards.MAX_ITEMS // 64:
            guards.charge(meter, len(text) + text.count(old) * len(new))
    return arguments


def width(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    for value in (*arguments[1:], *keywords.values()):
        if isinstance(value, int):
            size = len(arguments[0]) if isinstance(arguments[0], str) else 1
            guards.charge(meter, value * (size if "\t" in str(arguments[0]) else 1))
    return arguments


def unchecked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del meter, keywords
    return arguments


def elements(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    counter = arguments[0]
    if isinstance(counter, dict):
        guards.charge(meter, sum(value for value in counter.values() if isinstance(value, int) and value > 0))
    return arguments


def integral(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if arguments:
        guards.check_integral(meter, arguments[0])
    return arguments


def one_argument(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del meter
    if len(arguments) != 1 or keywords:
        raise Refused("type() with more than one argument is outside the subset")
    return arguments
