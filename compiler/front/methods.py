"""Holes in methods: static ones are functions under their class's name; those of other methods stay open."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.diagnostics import Diagnostic, Label
from compiler.front.context import module_names
from compiler.front.definitions import FunctionNode
from compiler.front.holes import dots_in, is_declaration, is_protocol
from compiler.front.passage import Passage
from compiler.front.python_tree import PythonFile
from compiler.source import Source


def static_methods(file: PythonFile) -> dict[str, tuple[str, ast.FunctionDef]]:
    """The static methods with holes, by name, each with its class: those whose name nothing else in the file has."""
    methods = [
        (owner.name, method)
        for owner, method in _methods_with_holes(file)
        if isinstance(method, ast.FunctionDef) and _is_static(method)
    ]
    names = [method.name for _, method in methods]
    free = {name for name in names if names.count(name) == 1} - module_names(file.tree)
    return {method.name: (owner, method) for owner, method in methods if method.name in free}


def open_methods(file: PythonFile) -> list[Diagnostic]:
    """Warnings for the holes in methods that stay open."""
    filled = {method for _, method in static_methods(file).values()}
    return [
        Diagnostic(
            "L0107",
            f"the hole in the method `{owner.name}.{method.name}` stays open",
            (Label(file.span(dots.node), _why_open(method)),),
            help=("write the code as a function of the module, and call it in the method",),
            severity="warning",
        )
        for owner, method in _methods_with_holes(file)
        if method not in filled
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


def _is_static(method: FunctionNode) -> bool:
    return [item.id for item in method.decorator_list if isinstance(item, ast.Name)] == ["staticmethod"] and (
        len(method.decorator_list) == 1
    )


def _why_open(method: FunctionNode) -> str:
    if _is_static(method):
        return "another function of the file has this name"
    return "liftc fills functions and static methods only"


def named_plainly(text: str, owners: Mapping[str, str]) -> str:
    """The text with calls ``Class.method(`` written as ``method(``, blanks before it: as long as it was."""
    for name, owner in owners.items():
        text = re.sub(rf"\b{owner}\.(?={name}\()", lambda match: " " * len(match[0]), text)
    return text


def plain_passage(passage: Passage, owners: Mapping[str, str]) -> Passage:
    """The passage with the same done to its text."""
    return replace(passage, text=named_plainly(passage.text, owners))


def with_delegates(file: PythonFile, methods: Mapping[str, tuple[str, ast.FunctionDef]]) -> PythonFile:
    """The file as its functions see it: each static method hands on to a module's function of its own name.

    So the method can be compiled, and called, as a function.
    """
    text = file.text
    for _, method in sorted(methods.values(), key=lambda item: -item[1].lineno):
        start, end = file.stretch(method.body[0])[0], file.stretch(method.body[-1])[1]
        text = f"{text[:start]}return {method.name}({', '.join(_passed_on(method.args))}){text[end:]}"
    for name, (owner, _) in methods.items():
        text = re.sub(rf"\b{owner}\s*\.\s*{name}\b", name, text)
    return PythonFile(Source(file.source.name, text))


def _passed_on(parameters: ast.arguments) -> Sequence[str]:
    positional = [item.arg for item in (*parameters.posonlyargs, *parameters.args)]
    star = [f"*{parameters.vararg.arg}"] if parameters.vararg else []
    named = [f"{item.arg}={item.arg}" for item in parameters.kwonlyargs]
    return [*positional, *star, *named, *([f"**{parameters.kwarg.arg}"] if parameters.kwarg else [])]
