"""Z3 with Python's meaning of integers, truth values and strings, under a deterministic limit of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from solver.sorts import BOOL, INT, STR, Sort

# Z3's terms have no types that a checker can see.
Smt: TypeAlias = Any

RESOURCE_LIMIT = 3_000_000


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """No assignment satisfies the constraints."""


@dataclass(frozen=True, slots=True)
class Satisfied:
    """An assignment that satisfies the constraints, for the variables asked for."""

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The limit was reached, or the theory is not decided."""

    reason: str


Answer: TypeAlias = Unsatisfiable | Satisfied | GaveUp


def variable(name: str, sort: Sort) -> Smt:
    """A variable over all values of ``int``, ``bool`` or ``str``. Raises ``KeyError`` for another sort."""
    import z3

    makers: dict[Sort, Any] = {INT: z3.Int, BOOL: z3.Bool, STR: z3.String}
    return makers[sort](name)


def solve(constraints: Sequence[Smt], variables: Mapping[str, Smt], limit: int = RESOURCE_LIMIT) -> Answer:
    """Whether the constraints can hold together, and for which values of the variables."""
    import z3

    solver = z3.Solver()
    solver.set("rlimit", limit)
    solver.set("random_seed", 0)
    solver.add(*constraints)
    answer = solver.check()
    if answer == z3.unsat:
        return Unsatisfiable()
    if answer == z3.unknown:
        return GaveUp(solver.reason_unknown())
    model = solver.model()
    return Satisfied({name: python_value(model.eval(term, model_completion=True)) for name, term in variables.items()})


def python_value(term: Smt) -> object:
    """A value of Z3 as the integer, truth value or string that it is in Python."""
    import z3

    if z3.is_int_value(term):
        return term.as_long()
    if z3.is_true(term) or z3.is_false(term):
        return z3.is_true(term)
    return term.py_value()


def floor_divide(left: Smt, right: Smt) -> Smt:
    """``left // right``: towards minus infinity, where SMT-LIB's ``div`` leaves a remainder that is not negative."""
    import z3

    return z3.If(right > 0, left / right, (-left) / (-right))


def modulo(left: Smt, right: Smt) -> Smt:
    """``left % right``: of the divisor's sign."""
    return left - right * floor_divide(left, right)


def as_int(term: Smt) -> Smt:
    """A truth value as the integer that it is in Python; an integer as it is."""
    import z3

    return z3.If(term, z3.IntVal(1), z3.IntVal(0)) if z3.is_bool(term) else term


def conjunction(terms: Sequence[Smt]) -> Smt:
    """All of the terms."""
    import z3

    return z3.And(*terms) if terms else z3.BoolVal(True)
