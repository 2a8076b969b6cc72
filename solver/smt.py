"""Z3 with Python's meaning of integers, truth values and strings, under a deterministic limit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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


@dataclass(frozen=True, slots=True)
class Subject:
    """What a query is for: a function, one of its clauses, and a hole where it is asked for that hole alone."""

    function: str = ""
    clause: str = ""
    hole: str | None = None


NOTHING = Subject()


@dataclass(frozen=True, slots=True)
class Query:
    """A question to Z3 as SMT-LIB text, its limit of work, the work done, and ``sat``, ``unsat`` or ``unknown``."""

    about: Subject
    text: str
    limit: int
    spent: int
    answer: str


_observer: ContextVar[Callable[[Query], None] | None] = ContextVar("observer", default=None)


def variable(name: str, sort: Sort) -> Smt:
    """A variable over all values of ``int``, ``bool`` or ``str``. Raises ``KeyError`` for another sort."""
    import z3

    makers: dict[Sort, Any] = {INT: z3.Int, BOOL: z3.Bool, STR: z3.String}
    return makers[sort](name)


def solve(
    constraints: Sequence[Smt], variables: Mapping[str, Smt], limit: int = RESOURCE_LIMIT, about: Subject = NOTHING
) -> Answer:
    """Whether the constraints can hold together, and for which values of the variables.

    The answer depends on nothing that was asked before: each query has a context of its own.
    """
    import z3

    solver = _solver(limit)
    solver.add(*(constraint.translate(solver.ctx) for constraint in constraints))
    answer = check(solver, about, limit)
    if answer == z3.unsat:
        return Unsatisfiable()
    if answer == z3.unknown:
        return GaveUp(solver.reason_unknown())
    model = solver.model()
    values = {name: model.eval(term.translate(solver.ctx), model_completion=True) for name, term in variables.items()}
    return Satisfied({name: python_value(value) for name, value in values.items()})


def contradiction(
    background: Sequence[Smt], clauses: Sequence[Smt], limit: int = RESOURCE_LIMIT, about: Subject = NOTHING
) -> tuple[int, ...] | None:
    """The places of clauses that contradict the background and each other, not all of which may be needed.

    ``None`` where Z3 knows of no contradiction.
    """
    import z3

    solver = _solver(limit)
    solver.add(*(constraint.translate(solver.ctx) for constraint in background))
    marks = [z3.Bool(f"clause {place}", solver.ctx) for place in range(len(clauses))]
    for mark, clause in zip(marks, clauses, strict=True):
        solver.add(z3.Implies(mark, clause.translate(solver.ctx)))
    if check(solver, about, limit, marks) != z3.unsat:
        return None
    core = {mark.get_id() for mark in solver.unsat_core()}
    return tuple(place for place, mark in enumerate(marks) if mark.get_id() in core)


def _solver(limit: int) -> Smt:
    import z3

    solver = z3.Solver(ctx=z3.Context())
    solver.set("rlimit", limit)
    solver.set("random_seed", 0)
    return solver


@contextmanager
def observed(observer: Callable[[Query], None]) -> Iterator[None]:
    """Every query in the ``with`` block is told to ``observer`` once it is answered."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def check(solver: Smt, about: Subject, limit: int, assumptions: Sequence[Smt] = (), spent_before: int = 0) -> Smt:
    """Z3's own answer, told to who observes, if anyone does: every query of a compile goes through here.

    ``spent_before`` is the work of earlier queries in the solver's context, which Z3 counts together.
    """
    observer = _observer.get()
    if observer is None:
        return solver.check(*assumptions)
    assumed = f"({' '.join(item.sexpr() for item in assumptions)})" if assumptions else ""
    command = f"(check-sat-assuming {assumed})" if assumptions else "(check-sat)"
    text = f"{solver.sexpr().strip()}\n{command}\n"
    answer = solver.check(*assumptions)
    observer(Query(about, text, limit, work_of(solver) - spent_before, str(answer)))
    return answer


def work_of(solver: Smt) -> int:
    """The work done for all solvers of a solver's context together, in Z3's resource units."""
    return next((int(value) for key, value in solver.statistics() if key == "rlimit count"), 0)


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

    if is_positive_number(right):
        return left / right
    return z3.If(right > 0, left / right, (-left) / (-right))


def modulo(left: Smt, right: Smt) -> Smt:
    """``left % right``: of the divisor's sign."""
    if is_positive_number(right):
        return left % right
    return left - right * floor_divide(left, right)


def is_positive_number(term: Smt) -> bool:
    """Whether a term is an integer constant above zero, by which SMT-LIB divides as Python does."""
    import z3

    return bool(z3.is_int_value(term)) and term.as_long() > 0


def as_int(term: Smt) -> Smt:
    """A truth value as the integer that it is in Python; an integer as it is."""
    import z3

    return z3.If(term, z3.IntVal(1), z3.IntVal(0)) if z3.is_bool(term) else term


def conjunction(terms: Sequence[Smt]) -> Smt:
    """All of the terms."""
    import z3

    return z3.And(*terms) if terms else z3.BoolVal(True)
