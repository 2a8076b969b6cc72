"""The typed operations that a narrowed expression may use, one a line: Python text with slots, and the sort it gives.

A slot holds an expression of its sort; one at the very beginning is what a method or subscript is applied to. ``T``,
``U``, ``V`` stand for any sort, ``N`` for numbers, ``O`` for what can be ordered, ``H`` for what can be hashed, ``C``
for what has a length. ``Slice`` is what stands between the brackets of a slice, ``Key`` a function by whose value items
of the iterable are ordered.

The sorts are those that a type checker gives, so that what fits here has no type errors there.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache

from solver.sorts import (
    BOOL,
    BYTES,
    FLOAT,
    INT,
    NONE,
    STR,
    AtomSort,
    DictSort,
    IterableSort,
    ListSort,
    NamedSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
)

_TABLE = """
len({C}) -> int
abs({N}) -> N
round({float}) -> int
round({float}, {int}) -> float
int({float}) -> int
int({str}) -> int
int({str}, {int}) -> int
int({bool}) -> int
float({float}) -> float
float({str}) -> float
str({O}) -> str
ord({str}) -> int
chr({int}) -> str
bin({int}) -> str
hex({int}) -> str
bool({C}) -> bool
pow({int}, {int}, {int}) -> int
divmod({int}, {int}) -> tuple[int, int]
min({O}, {O}) -> O
max({O}, {O}) -> O
min({O}, {O}, {O}) -> O
max({O}, {O}, {O}) -> O
min({Iterable[O]}) -> O
max({Iterable[O]}) -> O
min({Iterable[O]}, default={O}) -> O
max({Iterable[O]}, default={O}) -> O
min({Iterable[T]}, key={Key}) -> T
max({Iterable[T]}, key={Key}) -> T
sum({Iterable[N]}) -> N
sum({Iterable[bool]}) -> int
any({Iterable[bool]}) -> bool
any({Iterable[int]}) -> bool
all({Iterable[bool]}) -> bool
all({Iterable[int]}) -> bool
len(set({Iterable[H]})) -> int
sorted({Iterable[O]}) -> list[O]
sorted(set({Iterable[O]})) -> list[O]
sorted(set({Iterable[O]}), reverse=True) -> list[O]
sorted({Iterable[O]}, reverse=True) -> list[O]
sorted({Iterable[T]}, key={Key}) -> list[T]
sorted({Iterable[T]}, key={Key}, reverse=True) -> list[T]
list({Iterable[T]}) -> list[T]
tuple({Iterable[T]}) -> tuple[T, ...]
set({Iterable[H]}) -> set[H]
set({Iterable[H]}) -> Iterable[H]
dict({dict[T, U]}) -> dict[T, U]
dict(zip({Iterable[H]}, {Iterable[U]})) -> dict[H, U]
range({int}) -> Iterable[int]
range({int}, {int}) -> Iterable[int]
range({int}, {int}, {int}) -> Iterable[int]
reversed({list[T]}) -> Iterable[T]
reversed({str}) -> Iterable[str]
enumerate({Iterable[T]}) -> Iterable[tuple[int, T]]
enumerate({Iterable[T]}, {int}) -> Iterable[tuple[int, T]]
zip({Iterable[T]}, {Iterable[U]}) -> Iterable[tuple[T, U]]
map(int, {Iterable[str]}) -> Iterable[int]
map(float, {Iterable[str]}) -> Iterable[float]
map(str, {Iterable[O]}) -> Iterable[str]
map(len, {Iterable[C]}) -> Iterable[int]
{str}.upper() -> str
{str}.lower() -> str
{str}.title() -> str
{str}.capitalize() -> str
{str}.swapcase() -> str
{str}.strip() -> str
{str}.strip({str}) -> str
{str}.lstrip() -> str
{str}.lstrip({str}) -> str
{str}.rstrip() -> str
{str}.rstrip({str}) -> str
{str}.replace({str}, {str}) -> str
{str}.removeprefix({str}) -> str
{str}.removesuffix({str}) -> str
{str}.split() -> list[str]
{str}.split({str}) -> list[str]
{str}.split({str}, {int}) -> list[str]
{str}.splitlines() -> list[str]
{str}.join({Iterable[str]}) -> str
{str}.startswith({str}) -> bool
{str}.endswith({str}) -> bool
{str}.isdigit() -> bool
{str}.isalpha() -> bool
{str}.isalnum() -> bool
{str}.isnumeric() -> bool
{str}.isdecimal() -> bool
{str}.isupper() -> bool
{str}.islower() -> bool
{str}.isspace() -> bool
{str}.count({str}) -> int
{str}.find({str}) -> int
{str}.rfind({str}) -> int
{str}.index({str}) -> int
{str}.zfill({int}) -> str
{str}.center({int}) -> str
{str}.ljust({int}) -> str
{str}.rjust({int}) -> str
{str}.center({int}, {str}) -> str
{str}.ljust({int}, {str}) -> str
{str}.rjust({int}, {str}) -> str
{str}[{int}] -> str
{str}[{Slice}] -> str
{list[T]}[{int}] -> T
{list[T]}[{Slice}] -> list[T]
{list[T]}.count({T}) -> int
{list[T]}.index({T}) -> int
{list[T]}.copy() -> list[T]
{tuple[T, ...]}[{int}] -> T
{tuple[T, ...]}[{Slice}] -> tuple[T, ...]
{tuple[T, ...]}.count({T}) -> int
{tuple[T, ...]}.index({T}) -> int
{tuple[T, U]}[0] -> T
{tuple[T, U]}[1] -> U
{tuple[T, U, V]}[0] -> T
{tuple[T, U, V]}[1] -> U
{tuple[T, U, V]}[2] -> V
{set[T]}.issubset({set[T]}) -> bool
{set[T]}.isdisjoint({set[T]}) -> bool
{set[T]}.union({set[T]}) -> set[T]
{set[T]}.intersection({set[T]}) -> set[T]
{set[T]}.difference({set[T]}) -> set[T]
{dict[T, U]}[{T}] -> U
{dict[T, U]}.get({T}, {U}) -> U
{dict[T, U]}.get({T}) -> U | None
{dict[T, U]}.setdefault({T}, {U}) -> U
{dict[T, U]}.copy() -> dict[T, U]
{dict[T, U]}.keys() -> Iterable[T]
{dict[T, U]}.values() -> Iterable[U]
{dict[T, U]}.items() -> Iterable[tuple[T, U]]
"""

_ATOMS: dict[str, Sort] = {sort.name: sort for sort in (BOOL, BYTES, FLOAT, INT, STR, NONE)}
_SLOT = re.compile(r"\{([^{}]+)\}")
_WORD = re.compile(r", |[^,(]*\(\)|[^,(]*\(|[^,(]+")
"""A word by itself is no beginning of two words, which a lexer that takes the longest match would wait for."""

SLICE = NamedSort("Slice")
KEY = NamedSort("Key")


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the table: text and the sorts of slots in turn, the slots alone, and the sort of the whole.

    ``called`` is the built-in name that it calls, where it begins with one.
    """

    parts: tuple[str | Sort, ...]
    slots: tuple[Sort, ...]
    result: Sort
    called: str | None


