"""Where search spends its time: a fixed set of specifications, compiled without a model under Python's profiler."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from compiler.bench.speed import Speed, measure_speed, render_speed
from compiler.bench.suites import Problem, read_suite
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.task.options import Options
from compiler.trace.events import Search, Verdict
from solver.columns import FILE as OPERATION_FILE

# A function as the profiler names it: file, line, name.
Place: TypeAlias = tuple[str, int, str]
Progress: TypeAlias = Callable[[str], None]

ELSEWHERE = "everything else"
ROUNDS = 3
_EACH_CATEGORY = 2
_SECONDS = 10_000.0

# Whose time counts as what, by the path within the project, the most exact first.
_AREAS: tuple[tuple[str, str], ...] = (
    ("solver/behaviour.py", "observational equivalence"),
    ("solver/partition.py", "observational equivalence"),
    ("solver/enumeration.py", "enumeration"),
    ("solver/plan.py", "enumeration"),
    ("solver/elements.py", "enumeration"),
    ("solver/meter.py", "enumeration"),
    ("solver/columns.py", "operations"),
    ("solver/evaluation.py", "enumeration"),
    ("solver/synthesis.py", "goals and deduction"),
    ("solver/deduction.py", "goals and deduction"),
    ("solver/unification.py", "conditionals"),
    ("solver/combination.py", "combinations (CSP)"),
    ("compiler/synthesis/sketch/combine.py", "combinations (CSP)"),
    ("compiler/synthesis/sketch/trial.py", "combinations (CSP)"),
    ("compiler/enumerate/templates.py", "operations"),
    ("compiler/enumerate/", "words, constants, printing"),
    ("compiler/synthesis/sketch/fitting.py", "sketches"),
    ("compiler/synthesis/", "filling, apart from search"),
    ("compiler/ir/", "interpreter and IR"),
    ("compiler/interpreter/", "interpreter and IR"),
    ("compiler/judge/", "judging in children"),
    ("compiler/emit/", "emission"),
    ("compiler/propagation/", "propagation"),
    ("compiler/proof/", "proofs"),
    ("compiler/front/", "reading"),
    ("solver/", "Z3"),
)
_PACKAGES = {"z3": "Z3", "constraint": "combinations (CSP)", "libcst": "emission", "black": "emission"}
# The text of an operation in the table, compiled for one input; for all of them it has a file's name of its own.
_OPERATION = ("<string>", "<lambda>")


@dataclass(frozen=True, slots=True)
class Share:
    """The seconds that one area spent itself, under the profiler, and how many calls of its functions there were."""

    area: str
    seconds: float
    calls: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What was measured: whose time it is under the profiler, which slows small functions most, and the speed without.

    ``terms`` are those that search kept, ``candidates`` the programs that were judged.
    """

    compiles: int
    terms: int
    candidates: int
    shares: tuple[Share, ...]
    speed: Speed

    def to_json(self) -> dict[str, object]:
        """The profile as JSON data."""
        return {
            "compiles": self.compiles,
            "terms": self.terms,
            "candidates": self.candidates,
            "speed": self.speed.to_json(),
            "shares": [
                {"area": item.area, "seconds": round(item.seconds, 3), "calls": item.calls} for item in self.shares
            ],
        }


def fixed_problems(limit: int | None = None) -> list[Problem]:
    """The first two problems of each category of liftc's own suite, or the first ``limit`` of them."""
    chosen: list[Problem] = []
    for problem in read_suite("own"):
        if sum(known.category == problem.category for known in chosen) < _EACH_CATEGORY:
            chosen.append(problem)
    return chosen[:limit]


def profile(
    problems: Sequence[Problem], rounds: int = ROUNDS, against: Path | None = None, progress: Progress | None = None
) -> Profile:
    """Compile every problem without a model: once under the profiler, and once in each round to measure the speed.

    Raises ``OSError`` where the other checkout ``against`` which the speed is measured cannot compile.
    """
    say = progress or (lambda _: None)
    speed = measure_speed(problems, rounds, against, say)
    results: list[Result] = []
    profiler = cProfile.Profile()
    for number, problem in enumerate(problems, start=1):
        profiler.enable()
        try:
            results.append(_compiled(problem))
        finally:
            profiler.disable()
        say(f"profile: {number}/{len(problems)} {problem.id}")
    searches = [step for result in results for step in result.trace.select(Search)]
    return Profile(
        compiles=len(results),
        terms=sum(step.terms for step in searches),
        candidates=sum(1 for result in results for _ in result.trace.select(Verdict)),
        shares=shares_of(pstats.Stats(profiler)),
        speed=speed,
    )


def render(found: Profile) -> str:
    """The profile as a table, the largest share first, and the speed."""
    total = sum(item.seconds for item in found.shares) or 1.0
    width = max((len(item.area) for item in found.shares), default=0)
    lines = [
        f"{item.area:<{width}}  {item.seconds:9.2f} s  {item.seconds / total:6.1%}  {item.calls:>12,} calls"
        for item in found.shares
    ]
    work = f"{found.compiles} compiles: {found.terms:,} terms were kept, {found.candidates} programs judged."
    return "\n".join([*lines, "", work, "Without the profiler:", render_speed(found.speed)])


def shares_of(stats: pstats.Stats) -> tuple[Share, ...]:
    """The time of each area, the most first; what is not ours counts for whoever called it most."""
    entries: Mapping[Place, Any] = stats.stats  # type: ignore[attr-defined]
    seconds: dict[str, float] = {}
    calls: dict[str, int] = {}
    for place, (_, count, own, _, _) in entries.items():
        area = _area_by_callers(place, entries)
        seconds[area] = seconds.get(area, 0.0) + own
        calls[area] = calls.get(area, 0) + count
    ordered = sorted(seconds, key=lambda area: (-seconds[area], area))
    return tuple(Share(area, seconds[area], calls[area]) for area in ordered)


def _area_by_callers(place: Place, entries: Mapping[Place, Any]) -> str:
    seen: set[Place] = set()
    while place not in seen:
        seen.add(place)
        area = area_of(place)
        if area is not None:
            return area
        callers = entries[place][4] if place in entries else {}
        if not callers:
            break
        place = max(callers, key=lambda caller: (callers[caller][3], caller))
    return ELSEWHERE


def area_of(place: Place) -> str | None:
    """What a function's code is for; ``None`` where it serves many, like the standard library."""
    path, _, name = place
    if path == OPERATION_FILE or (path, name) == _OPERATION:
        return "operations"
    parts = Path(path).parts
    for package, area in _PACKAGES.items():
        if package in parts:
            return area
    return next((area for held, area in _AREAS if held in path and _root_of(held) in parts), None)


def _root_of(held: str) -> str:
    return held.split("/", 1)[0]


def _compiled(problem: Problem) -> Result:
    return compile_source(problem.source, Options(best_effort=True, budget_seconds=_SECONDS), None)
