"""The lines of the table of operations, read and checked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from solver.operations.callables import MODULES
from solver.operations.table import BINDERS, GENERAL, WITH_TEXTS, WRITTEN
from solver.sort_text import sort_of_text
from solver.sorts import AnySort, NamedSort, Sort, parts_of

VARIABLES = re.compile(r"[A-Z]|[SICDP]_(?:item|value|first|second)|Slice")
"""The names in sorts of the table that are no types."""

PARAMETERS = ("a", "b", "c")
PARTS = frozenset("sepkvx")
_OF_ELEMENTS = ("numbers", "ordered", "scalars", "texts", "hashable")
_MARKS = frozenset(("both", "lazy", "values", "optional", "ranges", "search", *_OF_ELEMENTS))
_COLUMNS = frozenset(("guard", "inverse", "smt", "names", "loop", "mirror", "negation", "slips"))


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the table. The parameters of a binder are its source and, where it has one, its body.

    ``cost`` is ``None`` where search does not build it. ``with_texts`` marks those that search knows only where strings
    are part of the problem. ``columns`` holds the columns that have a value.
    """

    text: str
    parameters: tuple[Sort, ...]
    result: Sort
    cost: int | None
    marks: frozenset[str] = frozenset()
    columns: tuple[tuple[str, str], ...] = ()
    with_texts: bool = False

    @property
    def tree(self) -> ast.expr:
        """The text, parsed."""
        return _tree(self.text)

    @property
    def commutative(self) -> bool:
        """Whether the order of two arguments is all the same."""
        return "both" in self.marks

    @property
    def operator(self) -> str | None:
        """The operator, of an operation that is nothing else: ``+``, ``not in``."""
        return _operator(self.text)

    @property
    def called(self) -> str | None:
        """The callable, of an operation that is one call: ``len``, ``math.gcd``, ``.strip`` for a method."""
        return _called(self.text)

    def column(self, name: str) -> str:
        """What stands in a column; nothing where it has no value there."""
        return next((value for key, value in self.columns if key == name), "")


@cache
def operations() -> tuple[Operation, ...]:
    """All operations over arguments, in the order of the table."""
    return (*read_table(GENERAL), *read_table(WITH_TEXTS, with_texts=True), *read_table(WRITTEN))


@cache
def binders() -> tuple[Operation, ...]:
    """All operations over the elements of a collection."""
    return tuple(read_table(BINDERS))


@cache
def operators() -> dict[str, Operation]:
    """The operators, each with the first of its lines."""
    found: dict[str, Operation] = {}
    for operation in operations():
        if operation.operator is not None:
            found.setdefault(operation.operator, operation)
    return found


@cache
def imports() -> dict[str, str]:
    """The names of modules and of collections' classes that the table uses, each with the line that imports it."""
    names = (
        node.id for row in (*operations(), *binders()) for node in ast.walk(row.tree) if isinstance(node, ast.Name)
    )
    return {
        name: f"import {name}" if name in MODULES else f"from collections import {name}"
        for name in dict.fromkeys(names)
        if name in MODULES or name in MODULES["collections"]
    }


def names_over(operation: Operation) -> tuple[tuple[str, ...], ...]:
    """The names to choose from for each variable that ranges over what an operation gives, where it has such."""
    return tuple(tuple(names.split("/")) for names in operation.column("names").split(",") if names)


def variables_in(*sorts: Sort) -> set[str]:
    """The names in sorts that stand for others."""
    named = (part.name for sort in sorts for part in parts_of(sort) if isinstance(part, NamedSort))
    return {name for name in named if VARIABLES.fullmatch(name)}


def read_table(table: str, *, with_texts: bool = False) -> Iterator[Operation]:
    """The operations of a table's lines. Raises ``ValueError`` for a line that says nothing or what is not known."""
    for line in table.splitlines():
        try:
            yield _entry(line, with_texts)
        except (ValueError, SyntaxError) as error:
            raise ValueError(f"in the table of operations, {line!r}: {error}") from error


def _entry(line: str, with_texts: bool) -> Operation:
    text, signature, cost, *rest = (field.strip() for field in line.split(" ;"))
    parameters, result = signature.split("->")
    words = " ".join(rest).split()
    marks = frozenset(word for word in words if "=" not in word)
    columns = tuple((key, value) for key, _, value in (word.partition("=") for word in words if "=" in word))
    unknown = [*sorted(marks - _MARKS), *(key for key, value in columns if key not in _COLUMNS or not value)]
    if unknown:
        raise ValueError(f"no such column: {', '.join(unknown)}")
    sorts = tuple(map(_sort, filter(None, re.split(r"(?<!,)[: ]+", parameters))))
    _tree(text)
    return Operation(text, sorts, _sort(result.strip()), None if cost == "-" else int(cost), marks, columns, with_texts)


def _sort(text: str) -> Sort:
    sort = sort_of_text(text)
    for part in parts_of(sort):
        if isinstance(part, AnySort) or (isinstance(part, NamedSort) and not VARIABLES.fullmatch(part.name)):
            raise ValueError(f"{text!r} is no sort")
    return sort


@cache
def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@cache
def _operator(text: str) -> str | None:
    match _tree(text):
        case (
            ast.BinOp(left=ast.Name(id=left), right=ast.Name(id=right))
            | ast.Compare(left=ast.Name(id=left), comparators=[ast.Name(id=right)])
            | ast.BoolOp(values=[ast.Name(id=left), ast.Name(id=right)])
        ):
            return text[len(left) : -len(right)].strip()
        case _:
            return None


@cache
def _called(text: str) -> str | None:
    match _tree(text):
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)):
            return f".{name}" if owner in PARAMETERS else f"{owner}.{name}"
        case ast.Call(func=ast.Attribute(attr=name)):
            return f".{name}"
        case ast.Call(func=ast.Name(id=name)):
            return name
        case _:
            return None
