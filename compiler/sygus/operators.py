"""The operators of SMT-LIB 2.6 that problems use: their sorts, how they chain, and what they give.

After the theories Core, Ints and UnicodeStrings. Everything is total: where SMT-LIB leaves division by zero open, the
quotient is 0 and the remainder the dividend, so that ``(= x (+ (* y (div x y)) (mod x y)))`` holds for every ``y``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from operator import add, and_, eq, ge, gt, le, lt, mul, or_, sub, xor
from typing import Any

ANY = "?"
"""Stands in a signature for one sort, whichever it is, the same at each place."""

LAST_CHARACTER = 0x2FFFF
"""The largest code point that SMT-LIB's strings hold."""


class Shape(Enum):
    """How an operator takes more arguments than its signature names."""

    FIXED = "fixed"
    LEFT = "left"
    RIGHT = "right"
    CHAIN = "chain"
    PAIRWISE = "pairwise"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator; ``apply`` takes as many values as ``arguments`` has sorts."""

    name: str
    arguments: tuple[str, ...]
    result: str
    apply: Callable[..., Any]
    shape: Shape = Shape.FIXED


_DIGITS_AT_ONCE = 4000


def divide(dividend: int, divisor: int) -> int:
    """``div``: the quotient whose remainder is never negative."""
    if divisor == 0:
        return 0
    return dividend // divisor if divisor > 0 else -(dividend // -divisor)


def remainder(dividend: int, divisor: int) -> int:
    """``mod``: from 0 to below the divisor's size."""
    return dividend % abs(divisor) if divisor else dividend


def substring(text: str, start: int, length: int) -> str:
    """``str.substr``: empty outside the text, and cut at its end."""
    return text[start : start + length] if start >= 0 and length > 0 else ""


def index_of(text: str, part: str, start: int) -> int:
    """``str.indexof``: the first place from ``start`` on, or -1."""
    return text.find(part, start) if 0 <= start <= len(text) else -1


def replace_first(text: str, part: str, new: str) -> str:
    """``str.replace``; the empty string is found in front of the text."""
    return text.replace(part, new, 1)


def replace_all(text: str, part: str, new: str) -> str:
    """``str.replace_all``; the empty string is not replaced."""
    return text.replace(part, new) if part else text


def is_digits(text: str) -> bool:
    """Whether a text is ASCII digits and not empty."""
    return text.isascii() and text.isdigit()


def to_int(text: str) -> int:
    """``str.to_int``: -1 for all but digits."""
    if not is_digits(text):
        return -1
    number = 0
    for start in range(0, len(text), _DIGITS_AT_ONCE):
        digits = text[start : start + _DIGITS_AT_ONCE]
        number = number * 10 ** len(digits) + int(digits)
    return number


def from_int(number: int) -> str:
    """``str.from_int``: empty for negative numbers."""
    if number < 0:
        return ""
    groups: list[str] = []
    while number >= 10**_DIGITS_AT_ONCE:
        number, rest = divmod(number, 10**_DIGITS_AT_ONCE)
        groups.append(str(rest).rjust(_DIGITS_AT_ONCE, "0"))
    return str(number) + "".join(reversed(groups))


def _operators() -> tuple[Operator, ...]:
    fixed, left, chain = Shape.FIXED, Shape.LEFT, Shape.CHAIN
    bools, ints, strings = ("Bool", "Bool"), ("Int", "Int"), ("String", "String")
    return (
        Operator("not", ("Bool",), "Bool", lambda value: not value),
        Operator("and", bools, "Bool", and_, left),
        Operator("or", bools, "Bool", or_, left),
        Operator("xor", bools, "Bool", xor, left),
        Operator("=>", bools, "Bool", le, Shape.RIGHT),
        Operator("=", (ANY, ANY), "Bool", eq, chain),
        Operator("distinct", (ANY, ANY), "Bool", lambda one, other: one != other, Shape.PAIRWISE),
        Operator("ite", ("Bool", ANY, ANY), ANY, lambda test, yes, no: yes if test else no),
        Operator("+", ints, "Int", add, left),
        Operator("-", ints, "Int", sub, left),
        Operator("*", ints, "Int", mul, left),
        Operator("div", ints, "Int", divide, left),
        Operator("mod", ints, "Int", remainder),
        Operator("abs", ("Int",), "Int", abs),
        Operator("<=", ints, "Bool", le, chain),
        Operator("<", ints, "Bool", lt, chain),
        Operator(">=", ints, "Bool", ge, chain),
        Operator(">", ints, "Bool", gt, chain),
        Operator("str.++", strings, "String", add, left),
        Operator("str.len", ("String",), "Int", len),
        Operator("str.<", strings, "Bool", lt, chain),
        Operator("str.<=", strings, "Bool", le, chain),
        Operator("str.at", ("String", "Int"), "String", lambda text, index: substring(text, index, 1), fixed),
        Operator("str.substr", ("String", "Int", "Int"), "String", substring),
        Operator("str.prefixof", strings, "Bool", lambda part, text: text.startswith(part)),
        Operator("str.suffixof", strings, "Bool", lambda part, text: text.endswith(part)),
        Operator("str.contains", strings, "Bool", lambda text, part: part in text),
        Operator("str.indexof", ("String", "String", "Int"), "Int", index_of),
        Operator("str.replace", ("String", "String", "String"), "String", replace_first),
        Operator("str.replace_all", ("String", "String", "String"), "String", replace_all),
        Operator("str.is_digit", ("String",), "Bool", lambda text: len(text) == 1 and is_digits(text)),
        Operator("str.to_code", ("String",), "Int", lambda text: ord(text) if len(text) == 1 else -1),
        Operator("str.from_code", ("Int",), "String", lambda code: chr(code) if 0 <= code <= LAST_CHARACTER else ""),
        Operator("str.to_int", ("String",), "Int", to_int),
        Operator("str.from_int", ("Int",), "String", from_int),
    )


OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in _operators()}
