"""Operators that stand for one another: comparisons turned round or denied, and what is written by a slip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

from solver.operations.entries import operators

BinaryOperator: TypeAlias = Literal["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"]
ComparisonOperator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"]


def _named(operator: str) -> Any:
    if operator not in operators():
        raise ValueError(f"the table of operations has no operator {operator!r}")
    return operator


NEGATION: Mapping[ComparisonOperator, ComparisonOperator] = {
    operator: _named(operators()[operator].column("negation").replace("_", " "))
    for operator in get_args(ComparisonOperator)
}
"""The comparison that holds where this one does not: ``>=`` of ``<``."""

MIRROR: Mapping[ComparisonOperator, ComparisonOperator] = {
    operator: _named(operators()[operator].column("mirror") or operator)
    for operator in get_args(ComparisonOperator)
    if operators()[operator].column("mirror") or operators()[operator].commutative
}
"""The comparison that holds with its operands exchanged: ``>`` of ``<``."""

CANONICAL: Mapping[ComparisonOperator, ComparisonOperator] = {
    operator: other for operator, other in MIRROR.items() if operators()[operator].cost is None and other != operator
}
"""Comparisons that search builds as their mirrors: ``<`` of ``>``."""

SLIPS: Mapping[BinaryOperator, tuple[BinaryOperator, ...]] = {
    operator: tuple(_named(other) for other in operators()[operator].column("slips").split(",") if other)
    for operator in get_args(BinaryOperator)
    if operator in operators()
}
"""The operators that may have been meant where this one stands, the likeliest first."""


def slips_of_comparison(operator: ComparisonOperator) -> tuple[ComparisonOperator, ...]:
    """Likewise: the comparison with the border taken in or out, turned round, denied."""
    denied = NEGATION[operator]
    found = dict.fromkeys((MIRROR.get(denied, denied), MIRROR.get(operator, operator), denied))
    return tuple(other for other in found if other != operator)
