"""Which operations of the table, and which constants, programs use.

Each operation's text is a pattern over the IR: its arguments stand for anything. A loop counts as the comprehensions
that do what it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from compiler.ir.lower import lower_expression
from compiler.ir.nodes import (
    Assign,
    AugAssign,
    Binary,
    BoolOp,
    Call,
    Compare,
    Comprehension,
    Const,
    Expr,
    For,
    FString,
    If,
    Lambda,
    Name,
    Return,
    Scalar,
    Subscript,
)
from compiler.ir.walk import Node, child_fields, walk
from solver.operations.comparisons import CANONICAL
from solver.operations.entries import PARAMETERS, PARTS, binders, operations

_LONGEST_CONSTANT = 16

Loop: TypeAlias = Literal[
    "count", "total", "total_kept", "text", "text_kept", "product", "each", "kept", "mapped_kept", "mapping",
    "verdict", "first", "first_mapped", "extreme",
]  # fmt: skip
"""What loops are about, as the column ``loop`` of the table says it."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How often programs use each operation, by its text, and each constant, by its ``repr``."""

    programs: int
    operations: Mapping[str, int]
    constants: Mapping[str, tuple[Scalar, int]]


def usage_of(programs: Iterable[Node]) -> Usage:
    """What the programs use; each counts, also where it is wrong."""
    number = 0
    operations: Counter[str] = Counter()
    constants: Counter[str] = Counter()
    values: dict[str, Scalar] = {}
    for program in programs:
        number += 1
        for node in walk(program):
            operations.update(dict.fromkeys(operations_at(node), 1))
            if isinstance(node, Const) and _is_short(node.value):
                constants[node.text] += 1
                values[node.text] = node.value
    return Usage(number, operations, {text: (values[text], count) for text, count in constants.items()})


def operations_at(node: Node) -> Iterator[str]:
    """The texts of the operations that a node may be an application of."""
    if isinstance(node, For):
        kinds = set(_kinds_of_loop(node))
        yield from (binder.text for binder in binders() if binder.column("loop") in kinds)
        return
    for each in _simple(node):
        for text, pattern, free in _patterns().get(type(each), ()):
            if _matches(pattern, each, free, {}):
                yield text


def _simple(node: Node) -> Iterator[Node]:
    """The node in the form in which the table writes it; several where it chains operations."""
    match node:
        case AugAssign(target, operator, value):
            yield Binary(operator, target, value)
        case BoolOp(operator, (first, second, *rest)):
            yield BoolOp(operator, (first, second))
            if rest:
                yield from _simple(BoolOp(operator, (second, *rest)))
        case Compare(left, operators, comparators):
            for before, comparison, after in zip((left, *comparators), operators, comparators, strict=False):
                if comparison in CANONICAL:
                    yield Compare(after, (CANONICAL[comparison],), (before,))
                else:
                    yield Compare(before, (comparison,), (after,))
        case FString():
            yield Binary("+", Name("text"), Name("value"))
            yield Call(Name("str"), (Name("value"),))
        case Const():
            return
        case _:
            yield node


@cache
def _patterns() -> Mapping[type, tuple[tuple[str, Expr, frozenset[str]], ...]]:
    """The table's patterns by the kind of their outermost node, each with the names in it that stand for anything."""
    found: dict[type, list[tuple[str, Expr, frozenset[str]]]] = {}
    for table, free in ((operations(), frozenset(PARAMETERS)), (binders(), PARTS)):
        for text in dict.fromkeys(operation.text for operation in table if operation.cost is not None):
            pattern = lower_expression(text)
            found.setdefault(type(pattern), []).append((text, pattern, free))
    return {kind: tuple(patterns) for kind, patterns in found.items()}


def _matches(pattern: object, value: object, free: frozenset[str], bound: dict[str, object]) -> bool:
    """Whether a value is an instance of a pattern; a free name stands for one thing throughout."""
    match pattern, value:
        case Name(id=name), _ if name in free:
            return isinstance(value, Expr) and bound.setdefault(name, value) == value
        case Comprehension(kind="generator"), Comprehension(kind="list"):
            return _fields_match(pattern, value, free, bound, but="kind")
        case Lambda(body=inside), Lambda(body=other):
            return _matches(inside, other, free, bound)
        case tuple(), tuple():
            return len(pattern) == len(value) and all(
                _matches(part, other, free, bound) for part, other in zip(pattern, value, strict=True)
            )
        case _ if isinstance(pattern, Node) and type(pattern) is type(value):
            return _fields_match(pattern, value, free, bound)
    return pattern == value


def _fields_match(pattern: Node, value: Node, free: frozenset[str], bound: dict[str, object], but: str = "") -> bool:
    return all(
        _matches(getattr(pattern, name), getattr(value, name), free, bound)
        for name in child_fields(pattern)
        if name != but
    )


def _kinds_of_loop(loop: For) -> Iterator[Loop]:
    """What a loop may be about, by what its body changes: the column ``loop`` of the comprehensions that do it too."""
    inside = [node for statement in loop.body for node in walk(statement)]
    condition = any(isinstance(node, If) for node in inside)
    for node in inside:
        match node:
            case AugAssign(_, "+", Const(1)):
                yield "count"
            case AugAssign(_, "+", value):
                yield "total_kept" if condition else "total"
                yield "text_kept" if condition and value == loop.target else "text"
            case AugAssign(_, "*", _):
                yield "product"
            case Call(function, (item, *_)) if getattr(function, "attribute", "") in ("append", "add"):
                yield "each" if not condition else "kept" if item == loop.target else "mapped_kept"
            case Assign((Subscript(),), _):
                yield "mapping"
            case Return(Const(True | False)):
                yield "verdict"
            case Return(value) if value is not None and condition:
                yield "first" if value == loop.target else "first_mapped"
            case If(Compare(_, (("<" | "<=" | ">" | ">="),), _), (Assign(),)):
                yield "extreme"
            case _:
                pass


def _is_short(value: Scalar) -> bool:
    return not isinstance(value, (str, bytes)) or len(value) <= _LONGEST_CONSTANT
