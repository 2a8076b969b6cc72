"""What a search builds with: operations, constants and variables at the sorts of its universe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.acceptance.description import literal_cost
from compiler.enumerate.guidance import (
    NO_GUIDANCE,
    Guidance,
    guided,
    guided_binders,
    phrase_components,
    soft_constraints_of,
)
from compiler.enumerate.rendering import can_be_written, names_used
from compiler.enumerate.targets import same
from compiler.enumerate.templates import binders_for, components_for
from compiler.enumerate.universe import Universe, options
from compiler.ir.nodes import Scalar
from solver.behaviour import FAILURE
from solver.enumeration import Leaf, Library
from solver.operations.entries import names_over, operations
from solver.sorts import (
    FLOAT,
    INT,
    STR,
    DictSort,
    IterableSort,
    ListSort,
    RowSort,
    Sort,
    TupleSort,
    UnionSort,
    element_of,
    is_subsort,
    sort_of_value,
)
from solver.terms import Lit, Var

_USUAL_CONSTANTS: tuple[tuple[Scalar, int], ...] = (
    (0, 1),
    (1, 1),
    ("", 1),
    (" ", 1),
    (True, 1),
    (False, 1),
    (None, 1),
    (2, 1),
    (-1, 2),
    (10, 2),
    (0.0, 2),
    (1.0, 2),
    (2.0, 2),
)
_FEW_CONSTANTS = 6


def library_for(
    space: Universe,
    constants: Sequence[object],
    wanted: Sequence[object],
    taken: frozenset[str],
    guidance: Guidance = NO_GUIDANCE,
) -> Library:
    """The operations for these sorts, but for those whose names the parameters take away."""
    components = (*guided(components_for(space), guidance), *phrase_components(guidance, space.sorts))
    literals = _literals(space, constants, wanted, guidance)
    soft = soft_constraints_of(guidance)
    return Library(
        components=tuple(item for item in components if not names_used(item.name) & taken),
        binders=tuple(
            item for item in guided_binders(binders_for(space), guidance) if not names_used(item.name) & taken
        ),
        feeds=space.feeds(),
        constants=tuple(literals),
        names={
            **{sort: _names_for(sort) for sort in space.sorts},
            **{operation.text: names for operation in operations() if (names := names_over(operation))},
        },
        met={literal: soft[literal.text] for literal, _ in literals if literal.text in soft},
    )


def _literals(
    space: Universe, constants: Sequence[object], wanted: Sequence[object], guidance: Guidance
) -> list[tuple[Lit, int]]:
    usual = [(value, guidance.weights.constant_cost(value, its_cost)) for value, its_cost in _USUAL_CONSTANTS]
    cost = 1 if len(constants) <= _FEW_CONSTANTS and guidance.silent else 2
    given = [(value, cost) for value in constants]
    given += [(constant.value, constant.cost) for constant in guidance.constants]
    forced = (
        [(wanted[0], literal_cost(wanted[0]))] if wanted and all(same(value, wanted[0]) for value in wanted) else []
    )
    made: dict[Lit, int] = {}
    for value, its_cost in (*usual, *given, *forced):
        sort = _literal_sort(value, space)
        if sort is not None and can_be_written(value):
            literal = Lit(value, sort)
            made[literal] = min(its_cost, made.get(literal, its_cost))
    for sort in space.sorts:
        if isinstance(sort, ListSort):
            made.setdefault(Lit([], sort), 1)
        elif isinstance(sort, DictSort):
            made.setdefault(Lit({}, sort), 2)
    return list(made.items())


def _literal_sort(value: object, space: Universe) -> Sort | None:
    exact = sort_of_value(value)
    if exact in space.sorts:
        return exact
    return next((sort for sort in space.sorts if is_subsort(exact, sort) and not isinstance(sort, UnionSort)), None)


def leaves_for(
    parameters: Sequence[tuple[str, Sort]],
    inputs: Sequence[Mapping[str, object]],
    soft: Mapping[str, int] | None = None,
) -> list[Leaf]:
    """The parameters as terms to begin with; each is a soft constraint of its own, beside those that name it."""
    leaves = []
    soft = soft or {}
    for place, (name, sort) in enumerate(parameters, start=len(soft)):
        meets = 1 << place | soft.get(name, 0)
        values = tuple(row.get(name, FAILURE) for row in inputs)
        leaves.append(Leaf(Var(name, sort), 1, values, meets))
        if isinstance(sort, UnionSort):
            for option in options(sort):
                narrowed = tuple(value if _is_of(value, option) else FAILURE for value in values)
                leaves.append(Leaf(Var(name, option), 1, narrowed, meets))
    return leaves


def _is_of(value: object, sort: Sort) -> bool:
    return value is not FAILURE and is_subsort(sort_of_value(value), sort)


def _names_for(source: Sort) -> tuple[tuple[str, ...], ...]:
    """For a collection of this sort, names for the variables that range over it, the best first."""
    match element_of(source):
        case TupleSort(items) if len(items) == 2:
            return (("a", "left", "key"), ("b", "right", "value"))
        case ListSort() | RowSort() | TupleSort():
            return (("row", "item", "part"),)
        case sort if sort == STR:
            return (("char", "c", "letter"),) if source == STR else (("word", "item", "text"),)
        case sort if sort in (INT, FLOAT):
            return (("i", "j", "k"),) if isinstance(source, IterableSort) else (("x", "n", "number"),)
        case _:
            return (("item", "x", "value"),)
