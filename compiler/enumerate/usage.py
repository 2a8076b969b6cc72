"""Which operations of the table, and which constants, Python programs use.

Each operation's text is a pattern over Python's syntax: its arguments stand for anything. A loop counts as the
comprehensions that do what it does.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias, TypeGuard

from compiler.ir.nodes import Scalar
from solver.operations.comparisons import CANONICAL
from solver.operations.entries import PARAMETERS, PARTS, binders, operations

_NO_CODE = ("annotation", "returns", "decorator_list", "type_params")
_NOT_COMPARED = ("ctx", "kind", "type_comment", "is_async")
_LONGEST_CONSTANT = 16

Loop: TypeAlias = Literal[
    "count", "total", "total_kept", "text", "text_kept", "product", "each", "kept", "mapped_kept", "mapping",
    "verdict", "first", "first_mapped", "extreme",
]  # fmt: skip
"""What loops are about, as the column ``loop`` of the table says it."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How often programs use each operation, by its text, and each constant, by its ``repr``."""

    operations: Mapping[str, int]
    constants: Mapping[str, tuple[Scalar, int]]


def usage_of(programs: Iterable[ast.AST]) -> Usage:
    """What the programs use; each counts, also where it is wrong."""
    operations: Counter[str] = Counter()
    constants: Counter[str] = Counter()
    values: dict[str, Scalar] = {}
    for program in programs:
        for node in code_under(program):
            operations.update(dict.fromkeys(operations_at(node), 1))
            if isinstance(node, ast.Constant) and _is_counted(node.value):
                constants[repr(node.value)] += 1
                values[repr(node.value)] = node.value
    return Usage(operations, {text: (values[text], count) for text, count in constants.items()})


