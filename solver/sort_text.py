"""Sorts as text, as annotations write them: ``List[int]``, ``dict[str, int]``, ``Optional[float]``, ``int | None``."""

from __future__ import annotations

import ast

from solver.sorts import (
    ANY,
    BOOL,
    BYTES,
    COMPLEX,
    FLOAT,
    INT,
    NONE,
    STR,
    DictSort,
    FunctionSort,
    IterableSort,
    ListSort,
    NamedSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    join_all,
    sort_of_value,
)

_ATOMS: dict[str, Sort] = {
    "int": INT,
    "float": FLOAT,
    "bool": BOOL,
    "str": STR,
    "bytes": BYTES,
    "complex": COMPLEX,
    "None": NONE,
    "NoneType": NONE,
    "Any": ANY,
    "object": ANY,
    "Text": STR,
}
_LISTS = frozenset({"list", "List"})
_SETS = frozenset({"set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet"})
_DICTS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "DefaultDict", "defaultdict", "OrderedDict"})
_TUPLES = frozenset({"tuple", "Tuple"})
_ITERABLES = frozenset(
    {
        "Iterable",
        "Iterator",
        "Sequence",
        "MutableSequence",
        "Collection",
        "Generator",
        "Container",
        "Reversible",
        "range",
    }
)
_WRAPPERS = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired"})


def sort_of_text(text: str) -> Sort:
    """The sort of an annotation's text; ``ANY`` for what is not an expression."""
    try:
        return sort_of_annotation(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ANY


def sort_of_annotation(node: ast.expr) -> Sort:
    """The sort that an annotation's expression names; what liftc does not know is a ``NamedSort`` or ``ANY``."""
    match node:
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=str(text)):
            return sort_of_text(text)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _bare(name)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return join_all((sort_of_annotation(left), sort_of_annotation(right)))
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=index):
            items = tuple(index.elts) if isinstance(index, ast.Tuple) else (index,)
            return _applied(name, items)
        case _:
            return ANY


def _bare(name: str) -> Sort:
    if name in _ATOMS:
        return _ATOMS[name]
    if name in _LISTS:
        return ListSort(ANY)
    if name in _SETS:
        return SetSort(ANY)
    if name in _DICTS:
        return DictSort(ANY, ANY)
    if name in _TUPLES:
        return RowSort(ANY)
    if name in _ITERABLES:
        return IterableSort(INT if name == "range" else ANY)
    if name == "Counter":
        return DictSort(ANY, INT)
    return FunctionSort(None, ANY) if name == "Callable" else NamedSort(name)


def _applied(name: str, items: tuple[ast.expr, ...]) -> Sort:
    if name == "Literal":
        return join_all(sort_of_value(item.value) for item in items if isinstance(item, ast.Constant))
    if name == "Callable":
        return _callable(items)
    if name in _TUPLES:
        return _tuple(items)
    if name in _WRAPPERS:
        return sort_of_annotation(items[0])
    sorts = tuple(map(sort_of_annotation, items))
    if name in _LISTS:
        return ListSort(sorts[0])
    if name in _SETS:
        return SetSort(sorts[0])
    if name in _DICTS and len(sorts) == 2:
        return DictSort(sorts[0], sorts[1])
    if name in _ITERABLES:
        return IterableSort(sorts[0])
    if name == "Counter":
        return DictSort(sorts[0], INT)
    if name == "Optional":
        return join_all((sorts[0], NONE))
    return join_all(sorts) if name == "Union" else NamedSort(name)


def _tuple(items: tuple[ast.expr, ...]) -> Sort:
    match items:
        case (element, ast.Constant(value=last)) if last is ...:
            return RowSort(sort_of_annotation(element))
        case (ast.Tuple(elts=[]),) | ():
            return TupleSort(())
        case _:
            return TupleSort(tuple(map(sort_of_annotation, items)))


def _callable(items: tuple[ast.expr, ...]) -> Sort:
    match items:
        case (ast.List(elts=parameters), result):
            return FunctionSort(tuple(map(sort_of_annotation, parameters)), sort_of_annotation(result))
        case (_, result):
            return FunctionSort(None, sort_of_annotation(result))
        case _:
            return FunctionSort(None, ANY)
