"""Where ``...`` stands for missing code in a Python file, and where it is just Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from compiler.front.definitions import FunctionNode

HoleKind: TypeAlias = Literal["body", "statement", "expression"]


@dataclass(frozen=True, slots=True)
class Dots:
    """One ``...`` that is to be filled. ``fstring`` is true inside an f-string, where liftc cannot fill it."""

    kind: HoleKind
    node: ast.expr
    fstring: bool = False


def dots_in(function: FunctionNode) -> list[Dots]:
    """The holes of a function, in the order of the source.

    Not holes: annotations, defaults and decorators; subscripts (``x[...]``, ``tuple[int, ...]``); comparisons with
    ``is``; nested classes.
    """
    found: list[Dots] = []
    stack: list[tuple[ast.AST, bool]] = [(statement, False) for statement in reversed(function.body)]
    only = _without_docstring(function.body)
    while stack:
        node, fstring = stack.pop()
        match node:
            case ast.Expr(value=ast.Constant(value=value) as dots) if value is ...:
                found.append(Dots("body" if only == [node] else "statement", dots))
            case ast.Constant(value=value) if value is ...:
                found.append(Dots("expression", node, fstring))
            case _:
                fstring = fstring or isinstance(node, ast.JoinedStr)
                stack.extend((child, fstring) for child in reversed(list(_children(node))))
    return found


def _children(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from node.body
        case ast.ClassDef():
            return
        case ast.Lambda():
            yield node.body
        case ast.AnnAssign():
            yield from (node.target, *([node.value] if node.value else []))
        case ast.Subscript():
            yield node.value
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            yield from (part for part in parts if not is_dots(part))
        case ast.Compare(ops=operators) if any(isinstance(item, ast.Is | ast.IsNot) for item in operators):
            yield from (item for item in (node.left, *node.comparators) if not is_dots(item))
        case _:
            yield from ast.iter_child_nodes(node)


def is_dots(node: ast.AST) -> bool:
    """Whether a node is ``...`` itself."""
    return isinstance(node, ast.Constant) and node.value is ...


def docstring_of(body: Sequence[ast.stmt]) -> ast.Constant | None:
    """The docstring's node, if the body begins with one."""
    match body[:1]:
        case [ast.Expr(value=ast.Constant(value=str()) as text)]:
            return text
    return None


def _without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return list(body[1:] if docstring_of(body) is not None else body)


def is_docstring_only(function: FunctionNode) -> bool:
    """Whether a function says what it does and nothing else, so that its whole body is missing."""
    return docstring_of(function.body) is not None and len(function.body) == 1


def is_declaration(function: FunctionNode) -> bool:
    """Whether a function is an overload or abstract, and its ``...`` therefore no hole."""
    return any(_last_name(item) in _DECLARING for item in function.decorator_list)


def is_protocol(node: ast.ClassDef) -> bool:
    """Whether a class is a ``typing.Protocol``."""
    return any(_last_name(base.value if isinstance(base, ast.Subscript) else base) == "Protocol" for base in node.bases)


_DECLARING = frozenset(
    {"overload", "abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"}
)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def hole_names(kinds: Sequence[tuple[str, HoleKind]]) -> list[str]:
    """A name for each hole of a file, given its function and kind in the order of the source.

    The only body of a file is ``body``, one of several ``NAME.body``; other holes are ``?1``, ``?2`` and so on.
    """
    bodies = sum(kind == "body" for _, kind in kinds)
    names: list[str] = []
    numbered = 0
    for function, kind in kinds:
        if kind == "body":
            names.append("body" if bodies == 1 else f"{function}.body")
        else:
            numbered += 1
            names.append(f"?{numbered}")
    return names
