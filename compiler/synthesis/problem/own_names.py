"""What the program around a function defines itself: names of its own, and attributes of its own values."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from textwrap import dedent

from compiler.front.spec import FunctionSpec
from grammar.specialise import Own

_MAKERS = frozenset({"namedtuple", "NamedTuple", "Enum", "IntEnum"})


def own_names(functions: Sequence[FunctionSpec], context: str) -> Own:
    """What functions and the module text around them define; nothing for text that is no Python."""
    names = {parameter.name for function in functions for parameter in function.signature.parameters}
    attributes: set[str] = set()
    written = (dedent(function.definition.text) for function in functions if function.definition is not None)
    for text in (context, *written):
        try:
            nodes = list(ast.walk(ast.parse(text)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in nodes:
            names.update(_bound(node))
            attributes.update(_attributes(node))
    return Own(frozenset(names), frozenset(attributes))


def _bound(node: ast.AST) -> Iterator[str]:
    """Names that a node binds, unless to a module or to what it imports from one."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name


def _attributes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store()):
            yield name
        case ast.ClassDef(body=body):
            for item in body:
                yield from _class_attributes(item)
        case ast.Call(func=ast.Name(id=maker), args=arguments) if maker in _MAKERS:
            words = (part.value for item in arguments for part in ast.walk(item) if isinstance(part, ast.Constant))
            yield from (name for word in words if isinstance(word, str) for name in word.replace(",", " ").split())


def _class_attributes(item: ast.stmt) -> Iterator[str]:
    match item:
        case ast.FunctionDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
