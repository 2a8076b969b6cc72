"""The search over expressions: the simplest ones that give the wanted values in the given environments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from compiler.acceptance.description import cost_bits
from compiler.enumerate.guidance import (
    NO_GUIDANCE,
    Guidance,
    focused,
    soft_constraints_of,
    sorts_on_the_way,
    speaks_of_texts,
)
from compiler.enumerate.ingredients import leaves_for, library_for
from compiler.enumerate.probes import probes_of
from compiler.enumerate.rendering import to_expr
from compiler.enumerate.targets import DONT_CARE, Accepts, acceptance, same
from compiler.enumerate.universe import Universe, refined, universe
from compiler.ir.nodes import Expr, Import
from solver.behaviour import FAILURE
from solver.enumeration import Leaf, Library
from solver.evaluation import evaluate
from solver.meter import Meter
from solver.sorts import BOOL, Sort, is_subsort
from solver.synthesis import UNMET_COST, Found, Goal, Synthesis, synthesize
from solver.terms import App, Bind, Choice, Term, Var


@dataclass(frozen=True, slots=True)
class FoundExpression:
    """An expression that gives the wanted values, with the imports it needs and its cost in the search.

    ``after`` is the work done until it came, in expansions. ``surprise`` are the bits that its operations take more,
    or below zero fewer, than where nothing is said.
    """

    expr: Expr
    imports: tuple[Import, ...]
    term: Term
    cost: int
    after: int = 0
    surprise: float = 0.0

    @property
    def bits(self) -> float:
        """The length of the expression under what the words make likely."""
        return cost_bits(self.expr) + self.surprise


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What a search gave.

    ``found`` is ordered, the simplest first. ``expansions`` is the work done, ``bank`` the number of terms kept for
    each sort and cost. ``exhausted`` tells that nothing was left to try, ``stopped`` that the caller ended the search,
    ``full`` that as many terms were kept as memory allows. ``contested`` tells that an expression about as short as the
    first also fits, and does something else on inputs near the examples: they do not decide between the two.
    """

    found: tuple[FoundExpression, ...]
    expansions: int
    bank: Mapping[tuple[Sort, int], int]
    exhausted: bool
    stopped: bool
    contested: bool = False
    full: bool = False


_RIVALS = 8
DEAREST = 60
_FOCUSED_SHARE = 0.6
_RIVAL_BITS = 2.0


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """Which expressions are looked for: those over ``parameters`` that give ``targets`` on ``inputs``.

    A target is a value, ``Accepts(test)``, or ``DONT_CARE``. ``probes`` are further inputs without a target: they keep
    rivals apart that the examples cannot distinguish, and are made from the inputs where none are given. Sorts that are
    open are read off the values. ``confirm`` has the last word on what fits. ``preferred`` are the parameters that an
    expression should use, by default all.
    """

    parameters: Sequence[tuple[str, Sort]]
    inputs: Sequence[Mapping[str, object]]
    targets: Sequence[object]
    result: Sort
    constants: Sequence[object]
    probes: Sequence[Mapping[str, object]] | None = None
    confirm: Callable[[Term], bool] | None = None
    preferred: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """How far a search goes. ``limit`` is in expansions and makes it deterministic; ``should_stop`` may end it earlier.

    What costs more than ``dearest`` is not looked for.
    """

    limit: int
    should_stop: Callable[[], bool]
    found_at_most: int = 1
    dearest: int = DEAREST


def search_expressions(problem: ExpressionProblem, effort: Effort, guidance: Guidance = NO_GUIDANCE) -> SearchReport:
    """The simplest expressions that solve a problem.

    ``guidance`` makes operations and constants cheap that the specification speaks of.
    """
    inputs, targets, confirm = problem.inputs, problem.targets, problem.confirm
    if not inputs or all(target is DONT_CARE for target in targets):
        return SearchReport((), 0, {}, exhausted=False, stopped=False)
    known = [(name, refined(sort, [row[name] for row in inputs if name in row])) for name, sort in problem.parameters]
    wanted = [target for target in targets if target is not DONT_CARE and not isinstance(target, Accepts)]
    result = refined(problem.result, wanted)
    sorts = [sort for _, sort in known]
    space = universe(
        sorts, result, sorts_on_the_way(guidance, sorts, result), numbers_as_text=speaks_of_texts(guidance)
    )
    more = probes_of(inputs) if problem.probes is None else problem.probes
    goal = _goal(space, result, [*targets, *(DONT_CARE for _ in more)], wanted)
    soft = soft_constraints_of(guidance)
    library = library_for(space, problem.constants, wanted, frozenset(name for name, _ in known), guidance)
    leaves = leaves_for(known, [*inputs, *more], soft)
    names = {name for name, _ in known if problem.preferred is None or name in problem.preferred or name in soft}
    met = [leaf.meets for leaf in leaves if isinstance(leaf.term, Var) and leaf.term.name in names]
    met += [*library.met.values(), *(item.meets for item in library.components)]
    met += [item.meets for item in library.binders]
    goal = replace(goal, soft=reduce(or_, met, 0), confirm=confirm)
    meter = Meter(effort.limit, effort.should_stop)
    most = max(effort.found_at_most, _RIVALS if more else 1)
    synthesis = _in_two_rounds(library, leaves, goal, meter, guidance, replace(effort, found_at_most=most))
    known_good = _Check(inputs, targets, confirm)
    refined_ = [_with_unmet_constraints(item, library, goal, known_good) for item in synthesis.found]
    terms = sorted(refined_, key=lambda item: item.cost)
    found = tuple(
        FoundExpression(*to_expr(item.term), item.term, item.cost, item.after, _surprise(item.term, guidance))
        for item in terms
    )
    return SearchReport(
        found[: effort.found_at_most],
        synthesis.expansions,
        synthesis.banks,
        synthesis.exhausted and effort.dearest == DEAREST,
        synthesis.stopped,
        contested=_is_contested(found, more),
        full=synthesis.full,
    )


