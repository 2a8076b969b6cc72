"""Candidates a second: the same specifications compiled by this checkout and, in turns, by another one.

Each side compiles in a process of its own that stays from the first specification to the last, without a model. Seconds
are those that this process has of the processor, so that a busy machine changes them little.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean
from typing import TypeAlias

from compiler.bench.statistics import bootstrap_interval, median
from compiler.bench.suites import Problem

Progress: TypeAlias = Callable[[str], None]
# What compiles one problem, and gives its expansions and seconds.
Compiler: TypeAlias = Callable[[Problem], tuple[int, float]]

_HERE = Path(__file__).resolve().parents[2]
# The other checkout may be an older one, which is driven by what every state of liftc has.
_CHILD = """
import json, sys, time
from liftc import compile_spec
try:
    from compiler.task.options import Options
except ImportError:  # Where an older checkout keeps it.
    from compiler.options import Options

options = Options(best_effort=True, budget_seconds=10_000.0)
for line in sys.stdin:
    name, text = json.loads(line)
    begun = time.process_time()
    result = compile_spec(text, model="none", options=options, name=name)
    seconds = time.process_time() - begun
    told = [event["data"] for event in map(json.loads, result.trace.lines()) if event["event"] == "search"]
    print(json.dumps([sum(data["expansions"] for data in told), seconds]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Side:
    """What one checkout did: its expansions by problem, and its seconds by round, then by problem."""

    root: str
    expansions: tuple[int, ...]
    seconds: tuple[tuple[float, ...], ...]

    @property
    def rates(self) -> list[float]:
        """Expansions a second, by round, over all problems that were searched for."""
        searched = [index for index, count in enumerate(self.expansions) if count]
        total = sum(self.expansions)
        return [total / max(sum(row[index] for index in searched), 1e-9) for row in self.seconds]

    def rate_of(self, problem: int) -> float:
        """Expansions a second of one problem, by its median round."""
        return self.expansions[problem] / max(median(row[problem] for row in self.seconds), 1e-9)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as fast, with the 95% interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Speed:
    """The speed of this checkout, and another's beside it."""

    ours: Side
    theirs: Side | None = None

    def ratio(self) -> Ratio | None:
        """Of the rates, by the geometric mean over problems that both sides searched for, resampled by problem."""
        if self.theirs is None:
            return None
        both = [
            index for index, counts in enumerate(zip(self.ours.expansions, self.theirs.expansions, strict=True))
            if all(counts)
        ]  # fmt: skip
        ratios = [self.ours.rate_of(index) / self.theirs.rate_of(index) for index in both]
        if not ratios:
            return None
        return Ratio(geometric_mean(ratios), *bootstrap_interval(ratios, geometric_mean))

    def ratio_of_totals(self) -> Ratio | None:
        """Of the rates over all problems: the median round, with an interval resampled by round."""
        if self.theirs is None:
            return None
        ratios = [ours / theirs for ours, theirs in zip(self.ours.rates, self.theirs.rates, strict=True) if theirs]
        if not ratios:
            return None
        return Ratio(median(ratios), *bootstrap_interval(ratios, median))

    def to_json(self) -> dict[str, object]:
        """The speeds as JSON data."""
        ratios = {"ratio": self.ratio(), "ratio_of_totals": self.ratio_of_totals()}
        sides = {"ours": self.ours, "theirs": self.theirs}
        return {
            **{
                name: {
                    "root": side.root,
                    "expansions": sum(side.expansions),
                    "expansions_a_second": round(median(side.rates), 1),
                    "rounds": [round(rate, 1) for rate in side.rates],
                }
                for name, side in sides.items()
                if side is not None
            },
            **{
                name: {"mean": round(of.mean, 4), "low": round(of.low, 4), "high": round(of.high, 4)}
                for name, of in ratios.items()
                if of is not None
            },
        }


def measure_speed(
    problems: Sequence[Problem], rounds: int, against: Path | None = None, progress: Progress | None = None
) -> Speed:
    """Compile every problem in each round; where there is another checkout, on both sides, which take turns to begin.

    Raises ``OSError`` where there is no liftc in the other checkout, or where it cannot compile.
    """
    say = progress or (lambda _: None)
    roots = [_HERE] if against is None else [_HERE, against.resolve()]
    for root in roots:
        if not (root / "liftc.py").exists():
            raise FileNotFoundError(f"there is no liftc in {root}")
    counts: list[list[int]] = [[] for _ in roots]
    seconds: list[list[tuple[float, ...]]] = [[] for _ in roots]
    with ExitStack() as stack:
        compilers = [stack.enter_context(_compiler(root)) for root in roots]
        for number in range(rounds):
            taken: list[list[tuple[int, float]]] = [[] for _ in roots]
            for place, problem in enumerate(problems):
                turns = list(zip(compilers, taken, strict=True))
                for compiled, held in turns if (number + place) % 2 == 0 else reversed(turns):
                    held.append(compiled(problem))
                say(f"round {number + 1}/{rounds}: {place + 1}/{len(problems)} {problem.id}")
            for side, held in enumerate(taken):
                counts[side] = [count for count, _ in held]
                seconds[side].append(tuple(spent for _, spent in held))
    return Speed(*(Side(str(root), tuple(counts[side]), tuple(seconds[side])) for side, root in enumerate(roots)))


def render_speed(speed: Speed) -> str:
    """The speeds in a few lines."""
    sides = {"this checkout": speed.ours, **({speed.theirs.root: speed.theirs} if speed.theirs else {})}
    lines = [
        f"{name}: {sum(side.expansions):,} expansions, {median(side.rates):,.0f} a second of the processor"
        f" (median of {len(side.rates)} rounds)"
        for name, side in sides.items()
    ]
    by_problem, in_all = speed.ratio(), speed.ratio_of_totals()
    if by_problem is not None and in_all is not None:
        lines.append(
            f"{in_all.mean:.2f} times as fast in all [{in_all.low:.2f}, {in_all.high:.2f}];"
            f" by problem {by_problem.mean:.2f} times [{by_problem.low:.2f}, {by_problem.high:.2f}]"
        )
    return "\n".join(lines)


@contextmanager
def _compiler(root: Path) -> Iterator[Compiler]:
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": "0"}
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _CHILD],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        asking, answers = child.stdin, child.stdout

        def compiled(problem: Problem) -> tuple[int, float]:
            told = ""
            with suppress(BrokenPipeError):
                print(json.dumps([problem.source.name, problem.source.text]), file=asking, flush=True)
                told = answers.readline()
            if not told:
                raise OSError(f"the liftc in {root} ended while it compiled {problem.id}")
            expansions, seconds = json.loads(told)
            return int(expansions), float(seconds)

        try:
            yield compiled
        finally:
            with suppress(BrokenPipeError):
                asking.close()
            child.terminate()
