"""``liftc bench constrained``: as many answers under the grammar as free ones, and which of them solve more.

Both sides are raw answers to the compiler's own prompt at its temperature, run as they are and never through the IR;
the grammar is all that they differ in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from backends.protocol import Backend, Proposal, Request
from compiler.bench.baseline import pool_request, raw_program, spec_of, visible_passes
from compiler.bench.score import score
from compiler.bench.statistics import Difference, mean, paired_difference
from compiler.bench.suites import Problem
from compiler.fill.ask import constrained_request
from compiler.spec import Spec

TOGETHER = 64
"""How many answers are asked for at once; what is answered is in the cache after each batch."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one side drew for one problem with one seed.

    ``solved`` says whether the first of the answers that pass most visible examples passes the hidden tests too,
    ``right`` how many of the answers do; ``cut`` counts those that ran to the limit of tokens.
    """

    solved: bool
    right: int
    cut: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides on one problem with one seed."""

    id: str
    seed: int
    free: Drawn
    constrained: Drawn


@dataclass(frozen=True, slots=True)
class Comparison:
    """All pairs, of so many ``samples`` a side."""

    engine: str
    model: str
    samples: int
    pairs: tuple[Pair, ...]

    @property
    def difference(self) -> Difference:
        """How much more the constrained side solves, paired by problem; a problem's seeds stay together."""
        return paired_difference(self._solved("constrained"), self._solved("free"))

    def of_seed(self, seed: int) -> Comparison:
        """The pairs of one seed alone."""
        return Comparison(
            self.engine, self.model, self.samples, tuple(pair for pair in self.pairs if pair.seed == seed)
        )

    def share(self, side: str) -> float:
        """The share of the problems that a side solves."""
        return mean(getattr(pair, side).solved for pair in self.pairs)

    def right(self, side: str) -> float:
        """The share of a side's answers that are right."""
        return mean(getattr(pair, side).right / self.samples for pair in self.pairs)

    def total(self, side: str, what: str) -> int:
        """The sum of one figure of a side, such as ``tokens``."""
        return sum(getattr(getattr(pair, side), what) for pair in self.pairs)

    def _solved(self, side: str) -> dict[str, list[bool]]:
        solved: dict[str, list[bool]] = {}
        for pair in self.pairs:
            solved.setdefault(pair.id, []).append(getattr(pair, side).solved)
        return solved

    def to_json(self) -> dict[str, object]:
        """The figures as JSON data."""
        return {**asdict(self), "difference": asdict(self.difference)}


def bench_constrained(
    problems: Sequence[Problem], backend: Backend, samples: int, seeds: Sequence[int], say: Callable[[str], None]
) -> Comparison:
    """Draw ``samples`` answers a side for each problem and seed, and judge them alike. Raises ``BackendError``."""
    specs = [spec_of(problem) for problem in problems]
    pairs: list[Pair] = []
    for seed in seeds:
        sides = [
            _answers([_asked(spec, seed, samples, bound) for spec in specs], backend, say) for bound in (False, True)
        ]
        for problem, spec, free, bound in zip(problems, specs, *sides, strict=True):
            known: dict[str, bool] = {}
            pairs.append(Pair(problem.id, seed, *(_drawn(problem, spec, side, known) for side in (free, bound))))
        say(f"seed {seed}: {_told(Comparison(backend.engine, backend.model, samples, tuple(pairs)).of_seed(seed))}")
    return Comparison(backend.engine, backend.model, samples, tuple(pairs))


def _asked(spec: Spec, seed: int, samples: int, bound: bool) -> list[Request]:
    if not bound:
        return [pool_request(spec, seed, occurrence) for occurrence in range(samples)]
    # The one before the first sample is greedy.
    return [
        constrained_request(spec, spec.functions, spec.context, seed, occurrence + 1) for occurrence in range(samples)
    ]


def _answers(asked: Sequence[Sequence[Request]], backend: Backend, say: Callable[[str], None]) -> list[list[Proposal]]:
    """The answers to the requests of each problem."""
    requests = [request for some in asked for request in some]
    answers: list[Proposal] = []
    for start in range(0, len(requests), TOGETHER):
        answers += backend.propose(requests[start : start + TOGETHER])
        say(f"{len(answers)} of {len(requests)} answers")
    rest = iter(answers)
    return [[next(rest) for _ in some] for some in asked]


def _drawn(problem: Problem, spec: Spec, answers: Sequence[Proposal], known: dict[str, bool]) -> Drawn:
    """Judge one side's answers; ``known`` holds the scores of programs by their text."""
    programs = [raw_program(problem, answer.text) for answer in answers]
    for program in programs:
        if program not in known:
            known[program] = score(problem, program).passed
    # ``max`` keeps the first among equals.
    chosen = max(programs, key=lambda program: visible_passes(program, spec.functions))
    return Drawn(
        known[chosen],
        sum(known[program] for program in programs),
        sum(answer.finish == "length" for answer in answers),
        sum(answer.completion_tokens for answer in answers),
    )


def render(found: Comparison) -> str:
    """The report as text for people."""
    seeds = sorted({pair.seed for pair in found.pairs})
    problems = len(found.pairs) // len(seeds)
    lines = [f"{found.engine} {found.model}: {problems} problems, {found.samples} answers a side", ""]
    lines.append(f"{'':12}{'solved':>10}{'right answers':>15}{'cut':>6}{'tokens':>10}")
    for side in ("free", "constrained"):
        figures = f"{found.share(side):>10.1%}{found.right(side):>15.1%}{found.total(side, 'cut'):>6}"
        lines.append(f"{side:12}{figures}{found.total(side, 'tokens'):>10}")
    lines += ["", *(f"seed {seed:<6} {_told(found.of_seed(seed))}" for seed in seeds)]
    return "\n".join([*lines, f"all         {_told(found)}"])


def _told(found: Comparison) -> str:
    difference = found.difference
    interval = f"{difference.mean * 100:+.1f} [{difference.low * 100:.1f}, {difference.high * 100:.1f}]"
    shares = f"free {found.share('free'):.1%}, constrained {found.share('constrained'):.1%}"
    return f"{shares}, {interval}, won {difference.won}, lost {difference.lost}"
