"""The search over expressions: the simplest ones that give the wanted values in the given environments."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from compiler.components.description import cost_bits, literal_cost
from compiler.components.guidance import (
    NO_GUIDANCE,
    Guidance,
    focused,
    guided,
    guided_binders,
    phrase_components,
    sorts_on_the_way,
    speaks_of_texts,
    wishes_of,
)
from compiler.components.probes import probes_of
from compiler.components.rendering import can_be_written, names_used, to_expr
from compiler.components.templates import binders_for, components_for
from compiler.components.universe import Universe, options, refined, universe
from compiler.ir.nodes import Expr, Import, Scalar
from solver.behaviour import FAILURE
from solver.enumeration import Leaf, Library
from solver.evaluation import evaluate
from solver.meter import Meter
from solver.sorts import (
    BOOL,
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
from solver.synthesis import WISH, Found, Goal, Synthesis, synthesize
from solver.terms import App, Bind, Choice, Lit, Term, Var


class _DontCare:
    __slots__ = ()

    def __repr__(self) -> str:
        return "DONT_CARE"


DONT_CARE = _DontCare()


@dataclass(frozen=True, slots=True)
class Accepts:
    """A target that is not one value: every value on which ``test`` holds will do; a ``test`` that raises rejects."""

    test: Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class FoundExpression:
    """An expression that gives the wanted values, with the imports it needs and its cost in the search.

    ``after`` is the work done until it came, in expansions.
    """

    expr: Expr
    imports: tuple[Import, ...]
    term: Term
    cost: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What a search gave.

    ``found`` is ordered, the simplest first. ``expansions`` is the work done, ``bank`` the number of terms kept for
    each sort and cost. ``exhausted`` tells that nothing was left to try, ``stopped`` that the caller ended the search,
    ``full`` that as many terms were kept as memory allows.
    ``contested`` tells that an expression about as short as the first also fits, and does something else on inputs near
    the examples: they do not decide between the two.
    """

    found: tuple[FoundExpression, ...]
    expansions: int
    bank: Mapping[tuple[Sort, int], int]
    exhausted: bool
    stopped: bool
    contested: bool = False
    full: bool = False


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
_RIVALS = 8
DEAREST = 60
_FOCUSED_SHARE = 0.6
_RIVAL_BITS = 2.0


def search_expressions(
    parameters: Sequence[tuple[str, Sort]],
    inputs: Sequence[Mapping[str, object]],
    targets: Sequence[object],
    result: Sort,
    constants: Sequence[object],
    *,
    limit: int,
    should_stop: Callable[[], bool],
    found_at_most: int = 1,
    probes: Sequence[Mapping[str, object]] | None = None,
    guidance: Guidance = NO_GUIDANCE,
    confirm: Callable[[Term], bool] | None = None,
    wished: Collection[str] | None = None,
    dearest: int = DEAREST,
) -> SearchReport:
    """The simplest expressions over ``parameters`` that give ``targets`` on ``inputs``.

    A target is a value, ``Accepts(test)``, or ``DONT_CARE``. ``probes`` are further inputs without a target: they keep
    rivals apart that the examples cannot distinguish, and are made from the inputs where none are given. Sorts that are
    open are read off the values. ``limit`` is in expansions and makes the search deterministic; ``should_stop`` may end
    it earlier. ``guidance`` makes operations and constants cheap that the specification speaks of. ``confirm`` has the
    last word on what fits. ``wished`` are the parameters that an expression should use, by default all. What
    costs more than ``dearest`` is not looked for.
    """
    if not inputs or all(target is DONT_CARE for target in targets):
        return SearchReport((), 0, {}, exhausted=False, stopped=False)
    known = [(name, refined(sort, [row[name] for row in inputs if name in row])) for name, sort in parameters]
    wanted = [target for target in targets if target is not DONT_CARE and not isinstance(target, Accepts)]
    result = refined(result, wanted)
    sorts = [sort for _, sort in known]
    space = universe(
        sorts, result, sorts_on_the_way(guidance, sorts, result), numbers_as_text=speaks_of_texts(guidance)
    )
    more = probes_of(inputs) if probes is None else probes
    goal = _goal(space, result, [*targets, *(DONT_CARE for _ in more)], wanted)
    wishes = wishes_of(guidance)
    library = library_for(space, constants, wanted, frozenset(name for name, _ in known), guidance)
    leaves = leaves_for(known, [*inputs, *more], wishes)
    names = {name for name, _ in known if wished is None or name in wished or name in wishes}
    marks = [leaf.mark for leaf in leaves if isinstance(leaf.term, Var) and leaf.term.name in names]
    marks += [*library.marks.values(), *(item.mark for item in library.components)]
    marks += [item.mark for item in library.binders]
    goal = replace(goal, wishes=reduce(or_, marks, 0), confirm=confirm)
    meter = Meter(limit, should_stop)
    most = max(found_at_most, _RIVALS if more else 1)
    synthesis = _in_two_rounds(library, leaves, goal, meter, guidance, most, dearest)
    known_good = _Check(inputs, targets, confirm)
    refined_ = [_with_open_wishes(item, library, goal, known_good) for item in synthesis.found]
    terms = sorted(refined_, key=lambda item: item.cost)
    found = tuple(FoundExpression(*to_expr(item.term), item.term, item.cost, item.after) for item in terms)
    return SearchReport(
        found[:found_at_most],
        synthesis.expansions,
        synthesis.banks,
        synthesis.exhausted and dearest == DEAREST,
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
    found_at_most: int,
    dearest: int,
) -> Synthesis:
    """First with the operations alone of which the words speak, which reaches deeper; then with all of them."""
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
            test = _acceptance(target)
            if test is not None and not test(_value(term, row)):
                return False
        return self.confirm is None or self.confirm(term)


