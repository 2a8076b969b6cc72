"""What angelic runs demand of a reopened expression, as a problem for the search: values in environments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compiler.enumerate.targets import Accepts
from compiler.interpreter.interpreter import Program
from compiler.ir.nodes import Function, Module
from compiler.judge.canonical import canonical
from compiler.proof.paths import ways_through
from compiler.proof.values import Opaque, UnsupportedError, constant
from compiler.synthesis.problem.angelic import Demand
from compiler.synthesis.problem.cases import Case, passes_case
from compiler.synthesis.problem.data import fresh, text_of_data
from compiler.synthesis.problem.problem import Problem
from compiler.synthesis.sketch.several import parameters_of
from solver import smt
from solver.sorts import INT, Sort

_MOST_CONSTANTS = 6


def demanded_problem(
    hole: str, sort: Sort, program: Program, demands: Sequence[Demand], returned: bool
) -> Problem | None:
    """The values that a hole must give in each environment for every case to pass; ``None`` where that is not known.

    A case that reaches the hole once takes any value with which it passes. In a loop the values are those of the way
    found, of which there may be others.
    """
    targets: dict[str, tuple[Mapping[str, object], object]] = {}
    for demand in demands:
        once = demand.longest <= 1
        if not once and not demand.ways:
            return None
        for visit in demand.seen[:1] if once else demand.ways[0].visits:
            wanted = _target(hole, program, demand.case, returned) if once else visit.value
            known = targets.setdefault(text_of_data(visit.environment), (visit.environment, wanted))[1]
            if not _agree(known, wanted):
                return None
    rows = [environment for environment, _ in targets.values()]
    wanted_values = tuple(wanted for _, wanted in targets.values())
    return Problem(tuple(parameters_of(rows)), tuple(rows), wanted_values, sort) if rows else None


def _agree(known: object, wanted: object) -> bool:
    return known is wanted or (
        not (isinstance(known, Accepts) or isinstance(wanted, Accepts)) and (canonical(known) == canonical(wanted))
    )


def _target(hole: str, program: Program, case: Case, returned: bool) -> object:
    """What comes back, where the hole's value does; else a test that runs the case with a value in the hole."""
    if returned:
        return case.wanted
    results: dict[str, bool] = {}

    def test(value: object) -> bool:
        key = text_of_data(value)
        if key not in results:
            results[key] = passes_case(program, case, {hole: _giving(value)})
        return results[key]

    return Accepts(test)


def _giving(value: object) -> Callable[[Mapping[str, object]], object]:
    return lambda _environment: fresh(value)


def constants_demanded(demands: Sequence[Demand]) -> list[object]:
    """The numbers and texts that angelic runs found: one of them may be just what stands there."""
    visits = [visit for demand in demands for way in demand.ways for visit in way.visits]
    values = [visit.value for visit in visits if type(visit.value) in (int, float, str)]
    return list({repr(value): value for value in values}.values())[:_MOST_CONSTANTS]


def constant_by_z3(module: Module, function: Function, hole: str, cases: Sequence[Case]) -> int | None:
    """The whole number with which every case passes when it stands at a hole; ``None`` where Z3 finds none.

    Only for functions without loops, over whole numbers, truth values and strings.
    """
    import z3

    unknown = smt.variable(hole, INT)
    parameters = [param.name for param in (*function.parameters.positional_only, *function.parameters.positional)]
    passing: list[smt.Smt] = []
    try:
        for case in cases:
            given = {**dict(zip(parameters, case.unnamed, strict=False)), **case.given}
            names = {name: constant(value) for name, value in given.items()}
            wanted = constant(case.wanted)
            if isinstance(wanted, Opaque):
                return None
            ways = [
                smt.conjunction([taken, value == wanted])
                for taken, value in ways_through(module, function, {**names, hole: unknown})
                if not isinstance(value, Opaque) and value.sort() == wanted.sort()
            ]
            passing.append(z3.Or(*ways))
    except UnsupportedError:
        return None
    about = smt.Subject(function.name, "; ".join(case.text for case in cases), hole)
    match smt.solve(passing, {hole: unknown}, about=about):
        case smt.Satisfied(values):
            value = values[hole]
            return value if isinstance(value, int) else None
        case _:
            return None
