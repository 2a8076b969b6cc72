"""All expressions of a sort in order of cost: what a hole may hold where no values are known that it must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from compiler.enumerate.ingredients import leaves_for, library_for
from compiler.enumerate.rendering import to_expr
from compiler.enumerate.universe import refined, universe
from compiler.ir.nodes import Expr, Import
from solver.behaviour import Vector
from solver.enumeration import Enumeration
from solver.evaluation import evaluate
from solver.meter import BudgetSpentError, Meter
from solver.sorts import BOOL, IterableSort, Sort, is_subsort
from solver.terms import Term

_IDLE = 4
_WIDEST = 4096
"""Bits of the integers that a listed expression may give: in a recursion, squares of squares would never end."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An expression with its cost in the search and its value, or ``FAILURE``, on each input."""

    term: Term
    cost: int
    values: Vector

    def __call__(self, environment: Mapping[str, object]) -> object:
        """The expression's value. Raises what its operations raise, and ``OverflowError`` for huge integers."""
        value = evaluate(self.term, environment)
        if isinstance(value, int) and value.bit_length() > _WIDEST:
            raise OverflowError
        return value

    def rendered(self) -> tuple[Expr, tuple[Import, ...]]:
        """The expression, and the imports that it needs."""
        return to_expr(self.term)


def expressions_by_cost(
    parameters: Sequence[tuple[str, Sort]],
    inputs: Sequence[Mapping[str, object]],
    result: Sort,
    constants: Sequence[object],
    meter: Meter,
    *,
    dearest: int = 12,
) -> Iterator[Listed]:
    """The expressions over ``parameters`` whose sort is below ``result``, the cheapest first.

    Of expressions with equal values on all inputs only the first comes. Ends where the meter is spent.
    """
    known = [(name, refined(sort, [row[name] for row in inputs if name in row])) for name, sort in parameters]
    space = universe([sort for _, sort in known], result)
    taken = frozenset(name for name, _ in known)
    goal = {sort for sort in space.sorts if is_subsort(sort, result) and (sort != BOOL or result == BOOL)}
    goal -= {sort for sort in goal if isinstance(sort, IterableSort) and sort != result}
    enumeration = Enumeration(library_for(space, constants, (), taken), leaves_for(known, inputs), len(inputs), meter)
    idle = 0
    with suppress(BudgetSpentError):
        while enumeration.grown < dearest and idle < _IDLE:
            idle += 1
            for entry in enumeration.grow():
                idle = 0
                if entry.sort in goal:
                    yield Listed(entry.term, entry.cost, entry.values)
