"""Methods while they are functions: taken out of the class that a model wrote, and called as methods in the end."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from textwrap import dedent
from typing import TypeVar

from compiler.front.spec import FunctionSpec
from compiler.ir.nodes import Attribute, Block, Call, Expr, Function, Module, Name, Param, Starred
from compiler.ir.rewrite import Changed, rewrite
from compiler.ir.scopes import occurrences
from compiler.ir.walk import Node

AnyFill = TypeVar("AnyFill", Expr, Block, "Expr | Block")


def lifted(code: str, functions: Sequence[FunctionSpec]) -> str:
    """A model's code with the unit's methods as functions, where it wrote them into their class or indented."""
    owners = {function.owner for function in functions if function.owner is not None}
    if not owners:
        return code
    try:
        tree = ast.parse(dedent(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code
    names = {function.name for function in functions}
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in owners]
    if names <= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
        classes = []
    lines = dedent(code).split("\n")
    kept = [node for node in tree.body if node not in classes]
    methods = [item for node in classes for item in node.body if isinstance(item, ast.FunctionDef)]
    pieces = [*kept, *(method for method in methods if method.name in names)]
    return "\n\n\n".join(dedent("\n".join(lines[slice(*_lines(node))])) for node in pieces) + "\n"


def _lines(node: ast.stmt) -> tuple[int, int]:
    return node.lineno - 1, node.end_lineno or node.lineno


def called_as_methods(fill: AnyFill, methods: Mapping[str, FunctionSpec], around: Function | None = None) -> AnyFill:
    """The code with calls of methods, which were functions while they were made, as calls of methods.

    Names that the function ``around`` the code binds are its own.
    """
    own = set() if around is None else set(_bound(around))
    seen = {name: method for name, method in methods.items() if name not in own and method.owner is not None}
    if not seen:
        return fill
    if isinstance(fill, tuple):
        return tuple(rewrite(statement, lambda node: _as_method(node, seen)) for statement in fill)
    return rewrite(fill, lambda node: _as_method(node, seen))


def _bound(function: Function) -> Iterator[str]:
    for occurrence in occurrences(Module((function,))):
        match occurrence.node:
            case Param(name=name):
                yield name
            case Name(id=name) if occurrence.role == "store":
                yield name
            case Function(name=name) if occurrence.node is not function:
                yield name


def _as_method(node: Node, methods: Mapping[str, FunctionSpec]) -> Changed:
    """One node; the names in it are done already, since rewriting goes from the leaves up."""
    match node:
        case Name(id=name) if name in methods:
            return Attribute(Name(methods[name].owner or ""), name)
        case Call(function=Attribute(value=Name(id=owner), attribute=name), arguments=arguments) if name in methods:
            method = methods[name]
            if method.owner != owner or method.kind == "static" or not arguments or isinstance(arguments[0], Starred):
                return node
            called = Attribute(arguments[0], name)
            return called if method.kind == "property" else replace(node, function=called, arguments=arguments[1:])
        case _:
            return node