def _in_two_rounds(
    library: Library,
    leaves: Sequence[Leaf],
    goal: Goal,
    meter: Meter,
    guidance: Guidance,
    effort: Effort,
) -> Synthesis:
    """First with the operations alone of which the words speak, which reaches deeper; then with all of them."""
    found_at_most, dearest = effort.found_at_most, effort.dearest
    if guidance.silent:
        return synthesize(library, leaves, goal, meter, found_at_most=found_at_most, dearest=dearest)
    part = meter.part(int(meter.limit * _FOCUSED_SHARE))
    first = synthesize(focused(library, guidance), leaves, goal, part, found_at_most=found_at_most, dearest=dearest)
    if first.stopped:
        return first
    dearest = min(dearest, first.found[0].cost) if first.found else dearest
    rest = meter.part(meter.limit - part.spent)
    second = synthesize(library, leaves, goal, rest, found_at_most=found_at_most, dearest=dearest)
    later = [replace(item, after=item.after + first.expansions) for item in second.found]
    together = sorted(dict.fromkeys([*first.found, *later]), key=lambda item: item.cost)
    near = [item for item in together if item.cost <= together[0].cost + 1]
    return Synthesis(
        tuple(near[:found_at_most]),
        first.expansions + second.expansions,
        second.banks,
        second.exhausted and not first.found,
        second.stopped,
        first.full or second.full,
    )


@dataclass(frozen=True, slots=True)
class _Check:
    """Whether a term still fits: the inputs with their targets, and who has the last word."""

    inputs: Sequence[Mapping[str, object]]
    targets: Sequence[object]
    confirm: Callable[[Term], bool] | None

    def holds(self, term: Term) -> bool:
        for row, target in zip(self.inputs, self.targets, strict=True):
            test = acceptance(target)
            if test is not None and not test(_value(term, row)):
                return False
        return self.confirm is None or self.confirm(term)


def _with_unmet_constraints(found: Found, library: Library, goal: Goal, check: _Check) -> Found:
    """The term within those operations that the words name with their constants, and no part of it uses.

    Examples seldom show a limit that the words set, so that enumeration sees no difference.
    """
    for component in library.components:
        whole = App(component, (found.term,))
        if component.meets and component.parameters == (component.result,) and component.result in goal.sorts:
            meets = component.meets & goal.soft & ~_met_by(found.term)
            if meets and check.holds(whole):
                found = Found(whole, found.cost + component.cost - UNMET_COST * meets.bit_count(), found.after)
    return found


def _met_by(term: Term) -> int:
    match term:
        case App(component, arguments):
            return reduce(or_, map(_met_by, arguments), component.meets)
        case Choice(test, then, otherwise):
            return _met_by(test) | _met_by(then) | _met_by(otherwise)
        case Bind(binder, _, source, body, condition):
            inside = [part for part in (source, body, condition) if part is not None]
            return reduce(or_, map(_met_by, inside), binder.meets)
        case _:
            return 0


def _surprise(term: Term, guidance: Guidance) -> float:
    match term:
        case App(component, arguments):
            own, parts = guidance.surprise(component.name), arguments
        case Choice(test, then, otherwise):
            own, parts = 0.0, (test, then, otherwise)
        case Bind(binder, _, source, body, condition):
            own, parts = guidance.surprise(binder.name), tuple(filter(None, (source, body, condition)))
        case _:
            return 0.0
    return own + sum(_surprise(part, guidance) for part in parts)


def _is_contested(found: Sequence[FoundExpression], probes: Sequence[Mapping[str, object]]) -> bool:
    """Whether a program about as short as the first does something else on some probe, where both do something."""
    if not found:
        return False
    first = [_value(found[0].term, probe) for probe in probes]
    longest = found[0].bits + _RIVAL_BITS
    for rival in found[1:]:
        if rival.cost > found[0].cost and rival.bits > longest:
            continue
        second = [_value(rival.term, probe) for probe in probes]
        if any(FAILURE not in (a, b) and not same(a, b) for a, b in zip(first, second, strict=True)):
            return True
    return False


def _value(term: Term, environment: Mapping[str, object]) -> object:
    try:
        return evaluate(term, environment)
    except Exception:
        return FAILURE


def _goal(space: Universe, result: Sort, targets: Sequence[object], wanted: Sequence[object]) -> Goal:
    sorts = [sort for sort in space.sorts if is_subsort(sort, result)]
    if BOOL in sorts and result != BOOL and not any(isinstance(value, bool) for value in wanted):
        sorts.remove(BOOL)
    known = None if any(isinstance(target, Accepts) for target in targets) else tuple(targets)
    return Goal(tuple(sorts), tuple(map(acceptance, targets)), known, same)
