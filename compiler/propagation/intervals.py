"""What the conditions of a specification say about numbers and lengths, as intervals.

Quantities are the texts of names and of ``len(name)``. A condition is read as a conjunction of comparisons; what is
not a comparison with a quantity on one side and a sum of known numbers on the other says nothing.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Hashable, Iterator, Mapping

from compiler.front.spec import Bound
from compiler.ir.lower_expressions import COMPARISONS
from compiler.ir.nodes import ComparisonOperator
from solver.domains import Domain, Everything, Interval, meet
from solver.operations.comparisons import MIRROR

# Whose sides bound each other; ``!=`` says nothing of intervals.
_BOUNDING = ("<", "<=", ">", ">=", "==")


def quantities(condition: str) -> tuple[str, ...]:
    """The quantities that a condition compares."""
    found = {text for comparison in _comparisons(condition) for text in map(_quantity, comparison[::2]) if text}
    return tuple(sorted(found))


def narrowings(condition: str, known: Mapping[Hashable, Domain]) -> dict[Hashable, Domain]:
    """What the condition leaves for each quantity, given what is known of the others."""
    found: dict[Hashable, Domain] = {}
    for left, sign, right in _comparisons(condition):
        for quantity, operator, other in ((left, sign, right), (right, MIRROR[sign], left)):
            text = _quantity(quantity)
            if text is None:
                continue
            interval = _side(operator, _range(other, known), whole=text.startswith("len("))
            if interval is not None:
                found[text] = meet(found.get(text, Everything()), interval)
    return found


def interval_of(bound: Bound) -> Interval | None:
    """The interval of ``Gt(0)`` and the like, over the value or over its length."""
    try:
        value = float(ast.literal_eval(bound.value))
    except (ValueError, SyntaxError, TypeError):
        return None
    match bound.relation:
        case "gt":
            return Interval(low=value, low_open=True)
        case "ge":
            return Interval(low=value)
        case "lt":
            return Interval(high=value, high_open=True)
        case "le":
            return Interval(high=value)
        case "min_length":
            return Interval(low=value, whole=True)
        case "max_length":
            return Interval(high=value, whole=True)
        case "multiple_of":
            return None


def _comparisons(condition: str) -> Iterator[tuple[ast.expr, ComparisonOperator, ast.expr]]:
    try:
        tree = ast.parse(condition.strip(), mode="eval").body
    except SyntaxError:
        return
    yield from _conjuncts(tree)


def _conjuncts(tree: ast.expr) -> Iterator[tuple[ast.expr, ComparisonOperator, ast.expr]]:
    match tree:
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _conjuncts(value)
        case ast.Compare(left=left, ops=operators, comparators=comparators):
            for operator, right in zip(operators, comparators, strict=True):
                if COMPARISONS[type(operator)] in _BOUNDING:
                    yield left, COMPARISONS[type(operator)], right
                left = right


def _quantity(tree: object) -> str | None:
    match tree:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)], keywords=[]):
            return f"len({name})"
        case _:
            return None


def _side(operator: ComparisonOperator, other: Interval | None, whole: bool) -> Interval | None:
    if other is None:
        return None
    if operator == "==":
        return Interval(other.low, other.high, other.low_open, other.high_open, whole)
    if operator in ("<", "<="):
        return Interval(high=other.high, high_open=operator == "<" or other.high_open, whole=whole)
    return Interval(low=other.low, low_open=operator == ">" or other.low_open, whole=whole)


def _range(tree: ast.expr, known: Mapping[Hashable, Domain]) -> Interval | None:
    """The interval in which an expression's value lies; ``None`` where it may not be a number."""
    text = _quantity(tree)
    if text is not None:
        domain = known.get(text)
        if isinstance(domain, Interval):
            return domain
        return Interval(low=0, whole=True) if text.startswith("len(") else None
    match tree:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value) if math.isfinite(value) and abs(value) < 2**53:
            return Interval(value, value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inside = _range(operand, known)
            return None if inside is None else _negated(inside)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _sum(_range(left, known), _range(right, known))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            after = _range(right, known)
            return _sum(_range(left, known), None if after is None else _negated(after))
        case ast.Call(func=ast.Name(id="abs"), args=[_], keywords=[]):
            return Interval(low=0)
        case _:
            return None


def _negated(interval: Interval) -> Interval:
    return Interval(-interval.high, -interval.low, interval.high_open, interval.low_open, interval.whole)


def _sum(left: Interval | None, right: Interval | None) -> Interval | None:
    if left is None or right is None:
        return None
    return Interval(
        left.low + right.low, left.high + right.high, left.low_open or right.low_open, left.high_open or right.high_open
    )


def literals_equal_to(quantity: str, condition: str) -> tuple[str, ...] | None:
    """The texts left where the condition is just ``quantity == 1 + 1``, ``quantity in ('a', 'b')`` and the like."""
    try:
        tree = ast.parse(condition.strip(), mode="eval").body
    except SyntaxError:
        return None
    match tree:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[value]) if name == quantity:
            options = [value]
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple() | ast.List() | ast.Set() as display]
        ) if name == quantity:
            options = display.elts
        case _:
            return None
    closed = not any(isinstance(node, ast.Name) for option in options for node in ast.walk(option))
    return tuple(map(ast.unparse, options)) if closed else None
