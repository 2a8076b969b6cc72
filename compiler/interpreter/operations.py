"""Operators: each as code over two operands, with the guards that some of them need."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from compiler.interpreter import guards
from compiler.interpreter.frames import Code, Frame
from compiler.interpreter.meter import Meter
from compiler.ir.nodes import BinaryOperator, ComparisonOperator, UnaryOperator
from solver.operations.entries import operators

_SIZED = guards.SIZED
_BIG = guards.SMALL_INT
_NUMBERS = frozenset({int, float, bool})


def binary(symbol: BinaryOperator, left: Code, right: Code, meter: Meter) -> Code:
    """``left symbol right``."""
    match symbol:
        case "+":
            return _add(left, right, meter)
        case "*":
            return _multiply(left, right, meter)
        case "//" | "%":
            return _divide(symbol, left, right, meter)
        case "**" | "<<":
            check, apply = _CHECKED[symbol]

            def checked(frame: Frame) -> Any:
                first, second = left(frame), right(frame)
                check(meter, first, second)
                return apply(first, second)

            return checked
        case "-":
            return lambda frame: left(frame) - right(frame)
        case "/":
            return lambda frame: left(frame) / right(frame)
        case "&":
            return lambda frame: left(frame) & right(frame)
        case "|":
            return lambda frame: left(frame) | right(frame)
        case "^":
            return lambda frame: left(frame) ^ right(frame)
        case ">>":
            return lambda frame: left(frame) >> right(frame)
        case "@":
            return lambda frame: left(frame) @ right(frame)


def in_place(symbol: BinaryOperator, meter: Meter) -> Callable[[Any, Any], Any]:
    """What ``left symbol= right`` assigns."""
    apply = _IN_PLACE[symbol]
    if symbol not in _CHECKED:
        return apply
    check = guards.check_extend if symbol == "+" else _CHECKED[symbol][0]

    def checked(left: Any, right: Any) -> Any:
        if type(left) not in _NUMBERS or type(right) not in _NUMBERS or symbol in ("*", "**", "<<"):
            check(meter, left, right)
        if symbol == "+" and type(right) is range:
            right = guards.bounded(meter, right)
        return apply(left, right)

    return checked


def unary(symbol: UnaryOperator, operand: Code) -> Code:
    """``symbol operand``."""
    match symbol:
        case "not":
            return lambda frame: not operand(frame)
        case "-":
            return lambda frame: -operand(frame)
        case "+":
            return lambda frame: +operand(frame)
        case "~":
            return lambda frame: ~operand(frame)


def comparison(symbol: ComparisonOperator, left: Code, right: Code, meter: Meter) -> Code:
    """``left symbol right``, a chain of one link."""
    match symbol:
        case "==":
            return lambda frame: left(frame) == right(frame)
        case "!=":
            return lambda frame: left(frame) != right(frame)
        case "<":
            return lambda frame: left(frame) < right(frame)
        case "<=":
            return lambda frame: left(frame) <= right(frame)
        case ">":
            return lambda frame: left(frame) > right(frame)
        case ">=":
            return lambda frame: left(frame) >= right(frame)
        case "is":
            return lambda frame: left(frame) is right(frame)
        case "is not":
            return lambda frame: left(frame) is not right(frame)
    compare = comparer(symbol, meter)
    return lambda frame: compare(left(frame), right(frame))


def comparer(symbol: ComparisonOperator, meter: Meter) -> Callable[[Any, Any], Any]:
    """One link of a comparison chain, on values."""
    if symbol not in ("in", "not in"):
        return _COMPARERS[symbol]

    def contains(item: Any, container: Any) -> bool:
        if type(container) not in _HASHED:
            guards.check_contains(meter, item, container)
        return item in container

    return contains if symbol == "in" else lambda item, container: not contains(item, container)


def _add(left: Code, right: Code, meter: Meter) -> Code:
    def add(frame: Frame) -> Any:
        first = left(frame)
        second = right(frame)
        if type(first) in _SIZED:
            guards.check_add(meter, first, second)
        return first + second

    return add


def _multiply(left: Code, right: Code, meter: Meter) -> Code:
    def multiply(frame: Frame) -> Any:
        first = left(frame)
        second = right(frame)
        if type(first) is int and type(second) is int and -_BIG < first < _BIG and -_BIG < second < _BIG:
            return first * second
        guards.check_multiply(meter, first, second)
        return first * second

    return multiply


def _divide(symbol: BinaryOperator, left: Code, right: Code, meter: Meter) -> Code:
    check, apply = _CHECKED[symbol]

    def divide(frame: Frame) -> Any:
        first = left(frame)
        second = right(frame)
        if type(first) is not int or not -_BIG < first < _BIG:
            check(meter, first, second)
        return apply(first, second)

    return divide


_HASHED = frozenset({set, frozenset, dict})

_APPLIED: dict[BinaryOperator, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "*": operator.mul,
    "**": operator.pow,
    "<<": operator.lshift,
    "//": operator.floordiv,
    "%": operator.mod,
}

_CHECKED: dict[str, tuple[Callable[[Meter, Any, Any], None], Callable[[Any, Any], Any]]] = {
    symbol: (guards.OF_OPERATORS[operators()[symbol].column("guard")], apply) for symbol, apply in _APPLIED.items()
}

_IN_PLACE: dict[BinaryOperator, Callable[[Any, Any], Any]] = {
    "+": operator.iadd,
    "-": operator.isub,
    "*": operator.imul,
    "/": operator.itruediv,
    "//": operator.ifloordiv,
    "%": operator.imod,
    "**": operator.ipow,
    "@": operator.imatmul,
    "<<": operator.ilshift,
    ">>": operator.irshift,
    "&": operator.iand,
    "|": operator.ior,
    "^": operator.ixor,
}

_COMPARERS: dict[ComparisonOperator, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
}
