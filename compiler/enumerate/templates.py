"""Reads the table of operations and makes components and binders of it, at the sorts of one search."""

from __future__ import annotations

import ast
import itertools
import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from compiler.enumerate import universe as sorts_of
from compiler.enumerate.table import BINDERS, OPERATIONS, TEXT_OPERATIONS
from compiler.enumerate.universe import Universe
from solver.behaviour import LONGEST_VALUE
from solver.columns import NAMES, Columns, columns_of_text
from solver.deduction import (
    inverse_filter,
    inverse_first,
    inverse_groups,
    inverse_kept_items,
    inverse_map,
    inverse_mapping,
    inverse_remapping,
)
from solver.sorts import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    DictSort,
    IterableSort,
    ListSort,
    NamedSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    element_of,
    join,
)
from solver.terms import Binder, Component

_ATOMS: dict[str, Sort] = {"int": INT, "float": FLOAT, "bool": BOOL, "str": STR}

# What an operation refuses, beyond what Python refuses, so that one evaluation stays small.
_GUARDS = {
    "a ** b": "abs(b) <= 64 and abs(a) < 1 << 64 and (b >= 0 or isinstance(a, float))",
    "a << b": "b <= 256",
    "int(a / b)": "abs(a) < 1 << 52",
    "[a[start:start + b] for start in range(len(a) - b + 1)]": "b >= 1",
    "[a[start:start + b] for start in range(0, len(a), b)]": "b >= 1",
    "a[-b:]": "b >= 1",
    "round(a, b)": "abs(b) <= 64",
    "a * b": "isinstance(a, (int, float)) or len(a) * b <= LONGEST",
    "math.factorial(a)": "a <= 256",
    "range(a)": "a <= LONGEST",
    "range(a, b)": "b - a <= LONGEST",
    "range(1, a + 1)": "a <= LONGEST",
    "range(a, b + 1)": "b - a <= LONGEST",
    "a.replace(b, c)": "(len(a) + 1) * len(c) <= 16 * LONGEST",
    "b.join(a)": "len(a) * len(b) <= 16 * LONGEST",
    "a.zfill(b)": "b <= LONGEST",
    "a.ljust(b)": "b <= LONGEST",
    "a.rjust(b)": "b <= LONGEST",
    "a.center(b)": "b <= LONGEST",
}


def _too_large() -> object:
    raise OverflowError


_NAMESPACE: dict[str, object] = {
    "math": math,
    "statistics": statistics,
    "itertools": itertools,
    "Counter": Counter,
    "LONGEST": LONGEST_VALUE,
    "too_large": _too_large,
}


# How a binder with a key or groups is evaluated from elements and keys; the others follow from their text.
_KEYED = {
    "max(s, key=lambda x: e)": "max(zip(bodies, elements), key=lambda pair: pair[0])[1]",
    "min(s, key=lambda x: e)": "min(zip(bodies, elements), key=lambda pair: pair[0])[1]",
    "sorted(s, key=lambda x: e)": "[x for _, x in sorted(zip(bodies, elements), key=lambda pair: pair[0])]",
    "{key: [x for x in s if e == key] for key in dict.fromkeys(e for x in s)}": (
        "{key: [x for x, other in zip(elements, bodies) if other == key] for key in dict.fromkeys(bodies)}"
    ),
    "sorted(s, key=lambda x: e, reverse=True)": (
        "[x for _, x in sorted(zip(bodies, elements), key=lambda pair: pair[0], reverse=True)]"
    ),
}

# What the inside of a binder, or the argument of an operation, must be for a wanted result.
_INVERSIONS = {
    "[e for x in s]": inverse_map,
    "tuple(e for x in s)": inverse_map,
    '"".join(e for x in s)': inverse_map,
    "[x for x in s if p]": inverse_filter,
    "tuple(x for x in s if p)": inverse_filter,
    '"".join(x for x in s if p)': inverse_filter,
    "{x: e for x in s}": inverse_mapping,
    "{k: v for k, v in s if p}": inverse_kept_items,
    "next((x for x in s if p), None)": inverse_first,
    "{key: [x for x in s if e == key] for key in dict.fromkeys(e for x in s)}": inverse_groups,
    "{k: e for k, v in s}": inverse_remapping,
}
_UNWRAPPINGS: dict[str, Callable[[object], object]] = {
    '" ".join(a)': lambda text: text.split(" ") if isinstance(text, str) and " " in text else None,
}

