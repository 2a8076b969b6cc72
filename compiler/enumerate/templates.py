"""The operations of the table as components and binders, at the sorts of one search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product

from compiler.enumerate import universe as sorts_of
from compiler.enumerate.universe import Universe
from solver.columns import NAMES, Columns, columns_of_text
from solver.deduction import ARGUMENTS, INVERSES
from solver.operations.entries import Operation, binders, imports, operations, variables_in
from solver.operations.guards import NAMESPACE, guarded
from solver.sorts import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    STR,
    DictSort,
    IterableSort,
    Sort,
    TupleSort,
    element_of,
    is_hashable,
    is_orderable,
    substituted,
)
from solver.terms import Binder, Component

_NAMESPACE: dict[str, object] = dict(NAMESPACE)
exec("\n".join(imports().values()), _NAMESPACE)

_LOOP = re.compile(r" for (x|k, v) in s( if p)?")
_KEYED = re.compile(r"(\w+)\(s, key=lambda x: e(.*)\)")


def components_for(universe: Universe) -> tuple[Component, ...]:
    """Every operation at every choice of sorts of the universe, the cheapest first."""
    rows = (row for row in operations() if row.cost is not None and (universe.texts or not row.with_texts))
    made = [component for row in rows for component in _instances(row, row.cost or 0, universe)]
    return tuple(sorted(dict.fromkeys(made), key=lambda component: component.cost))


def binders_for(universe: Universe) -> tuple[Binder, ...]:
    """Every comprehension, generator argument and key at every choice of sorts of the universe."""
    made = [binder for row in binders() for binder in _binder_instances(row, row.cost or 0, universe)]
    return tuple(sorted(dict.fromkeys(made), key=lambda binder: binder.cost))


def _instances(row: Operation, cost: int, universe: Universe) -> Iterator[Component]:
    known = set(universe.sorts)
    if not _is_of_ranges(row) and not any(isinstance(sort, DictSort) for sort in known):
        known.discard(IterableSort(INT))
    for choice in _choices(row, universe):
        parameters = tuple(substituted(sort, choice) for sort in row.parameters)
        result = substituted(row.result, choice)
        if known.issuperset(parameters) and result in known:
            yield Component(
                row.text,
                parameters,
                result,
                cost,
                _evaluator(row),
                row.commutative,
                choice.get("N") == FLOAT and INT in known,
                ARGUMENTS[row.column("inverse")] if row.column("inverse") else None,
                columns=_columns(row),
            )


def _is_of_ranges(row: Operation) -> bool:
    """Whether an operation takes or gives ranges; other iterables of integers come from dictionaries."""
    return "ranges" in row.marks or row.result == IterableSort(INT)


def _binder_instances(row: Operation, cost: int, universe: Universe) -> Iterator[Binder]:
    for choice in _choices(row, universe):
        source, *bodies = (substituted(sort, choice) for sort in row.parameters)
        result, body = substituted(row.result, choice), bodies[0] if bodies else None
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
                cost,
                _collector(row.text),
                INVERSES[row.column("inverse")] if row.column("inverse") else None,
            )


@cache
def _evaluator(row: Operation) -> Callable[..., object]:
    names = ", ".join(NAMES[: len(row.parameters)])
    evaluate: Callable[..., object] = eval(f"lambda {names}: {guarded(row)}", dict(_NAMESPACE))
    return evaluate


@cache
def _columns(row: Operation) -> Columns:
    return columns_of_text(guarded(row), len(row.parameters), _NAMESPACE)


@cache
def _collector(text: str) -> Callable[[Sequence[object], Sequence[object]], object]:
    """How a binder is evaluated from the elements that it keeps and the body's values on them."""
    keyed = _KEYED.fullmatch(text)
    if keyed is None:
        body = _LOOP.sub(lambda match: f" for ({match[1]}), e in zip(elements, bodies)", text)
    else:
        chosen = f"{keyed[1]}(zip(bodies, elements), key=lambda pair: pair[0]{keyed[2]})"
        body = f"[x for _, x in {chosen}]" if keyed[1] == "sorted" else f"{chosen}[1]"
    collect: Callable[[Sequence[object], Sequence[object]], object] = eval(
        f"lambda elements, bodies: {body}", dict(_NAMESPACE)
    )
    return collect


def _choices(row: Operation, universe: Universe) -> Iterator[Mapping[str, Sort]]:
    """Every assignment of the universe's sorts to the variables in an operation's sorts."""
    letters = sorted({name[0] for name in variables_in(*row.parameters, row.result)})
    for sorts in product(*(_range(letter, row.marks, universe) for letter in letters)):
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
            return [sort for sort in universe.sorts if is_orderable(sort)]
        case "S":
            fits = sorts_of.is_sequence
        case "I":
            fits = sorts_of.is_ordered
        case "C":
            fits = sorts_of.is_collection
        case "L":
            fits = _has_length
        case "D":
            return [sort for sort in universe.sorts if isinstance(sort, DictSort)]
        case "P":
            return [sort for sort in universe.sorts if _yields_pairs(sort)]
        case _:
            return [sort for sort in universe.sorts if _is_plain(sort, "optional" in marks) and _is_meant(sort, marks)]
    return [sort for sort in universe.sorts if fits(sort) and _elements_fit(element_of(sort), marks)]


def _has_length(sort: Sort) -> bool:
    """Whether this is a collection, and not what ``enumerate`` or ``zip`` gives, which is never false either."""
    is_iterator = isinstance(sort, IterableSort) and isinstance(sort.element, TupleSort)
    return sorts_of.is_collection(sort) and not is_iterator


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
        return is_orderable(element)
    if "hashable" in marks:
        return is_hashable(element)
    if "scalars" in marks:
        return element == BOOL
    return "texts" not in marks or element == STR
