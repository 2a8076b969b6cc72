"""The tasks of ``liftc bench guidance`` on a suite of functions.

A task is a whole body as one expression, or one expression of the reference solution as a hole, whose values are those
that the reference gives on the visible examples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from backends.protocol import Backend, BackendError
from compiler.bench.references import Reference
from compiler.bench.score import score
from compiler.bench.suites import Problem, unit_of
from compiler.emit.module import emit_expression, emit_module
from compiler.enumerate.guidance import NO_GUIDANCE, Guidance, guidance_of
from compiler.enumerate.search import Effort, ExpressionProblem, SearchReport, search_expressions
from compiler.enumerate.weights import fitted_to
from compiler.front.spec import FunctionSpec
from compiler.interpreter.interpreter import InterpretationError, Program
from compiler.ir.lower import lower_candidate
from compiler.ir.nodes import BlockHole, Expr, ExprHole, Function, Import, Module, Return
from compiler.synthesis.ask.ask import code_in, first_request, sample_request
from compiler.synthesis.ask.conform import conform, renamed_entry
from compiler.synthesis.problem.cases import cases_of, run_case
from compiler.synthesis.problem.data import fresh, snapshot, text_of_data
from compiler.synthesis.problem.places import places_in, replaced, size_of
from compiler.synthesis.problem.problem import Problem as Wanted
from compiler.synthesis.problem.problem import body_problem, constants_of, partial_function, with_constants
from compiler.synthesis.problem.template import fill_template, with_function
from compiler.synthesis.sketch.search import search_problem
from compiler.synthesis.sketch.several import parameters_of
from compiler.task.unit import Unit
from compiler.text.diagnostics import LiftcError
from solver.sorts import Sort

SETTINGS = ("uniform", "words", "fitted")
_HOLE = "reopened"
_LEAST_SIZE = 3
_LARGEST_SIZE = 14
_MOST_ROWS = 24


@dataclass(frozen=True, slots=True)
class Task:
    """One search: how it runs under a guidance, and the program that an answer with its imports makes."""

    name: str
    search: Callable[[Guidance], SearchReport]
    program: Callable[[Expr, Sequence[Import]], Module]


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks of one problem, what guides them in each setting, and the model's answers that could be read."""

    problem: Problem
    tasks: tuple[Task, ...]
    guidance: Mapping[str, Guidance]
    proposals: tuple[Module, ...]

    def is_right(self, module: Module) -> bool:
        """Whether a program passes the hidden tests."""
        return score(self.problem, emit_module(module)).passed


def tasks_of(
    problem: Problem, reference: Reference | None, backend: Backend, samples: int, holes: int, expansions: int
) -> Tasks | None:
    """The tasks of a problem; ``None`` for several functions, and where the model gives no answer that can be read."""
    unit = unit_of(problem)
    proposals = [] if unit is None else _proposals(unit, backend, samples)
    if unit is None or not proposals:
        return None
    (function,) = unit.functions
    tasks = [*_body_task(unit, function, expansions), *_hole_tasks(unit, function, reference, holes, expansions)]
    constants = constants_of(function)
    parameters = [parameter.name for parameter in function.signature.parameters]
    told = partial(guidance_of, function.name, function.prose, constants, parameters=parameters)
    guidance = {"uniform": NO_GUIDANCE, "words": told(), "fitted": told(weights=fitted_to(proposals))}
    return Tasks(problem, tuple(tasks), guidance, tuple(proposals))


def _proposals(unit: Unit, backend: Backend, samples: int) -> list[Module]:
    """The model's answers that can be read, as a compile asks for them; offline those that the cache holds."""
    requests = [first_request(unit.spec, unit.functions, unit.context)]
    requests += [sample_request(unit.spec, unit.functions, unit.context, 0, number) for number in range(samples)]
    try:
        answers = [*backend.propose(requests)]
    except BackendError as error:
        answers = [answer for answer in error.arrived if answer is not None]
    modules = []
    for answer in answers:
        text = renamed_entry(code_in(answer.text, unit.entry), unit.entry)
        try:
            modules.append(conform(lower_candidate(text, unit.entry, unit.context), unit))
        except LiftcError:
            continue
    return modules


