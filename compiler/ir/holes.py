"""Typed holes: finding them and filling them. Nothing else removes a hole."""

from __future__ import annotations

from compiler.ir.nodes import (
    Block,
    BlockHole,
    ConstHole,
    Expr,
    ExprHole,
    Hole,
    TypeHole,
    TypeRef,
)
from compiler.ir.walk import AnyNode, Node, rebuild, walk


class OpenHoleError(ValueError):
    """A hole stands where a whole program is needed. ``name`` is the hole's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the hole ?{name} is open")
        self.name = name


def holes_of(tree: Node) -> tuple[Hole, ...]:
    """The holes under a node, in order."""
    return tuple(node for node in walk(tree) if isinstance(node, TypeHole | ConstHole | ExprHole | BlockHole))


def fill_expr(module: AnyNode, hole_name: str, expression: Expr) -> AnyNode:
    """Puts an expression for each ``ExprHole`` or ``ConstHole`` of a name. Raises ``KeyError`` where there is none."""
    return _fill(module, hole_name, (ConstHole, ExprHole), expression)


def fill_type(module: AnyNode, hole_name: str, annotation: TypeRef) -> AnyNode:
    """Puts a type for each ``TypeHole`` of a name. Raises ``KeyError`` where there is none."""
    return _fill(module, hole_name, (TypeHole,), annotation)


def fill_block(module: AnyNode, hole_name: str, block: Block) -> AnyNode:
    """Puts statements for each ``BlockHole`` of a name. Raises ``KeyError`` where there is none."""
    return _fill(module, hole_name, (BlockHole,), block)


def _fill(tree: AnyNode, name: str, kinds: tuple[type, ...], content: Node | Block) -> AnyNode:
    filled = 0

    def change(node: Node) -> Node | Block:
        nonlocal filled
        if isinstance(node, kinds) and getattr(node, "name", None) == name:
            filled += 1
            return content
        return rebuild(node, change)

    result = rebuild(tree, change)
    if not filled:
        raise KeyError(name)
    return result
