"""The operations of the table that a narrowed expression may use, as text with slots and the sort that it gives.

A slot holds an expression of its sort; one at the very beginning is what a method or subscript is applied to. ``KEY``
is the sort of a function by whose value items of the iterable are ordered.

The sorts are those that a type checker gives, so that what fits here has no type errors there. Operators and literals
have rules of their own (``narrow``), and functions of modules are in scope where their module is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from solver.operations.entries import PARAMETERS, Operation, binders, operations, variables_in
from solver.sorts import (
    BOOL,
    STR,
    AtomSort,
    DictSort,
    IterableSort,
    ListSort,
    NamedSort,
    RowSort,
    Sort,
    TupleSort,
    substituted,
)

SLICE = NamedSort("Slice")
KEY = NamedSort("Key")

_T, _U = NamedSort("T"), NamedSort("U")
_SEQUENCES: tuple[tuple[Sort, Sort], ...] = ((STR, STR), (ListSort(_T), _T), (RowSort(_T), _T))
_ELEMENTS: dict[str, Sort] = {
    "numbers": NamedSort("N"),
    "ordered": NamedSort("O"),
    "scalars": BOOL,
    "texts": STR,
    "hashable": NamedSort("H"),
}
_KEY = ", key=lambda x: e"
_WORD = re.compile(r", |[^,(]*\(\)|[^,(]*\(|[^,(]+")
"""A word by itself is no beginning of two words, which a lexer that takes the longest match would wait for."""


@dataclass(frozen=True, slots=True)
class Written:
    """An operation as it is written: text and the sorts of slots in turn, the slots alone, and the sort of the whole.

    ``called`` is the built-in name that it calls, where it begins with one.
    """

    parts: tuple[str | Sort, ...]
    slots: tuple[Sort, ...]
    result: Sort
    called: str | None


@cache
def written_operations() -> tuple[Written, ...]:
    """Every operation of the table that has a place in a narrowed expression."""
    plain = (_written(operation, operation.text) for operation in operations() if _has_place(operation))
    keyed = (_written(binder, binder.text.replace("(s", "(a").replace(_KEY, ", key=b")) for binder in _with_key())
    return tuple(each for group in (*plain, *keyed) for each in group)


def operations_giving(sort: Sort) -> tuple[Written, ...]:
    """The operations whose value may be of a sort, as far as its outermost part tells."""
    return _operations_of(_outermost(sort))


@cache
def _operations_of(outermost: str) -> tuple[Written, ...]:
    return tuple(
        operation
        for operation in written_operations()
        if isinstance(operation.result, NamedSort) or _outermost(operation.result) == outermost
    )


def _outermost(sort: Sort) -> str:
    return sort.name if isinstance(sort, AtomSort) else type(sort).__name__


def _has_place(operation: Operation) -> bool:
    """Whether an operation is one call or subscript of its arguments, or is in the table for narrowed expressions."""
    of_module = "." in (operation.called or "")[1:]
    if operation.operator is not None or of_module or "search" in operation.marks:
        return False
    if operation.cost is None:
        return True
    match operation.tree:
        case ast.Call(func=function, args=arguments, keywords=keywords):
            owners = [function.value] if isinstance(function, ast.Attribute) else []
            values = [keyword.value for keyword in keywords if not isinstance(keyword.value, ast.Constant)]
            return all(map(_is_parameter, (*owners, *arguments, *values)))
        case ast.Subscript(value=value, slice=place):
            is_tuple = isinstance(operation.parameters[0], TupleSort)
            return _is_parameter(value) and (is_tuple or _is_parameter(place))
        case _:
            return False


def _is_parameter(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Name) and tree.id in PARAMETERS


def _with_key() -> Iterator[Operation]:
    return (binder for binder in binders() if _KEY in binder.text)


def _written(operation: Operation, text: str) -> Iterator[Written]:
    for choice in _choices(operation):
        sorts = [substituted(sort, choice) for sort in operation.parameters]
        slots = dict(zip(PARAMETERS, [sorts[0], KEY] if _KEY in operation.text else sorts, strict=False))
        parts: list[str | Sort] = []
        for index, piece in enumerate(re.split(r"\b([abc])\b", text)):
            parts += [slots[piece]] if index % 2 else _WORD.findall(piece)
        called = re.match(r"[a-z]+(?=\()", text)
        result = substituted(operation.result, choice)
        yield Written(
            tuple(parts), tuple(part for part in parts if not isinstance(part, str)), result, called and called.group()
        )


def _choices(operation: Operation) -> Iterator[dict[str, Sort]]:
    """What the table's variables for collections stand for, in variables for their elements."""
    used = {name[0] for name in variables_in(*operation.parameters, operation.result)}
    element = next((sort for mark, sort in _ELEMENTS.items() if mark in operation.marks), _T)
    choice: dict[str, Sort] = {}
    for letter in used & {"C", "I"}:
        choice |= {letter: IterableSort(element), f"{letter}_item": element}
    if "D" in used:
        choice |= {"D": DictSort(_T, _U), "D_item": _T, "D_value": _U}
    if "S" in used:
        yield from (choice | {"S": sequence, "S_item": item} for sequence, item in _SEQUENCES)
    else:
        yield choice
