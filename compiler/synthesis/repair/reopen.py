"""Repair by reopening: the expressions under suspicion become holes, one at a time, and are searched for anew.

First angelic runs tell whether any value of the expression makes the failing examples pass; only then are expressions
listed, over all reopened holes together, those that change the program least first (as in Nguyen et al. 2013, "SemFix",
and Mechtaev et al. 2016, "Angelix").
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from compiler.enumerate.listing import Listed, expressions_by_cost
from compiler.enumerate.search import Effort, ExpressionProblem, search_expressions
from compiler.enumerate.targets import Accepts
from compiler.front.spec import FunctionSpec
from compiler.interpreter.interpreter import InterpretationError, Program
from compiler.ir.nodes import Const, Expr, ExprHole, Import, Module, Name, Return
from compiler.ir.walk import walk
from compiler.judge.canonical import canonical
from compiler.synthesis.problem.angelic import RUN_WORK, STEPS_FOR_ONE, Choices, Demand, Exploration, demand_of
from compiler.synthesis.problem.cases import Case, passes, run_case
from compiler.synthesis.problem.data import text_of_data
from compiler.synthesis.problem.places import replaced
from compiler.synthesis.problem.plausible import plausible_values
from compiler.synthesis.problem.problem import constants_of
from compiler.synthesis.problem.template import with_function
from compiler.synthesis.repair.angelic_specification import constant_by_z3, constants_demanded, demanded_problem
from compiler.synthesis.repair.distance import edit_distance
from compiler.synthesis.repair.localise import Spectrum, Suspect, localise
from compiler.synthesis.sketch.several import parameters_of
from solver.meter import BudgetSpentError, Meter
from solver.sorts import BOOL, INT

Angelic: TypeAlias = Literal["found", "none", "unknown"]

HOLE = "reopened"
MOST_SUSPECTS = 40
_FAILING, _PASSING = Exploration(runs=48), Exploration(runs=1)
_ENVIRONMENTS = 32
_LISTING_WORK = 15_000
_VALUE_STEPS = 2_000
_SHOWN_VALUES = 4
_COMPARED = 60
_FARTHER = 2
_SOLVED = 3
_NUMBERS = 6
_FEW_CONSTANTS = 6


@dataclass(frozen=True, slots=True)
class Repair:
    """A module that passes every case, with how far its new expression is from the old one."""

    distance: int
    module: Module
    suspect: Suspect
    content: Expr


@dataclass(slots=True)
class Reopened:
    """A suspect as a hole, what angelic runs tell of it, and how many expressions were tried in its place."""

    suspect: Suspect
    program: Program
    angelic: Angelic
    demands: Sequence[Demand]
    failing: int
    returned: bool
    tried: int = 0
    repairs: list[Repair] = field(default_factory=list)

    @property
    def environments(self) -> list[Mapping[str, object]]:
        """The different environments in which runs reached the hole, those of passing runs first."""
        passing = [visit for demand in self.demands for way in demand.ways for visit in way.visits]
        seen = [visit for demand in self.demands for visit in demand.seen[:_ENVIRONMENTS]]
        rows = {text_of_data(visit.environment): visit.environment for visit in (*passing, *seen)}
        return list(rows.values())[:_ENVIRONMENTS]

    @property
    def demanded(self) -> dict[str, tuple[str, ...]]:
        """For each failing example some of the values with which it passes, as texts."""
        shown: dict[str, tuple[str, ...]] = {}
        for demand in self.demands[: self.failing]:
            texts = dict.fromkeys(canonical(visit.value) for way in demand.ways[:1] for visit in way.visits)
            shown[demand.case.text] = tuple(texts)[:_SHOWN_VALUES]
        return shown


def reopen(
    module: Module,
    functions: Sequence[FunctionSpec],
    cases: Sequence[Case],
    *,
    limit: int,
    should_stop: Callable[[], bool],
    at_most: int,
) -> list[Reopened]:
    """The suspects of a module that fails some cases, each with the repairs found.

    The nearest repairs of those found are kept, ``at_most`` so many. ``limit`` bounds the work, in expansions;
    ``should_stop`` may end it earlier.
    """
    meter = Meter(limit, should_stop)
    spectrum = localise(module, functions, cases)
    if not spectrum.failing:
        return []
    reopened: list[Reopened] = []
    constants = constants_in(module, functions)
    exploring = meter.part(meter.limit // 3)
    with suppress(BudgetSpentError):
        for suspect in spectrum.suspects[:MOST_SUSPECTS]:
            reopened.append(_opened(module, suspect, spectrum, constants, exploring))
    # Where no value is known to help, another place is likelier to be the fault.
    hopeful = sorted((item for item in reopened if item.angelic != "none"), key=lambda item: item.angelic != "found")
    ordered = (*spectrum.failing, *spectrum.passing)
    listing = meter.part((meter.limit - exploring.spent) * 2 // 3)
    with suppress(BudgetSpentError):
        _list(module, hopeful, constants, ordered, listing)
    if not any(item.repairs for item in hopeful):
        _number(module, hopeful, ordered)
    if not any(item.repairs for item in hopeful):
        left = meter.limit - exploring.spent - listing.spent
        _solve(module, hopeful, constants, ordered, left // _SOLVED, should_stop)
    repairs = sorted((found for item in reopened for found in item.repairs), key=lambda found: found.distance)
    for item in reopened:
        item.repairs = [found for found in item.repairs if any(found is kept for kept in repairs[:at_most])]
    return reopened


def _opened(
    module: Module, suspect: Suspect, spectrum: Spectrum, constants: Sequence[object], meter: Meter
) -> Reopened:
    """A suspect as a hole, with what the cases demand there; those that pass are run as they are."""
    hole = ExprHole(HOLE, suspect.sort)
    function = replaced(module.function(suspect.function), suspect.place, hole)
    program, original = Program(with_function(module, function)), Program(module)
    returned = any(isinstance(node, Return) and node.value == hole for node in walk(function))
    demands = [
        demand_of(program, case, {HOLE: _choices(original, suspect, case, returned, constants)}, meter, exploration)
        for cases, exploration in ((spectrum.failing, _FAILING), (spectrum.passing, _PASSING))
        for case in cases
    ]
    failing = len(spectrum.failing)
    return Reopened(suspect, program, _told(suspect, demands[:failing]), demands, failing, returned)


def constants_in(module: Module, functions: Sequence[FunctionSpec]) -> list[object]:
    """The constants of a program and of its specification, each once."""
    values: list[object] = [node.value for node in walk(module) if isinstance(node, Const)]
    values += [value for function in functions for value in constants_of(function)]
    return list({repr(value): value for value in values}.values())


def _choices(original: Program, suspect: Suspect, case: Case, returned: bool, constants: Sequence[object]) -> Choices:
    """What the expression gives as it is first, then other plausible values."""
    wanted = [case.wanted] if returned and not isinstance(case.wanted, Accepts) else []

    def choices(environment: Mapping[str, object]) -> Sequence[object]:
        try:
            run = original.evaluate(suspect.place, environment, steps=_VALUE_STEPS)
        except InterpretationError:
            return plausible_values(suspect.sort, environment, wanted, constants)
        own = [run.value] if run.error is None and run.stopped is None else []
        own = [bool(value) for value in own] if suspect.sort == BOOL else own
        return plausible_values(suspect.sort, environment, [*own, *wanted], constants)

    return choices


def _told(suspect: Suspect, demands: Sequence[Demand]) -> Angelic:
    """Whether values were found for every failing case. Only of truth values all are tried, so that none is sure."""
    if all(demand.ways for demand in demands):
        return "found"
    return "none" if suspect.sort == BOOL and any(demand.impossible for demand in demands) else "unknown"


def _list(
    module: Module, hopeful: Sequence[Reopened], constants: Sequence[object], cases: Sequence[Case], meter: Meter
) -> None:
    """Try expressions in all reopened places, the smallest first. Raises ``BudgetSpentError``.

    What is short is not always near, so that some more are tried after the first that passes.
    """
    first: int | None = None
    found = 0
    streams = [_stream(item, rank, constants, meter) for rank, item in enumerate(hopeful)]
    for size, rank, listed in heapq.merge(*streams, key=lambda entry: entry[:2]):
        if first is not None and (found >= _COMPARED or size > first + _FARTHER):
            return
        item = hopeful[rank]
        item.tried += 1
        if _passes(item, listed, cases, meter) and _keep(module, item, *listed.rendered(), cases):
            first, found = size if first is None else first, found + 1


def _number(module: Module, hopeful: Sequence[Reopened], cases: Sequence[Case]) -> None:
    """Ask Z3 for the number that must stand in the place of another."""
    numbers = [item for item in hopeful if isinstance(item.suspect.place, Const) and item.suspect.sort == INT]
    for item in numbers[:_NUMBERS]:
        function = replaced(module.function(item.suspect.function), item.suspect.place, Name(HOLE))
        if all(case.function.name == function.name for case in cases):
            item.tried += 1
            number = constant_by_z3(with_function(module, function), function, HOLE, cases)
            if number is not None and _keep(module, item, Const(number), (), cases):
                return


def _solve(
    module: Module,
    hopeful: Sequence[Reopened],
    constants: Sequence[object],
    cases: Sequence[Case],
    limit: int,
    should_stop: Callable[[], bool],
) -> None:
    """Search for the demanded values themselves, conditionals included, in the first few places."""
    for item in hopeful[:_SOLVED]:
        suspect = item.suspect
        problem = demanded_problem(HOLE, suspect.sort, item.program, item.demands, item.returned)
        if problem is None:
            continue
        report = search_expressions(
            ExpressionProblem(
                problem.parameters,
                problem.environments,
                problem.targets,
                suspect.sort,
                constants[:_FEW_CONSTANTS],
                probes=(),
            ),
            Effort(limit, should_stop),
        )
        item.tried += report.expansions
        for found in report.found:
            _keep(module, item, found.expr, found.imports, cases)
        if item.repairs:
            return


def _keep(module: Module, item: Reopened, content: Expr, imports: Sequence[Import], cases: Sequence[Case]) -> bool:
    """Whether the whole program with an expression in its place passes; it is then kept as a repair."""
    made = repaired(module, item.suspect, content, imports)
    if not passes(made, cases):
        return False
    item.repairs.append(Repair(edit_distance(item.suspect.place, content), made, item.suspect, content))
    return True


def _stream(item: Reopened, rank: int, constants: Sequence[object], meter: Meter) -> Iterator[tuple[int, int, Listed]]:
    rows = item.environments
    # What an example wants is no constant of the program: that would be a table of the examples.
    own = [*([] if item.returned else constants_demanded(item.demands)), *constants]
    part = meter.part(_LISTING_WORK)
    known = 0
    for listed in expressions_by_cost(parameters_of(rows), rows, item.suspect.sort, own, part) if rows else ():
        meter.tick(part.spent - known)
        known = part.spent
        yield max(item.suspect.size, listed.cost), rank, listed


def _passes(
    item: Reopened, value: Callable[[Mapping[str, object]], object], cases: Sequence[Case], meter: Meter
) -> bool:
    for case in cases:
        run = run_case(item.program, case, holes={HOLE: value})
        meter.tick(RUN_WORK + (0 if run is None else run.steps // STEPS_FOR_ONE))
        if run is None or not case.accepts(run):
            return False
    return True


def repaired(module: Module, suspect: Suspect, content: Expr, imports: Sequence[Import]) -> Module:
    """The module with an expression in the suspect's place."""
    changed = with_function(module, replaced(module.function(suspect.function), suspect.place, content))
    new = [item for item in imports if item not in changed.body]
    return Module((*new, *changed.body))
