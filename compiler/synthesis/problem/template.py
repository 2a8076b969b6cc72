"""Partial programs filled: what goes into a template's holes, and what a model's function puts there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TypeAlias, cast

from compiler.ir.nodes import Block, BlockHole, Expr, ExprHole, Function, Module, Pass
from compiler.ir.rewrite import Changed, rewrite
from compiler.ir.walk import Node

Fill: TypeAlias = "Expr | Block"


def fill_template(template: Function, fills: Mapping[str, Fill]) -> Function:
    """The template with its holes filled; an empty block becomes ``pass``."""

    def fill(node: Node) -> Changed:
        match node:
            case ExprHole(name=name) | BlockHole(name=name) if name in fills:
                return fills[name] or (Pass(),)
            case _:
                return node

    return rewrite(template, fill)


def match_template(template: Function, answer: Function) -> dict[str, Fill] | None:
    """What each hole must hold for the template to be the answer's function; ``None`` where they differ elsewhere.

    Annotations, decorators, docstrings and parameter names' types are the template's own and are not compared.
    """
    fills: dict[str, Fill] = {}
    return fills if _match(template.body, answer.body, fills) else None


def match_expression(template: Expr, answer: Expr) -> dict[str, Expr] | None:
    """What each hole must hold for the template to be the expression; ``None`` where they differ elsewhere."""
    fills: dict[str, Fill] = {}
    return cast("dict[str, Expr]", fills) if _match(template, answer, fills) else None


def _match(pattern: object, tree: object, fills: dict[str, Fill]) -> bool:
    match pattern, tree:
        case ExprHole(name=name), _:
            fills[name] = tree  # type: ignore[assignment]
            return True
        case tuple(), tuple():
            return _match_items(pattern, tree, fills)
        case _ if is_dataclass(pattern) and type(pattern) is type(tree):
            names = [item.name for item in fields(pattern) if item.compare]
            return all(_match(getattr(pattern, name), getattr(tree, name), fills) for name in names)
        case _:
            return pattern == tree


def _match_items(pattern: tuple[object, ...], items: tuple[object, ...], fills: dict[str, Fill]) -> bool:
    place = next((index for index, item in enumerate(pattern) if isinstance(item, BlockHole)), None)
    if place is None:
        return len(pattern) == len(items) and all(_match(p, i, fills) for p, i in zip(pattern, items, strict=True))
    hole = pattern[place]
    after = len(pattern) - place - 1
    if len(items) < place + after or not isinstance(hole, BlockHole):
        return False
    fills[hole.name] = items[place : len(items) - after]  # type: ignore[assignment]
    head = _match_items(pattern[:place], items[:place], fills)
    return head and _match_items(pattern[place + 1 :], items[len(items) - after :], fills)


def with_function(module: Module, function: Function) -> Module:
    """The module with its last function of that name replaced."""
    old = module.function(function.name)
    return replace(module, body=tuple(function if item is old else item for item in module.body))
