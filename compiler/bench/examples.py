"""Functions of installed packages as examples of which words go with which operations."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.bench.packages import Distribution, read_module
from compiler.enumerate.usage import usage_of
from compiler.enumerate.words import words_of

_MOST_STATEMENTS = 40
_FEW_STATEMENTS = 15


@dataclass(frozen=True, slots=True)
class Example:
    """What one function tells: its distribution, its prose, its words, and what its body uses.

    ``counted`` are small functions without doctests, of which suites are made.
    """

    distribution: str
    prose: str
    words: frozenset[str]
    operations: frozenset[str]
    constants: frozenset[str]
    body: tuple[ast.stmt, ...]
    counted: bool = True


def examples_of(distribution: Distribution, seen: set[str]) -> Iterator[Example]:
    """Every function of a distribution but the largest, without bodies that were ``seen``, which is kept up."""
    for name in distribution.files:
        module = read_module(distribution, name)
        for node in ast.walk(ast.parse(module.text)) if module else ():
            if isinstance(node, ast.FunctionDef):
                example = _example(distribution.name, node, seen)
                if example is not None:
                    yield example


def _example(distribution: str, node: ast.FunctionDef, seen: set[str]) -> Example | None:
    prose = ast.get_docstring(node) or ""
    body = tuple(node.body[1:] if prose else node.body)
    inside = [part for statement in body for part in ast.walk(statement)]
    if not body or node.name.startswith(("__", "test")):
        return None
    statements = sum(isinstance(part, ast.stmt) for part in inside)
    counted = statements <= _FEW_STATEMENTS and ">>>" not in prose
    if statements > _MOST_STATEMENTS or not (counted or prose):
        return None
    text = "\n".join(map(ast.dump, body))
    if text in seen:
        return None
    seen.add(text)
    usage = usage_of(body)
    parameters = [item.arg for item in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    parameters = [name for name in parameters if name not in ("self", "cls")]
    words = words_of(node.name, parameters, prose)
    return Example(distribution, prose, words, frozenset(usage.operations), frozenset(usage.constants), body, counted)
