"""Functions from what must hold of their results, where one is applied to several tuples of arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from solver import smt
from solver.cegis import Right, Undecided, Verdict, Wrong, refine
from solver.formulas import value_smt
from solver.linear import Atom
from solver.piecewise import Piecewise
from solver.queries import Queries
from solver.smt import Smt
from solver.templates import Pool, Shape, Template, Unknowns

# What a function gives for arguments.
Application: TypeAlias = Callable[[str, tuple[Smt, ...]], Smt]
# What must hold, under a meaning of the functions, for values of the variables.
Specification: TypeAlias = Callable[[Application, Mapping[str, Smt]], Smt]
Point: TypeAlias = Mapping[str, int | bool]

_ROUNDS = 60
_FEW = 12
# From the simplest shape on: a shape that cannot be right on the points so far is left for the next one.
_SHAPES = (
    (_FEW, Shape(0)),
    (None, Shape(0)),
    (_FEW, Shape(1)),
    (None, Shape(0, terms=4)),
    (None, Shape(1)),
    (_FEW, Shape(2)),
    (None, Shape(1, terms=4)),
    (None, Shape(2)),
    (None, Shape(1, terms=10, tests=10)),
    (_FEW, Shape(3)),
    (None, Shape(3)),
    (None, Shape(2, terms=10, tests=10)),
    (None, Shape(0, terms=100)),
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A function to be found: its parameters, of each whether it is a truth value, and what it may be made of."""

    parameters: Mapping[str, bool]
    pool: Pool


def synthesise(
    functions: Mapping[str, Unknown], variables: Mapping[str, Smt], specification: Specification, queries: Queries
) -> Mapping[str, Piecewise] | None:
    """Functions under which the specification holds for all values of the variables; ``None`` where none were found.

    Everything is in the context of the queries. Raises ``BudgetSpentError``.
    """
    search = _Search(functions, variables, specification, queries)
    points: list[Point] = []
    for few, shape in _SHAPES:
        pools = {
            name: function.pool if few is None else function.pool.first(few, few)
            for name, function in functions.items()
        }
        if shape.arms and shape.tests is None and not all(pool.tests for pool in pools.values()):
            continue
        found = refine(partial(search.propose, pools, shape), search.verify, points, _ROUNDS)
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class _Search:
    functions: Mapping[str, Unknown]
    variables: Mapping[str, Smt]
    specification: Specification
    queries: Queries

    def propose(
        self, pools: Mapping[str, Pool], shape: Shape, points: Sequence[Point]
    ) -> Mapping[str, Piecewise] | None:
        """Functions of a shape that are right on the points."""
        unknowns = Unknowns(self.queries.context)
        templates = {
            name: Template(function.parameters, pools[name], shape, unknowns)
            for name, function in self.functions.items()
        }

        def application(name: str, arguments: tuple[Smt, ...]) -> Smt:
            return templates[name].meaning(arguments)

        constraints = [self.specification(application, self._values(point)) for point in points]
        match self.queries.solve([*unknowns.facts, *constraints], unknowns.variables):
            case smt.Satisfied(values):
                return {name: template.read(values) for name, template in templates.items()}
            case _:
                return None

    def _values(self, point: Point) -> dict[str, Smt]:
        import z3

        context = self.queries.context
        return {
            name: z3.BoolVal(value, context) if isinstance(value, bool) else z3.IntVal(value, context)
            for name, value in point.items()
        }

    def verify(self, found: Mapping[str, Piecewise]) -> Verdict[Point]:
        """Whether the functions are right for all values of the variables."""
        import z3

        def application(name: str, arguments: tuple[Smt, ...]) -> Smt:
            names = dict(zip(self.functions[name].parameters, arguments, strict=True))
            return meaning(found[name], names, self.queries.context)

        wrong = z3.Not(self.specification(application, self.variables))
        match self.queries.solve([wrong], self.variables):
            case smt.Unsatisfiable():
                return Right()
            case smt.Satisfied(values):
                return Wrong({name: value for name, value in values.items() if isinstance(value, int)})
            case smt.GaveUp(reason):
                return Undecided(reason)


def meaning(function: Piecewise, names: Mapping[str, Smt], context: Smt) -> Smt:
    """What a function with one output gives, as Z3 sees it."""
    import z3

    result = value_smt(function.otherwise[0], names, context)
    for arm in reversed(function.arms):
        result = z3.If(_all(arm.guard, names, context), value_smt(arm.values[0], names, context), result)
    return result


def _all(guard: Sequence[Atom], names: Mapping[str, Smt], context: Smt) -> Smt:
    import z3

    return z3.And(z3.BoolVal(True, context), *(atom.smt(names) for atom in guard))