def _with_open_wishes(found: Found, library: Library, goal: Goal, check: _Check) -> Found:
    """The term within those operations that the words name with their constants, and no part of it uses.

    Examples seldom show a limit that the words set, so that enumeration sees no difference.
    """
    for component in library.components:
        whole = App(component, (found.term,))
        if component.mark and component.parameters == (component.result,) and component.result in goal.sorts:
            mark = component.mark & goal.wishes & ~_marks_of(found.term)
            if mark and check.holds(whole):
                found = Found(whole, found.cost + component.cost - WISH * mark.bit_count(), found.after)
    return found


def _marks_of(term: Term) -> int:
    match term:
        case App(component, arguments):
            return reduce(or_, map(_marks_of, arguments), component.mark)
        case Choice(test, then, otherwise):
            return _marks_of(test) | _marks_of(then) | _marks_of(otherwise)
        case Bind(binder, _, source, body, condition):
            inside = [part for part in (source, body, condition) if part is not None]
            return reduce(or_, map(_marks_of, inside), binder.mark)
        case _:
            return 0


def _is_contested(found: Sequence[FoundExpression], probes: Sequence[Mapping[str, object]]) -> bool:
    """Whether a program about as short as the first does something else on some probe, where both do something."""
    if not found:
        return False
    first = [_value(found[0].term, probe) for probe in probes]
    longest = cost_bits(found[0].expr) + _RIVAL_BITS
    for rival in found[1:]:
        if rival.cost > found[0].cost and cost_bits(rival.expr) > longest:
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
    wishes = wishes_of(guidance)
    return Library(
        components=tuple(item for item in components if not names_used(item.name) & taken),
        binders=tuple(
            item for item in guided_binders(binders_for(space), guidance) if not names_used(item.name) & taken
        ),
        feeds=space.feeds(),
        constants=tuple(literals),
        names={
            **{sort: _names_for(sort) for sort in space.sorts},
            "enumerate(a)": (("i", "j", "index"), ("x", "item")),
        },
        marks={literal: wishes[literal.text] for literal, _ in literals if literal.text in wishes},
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
    wishes: Mapping[str, int] | None = None,
) -> list[Leaf]:
    """The parameters as terms to begin with; each is a wish of its own, beside those wishes that name it."""
    leaves = []
    wishes = wishes or {}
    for place, (name, sort) in enumerate(parameters, start=len(wishes)):
        mark = 1 << place | wishes.get(name, 0)
        values = tuple(row.get(name, FAILURE) for row in inputs)
        leaves.append(Leaf(Var(name, sort), 1, values, mark))
        if isinstance(sort, UnionSort):
            for option in options(sort):
                narrowed = tuple(value if _is_of(value, option) else FAILURE for value in values)
                leaves.append(Leaf(Var(name, option), 1, narrowed, mark))
    return leaves


def _is_of(value: object, sort: Sort) -> bool:
    return value is not FAILURE and is_subsort(sort_of_value(value), sort)


def _goal(space: Universe, result: Sort, targets: Sequence[object], wanted: Sequence[object]) -> Goal:
    sorts = [sort for sort in space.sorts if is_subsort(sort, result)]
    if BOOL in sorts and result != BOOL and not any(isinstance(value, bool) for value in wanted):
        sorts.remove(BOOL)
    known = None if any(isinstance(target, Accepts) for target in targets) else tuple(targets)
    return Goal(tuple(sorts), tuple(map(_acceptance, targets)), known, same)


def _acceptance(target: object) -> Callable[[object], bool] | None:
    match target:
        case _DontCare():
            return None
        case Accepts(test):
            return _quiet(test)
        case _:
            return _quiet(lambda value: same(value, target))


def _quiet(test: Callable[[object], bool]) -> Callable[[object], bool]:
    def holds(value: object) -> bool:
        try:
            return bool(test(value))
        except Exception:
            return False

    return holds


def same(value: object, target: object) -> bool:
    """Equality as examples mean it: ``==``, with the last digits of floats left open."""
    if isinstance(target, float) or isinstance(value, float):
        return (
            isinstance(value, (int, float))
            and isinstance(target, (int, float))
            and (value == target or math.isclose(value, target, rel_tol=1e-12) or (value != value and target != target))
        )
    if isinstance(target, (list, tuple)) and type(value) is type(target):
        assert isinstance(value, (list, tuple))
        return len(value) == len(target) and all(map(same, value, target))
    return type(value) is type(target) and value == target


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