@cache
def operations() -> tuple[Operation, ...]:
    """The table."""
    return tuple(_operation(*line.rsplit(" -> ", 1)) for line in _TABLE.strip().splitlines())


def operations_giving(sort: Sort) -> tuple[Operation, ...]:
    """The lines of the table whose value may be of a sort, as far as its outermost part tells."""
    return _operations_of(_outermost(sort))


@cache
def _operations_of(outermost: str) -> tuple[Operation, ...]:
    return tuple(
        operation
        for operation in operations()
        if isinstance(operation.result, NamedSort) or _outermost(operation.result) == outermost
    )


def _outermost(sort: Sort) -> str:
    return sort.name if isinstance(sort, AtomSort) else type(sort).__name__


def _operation(text: str, result: str) -> Operation:
    parts: list[str | Sort] = []
    for index, piece in enumerate(_SLOT.split(text)):
        parts += [_sort(piece)] if index % 2 else _WORD.findall(piece)
    called = re.match(r"[a-z]+(?=\()", text)
    slots = tuple(part for part in parts if not isinstance(part, str))
    return Operation(tuple(parts), slots, _sort(result), called and called.group())


def _sort(text: str) -> Sort:
    return _of(ast.parse(text, mode="eval").body)


def _of(node: ast.expr) -> Sort:
    match node:
        case ast.Name(id=name):
            return _ATOMS.get(name, NamedSort(name))
        case ast.BinOp(left=left):
            return UnionSort((_of(left), NONE))
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[first, ast.Constant(value=value)])) if (
            value is ...
        ):
            return RowSort(_of(first))
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=items)):
            sorts = tuple(map(_of, items))
            return TupleSort(sorts) if name == "tuple" else DictSort(*sorts)
        case ast.Subscript(value=ast.Name(id=name), slice=item):
            element = _of(item)
            collections: dict[str, Sort] = {
                "list": ListSort(element),
                "set": SetSort(element),
                "Iterable": IterableSort(element),
            }
            return collections[name]
    raise ValueError(f"no sort: {ast.unparse(node)}")
