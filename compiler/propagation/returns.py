"""What contracts and examples force a function to return."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.front.spec import Contract, Equals, FunctionSpec
from compiler.interpreter.conditions import UnevaluatedError, evaluate
from compiler.ir.holes import holes_of
from compiler.ir.lower import lower_expression
from compiler.ir.nodes import (
    Block,
    BlockHole,
    ConstHole,
    Expr,
    ExprHole,
    Function,
    Return,
    TypeHole,
)
from compiler.judge.canonical import canonical
from compiler.propagation.guards import raising_guards
from compiler.propagation.observations import Observation
from compiler.text.diagnostics import LiftcError


@dataclass(frozen=True, slots=True)
class Returned:
    """A clause's word on what is returned: an expression, and its canonical value where it has one for all calls."""

    text: str
    clause: Contract | Observation
    value: str | None


def result_hole(function: Function) -> ConstHole | ExprHole | BlockHole | None:
    """The one hole that decides what a function returns: its whole body, or all that it returns."""
    holes = [hole for hole in holes_of(function) if not isinstance(hole, TypeHole)]
    match holes, function.body:
        case [BlockHole() as hole], (BlockHole(),):
            return hole
        case [ConstHole() | ExprHole() as hole], (Return(value=ConstHole() | ExprHole()),):
            return hole
        case _:
            return None


def forced_results(function: FunctionSpec, seen: list[Observation]) -> list[Returned]:
    """What the clauses say is returned, one entry a clause; equal constants have one text.

    Definitions over the parameters count only where no constant is known, and of these the first: two that are written
    differently may still mean the same.
    """
    said = [*_by_contracts(function), *(_by_examples(seen) if not function.signature.parameters else ())]
    constants = [item for item in said if item.value is not None]
    texts: dict[str | None, str] = {}
    for item in constants:
        texts.setdefault(item.value, item.text)
    return [Returned(texts[item.value], item.clause, item.value) for item in constants] or said[:1]


def _by_contracts(function: FunctionSpec) -> Iterator[Returned]:
    for contract in function.contracts:
        text = definition(contract) if contract.kind == "post" else None
        if text is not None:
            yield Returned(text, contract, _constant(text))


def _by_examples(seen: list[Observation]) -> Iterator[Returned]:
    for item in seen:
        match item.example.expected:
            case Equals(value) if lowered(value) is not None:
                yield Returned(value, item, canonical(item.result))
            case _:
                pass


def definition(contract: Contract) -> str | None:
    """``E`` where a post-condition says ``result == E`` and ``E`` can be computed from the parameters."""
    try:
        tree = ast.parse(contract.condition.strip(), mode="eval").body
    except SyntaxError:
        return None
    conjuncts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return next((text for text in map(_equal_to_result, conjuncts) if text is not None), None)


def _equal_to_result(tree: ast.expr) -> str | None:
    match tree:
        case ast.Compare(left=ast.Name(id="result"), ops=[ast.Eq()], comparators=[value]):
            pass
        case ast.Compare(left=value, ops=[ast.Eq()], comparators=[ast.Name(id="result")]):
            pass
        case _:
            return None
    if any(isinstance(node, ast.Name) and node.id == "result" for node in ast.walk(value)):
        return None
    text = ast.unparse(value)
    return text if lowered(text) is not None else None


def lowered(text: str) -> Expr | None:
    """An expression of the specification as IR; ``None`` where it is outside the subset."""
    try:
        return lower_expression(text)
    except LiftcError:
        return None


def _constant(text: str) -> str | None:
    try:
        return canonical(evaluate(text))
    except UnevaluatedError:
        return None


def returning(function: FunctionSpec, text: str) -> Block | None:
    """The body that returns an expression, behind what the ``raises`` clauses demand; ``None`` outside the subset."""
    try:
        return (*raising_guards(function), Return(lower_expression(text)))
    except LiftcError:
        return None
