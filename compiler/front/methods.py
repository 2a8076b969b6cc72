"""Holes in methods: a method is compiled as a function of its object or class, and written back into its class."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.front.context import module_names
from compiler.front.definitions import FunctionNode
from compiler.front.expressions import Method
from compiler.front.holes import dots_in, is_declaration, is_protocol
from compiler.front.passage import Passage
from compiler.front.python_tree import PythonFile
from compiler.front.spec import MethodKind
from compiler.text.diagnostics import Diagnostic, Label
from compiler.text.source import Source


@dataclass(frozen=True, slots=True)
class MethodHole:
    """A method with holes that can be filled."""

    node: ast.FunctionDef
    owner: ast.ClassDef
    kind: MethodKind


def filled_methods(file: PythonFile) -> dict[str, MethodHole]:
    """The methods with holes that liftc fills, by name."""
    names = [method.name for _, method in _methods_with_holes(file)]
    return {
        method.name: MethodHole(method, owner, _kind(method) or "method")
        for owner, method in _methods_with_holes(file)
        if isinstance(method, ast.FunctionDef) and not _why_open(method, file, names)
    }


def open_methods(file: PythonFile) -> list[Diagnostic]:
    """Warnings for the holes in methods that stay open."""
    names = [method.name for _, method in _methods_with_holes(file)]
    return [
        Diagnostic(
            "L0107",
            f"the hole in the method `{owner.name}.{method.name}` stays open",
            (Label(file.span(dots.node), reason),),
            help=("write the code as a function of the module, and call it in the method",),
            severity="warning",
        )
        for owner, method in _methods_with_holes(file)
        if (reason := _why_open(method, file, names))
        for dots in dots_in(method)
    ]


def _methods_with_holes(file: PythonFile) -> Iterator[tuple[ast.ClassDef, FunctionNode]]:
    for owner in file.tree.body:
        if isinstance(owner, ast.ClassDef) and not is_protocol(owner):
            for method in owner.body:
                if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or is_declaration(method):
                    continue
                if dots_in(method):
                    yield owner, method


_DECORATORS: dict[str, MethodKind] = {"staticmethod": "static", "classmethod": "class", "property": "property"}


def _kind(method: FunctionNode) -> MethodKind | None:
    """What kind of method a definition is; ``None`` where its decorators are others."""
    match method.decorator_list:
        case []:
            return "method"
        case [ast.Name(id=name)]:
            return _DECORATORS.get(name)
    return None


def _why_open(method: FunctionNode, file: PythonFile, names: Sequence[str]) -> str:
    """Why a method's holes stay open; empty where they are filled."""
    kind = _kind(method)
    if isinstance(method, ast.AsyncFunctionDef):
        return "async methods are not compiled"
    if kind is None:
        return "liftc knows no decorators of methods but staticmethod, classmethod and property"
    if method.name.startswith("__"):
        return "special methods are not compiled"
    if names.count(method.name) > 1 or method.name in module_names(file.tree):
        return "another function of the file has this name"
    if hasattr(builtins, method.name):
        return "a built-in function has this name"
    if kind != "static" and not (method.args.posonlyargs or method.args.args):
        return "there is no parameter for the object"
    return ""


def called_methods(file: PythonFile) -> dict[str, Method]:
    """What calls look like of the methods that are filled and are called on an object or a class."""
    return {
        name: Method(hole.owner.name, hole.kind, _receivers(file, name, hole.owner.name))
        for name, hole in filled_methods(file).items()
        if hole.kind != "static"
    }


def _receivers(file: PythonFile, name: str, owner: str) -> frozenset[str]:
    """The names with which the object of a method may begin: its class, classes below it, values of the module."""
    classes = [node for node in file.tree.body if isinstance(node, ast.ClassDef)]
    functions = {node.name for node in file.tree.body if isinstance(node, ast.FunctionDef)}
    below = {owner}
    for node in classes:
        bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
        own = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        if bases & below and name not in own:
            below.add(node.name)
    return (module_names(file.tree) - functions - {node.name for node in classes}) | below


def named_plainly(text: str, owners: Mapping[str, str]) -> str:
    """The text with calls ``Class.method(`` written as ``method(``, blanks before it: as long as it was."""
    for name, owner in owners.items():
        text = re.sub(rf"\b{owner}\.(?={name}\()", lambda match: " " * len(match[0]), text)
    return text


def plain_passage(passage: Passage, owners: Mapping[str, str]) -> Passage:
    """The passage with the same done to its text."""
    return replace(passage, text=named_plainly(passage.text, owners))


def with_delegates(file: PythonFile, methods: Mapping[str, MethodHole]) -> PythonFile:
    """The file as its functions see it: each method with holes hands on to a module's function of its own name.

    So the method can be compiled, and called, as a function.
    """
    text = file.text
    for hole in sorted(methods.values(), key=lambda hole: -hole.node.lineno):
        node = hole.node
        start, end = file.stretch(node.body[0])[0], file.stretch(node.body[-1])[1]
        text = f"{text[:start]}return {node.name}({', '.join(_passed_on(node.args))}){text[end:]}"
    for name, hole in methods.items():
        if hole.kind == "static":
            text = re.sub(rf"\b{hole.owner.name}\s*\.\s*{name}\b", name, text)
    return PythonFile(Source(file.source.name, text))


def _passed_on(parameters: ast.arguments) -> Sequence[str]:
    positional = [item.arg for item in (*parameters.posonlyargs, *parameters.args)]
    star = [f"*{parameters.vararg.arg}"] if parameters.vararg else []
    named = [f"{item.arg}={item.arg}" for item in parameters.kwonlyargs]
    return [*positional, *star, *named, *([f"**{parameters.kwarg.arg}"] if parameters.kwarg else [])]
