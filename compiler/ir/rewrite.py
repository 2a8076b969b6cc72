"""Rewriting trees from the leaves up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar, cast

from compiler.ir.walk import Node, rebuild

Tree = TypeVar("Tree", bound=Node)


Changed: TypeAlias = Node | tuple[Node, ...]


def rewrite(tree: Tree, change: Callable[[Node], Changed]) -> Tree:
    """The tree with ``change`` applied to every node, children first.

    ``change`` returns the node itself, another node, or, for a statement of a block, a tuple of statements that take
    its place.
    """
    return cast(Tree, change(rebuild(tree, lambda child: rewrite(child, change))))
