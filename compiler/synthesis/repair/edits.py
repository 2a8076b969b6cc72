"""Small edits of a function: the programs one slip away from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from compiler.ir.nodes import (
    Attribute,
    Binary,
    BoolOp,
    Call,
    Compare,
    Conditional,
    Const,
    Display,
    Expr,
    Function,
    If,
    Name,
    Param,
    Return,
    Slice,
    Stmt,
    Subscript,
    Unary,
    While,
)
from compiler.ir.scopes import target_names
from compiler.ir.walk import Node, child_fields, walk
from solver.operations.comparisons import SLIPS, slips_of_comparison
from solver.operations.exchanges import conversions, exchanges_of


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names that an edit may use in place of another."""

    names: tuple[str, ...]


def edits(function: Function) -> Iterator[Function]:
    """Every function that differs from this one by one small edit of its body, in the order of the text."""
    scope = _Scope(tuple(dict.fromkeys(_variables(function))))
    for body in _block_variants(function.body, scope):
        yield replace(function, body=body)


def _variables(function: Function) -> Iterator[str]:
    for node in walk(function):
        match node:
            case Param(name=name):
                yield name
            case _ if hasattr(node, "targets"):
                for target in cast(Any, node).targets:
                    yield from target_names(target)
            case _ if hasattr(node, "target"):
                yield from target_names(cast(Any, node).target)


def _block_variants(block: tuple[Stmt, ...], scope: _Scope) -> Iterator[tuple[Stmt, ...]]:
    for index, statement in enumerate(block):
        before, after = block[:index], block[index + 1 :]
        for variant in _variants(statement, scope):
            yield (*before, cast(Stmt, variant), *after)
        if len(block) > 1:
            yield (*before, *after)
    yield from _returns_moved(block)


def _returns_moved(block: tuple[Stmt, ...]) -> Iterator[tuple[Stmt, ...]]:
    """A ``return`` that ends a nested block, moved behind the statement that holds it."""
    for index, statement in enumerate(block):
        body = getattr(statement, "body", None)
        if isinstance(body, tuple) and len(body) > 1 and isinstance(body[-1], Return):
            moved = cast(Any, replace)(statement, body=body[:-1])
            yield (*block[:index], moved, body[-1], *block[index + 1 :])


def _variants(node: Node, scope: _Scope) -> Iterator[Node]:
    yield from _here(node, scope)
    for name in child_fields(node):
        value = getattr(node, name)
        for changed in _field_variants(value, scope):
            yield cast(Any, replace)(node, **{name: changed})


def _field_variants(value: object, scope: _Scope) -> Iterator[object]:
    if isinstance(value, tuple) and value and isinstance(value[0], Stmt):
        yield from _block_variants(cast("tuple[Stmt, ...]", value), scope)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            for changed in _field_variants(item, scope):
                yield (*value[:index], changed, *value[index + 1 :])
    elif isinstance(value, Node):
        yield from _variants(value, scope)


def _here(node: Node, scope: _Scope) -> Sequence[Node]:
    match node:
        case Compare(left, (operator,), comparators):
            return [Compare(left, (other,), comparators) for other in slips_of_comparison(operator)]
        case Binary(operator, left, right):
            others = [Binary(other, left, right) for other in SLIPS.get(operator, ())]
            swapped = [Binary(operator, right, left)] if operator in ("-", "/", "//", "%") else []
            return [*others, *swapped, left, right]
        case BoolOp(operator, operands):
            return [BoolOp("or" if operator == "and" else "and", operands), *operands]
        case Unary(_, operand):
            return [operand]
        case Const(value):
            return _constants(value)
        case Name(name):
            names = [Name(other) for other in scope.names if other != name]
            return [*names, *_shifted(node)] if name in scope.names else []
        case Return(value) if value is not None:
            return [replace(node, value=wrapped) for wrapped in _wrapped(value)]
        case If() | While() | Conditional():
            return [cast(Any, replace)(node, test=Unary("not", node.test))]
        case Subscript():
            return _shifted(node)
        case Call():
            return [*_shifted(node), *_exchanged(node)]
        case Slice(lower, upper, step):
            return [Slice(None, upper, step), Slice(lower, None, step)]
        case _:
            return []


def _shifted(node: Expr) -> list[Expr]:
    return [Binary("+", node, Const(1)), Binary("-", node, Const(1))]


def _exchanged(call: Call) -> list[Expr]:
    """The call of what takes and gives the same sorts: ``min`` for ``max``, ``.lower`` for ``.upper``."""
    count = len(call.arguments)
    match call.function:
        case Name(name):
            return [replace(call, function=Name(other)) for other in exchanges_of(name, count)]
        case Attribute(Name(module), name) if exchanges_of(f"{module}.{name}", count):
            others = exchanges_of(f"{module}.{name}", count)
        case Attribute(_, name):
            others = exchanges_of(f".{name}", count + 1)
        case _:
            return []
    return [replace(call, function=replace(call.function, attribute=other.rpartition(".")[2])) for other in others]


def _constants(value: object) -> list[Expr]:
    match value:
        case bool():
            return [Const(not value)]
        case int():
            return [Const(number) for number in dict.fromkeys((value + 1, value - 1, 0, 1, -value)) if number != value]
        case float():
            return [Const(int(value))] if value == value and abs(value) < 1e15 and value == int(value) else []
        case "":
            return [Const(" "), Const(None), Display("list", ())]
        case None:
            return [Const(0), Const(""), Display("list", ()), Const(False), Const(-1)]
        case str():
            return [Const(""), Const(value.upper()), Const(value.lower()), Const(value.strip())]
        case _:
            return []


def _wrapped(value: Expr) -> list[Expr]:
    calls: list[Expr] = [Call(Name(name), (value,)) for name in conversions()]
    backwards = Subscript(value, Slice(None, None, Unary("-", Const(1))))
    several: list[Expr] = [Call(Name("sorted"), (Call(Name("set"), (value,)),)), backwards, Unary("not", value)]
    if isinstance(value, Display) and len(value.items) > 1:
        several.append(Display(value.kind, tuple(reversed(value.items))))
        several += list(value.items)
    return [*several, *calls, Unary("-", value)]
