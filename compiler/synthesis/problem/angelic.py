"""Angelic values: what the open holes of a program must yield in an example for that example to pass.

The interpreter runs the example with the holes open and chooses a value at each visit, as if it knew what comes of it
(Bodik et al. 2010, "Programming with angelic nondeterminism"; Chandra et al. 2011, "Angelic debugging"). A hole in a
loop is visited several times, so that what is looked for is a sequence of choices.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.interpreter.interpreter import Program
from compiler.interpreter.meter import HoleFiller, Observer
from compiler.synthesis.problem.cases import Case, run_case
from compiler.synthesis.problem.data import fresh, snapshot
from solver.behaviour import FAILURE
from solver.meter import Meter

Choices = Callable[[Mapping[str, object]], Sequence[object] | None]
"""The values worth trying for a hole in an environment, the likeliest first; ``None`` where they cannot be told."""

MOST_VISITS = 60
MOST_RECORDED = 120

# What one run of an example, and each so many of its steps, count in a meter of expansions.
RUN_WORK = 8
STEPS_FOR_ONE = 32


@dataclass(frozen=True, slots=True)
class Visit:
    """A hole reached in a run: the variables in sight, as they were then, and the value it yielded or ``FAILURE``."""

    hole: str
    environment: Mapping[str, object]
    value: object


@dataclass(frozen=True, slots=True)
class Way:
    """A run that passes: its visits to open holes. ``deviations`` counts those whose value was not the first choice."""

    visits: tuple[Visit, ...]
    deviations: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What an example demands of the open holes.

    ``ways`` are the runs that pass, those with the fewest deviations first. ``seen`` are the visits of all runs, to
    open and to filled holes; ``whole`` tells that none was left out for being one too many, or in sight of too much.
    ``longest`` counts the visits to open holes of the run that made most. ``complete`` tells that every sequence of
    choices was run to its end: without a way, no values among the choices make the example pass.
    """

    case: Case
    ways: tuple[Way, ...]
    seen: tuple[Visit, ...]
    complete: bool
    whole: bool = True
    longest: int = 0

    @property
    def impossible(self) -> bool:
        """Whether no values among the choices make the example pass."""
        return self.complete and not self.ways


class _NoRun(BaseException):
    """Ends a run that is not worth going on with; no handler of the program sees it."""


@dataclass(slots=True)
class _Walk:
    """One run that takes the choices of ``prefix`` and then the first one each time."""

    open: Mapping[str, Choices]
    fixed: Mapping[str, HoleFiller]
    prefix: Sequence[int]
    visits: list[Visit] = field(default_factory=list)
    seen: list[Visit] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    cut: bool = False
    unseen: bool = False

    def fillers(self) -> dict[str, HoleFiller]:
        made: dict[str, HoleFiller] = {name: self._filler(name, choices) for name, choices in self.open.items()}
        return {**made, **{name: self._watched(name, filler) for name, filler in self.fixed.items()}}

    def _filler(self, name: str, choices: Choices) -> HoleFiller:
        def choose(environment: Mapping[str, object]) -> object:
            place = len(self.visits)
            if place >= MOST_VISITS:
                self.cut = True
                raise _NoRun
            seen = snapshot(environment)
            values = None if seen is None else choices(seen)
            self.cut = self.cut or values is None
            if seen is None or not values:
                raise _NoRun
            taken = self.prefix[place] if place < len(self.prefix) else 0
            self.visits.append(Visit(name, seen, values[taken]))
            self.seen.append(self.visits[-1])
            self.widths.append(len(values))
            return fresh(values[taken])

        return choose

    def _watched(self, name: str, filler: HoleFiller) -> HoleFiller:
        def fill(environment: Mapping[str, object]) -> object:
            seen = snapshot(environment) if len(self.seen) < MOST_RECORDED else None
            if seen is None:
                self.unseen = True
                return filler(environment)
            place = len(self.seen)
            self.seen.append(Visit(name, seen, FAILURE))
            value = filler(environment)
            self.seen[place] = Visit(name, seen, fresh(value))
            return value

        return fill


@dataclass(frozen=True, slots=True)
class Exploration:
    """How far sequences of choices are tried: until so many ways are found, and at most so many runs.

    ``refuting`` gives up where these cannot be all sequences.
    """

    at_most: int = 1
    runs: int = 200
    refuting: bool = False


_USUAL = Exploration()


def demand_of(
    program: Program,
    case: Case,
    holes: Mapping[str, Choices],
    meter: Meter,
    exploration: Exploration = _USUAL,
    *,
    fixed: Mapping[str, HoleFiller] | None = None,
    observe: Observer | None = None,
) -> Demand:
    """The ways to pass a case with ``holes`` open and the holes of ``fixed`` filled. Raises ``BudgetSpentError``.

    Sequences of choices are tried in order of how many of their choices are not the first, the earlier visits' first
    (limited discrepancy search: Harvey and Ginsberg 1995).
    """
    runs = exploration.runs
    ways: list[Way] = []
    seen: list[Visit] = []
    whole, longest = True, 0
    queue: deque[tuple[int, ...]] = deque([()])
    complete = True
    while queue:
        if len(ways) >= exploration.at_most or runs <= 0 or (exploration.refuting and len(queue) > runs):
            return Demand(case, tuple(ways), tuple(seen), False, whole, longest)
        runs -= 1
        prefix = queue.popleft()
        walk = _Walk(holes, fixed or {}, prefix)
        meter.tick(RUN_WORK)
        run = run_case(program, case, holes=walk.fillers(), observe=observe)
        complete = complete and not walk.cut and run is not None and run.stopped is None
        whole, longest = whole and not walk.unseen, max(longest, len(walk.visits))
        meter.tick(0 if run is None else run.steps // STEPS_FOR_ONE)
        seen += walk.seen
        if run is not None and not isinstance(run.error, _NoRun) and case.accepts(run):
            ways.append(Way(tuple(walk.visits), sum(1 for choice in prefix if choice)))
        for place in range(len(prefix), len(walk.widths)):
            start = (*prefix, *(0 for _ in range(len(prefix), place)))
            queue.extend((*start, choice) for choice in range(1, walk.widths[place]))
    return Demand(case, tuple(ways), tuple(seen), complete and whole, whole, longest)
