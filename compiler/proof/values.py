"""Symbolic values: integers, truth values and strings of Z3, and values of which only the length is known.

Each operation raises ``UnsupportedError`` where it has no symbolic form.
"""

from __future__ import annotations

from dataclasses import dataclass

from compiler.ir.nodes import ComparisonOperator
from solver import smt
from solver.smt import Smt
from solver.sorts import ANY, BOOL, INT, STR, Sort, element_of

_LARGEST_POWER = 8


class UnsupportedError(Exception):
    """Something that has no symbolic form; the message says what."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of which only the length is known, if it has one: it is a ``collection`` or may be anything."""

    length: Smt
    collection: bool = True


Value = Smt | Opaque


def symbol(name: str, sort: Sort) -> tuple[Value, list[Smt]]:
    """A symbolic value of a sort, with what is always true of it. Raises ``UnsupportedError``."""
    if sort in (INT, BOOL, STR):
        return smt.variable(name, sort), []
    if sort == ANY or element_of(sort) is not None:
        length = smt.variable(f"len({name})", INT)
        return Opaque(length, sort != ANY), [length >= 0]
    raise UnsupportedError(f"the type of `{name}`")


def merge(condition: Smt, then: Value, otherwise: Value) -> Value:
    """One value for two branches. Raises ``UnsupportedError`` where they differ in kind."""
    z3 = _z3()
    if isinstance(then, Opaque) and isinstance(otherwise, Opaque):
        return Opaque(z3.If(condition, then.length, otherwise.length), then.collection and otherwise.collection)
    if isinstance(then, Opaque) or isinstance(otherwise, Opaque) or then.sort() != otherwise.sort():
        raise UnsupportedError("branches of different types")
    return z3.If(condition, then, otherwise)


def constant(value: object) -> Value:
    """A symbolic value that is known. Raises ``UnsupportedError``."""
    z3 = _z3()
    match value:
        case bool():
            return z3.BoolVal(value)
        case int():
            return z3.IntVal(value)
        # Z3 reads a backslash as the beginning of an escape.
        case str() if value.isascii() and "\\" not in value:
            return z3.StringVal(value)
        case list() | tuple() | set() | dict():
            return Opaque(z3.IntVal(len(value)))
        case _:
            raise UnsupportedError(f"`{type(value).__name__}` values")


def truth(value: Value) -> Smt:
    """The truth value of a value, as ``if`` takes it."""
    z3 = _z3()
    if isinstance(value, Opaque):
        if not value.collection:
            raise UnsupportedError("the truth of a value of unknown type")
        return value.length > 0
    if z3.is_bool(value):
        return value
    return value != z3.StringVal("") if is_text(value) else value != 0


def integer(value: Value) -> Smt:
    """The value of an integer or a truth value."""
    z3 = _z3()
    if isinstance(value, Opaque) or not (z3.is_int(value) or z3.is_bool(value)):
        raise UnsupportedError("arithmetic on something that is no integer")
    return smt.as_int(value)


def length(value: Value) -> Smt:
    """What ``len`` gives."""
    if isinstance(value, Opaque):
        return value.length
    if is_text(value):
        return _z3().Length(value)
    raise UnsupportedError("`len` of something that has no length")


def is_text(value: Value) -> bool:
    """Whether a value is a string."""
    return not isinstance(value, Opaque) and bool(_z3().is_string(value))


def is_number(value: Value) -> bool:
    """Whether a value is an integer, and no truth value."""
    return not isinstance(value, Opaque) and bool(_z3().is_int(value))


def power(base: Smt, exponent: int) -> Smt:
    """``base ** exponent`` for a small exponent."""
    if not 0 <= exponent <= _LARGEST_POWER:
        raise UnsupportedError("a large or negative power")
    result = _z3().IntVal(1)
    for _ in range(exponent):
        result = result * base
    return result


def compare(operator: ComparisonOperator, left: Value, right: Value) -> Smt:
    """One comparison."""
    z3 = _z3()
    if is_text(left) and is_text(right):
        match operator:
            case "==":
                return left == right
            case "!=":
                return left != right
            case "in":
                return z3.Contains(right, left)
            case "not in":
                return z3.Not(z3.Contains(right, left))
        raise UnsupportedError(f"`{operator}` on strings")
    if operator in ("==", "!=") and _of_different_kinds(left, right):
        return z3.BoolVal(operator == "!=")
    a, b = integer(left), integer(right)
    match operator:
        case "==":
            return a == b
        case "!=":
            return a != b
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
        case ">=":
            return a >= b
        case _:
            raise UnsupportedError(f"the operator `{operator}`")


def _of_different_kinds(left: Value, right: Value) -> bool:
    """Whether values can never be equal: a number, a text and a collection never are."""
    kinds = [_kind(left), _kind(right)]
    return None not in kinds and kinds[0] != kinds[1]


def _kind(value: Value) -> str | None:
    if isinstance(value, Opaque):
        return "collection" if value.collection else None
    return "text" if is_text(value) else "number"


def _z3() -> Smt:
    import z3

    return z3
