"""The expressions of a function that another expression may stand for, with the sort that each place asks for."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.ir.nodes import (
    AnnAssign,
    Assert,
    Attribute,
    Call,
    Class,
    Clause,
    Conditional,
    Delete,
    Expr,
    FString,
    Function,
    If,
    Import,
    Parameters,
    Raise,
    Return,
    Slice,
    Starred,
    TypeHole,
    TypeRef,
    While,
    Yield,
    YieldFrom,
)
from compiler.ir.rewrite import Changed
from compiler.ir.walk import Node, child_fields, children, rebuild, walk
from solver.sorts import ANY, BOOL, INT, Sort

_TARGETS = ("target", "targets", "type", "decorators", "returns")


def places_in(function: Function, returns: Sort) -> Iterator[tuple[Expr, Sort]]:
    """The expressions that may be replaced, in the order of the text, each with its sort; ``ANY`` where that is open.

    Targets of assignments, what is called, and what a slice or a star belongs to are no places.
    """
    for statement in function.body:
        yield from _in_node(statement, returns)


def _in_node(node: Node, returns: Sort) -> Iterator[tuple[Expr, Sort]]:
    match node:
        case Delete() | Import() | Class() | Parameters() | TypeRef() | TypeHole() | Raise():
            return
        case Function():
            for statement in node.body:
                yield from _in_node(statement, ANY)
            return
        case Call(function=called, arguments=arguments, keywords=keywords):
            if isinstance(called, Attribute):
                yield from _in_value(called.value, ANY, returns)
            for part in (*arguments, *keywords):
                yield from _in_value(part, ANY, returns)
            return
    for child in _value_children(node):
        yield from _in_value(child, _asked(node, child, returns), returns)


def _value_children(node: Node) -> Iterator[Node]:
    skipped = {name: getattr(node, name, None) for name in _TARGETS if name in child_fields(node)}
    left_out = {id(item) for value in skipped.values() for item in (value if isinstance(value, tuple) else (value,))}
    return (child for child in children(node) if id(child) not in left_out)


def _in_value(node: Node, sort: Sort, returns: Sort) -> Iterator[tuple[Expr, Sort]]:
    if isinstance(node, Expr) and not isinstance(node, (Slice, Starred, Yield, YieldFrom, FString)):
        yield node, sort
    yield from _in_node(node, returns)


def _asked(parent: Node, child: Node, returns: Sort) -> Sort:
    """The sort that a place asks for by where it stands."""
    match parent:
        case If() | While() | Conditional() | Assert() if child is parent.test:
            return BOOL
        case Clause() if child is not parent.iterable:
            return BOOL
        case Return():
            return returns
        case AnnAssign(type=TypeRef(sort=sort)):
            return sort
        case Slice():
            return INT
        case _:
            return ANY


def replaced(function: Function, place: Expr, content: Expr) -> Function:
    """The function with this very node, and none that is equal to it, replaced."""

    def change(node: Node) -> Changed:
        return content if node is place else rebuild(node, change)

    return rebuild(function, change)


def size_of(tree: Node) -> int:
    """The number of expressions under a node, itself included."""
    return sum(isinstance(node, Expr) for node in walk(tree))