# The operations that take and give ranges; other iterables of integers come from dictionaries.
_OF_SIZED = frozenset({"len(a)", "not a"})
_OF_RANGES = frozenset(
    ("list(a)", "sum(a)", "range(a)", "range(a, b)", "range(1, a + 1)", "range(a, b + 1)", "range(len(a))")
)

_LOOP = re.compile(r" for (x|k, v) in s( if p)?")


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    parameters: tuple[str, ...]
    result: str
    cost: int
    marks: frozenset[str]


@cache
def _rows(table: str) -> tuple[_Row, ...]:
    rows = []
    for line in table.splitlines():
        text, signature, cost, *marks = (field.strip() for field in line.split(" ;"))
        parameters, result = signature.split("->")
        names = tuple(re.findall(r"(?:\w+\[[^\s,]*(?:, [^\s,]+)*\]+|\w+)", parameters))
        rows.append(_Row(text, names, result.strip(), int(cost), frozenset(" ".join(marks).split())))
    return tuple(rows)


def components_for(universe: Universe) -> tuple[Component, ...]:
    """Every operation at every choice of sorts of the universe, the cheapest first."""
    tables = (OPERATIONS, TEXT_OPERATIONS) if universe.texts else (OPERATIONS,)
    made = [component for table in tables for row in _rows(table) for component in _instances(row, universe)]
    return tuple(sorted(dict.fromkeys(made), key=lambda component: component.cost))


def binders_for(universe: Universe) -> tuple[Binder, ...]:
    """Every comprehension, generator argument and key at every choice of sorts of the universe."""
    made = [binder for row in _rows(BINDERS) for binder in _binder_instances(row, universe)]
    return tuple(sorted(dict.fromkeys(made), key=lambda binder: binder.cost))


def _instances(row: _Row, universe: Universe) -> Iterator[Component]:
    known = set(universe.sorts)
    if row.text not in _OF_RANGES and not any(isinstance(sort, DictSort) for sort in known):
        known.discard(IterableSort(INT))
    for choice in _choices((*row.parameters, row.result), row.marks, universe):
        parameters = tuple(_sort(text, choice) for text in row.parameters)
        result = _sort(row.result, choice)
        if row.text in _OF_SIZED and any(_may_be_iterator(sort) for sort in parameters):
            continue
        if known.issuperset(parameters) and result in known:
            promoting = choice.get("N") == FLOAT and INT in known
            yield Component(
                row.text,
                parameters,
                result,
                row.cost,
                _evaluator(row),
                "both" in row.marks,
                promoting,
                _UNWRAPPINGS.get(row.text),
                columns=_columns(row),
            )


def _binder_instances(row: _Row, universe: Universe) -> Iterator[Binder]:
    source_text, *body_texts = row.parameters
    for choice in _choices((*row.parameters, row.result), row.marks, universe):
        source, result = _sort(source_text, choice), _sort(row.result, choice)
        body = _sort(body_texts[0], choice) if body_texts else None
        element = element_of(source)
        if result not in universe.sorts or element is None or (body is not None and body not in universe.sorts):
            continue
        spread = isinstance(element, TupleSort) and "lambda" not in row.text
        bound = element.items if spread and isinstance(element, TupleSort) else (element,)
        if len(bound) > 0 and not ("k, v" in row.text and len(bound) != 2):
            yield Binder(
                row.text,
                source,
                bound,
                body,
                " if p" in row.text,
                result,
                row.cost,
                _collector(row.text),
                _INVERSIONS.get(row.text),
            )


@cache
def _evaluator(row: _Row) -> Callable[..., object]:
    names = ", ".join(NAMES[: len(row.parameters)])
    evaluate: Callable[..., object] = eval(f"lambda {names}: {_guarded(row)}", dict(_NAMESPACE))
    return evaluate


@cache
def _columns(row: _Row) -> Columns:
    return columns_of_text(_guarded(row), len(row.parameters), _NAMESPACE)


def _guarded(row: _Row) -> str:
    text = f"list({row.text})" if "lazy" in row.marks else row.text
    return f"({text}) if {_GUARDS[row.text]} else too_large()" if row.text in _GUARDS else text