def code_under(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is under it, without annotations, decorators and docstrings; a negated number is one."""
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            yield ast.Constant(-number)
            return
    yield node
    for name, value in ast.iter_fields(node):
        if name not in _NO_CODE:
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST):
                    yield from code_under(child)


def operations_at(node: ast.AST) -> Iterator[str]:
    """The texts of the operations that a node may be an application of."""
    if isinstance(node, ast.For):
        kinds = set(_kinds_of_loop(node))
        yield from (binder.text for binder in binders() if binder.column("loop") in kinds)
        return
    for each in _simple(node):
        for text, pattern, free in _patterns().get(_head(each), ()):
            if _matches(pattern, each, free, {}):
                yield text


def uses(node: ast.AST, pattern: str) -> bool:
    """Whether a node is an application of an operation over ``a``, given as its text."""
    wanted = tuple(_simple(_parsed(pattern)))
    return any(_matches(form, each, frozenset(PARAMETERS), {}) for each in _simple(node) for form in wanted)


@cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _simple(node: ast.AST) -> Iterator[ast.expr]:
    """The node in the form in which the table writes it; several where it chains operations."""
    match node:
        case ast.AugAssign(target=target, op=operator, value=value):
            yield ast.BinOp(target, operator, value)
        case ast.BoolOp(op=operator, values=[first, second, *rest]):
            yield ast.BoolOp(operator, [first, second])
            if rest:
                yield from _simple(ast.BoolOp(operator, [second, *rest]))
        case ast.Compare(left=left, ops=operators, comparators=comparators):
            for before, comparison, after in zip((left, *comparators), operators, comparators, strict=False):
                mirrored = _canonical().get(type(comparison))
                if mirrored is None:
                    yield ast.Compare(before, [comparison], [after])
                else:
                    yield ast.Compare(after, [mirrored()], [before])
        case ast.JoinedStr():
            yield ast.BinOp(ast.Name("text"), ast.Add(), ast.Name("value"))
            yield ast.Call(ast.Name("str"), [ast.Name("value")], [])
        case ast.Constant() | ast.Name():
            return
        case ast.expr():
            yield node


@cache
def _canonical() -> Mapping[type[ast.cmpop], type[ast.cmpop]]:
    """The comparisons that the table writes as their mirrors."""

    def written(operator: str) -> type[ast.cmpop]:
        comparison = _parsed(f"a {operator} b")
        assert isinstance(comparison, ast.Compare)
        return type(comparison.ops[0])

    return {written(operator): written(other) for operator, other in CANONICAL.items()}


@cache
def _patterns() -> Mapping[str, tuple[tuple[str, ast.expr, frozenset[str]], ...]]:
    """The table's patterns by what their outermost node does, each with the names in it that stand for anything."""
    found: dict[str, list[tuple[str, ast.expr, frozenset[str]]]] = {}
    for table, free in ((operations(), frozenset(PARAMETERS)), (binders(), PARTS)):
        for text in dict.fromkeys(operation.text for operation in table if operation.cost is not None):
            pattern = _parsed(text)
            found.setdefault(_head(pattern), []).append((text, pattern, free))
    return {head: tuple(patterns) for head, patterns in found.items()}


def _head(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name
        case ast.BinOp(op=operator) | ast.BoolOp(op=operator) | ast.UnaryOp(op=operator) | ast.Compare(ops=[operator]):
            return type(operator).__name__
        case _:
            return type(node).__name__


def _matches(pattern: object, value: object, free: frozenset[str], bound: dict[str, ast.AST]) -> bool:
    """Whether a value is an instance of a pattern; a free name stands for one thing throughout."""
    match pattern, value:
        case ast.Name(id=name), ast.expr() if name in free:
            known = bound.setdefault(name, value)
            return known is value or _matches(known, value, frozenset(), {})
        case ast.Attribute(value=ast.Name(id=module), attr=attribute), ast.Name(id=name) if module not in free:
            return attribute == name
        case ast.GeneratorExp(), ast.ListComp():
            return _fields_match(pattern, value, free, bound)
        case ast.Lambda(body=inside), ast.Lambda(body=other):
            return _matches(inside, other, free, bound)
        case list(), list():
            return len(pattern) == len(value) and all(
                _matches(part, other, free, bound) for part, other in zip(pattern, value, strict=True)
            )
        case ast.AST(), ast.AST() if type(pattern) is type(value):
            return _fields_match(pattern, value, free, bound)
    return type(pattern) is type(value) and pattern == value


def _fields_match(pattern: ast.AST, value: ast.AST, free: frozenset[str], bound: dict[str, ast.AST]) -> bool:
    return all(
        _matches(getattr(pattern, name, None), getattr(value, name, None), free, bound)
        for name in pattern._fields
        if name not in _NOT_COMPARED
    )


def _kinds_of_loop(loop: ast.For) -> Iterator[Loop]:
    """What a loop may be about, by what its body changes: the column ``loop`` of the comprehensions that do it too."""
    inside = [node for statement in loop.body for node in code_under(statement)]
    condition = any(isinstance(node, ast.If) for node in inside)
    for node in inside:
        match node:
            case ast.AugAssign(op=ast.Add(), value=ast.Constant(value=1)):
                yield "count"
            case ast.AugAssign(op=ast.Add(), value=value):
                yield "total_kept" if condition else "total"
                yield "text_kept" if condition and _is_target(value, loop) else "text"
            case ast.AugAssign(op=ast.Mult()):
                yield "product"
            case ast.Call(func=ast.Attribute(attr="append" | "add"), args=[item, *_]):
                yield "each" if not condition else "kept" if _is_target(item, loop) else "mapped_kept"
            case ast.Assign(targets=[ast.Subscript()]):
                yield "mapping"
            case ast.Return(value=ast.Constant(value=True | False)):
                yield "verdict"
            case ast.Return(value=ast.expr() as value) if condition:
                yield "first" if _is_target(value, loop) else "first_mapped"
            case ast.If(test=ast.Compare(ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()]), body=[ast.Assign()]):
                yield "extreme"
            case _:
                pass


def _is_target(value: ast.expr, loop: ast.For) -> bool:
    return _matches(loop.target, value, frozenset(), {})


def _is_counted(value: object) -> TypeGuard[Scalar]:
    if isinstance(value, (str, bytes)):
        return len(value) <= _LONGEST_CONSTANT
    return value is None or isinstance(value, (bool, int, float))