def _body_task(unit: Unit, function: FunctionSpec, expansions: int) -> Iterator[Task]:
    template = partial_function(function)
    wanted = body_problem(function)
    hole = template.body[0] if len(template.body) == 1 else None
    if wanted is None or not wanted.environments or not isinstance(hole, BlockHole):
        return
    wanted = with_constants(wanted, unit.context_module)

    def search(guidance: Guidance) -> SearchReport:
        return search_problem(function, wanted, guidance, expansions, lambda: False)

    def program(answer: Expr, imports: Sequence[Import]) -> Module:
        return unit.program_of(fill_template(template, {hole.name: (Return(answer),)}), imports)

    yield Task("body", search, program)


def _hole_tasks(
    unit: Unit, function: FunctionSpec, reference: Reference | None, most: int, expansions: int
) -> Iterator[Task]:
    """Expressions of the reference as holes: of those that are no mere name or constant, the ones its digest picks."""
    if reference is None:
        return
    try:
        module = conform(lower_candidate(reference.program, unit.entry, unit.context), unit)
    except LiftcError:
        return
    own = module.function(function.name)
    places = [
        (place, sort)
        for place, sort in places_in(own, function.signature.returns)
        if _LEAST_SIZE <= size_of(place) <= _LARGEST_SIZE
    ]
    places.sort(key=lambda item: hashlib.sha256(f"{reference.id} {emit_expression(item[0])}".encode()).digest())
    made = 0
    for number, (place, sort) in enumerate(places):
        wanted = None if made == most else _wanted(module, own, place, sort, function)
        if wanted is not None:
            made += 1
            yield _hole_task(number, module, own, place, wanted, function, expansions)


def _hole_task(
    number: int,
    module: Module,
    own: Function,
    place: Expr,
    wanted: Wanted,
    function: FunctionSpec,
    expansions: int,
) -> Task:
    def search(guidance: Guidance) -> SearchReport:
        return search_expressions(
            ExpressionProblem(
                wanted.parameters,
                wanted.environments,
                wanted.targets,
                wanted.sort,
                constants_of(function),
                probes=(),
                preferred=(),
            ),
            Effort(expansions, lambda: False),
            guidance,
        )

    def program(answer: Expr, imports: Sequence[Import]) -> Module:
        filled = with_function(module, replaced(own, place, answer))
        return Module((*(item for item in imports if item not in filled.body), *filled.body))

    return Task(f"hole {number}", search, program)


def _wanted(module: Module, own: Function, place: Expr, sort: Sort, function: FunctionSpec) -> Wanted | None:
    """What the place gives on the visible examples; ``None`` where they do not reach it, or it cannot be evaluated."""
    program = Program(with_function(module, replaced(own, place, ExprHole(_HOLE))))
    rows: dict[str, tuple[Mapping[str, object], object]] = {}
    inner = Program(module)

    def observe(environment: Mapping[str, object]) -> object:
        row = snapshot(environment)
        run = inner.evaluate(place, environment)
        if row is None or run.error is not None or run.stopped is not None:
            raise InterpretationError("the place has no value that can be kept")
        rows.setdefault(text_of_data(row), (row, fresh(run.value)))
        return run.value

    for case in cases_of([function]):
        run = run_case(program, case, holes={_HOLE: observe})
        if run is None or not case.accepts(run):
            return None
    seen = list(rows.values())[:_MOST_ROWS]
    if not seen:
        return None
    environments = tuple(row for row, _ in seen)
    return Wanted(tuple(parameters_of(environments)), environments, tuple(value for _, value in seen), sort)
