"""The part of a Python file that its functions see: imports, constants and complete functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

Stretch = Callable[[ast.stmt], tuple[int, int]]


def context_text(tree: ast.Module, text: str, stretch: Stretch, targets: frozenset[str]) -> str:
    """The module's text without the functions in ``targets``, and without what runs them when the module is loaded."""
    dropped = [node for node in tree.body if _is_dropped(node, targets)]
    chars = list(text)
    touched: set[int] = set()
    for node in dropped:
        start, end = stretch(node)
        touched.update(range(text.count("\n", 0, start), text.count("\n", 0, end) + 1))
        chars[start:end] = [char if char == "\n" else " " for char in text[start:end]]
    lines = "".join(chars).split("\n")
    kept = "\n".join(line.rstrip() for index, line in enumerate(lines) if index not in touched or line.strip(" \t;"))
    try:
        ast.parse(kept)
    except SyntaxError:
        # Statements that shared their line with a dropped one.
        kept = "\n".join(text[slice(*stretch(node))] for node in tree.body if node not in dropped)
    return kept.strip("\n") + "\n" if kept.strip() else ""


def _is_dropped(node: ast.stmt, targets: frozenset[str]) -> bool:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name in targets:
            return not any(isinstance(item, ast.Name) and item.id == "overload" for item in node.decorator_list)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name.startswith("test") and any(_mentions(item, targets) for item in ast.walk(node))
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
    return any(_mentions(item, targets) for item in _run_when_loaded(node))


def _mentions(node: ast.AST, targets: frozenset[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in targets


def _run_when_loaded(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement that are evaluated when the module is loaded: not the bodies of functions."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        yield node
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                stack.extend((*node.decorator_list, *node.args.defaults))
            case ast.Lambda():
                stack.extend(node.args.defaults)
            case _:
                stack.extend(ast.iter_child_nodes(node))


def module_names(tree: ast.Module) -> frozenset[str]:
    """The names that a module's own statements bind: imports, assignments, functions and classes."""
    found: set[str] = set()
    for node in tree.body:
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {(item.asname or item.name).partition(".")[0] for item in names}
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case _:
                found |= {
                    item.id
                    for item in _run_when_loaded(node)
                    if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
                }
    return frozenset(found)
