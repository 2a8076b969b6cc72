"""Walking and rebuilding trees of the IR, whatever their nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, TypeAlias, TypeVar

from compiler.ir.nodes import (
    Clause,
    Expr,
    Handler,
    ImportedName,
    Keyword,
    Module,
    Param,
    Parameters,
    Replacement,
    Stmt,
    TypeExpr,
)

Node: TypeAlias = (
    Module | Stmt | Expr | TypeExpr | Keyword | Clause | Replacement | Param | Parameters | Handler | ImportedName
)
AnyNode = TypeVar("AnyNode", bound=Node)

_NOT_CHILDREN = frozenset({"span", "comments", "remark", "trailing_comments", "sort"})


_FIELDS: dict[type, tuple[str, ...]] = {}


def child_fields(node: Node) -> tuple[str, ...]:
    """The names of the fields of a node that may hold nodes."""
    kind = type(node)
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(field.name for field in fields(node) if field.name not in _NOT_CHILDREN)
    return _FIELDS[kind]


def children(node: Node) -> Iterator[Node]:
    """The nodes directly under one."""
    for name in child_fields(node):
        yield from _nodes_in(getattr(node, name))


def walk(node: Node) -> Iterator[Node]:
    """The node and all under it, parents first, in the order of the fields."""
    yield node
    for child in children(node):
        yield from walk(child)


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)
    elif isinstance(value, Node):
        yield value


def rebuild(node: AnyNode, change: Callable[[Node], Node | tuple[Node, ...]]) -> AnyNode:
    """The node with ``change`` applied to each of its children; a tuple takes the child's place in a list of nodes."""
    changed: dict[str, Any] = {}
    for name in child_fields(node):
        old = getattr(node, name)
        new = _changed(old, change)
        if new is not old:
            changed[name] = new
    return replace(node, **changed) if changed else node


def _changed(value: object, change: Callable[[Node], Node | tuple[Node, ...]]) -> object:
    if isinstance(value, tuple):
        items: list[object] = []
        same = True
        for item in value:
            new = _changed(item, change)
            same = same and new is item
            if isinstance(new, tuple) and not isinstance(item, tuple):
                items.extend(new)
            else:
                items.append(new)
        return value if same else tuple(items)
    return change(value) if isinstance(value, Node) else value
