"""Operators and literals of the IR as libcst nodes."""

from __future__ import annotations

import math

import libcst as cst

from compiler.ir.nodes import BinaryOperator, ComparisonOperator, Const

# Python's levels of binding, loosest first.
LOOSEST, TEST, OR, AND, NOT, COMPARISON, BITOR, UNARY, POWER, PRIMARY, ATOM = 0, 1, 2, 3, 4, 5, 6, 12, 13, 15, 16
BINARY_LEVELS: dict[BinaryOperator, int] = {
    "|": 6,
    "^": 7,
    "&": 8,
    "<<": 9,
    ">>": 9,
    "+": 10,
    "-": 10,
    "*": 11,
    "/": 11,
    "//": 11,
    "%": 11,
    "@": 11,
    "**": POWER,
}
BINARY_NODES: dict[BinaryOperator, type[cst.BaseBinaryOp]] = {
    "+": cst.Add,
    "-": cst.Subtract,
    "*": cst.Multiply,
    "/": cst.Divide,
    "//": cst.FloorDivide,
    "%": cst.Modulo,
    "**": cst.Power,
    "@": cst.MatrixMultiply,
    "<<": cst.LeftShift,
    ">>": cst.RightShift,
    "&": cst.BitAnd,
    "|": cst.BitOr,
    "^": cst.BitXor,
}
UNARY_NODES: dict[str, type[cst.BaseUnaryOp]] = {
    "-": cst.Minus,
    "+": cst.Plus,
    "~": cst.BitInvert,
    "not": cst.Not,
}
COMPARISON_NODES: dict[ComparisonOperator, type[cst.BaseCompOp]] = {
    "==": cst.Equal,
    "!=": cst.NotEqual,
    "<": cst.LessThan,
    "<=": cst.LessThanEqual,
    ">": cst.GreaterThan,
    ">=": cst.GreaterThanEqual,
    "is": cst.Is,
    "is not": cst.IsNot,
    "in": cst.In,
    "not in": cst.NotIn,
}


def emit_constant(constant: Const) -> tuple[cst.BaseExpression, int]:
    """A literal, or a call where Python has none, and how tightly it binds."""
    match constant.value:
        case None | bool():
            return cst.Name(constant.text), ATOM
        case str() | bytes():
            return cst.SimpleString(constant.text), ATOM
        case int() as number:
            if number < 0:
                return cst.UnaryOperation(cst.Minus(), cst.Integer(str(-number))), UNARY
            return cst.Integer(str(number)), ATOM
        case float() as number:
            if math.isnan(number):
                return cst.parse_expression('float("nan")'), PRIMARY
            node = cst.Float(_float_text(abs(number)))
            return (cst.UnaryOperation(cst.Minus(), node), UNARY) if math.copysign(1, number) < 0 else (node, ATOM)
        case complex() as number:
            if repr(number.real) == "0.0" and math.copysign(1, number.imag) > 0:
                return cst.Imaginary(f"{_float_text(number.imag)}j"), ATOM
            return cst.parse_expression(f"complex({number.real!r}, {number.imag!r})"), PRIMARY


def _float_text(number: float) -> str:
    # Too large for a float, so it reads as infinity, which has no literal.
    return "1e999" if math.isinf(number) else repr(number)
