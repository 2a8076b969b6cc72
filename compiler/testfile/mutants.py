"""Mutants: copies of a program with one small fault each, to measure what a test file notices.

The operators are the classical ones (arithmetic, comparison, logic, constants, negation, slices, deleted statements),
as in DeMillo, Lipton and Sayward, "Hints on test data selection", 1978.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from compiler.ir.lower_expressions import BINARY_OPERATORS, COMPARISONS
from solver.operations.comparisons import SLIPS, slips_of_comparison
from solver.operations.exchanges import exchanges_of

_OPERATORS = {symbol: kind for kind, symbol in BINARY_OPERATORS.items()}
_COMPARISONS = {symbol: kind for kind, symbol in COMPARISONS.items()}


def mutants(text: str) -> list[str]:
    """Programs that differ from ``text`` in one place; those equal as text are left out. Raises ``SyntaxError``."""
    tree = ast.parse(text)
    places = [node for node in ast.walk(tree) if isinstance(node, (ast.expr, ast.stmt))]
    docstrings = {id(node.value) for node in places if isinstance(node, ast.Expr)}
    original = ast.unparse(tree)
    made: dict[str, None] = {}
    for place, node in enumerate(places):
        if id(node) in docstrings:
            continue
        for changed in _changes(node):
            made[ast.unparse(_Replace(place, changed).applied_to(tree))] = None
    made.pop(original, None)
    return list(made)


class _Replace(ast.NodeTransformer):
    """Put a node in the place of the one that comes as the ``place``-th in a walk of the tree."""

    def __init__(self, place: int, changed: ast.AST) -> None:
        self._place, self._changed = place, changed
        self._target: ast.AST | None = None

    def applied_to(self, tree: ast.Module) -> ast.AST:
        duplicate = copy.deepcopy(tree)
        nodes = [node for node in ast.walk(duplicate) if isinstance(node, (ast.expr, ast.stmt))]
        self._target = nodes[self._place]
        return ast.fix_missing_locations(self.visit(duplicate))

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._target:
            return self._changed
        self.generic_visit(node)
        return node


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left, op, right):
            for other in _slips(op):
                yield ast.BinOp(left, other, right)
        case ast.AugAssign(target, op, value):
            for other in _slips(op):
                yield ast.AugAssign(target, other, value)
            yield ast.Pass()
        case ast.Compare(left, [op], comparators):
            for symbol in slips_of_comparison(COMPARISONS[type(op)]):
                yield ast.Compare(left, [_COMPARISONS[symbol]()], comparators)
        case ast.Call(ast.Name() | ast.Attribute() as function, arguments, keywords):
            for exchanged in _exchanged(function, len(arguments)):
                yield ast.Call(exchanged, arguments, keywords)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Constant(value):
            yield from map(ast.Constant, _other_constants(value))
        case ast.If(test, body, orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.While(test, body, orelse):
            yield ast.While(ast.Constant(False), body, orelse)
        case ast.Return(value) if value is not None and not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Slice(lower, upper, step) if lower is not None or upper is not None:
            yield ast.Slice(None, upper, step) if lower is not None else ast.Slice(lower, None, step)


def _slips(operator: ast.operator) -> list[ast.operator]:
    """The likeliest operator that may have been meant, if there is one."""
    return [_OPERATORS[symbol]() for symbol in SLIPS.get(BINARY_OPERATORS[type(operator)], ())[:1]]


def _exchanged(function: ast.Name | ast.Attribute, arguments: int) -> Iterator[ast.expr]:
    """The callable that may soonest have been meant, of those that take and give the same sorts."""
    others = exchanges_of(ast.unparse(function), arguments)
    if others:
        yield ast.parse(others[0], mode="eval").body
    elif isinstance(function, ast.Attribute):
        others = exchanges_of(f".{function.attr}", arguments + 1)
        yield from (ast.Attribute(function.value, other[1:], ast.Load()) for other in others[:1])


def _other_constants(value: object) -> Iterator[bool | int | float | str]:
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1)
        case float():
            yield from (value + 1.0, -value)
        case "":
            yield "x"
        case str():
            yield ""
