"""How far one expression is from another: the fewest parts to change, to take out or to put in."""

from __future__ import annotations

from dataclasses import fields

from compiler.ir.nodes import Compare, Expr
from compiler.ir.walk import Node, walk
from solver.operations.comparisons import CANONICAL


def edit_distance(old: Expr, new: Expr) -> int:
    """Levenshtein's distance between the parts of two expressions, outer ones first; ``a > b`` counts as ``b < a``.

    A part changes into one of its own kind, or is taken out and another put in.
    """
    before, after = _parts(old), _parts(new)
    row = list(range(len(after) + 1))
    for place, part in enumerate(before, start=1):
        previous, row = row, [place]
        for index, other in enumerate(after):
            row.append(min(previous[index] + _change(part, other), previous[index + 1] + 1, row[-1] + 1))
    return row[-1]


def _change(part: tuple[object, ...], other: tuple[object, ...]) -> int:
    if part == other:
        return 0
    return 1 if part[0] == other[0] else 2


def _parts(expression: Expr) -> list[tuple[object, ...]]:
    return [_label(node) for node in walk(_turned(expression))]


def _turned(expression: Expr) -> Expr:
    match expression:
        case Compare(left, (operator,), (right,)) if operator in CANONICAL:
            return Compare(right, (CANONICAL[operator],), (left,))
        case _:
            return expression


def _label(node: Node) -> tuple[object, ...]:
    """A node without the nodes under it."""
    values = [getattr(node, item.name) for item in fields(node) if item.compare]
    own = [value for value in values if not isinstance(value, Node)]
    return (type(node).__name__, *(value for value in own if not _holds_nodes(value)))


def _holds_nodes(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, (Node, tuple)) for item in value)
