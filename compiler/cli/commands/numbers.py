"""Numbers as the arguments of commands give them."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable


def at_least(kind: Callable[[str], float], least: float) -> Callable[[str], float]:
    """A reader of numbers that are at least ``least``, and finite."""

    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = float("nan")
        if not least <= number < float("inf"):
            raise ArgumentTypeError(f"expected a number of at least {least:g}, not {text!r}")
        return number

    return read


def whole_numbers(text: str) -> tuple[int, ...]:
    """Whole numbers with commas between."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"expected whole numbers with commas between, not {text!r}") from None


def counts(text: str) -> tuple[int, ...]:
    """Whole numbers of at least one with commas between."""
    return tuple(int(at_least(int, 1)(part)) for part in text.split(","))
