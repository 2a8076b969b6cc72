"""Running one combination of fragments, and explaining why it fails.

The explanation names the fewest holes that can be found: those that the example reached, less each whose value, as
angelic runs show, cannot matter. It holds for every fragment that does the same on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.interpreter.interpreter import Program
from compiler.interpreter.meter import HoleFiller, Observer
from compiler.ir.nodes import (
    BoolOp,
    Const,
    ExprStmt,
    Module,
    Slice,
    Starred,
    Try,
    Yield,
    YieldFrom,
)
from compiler.ir.walk import walk
from compiler.synthesis.problem.angelic import RUN_WORK, Choices, Demand, Exploration, Visit, demand_of
from compiler.synthesis.problem.cases import Case
from compiler.synthesis.problem.data import MOST_DATA, is_unchanging, size_of_data, text_of_data
from compiler.synthesis.problem.template import Fill
from compiler.synthesis.sketch.fragments import Fragment, may_change
from solver.combination import Constraint, Nogoods, Places
from solver.meter import Meter

Choice = Mapping[str, int]
Domains = Mapping[str, Sequence[Fragment]]

_EXPLAINING_RUNS = 64
_WIDENED = 100

# How the keys of values begin that were not there: the fragment raised, or what it does is not known.
_RAISES = "!"
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Learned:
    """Why a combination, whole or in part, fails: for each hole that explains it the fragments that fail alike, and the
    example.
    """

    combination: Choice
    places: Places
    case: Case


@dataclass(frozen=True, slots=True)
class CombinationProblem:
    """Fragments for each hole of one function, of which combinations are to pass every case.

    ``build`` makes a module with these holes filled and the others open. ``constraints`` hold whatever the cases say.
    """

    build: Callable[[Mapping[str, Fill]], Module]
    domains: Domains
    cases: Sequence[Case]
    constraints: Sequence[Constraint] = ()


@dataclass(slots=True)
class Trial:
    """Runs combinations. Fragments that only a whole run tells of are built in, the others are called at the holes."""

    problem: CombinationProblem
    meter: Meter
    nogoods: Nogoods
    _marks: dict[str, Const] = field(init=False)
    _changes: bool = field(init=False)
    _programs: dict[tuple[int, ...], Program] = field(default_factory=dict)
    _keys: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _values: dict[tuple[str, str, int], Sequence[object] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._marks = {hole: Const(True) for hole in self.domains}
        self._changes = any(may_change(node) for node in walk(self.problem.build({})))

    @property
    def domains(self) -> Domains:
        """The fragments for each hole."""
        return self.problem.domains

    def run(self, choice: Choice) -> Learned | None:
        """What a failing combination teaches; ``None`` where every case passes. Raises ``BudgetSpentError``."""
        program = self._program(choice)
        failures: list[tuple[int, int, Case, Demand, set[int]]] = []
        for case in self.problem.cases:
            ran: set[int] = set()
            observe = _noting(ran) if self._built_in else None
            demand = self._demand(program, case, choice, list(choice), [], observe=observe)
            if not demand.ways:
                failures.append((len({visit.hole for visit in demand.seen}), len(demand.seen), case, demand, ran))
        if not failures:
            return None
        # The example that reached the fewest holes is likely to need the fewest to explain it.
        *_, case, demand, ran = min(failures, key=lambda failure: failure[:2])
        return self._explained(choice, case, demand, ran)

    @property
    def _built_in(self) -> list[str]:
        return [hole for hole, items in self.domains.items() if any(item.value is None for item in items)]

    def _program(self, choice: Choice) -> Program:
        key = tuple(choice[hole] for hole in self._built_in)
        if key not in self._programs:
            contents = {hole: self.domains[hole][choice[hole]].content for hole in self._built_in}
            module = self.problem.build(
                {hole: _marked(content, self._marks[hole]) for hole, content in contents.items()}
            )
            self._programs[key] = Program(module)
        return self._programs[key]

    def _demand(
        self,
        program: Program,
        case: Case,
        choice: Choice,
        fixed: Sequence[str],
        open_: Sequence[str],
        *,
        runs: int | None = None,
        observe: Observer | None = None,
    ) -> Demand:
        """What a case demands where some holes hold their fragments and some are open."""
        fillers: dict[str, HoleFiller] = {}
        for hole in fixed:
            value = self.domains[hole][choice[hole]].value
            if value is not None:
                fillers[hole] = value
        choices = {hole: self._choices(hole) for hole in open_}
        runs = runs or (_EXPLAINING_RUNS if open_ else 1)
        exploration = Exploration(runs=runs, refuting=runs > 1)
        return demand_of(program, case, choices, self.meter, exploration, fixed=fillers, observe=observe)

    def _explained(self, choice: Choice, case: Case, demand: Demand, ran: set[int]) -> Learned:
        """The holes that the failing run reached, less those that cannot matter, each with what fails alike."""
        program = self._program(choice)
        visits = list(demand.seen)
        reached = list(dict.fromkeys(visit.hole for visit in visits))
        core = [hole for hole in self._built_in if self._may_have_run(hole, program, ran)]
        core = [*core, *reached] or list(choice)
        if not demand.whole:
            return Learned(choice, {hole: frozenset({choice[hole]}) for hole in core}, case)
        places: dict[str, frozenset[int]] = {}
        if demand.complete and self._explains(program, core):
            for hole in sorted(reached, key=lambda hole: self._width(hole, visits)):
                others = [other for other in core if other != hole]
                refuted = others and self._demand(program, case, choice, others, self._rest(others))
                if refuted and refuted.impossible:
                    core = others
                    visits += refuted.seen
            places = self._widened(program, case, choice, core, visits)
        return Learned(
            choice, {hole: places.get(hole) or self._alike(hole, choice[hole], visits) for hole in core}, case
        )

    def _may_have_run(self, hole: str, program: Program, ran: set[int]) -> bool:
        """Whether a run that evaluated these expressions reached a fragment that is built in, as far as that shows."""
        mark = self._marks[hole]
        return id(mark) in ran or not any(node is mark for node in walk(program.module))

    def _explains(self, program: Program, core: Sequence[str]) -> bool:
        """Whether angelic runs tell what matters: all other holes can be open, and no handler hides what one raises."""
        opaque = any(hole not in core for hole in self._built_in)
        return not opaque and not any(isinstance(node, Try) for node in walk(program.module))

    def _rest(self, fixed: Sequence[str]) -> list[str]:
        return [hole for hole in self.domains if hole not in fixed and hole not in self._built_in]

    def _widened(
        self, program: Program, case: Case, choice: Choice, core: Sequence[str], visits: list[Visit]
    ) -> dict[str, frozenset[int]]:
        """For the hole that was reached last, and once: all fragments whose value fails, whatever open holes hold."""
        last = next((visit for visit in reversed(visits) if visit.hole in core), None)
        if last is None or sum(visit.hole == last.hole for visit in visits) > 1:
            return {}
        others = [hole for hole in core if hole != last.hole]
        alike = set(self._alike(last.hole, choice[last.hole], visits))
        for members in self._classes(last)[:_WIDENED]:
            if not alike.isdisjoint(members):
                continue
            rival = {**choice, last.hole: min(members)}
            refuted = self._demand(program, case, rival, [*others, last.hole], self._rest(core))
            if refuted.impossible and _only_in(refuted, last):
                visits += [visit for visit in refuted.seen if visit.hole != last.hole]
                alike |= members
        return {last.hole: frozenset(alike)}

    def alone(self) -> Iterator[Learned]:
        """What fails an example by itself: fragments of the hole that is reached first, with all others open."""
        program = self._program({}) if not self._built_in else None
        if program is None or any(isinstance(node, Try) for node in walk(program.module)):
            return
        for case in self.problem.cases:
            first = self._demand(program, case, {}, [], list(self.domains), runs=1).seen[:1]
            for members in self._classes(first[0])[:_WIDENED] if first else []:
                hole, choice = first[0].hole, {first[0].hole: min(members)}
                refuted = self._demand(program, case, choice, [hole], self._rest([hole]))
                if refuted.impossible and _only_in(refuted, first[0]):
                    yield Learned(choice, {hole: members}, case)

    def _classes(self, visit: Visit) -> list[frozenset[int]]:
        """The fragments that are not forbidden, in classes of those that do the same at a visit."""
        alone = self.nogoods.alone(visit.hole)
        classes: dict[str, set[int]] = {}
        for place, key in enumerate(self._keys_at(visit.hole, visit.environment)):
            if not alone >> place & 1:
                classes.setdefault(key, set()).add(place)
        return [frozenset(members) for members in classes.values()]

    def _alike(self, hole: str, place: int, visits: Sequence[Visit]) -> frozenset[int]:
        """The fragments that do the same as one at every visit."""
        if self.domains[hole][place].value is None or hole in self._built_in:
            return frozenset({place})
        alike = frozenset(range(len(self.domains[hole])))
        for visit in visits:
            if visit.hole == hole:
                keys = self._keys_at(hole, visit.environment)
                alike &= frozenset(other for other, key in enumerate(keys) if key == keys[place])
        return alike

    def _width(self, hole: str, visits: Sequence[Visit]) -> int:
        """How many different values the fragments of a hole give at its first visit."""
        values = self._distinct(hole, next(visit.environment for visit in visits if visit.hole == hole))
        return _EXPLAINING_RUNS if values is None else len(values)

    def _choices(self, hole: str) -> Choices:
        return lambda environment: self._distinct(hole, environment)

    def _distinct(self, hole: str, environment: Mapping[str, object]) -> Sequence[object] | None:
        """The different values that the fragments give in an environment, but for those that are forbidden by now.

        ``None`` where what one of them does is not known.
        """
        alone = self.nogoods.alone(hole)
        place = (hole, text_of_data(environment), alone)
        if place not in self._values:
            firsts: dict[str, int] = {}
            for index, key in enumerate(self._keys_at(hole, environment)):
                if not (key.startswith(_RAISES) or alone >> index & 1):
                    firsts.setdefault(key, index)
            known = not any(key.startswith(_UNKNOWN) for key in firsts)
            values = [self._value(hole, index, environment) for index in firsts.values()] if known else None
            self._values[place] = values
        return self._values[place]

    def _value(self, hole: str, place: int, environment: Mapping[str, object]) -> object:
        value = self.domains[hole][place].value
        assert value is not None
        return value(environment)

    def _keys_at(self, hole: str, environment: Mapping[str, object]) -> tuple[str, ...]:
        """A text for what each fragment of a hole does in an environment: its value's, or its exception's name."""
        place = (hole, text_of_data(environment))
        if place not in self._keys:
            self.meter.tick(len(self.domains[hole]) // RUN_WORK + 1)
            self._keys[place] = tuple(self._key(hole, index, environment) for index in range(len(self.domains[hole])))
        return self._keys[place]

    def _key(self, hole: str, place: int, environment: Mapping[str, object]) -> str:
        try:
            value = self._value(hole, place, environment)
        except NameError:
            # The environment lacks functions, which the run has.
            return f"{_UNKNOWN}{place}"
        except Exception as error:
            return f"{_RAISES}{type(error).__name__}"
        size = size_of_data(value)
        # Where something may be changed, a list and its copy are not the same.
        alike = size is not None and size <= MOST_DATA and (is_unchanging(value) or not self._changes)
        return text_of_data(value) if alike else f"{_UNKNOWN}{place}"


def _only_in(demand: Demand, there: Visit) -> bool:
    """Whether a hole was reached in no other environment than in one visit."""
    return all(
        text_of_data(visit.environment) == text_of_data(there.environment)
        for visit in demand.seen
        if visit.hole == there.hole
    )


def _noting(ran: set[int]) -> Observer:
    return lambda node, _value: ran.add(id(node))


def _marked(fill: Fill, mark: Const) -> Fill:
    """A fragment that evaluates a mark before it does anything; where that cannot be written, without it."""
    match fill:
        case tuple():
            return (ExprStmt(mark), *fill)
        case Slice() | Starred() | Yield() | YieldFrom():
            return fill
        case _:
            return BoolOp("and", (mark, fill))
