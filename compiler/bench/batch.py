"""How many functions an hour come from one model: one compile after the other, and several together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from time import perf_counter

from backends.protocol import Backend
from compiler.bench.statistics import median
from compiler.bench.suites import Problem
from compiler.pipeline.result import Result
from compiler.runs.batch import compile_together
from compiler.task.options import Options
from compiler.text.table import plain_table

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Side:
    """One way of compiling the problems in one round. ``tokens`` are those of the answers."""

    seconds: float
    tokens: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Round:
    """The same problems with the same seed, one after the other and together."""

    seed: int
    alone: Side
    together: Side

    @property
    def ratio(self) -> float:
        """How many times as many functions an hour come from compiling together."""
        return self.alone.seconds / self.together.seconds


@dataclass(frozen=True, slots=True)
class Batch:
    """All rounds over ``functions`` problems, ``at_once`` of which were compiled at the same time."""

    functions: int
    at_once: int
    rounds: tuple[Round, ...]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(item.ratio for item in self.rounds)

    def to_json(self) -> dict[str, object]:
        """The measurements as JSON data."""
        return {**asdict(self), "ratio": self.ratio}


def measure_batch(
    problems: Sequence[Problem], options: Options, backend: Backend, seeds: Sequence[int], at_once: int, say: Progress
) -> Batch:
    """Compile the problems in both ways, in turns, once a seed, with an engine that has no cache before it.

    The model is loaded before the first round. Raises ``LiftcError`` where a compile fails.
    """
    _side(problems[:1], options, backend, 1)
    rounds: list[Round] = []
    for number, seed in enumerate(seeds):
        seeded = replace(options, seed=seed)
        widths = (1, at_once) if number % 2 else (at_once, 1)
        sides = {width: _side(problems, seeded, backend, width) for width in widths}
        rounds.append(Round(seed, sides[1], sides[at_once]))
        say(f"seed {seed}: {rounds[-1].ratio:.2f} times as many functions an hour together")
    return Batch(len(problems), at_once, tuple(rounds))


def _side(problems: Sequence[Problem], options: Options, backend: Backend, width: int) -> Side:
    begun = perf_counter()
    results: list[Result] = []
    for outcome in compile_together([problem.source for problem in problems], options, backend, at_once=width):
        if not isinstance(outcome, Result):
            raise outcome
        results.append(outcome)
    return Side(
        perf_counter() - begun,
        sum(result.usage.completion_tokens for result in results),
        sum(result.status == "accepted" for result in results),
    )


def render(batch: Batch) -> str:
    """A table for people."""
    rows = [("seed", "one at a time", "together", "functions an hour")]
    for item in batch.rounds:
        rows.append((str(item.seed), _told(item.alone), _told(item.together), f"{item.ratio:.2f} times"))
    told = f"{batch.functions} functions; together: {batch.at_once} at once"
    return "\n".join([told, "", plain_table(rows), "", f"median {batch.ratio:.2f} times"])


def _told(side: Side) -> str:
    return f"{side.seconds:.1f} s, {side.tokens} tokens"