@cache
def _collector(text: str) -> Callable[[Sequence[object], Sequence[object]], object]:
    if text in _KEYED:
        body = _KEYED[text]
    else:
        body = _LOOP.sub(lambda match: f" for ({match[1]}), e in zip(elements, bodies)", text)
    collect: Callable[[Sequence[object], Sequence[object]], object] = eval(
        f"lambda elements, bodies: {body}", dict(_NAMESPACE)
    )
    return collect


def _choices(texts: Sequence[str], marks: frozenset[str], universe: Universe) -> Iterator[Mapping[str, Sort]]:
    """Every assignment of the universe's sorts to the variables in these sort texts."""
    letters = sorted(set(re.findall(r"\b([A-Z])(?:_\w+)?\b", " ".join(texts))))
    for sorts in product(*(_range(letter, marks, universe) for letter in letters)):
        choice: dict[str, Sort] = {}
        for letter, sort in zip(letters, sorts, strict=True):
            choice[letter] = sort
            choice[f"{letter}_item"] = element_of(sort) or ANY
            if isinstance(sort, DictSort):
                choice[f"{letter}_value"] = sort.value
            if letter == "P":
                pair = element_of(sort)
                assert isinstance(pair, TupleSort)
                choice["P_first"], choice["P_second"] = pair.items
        yield choice


def _range(letter: str, marks: frozenset[str], universe: Universe) -> list[Sort]:
    match letter:
        case "N":
            return [sort for sort in (INT, FLOAT) if sort in universe.sorts]
        case "O":
            return [sort for sort in universe.sorts if sorts_of.is_orderable(sort)]
        case "S":
            fits = sorts_of.is_sequence
        case "I":
            fits = sorts_of.is_ordered
        case "C":
            fits = sorts_of.is_collection
        case "D":
            return [sort for sort in universe.sorts if isinstance(sort, DictSort)]
        case "P":
            return [sort for sort in universe.sorts if _yields_pairs(sort)]
        case _:
            return [sort for sort in universe.sorts if _is_plain(sort, "optional" in marks) and _is_meant(sort, marks)]
    return [sort for sort in universe.sorts if fits(sort) and _elements_fit(element_of(sort), marks)]


def _may_be_iterator(sort: Sort) -> bool:
    """Whether a value may be what ``enumerate`` or ``zip`` gives, which has no length and is never false."""
    return isinstance(sort, IterableSort) and isinstance(sort.element, TupleSort)


def _yields_pairs(sort: Sort) -> bool:
    element = element_of(sort)
    return sorts_of.is_ordered(sort) and isinstance(element, TupleSort) and len(element.items) == 2


def _is_plain(sort: Sort, optional: bool) -> bool:
    return sorts_of.is_optional(sort) if optional else not isinstance(sort, IterableSort)


def _is_meant(sort: Sort, marks: frozenset[str]) -> bool:
    return "values" not in marks or sort != BOOL


def _elements_fit(element: Sort | None, marks: frozenset[str]) -> bool:
    if element is None:
        return False
    if "numbers" in marks:
        return element in (INT, FLOAT)
    if "ordered" in marks:
        return sorts_of.is_orderable(element)
    if "scalars" in marks:
        return element == BOOL
    return "texts" not in marks or element == STR


def _sort(text: str, choice: Mapping[str, Sort]) -> Sort:
    return _sort_of_tree(_tree(text), choice)


@cache
def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _sort_of_tree(tree: ast.expr, choice: Mapping[str, Sort]) -> Sort:
    match tree:
        case ast.BinOp(left=left, right=ast.Constant(value=None)):
            return join(_sort_of_tree(left, choice), NONE)
        case ast.Name(id=name):
            return choice.get(name) or _ATOMS.get(name) or NamedSort(name)
        case ast.Subscript(value=ast.Name(id=head), slice=inside):
            parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            sorts = tuple(_sort_of_tree(part, choice) for part in parts if not isinstance(part, ast.Constant))
            match head:
                case "list":
                    return ListSort(sorts[0])
                case "set":
                    return SetSort(sorts[0])
                case "dict":
                    return DictSort(sorts[0], sorts[1])
                case "Iterable":
                    return IterableSort(sorts[0])
                case _:
                    return RowSort(sorts[0]) if len(sorts) < len(parts) else TupleSort(sorts)
    raise ValueError(f"not a sort: {ast.unparse(tree)}")
