"""Search for several holes of one function: what each may hold by itself, and which of it stands together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from compiler.acceptance.candidate import Provenance
from compiler.acceptance.description import cost_bits
from compiler.acceptance.support import is_supported
from compiler.enumerate.listing import Listed, expressions_by_cost
from compiler.enumerate.targets import Accepts
from compiler.enumerate.universe import refined
from compiler.front.spec import FunctionSpec
from compiler.interpreter.interpreter import Program
from compiler.ir.nodes import AugAssign, BlockHole, Display, ExprHole, Function, Module, Name, Return
from compiler.ir.walk import walk
from compiler.propagation.template import template_of
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.angelic import Choices, Exploration, Visit, demand_of
from compiler.synthesis.problem.cases import Case, cases_of
from compiler.synthesis.problem.data import text_of_data
from compiler.synthesis.problem.places import places_in
from compiler.synthesis.problem.plausible import plausible_values
from compiler.synthesis.problem.problem import Problem, constants_of, with_constants
from compiler.synthesis.problem.template import fill_template
from compiler.synthesis.sketch.combine import combine
from compiler.synthesis.sketch.fragments import Fragment
from compiler.synthesis.sketch.recombine import record_combined, record_nogood
from compiler.synthesis.sketch.trial import Choice, CombinationProblem
from compiler.trace import events
from compiler.trace.banks import recorded
from solver.meter import BudgetSpentError, Meter
from solver.sorts import ANY, Sort, join_all, sort_of_value

COMBINATIONS = 1000
RIVALS = 4
WORK = 400_000
_LISTING_WORK = 30_000
_FRAGMENTS = 300
_ENVIRONMENTS = 24
_EXPLORING_RUNS = 60
_WAYS = 3


def search_several(pool: Pool) -> None:
    """Add what enumeration finds for a unit of one function with several expression holes and nothing else open."""
    function = pool.unit.functions[0]
    cases = cases_of(pool.unit.functions)
    if len(pool.unit.functions) != 1 or len(function.holes) < 2 or not cases:
        return
    template = template_of(function)
    holes = [node for node in walk(template) if isinstance(node, ExprHole)]
    if len(holes) != len(function.holes) or any(isinstance(node, BlockHole) for node in walk(template)):
        return
    module = pool.unit.program_of(template)
    meter = Meter(WORK, lambda: pool.budget.cut("search"))
    with pool.budget.phase("search"):
        try:
            domains = _domains(pool, function, template, module, cases, meter)
        except BudgetSpentError:
            return
        combined = combine(
            CombinationProblem(lambda fills: pool.unit.program_of(fill_template(template, fills)), domains, cases),
            meter,
            at_most=RIVALS,
            combinations_at_most=COMBINATIONS,
            learned=lambda lesson: record_nogood(pool, domains, lesson),
        )
    record_combined(pool, domains, combined)
    for choice in combined.found:
        _add(pool, function, template, domains, choice)


def _domains(
    pool: Pool, function: FunctionSpec, template: Function, module: Module, cases: Sequence[Case], meter: Meter
) -> dict[str, list[Fragment]]:
    """The cheapest expressions for each hole that differ on the environments in which runs reach it."""
    places = places_in(template, function.signature.returns)
    sorts = {node.name: sort for node, sort in places if isinstance(node, ExprHole)}
    constants = list(constants_of(function))
    given = with_constants(Problem((), ({},), (None,), ANY), pool.unit.context_module).environments[0]
    passing, visits = _explored(template, module, cases, sorts, [*constants, *given.values()], meter)
    domains: dict[str, list[Fragment]] = {}
    for hole in function.holes:
        rows = [{**given, **row} for row in _environments([*passing, *visits], hole.name, cases)]
        part = meter.part(_LISTING_WORK)
        told = [visit.value for visit in passing if visit.hole == hole.name]
        sort = refined(sorts.get(hole.name, ANY), told or _partners(template, hole.name, rows))
        listed = expressions_by_cost(parameters_of(rows), rows, sort, constants, part)
        domains[hole.name] = [_fragment(item, given) for item, _ in zip(listed, range(_FRAGMENTS), strict=False)]
        meter.tick(part.spent)
        pool.setbacks.memory_spent |= part.full
        pool.trace.record(
            events.Search(
                unit=pool.unit.name,
                hole=hole.name,
                limit=_LISTING_WORK,
                expansions=part.spent,
                terms=len(domains[hole.name]),
                bank=recorded(Counter((sort, fragment.cost) for fragment in domains[hole.name])),
                found=0,
                exhausted=False,
                full=part.full,
            )
        )
    return domains


def _partners(template: Function, hole: str, rows: Sequence[Mapping[str, object]]) -> list[object]:
    """The values of the variable to which a hole is added, or the like."""
    for node in walk(template):
        match node:
            case AugAssign(target=Name(id=name), value=ExprHole(name=own)) if own == hole:
                return [row[name] for row in rows if name in row]
    return []


def _fragment(listed: Listed, given: Mapping[str, object]) -> Fragment:
    return Fragment(listed.rendered, listed.cost, lambda environment: listed({**given, **environment}))


def _explored(
    template: Function,
    module: Module,
    cases: Sequence[Case],
    sorts: Mapping[str, Sort],
    constants: Sequence[object],
    meter: Meter,
) -> tuple[list[Visit], list[Visit]]:
    """The visits of runs in which the holes yield plausible values: of those that pass, and of all."""
    values = [node.value for node in walk(template) if isinstance(node, Return)]
    returned = {value.name for value in values if isinstance(value, ExprHole)}
    program = Program(module)
    passing: list[Visit] = []
    visits: list[Visit] = []
    for case in cases:
        wanted = [] if isinstance(case.wanted, Accepts) else [case.wanted]
        choices: dict[str, Choices] = {
            hole: _choices(sort, wanted if hole in returned else [], constants) for hole, sort in sorts.items()
        }
        demand = demand_of(program, case, choices, meter, Exploration(at_most=_WAYS, runs=_EXPLORING_RUNS))
        passing += [visit for way in demand.ways for visit in way.visits]
        visits += demand.seen
    return passing, visits


def _environments(visits: Sequence[Visit], hole: str, cases: Sequence[Case]) -> list[Mapping[str, object]]:
    """Different environments of one hole; the arguments of the examples where no run reached it."""
    found = {text_of_data(visit.environment): visit.environment for visit in visits if visit.hole == hole}
    return list(found.values())[:_ENVIRONMENTS] or [case.given for case in cases]


def _choices(sort: Sort, likely: Sequence[object], constants: Sequence[object]) -> Choices:
    return lambda environment: plausible_values(sort, environment, likely, constants)


def parameters_of(rows: Sequence[Mapping[str, object]]) -> list[tuple[str, Sort]]:
    """The variables of some environments, each with the sort of its values."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [(name, join_all(sort_of_value(row[name]) for row in rows if name in row)) for name in names]


def _add(
    pool: Pool,
    function: FunctionSpec,
    template: Function,
    domains: Mapping[str, Sequence[Fragment]],
    choice: Choice,
) -> None:
    written = {hole: domains[hole][place].written() for hole, place in choice.items()}
    imports = dict.fromkeys(item for _, needed in written.values() for item in needed)
    filled = fill_template(template, {hole: content for hole, (content, _) in written.items()})
    module = pool.unit.program_of(filled, imports)
    whole = Display("tuple", tuple(content for content, _ in written.values() if not isinstance(content, tuple)))
    wanted = [(case.given, case.wanted) for case in cases_of([function]) if not isinstance(case.wanted, Accepts)]
    mdl_significant = is_supported(cost_bits(whole), wanted, module, function, [], contested=False)
    pool.add(module, Provenance("search", mdl_significant=mdl_significant))
