"""``liftc bench constrained``: as many answers under the grammar as free ones, and which of them solve more.

Both sides are raw answers to the compiler's own prompt at its temperature, run as they are and never through the IR;
the grammar is all that they differ in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from backends.protocol import Backend, Proposal, Request
from compiler.bench.asking import answered
from compiler.bench.baseline import pool_request, raw_program, spec_of, visible_passes
from compiler.bench.score import Scores
from compiler.bench.statistics import Difference, mean, paired_difference
from compiler.bench.suites import Problem
from compiler.front.spec import Spec
from compiler.synthesis.ask.ask import constrained_request
from compiler.text.table import plain_table


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
    def free(self) -> list[Drawn]:
        """What was drawn without the grammar."""
        return [pair.free for pair in self.pairs]

    @property
    def constrained(self) -> list[Drawn]:
        """What was drawn under the grammar."""
        return [pair.constrained for pair in self.pairs]

    @property
    def difference(self) -> Difference:
        """How much more the constrained side solves, paired by problem; a problem's seeds stay together."""
        ours: dict[str, list[bool]] = {}
        theirs: dict[str, list[bool]] = {}
        for pair in self.pairs:
            ours.setdefault(pair.id, []).append(pair.constrained.solved)
            theirs.setdefault(pair.id, []).append(pair.free.solved)
        return paired_difference(ours, theirs)

    def of_seed(self, seed: int) -> Comparison:
        """The pairs of one seed alone."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair.seed == seed))

    def to_json(self) -> dict[str, object]:
        """The figures as JSON data."""
        return {**asdict(self), "difference": asdict(self.difference)}


def bench_constrained(
    problems: Sequence[Problem], backend: Backend, samples: int, seeds: Sequence[int], say: Callable[[str], None]
) -> Comparison:
    """Draw ``samples`` answers a side for each problem and seed, and judge them alike. Raises ``BackendError``."""
    specs = [spec_of(problem) for problem in problems]
    scores = [Scores(problem) for problem in problems]
    found = Comparison(backend.engine, backend.model, samples, ())
    for seed in seeds:
        sides = [
            _answers([_asked(spec, seed, samples, bound) for spec in specs], backend, say) for bound in (False, True)
        ]
        pairs = [
            Pair(known.problem.id, seed, *(_drawn(known, spec, side) for side in drawn))
            for known, spec, *drawn in zip(scores, specs, *sides, strict=True)
        ]
        found = replace(found, pairs=(*found.pairs, *pairs))
        say(f"seed {seed}: {_told(found.of_seed(seed))}")
    return found


def _asked(spec: Spec, seed: int, samples: int, bound: bool) -> list[Request]:
    if not bound:
        return [pool_request(spec, seed, occurrence) for occurrence in range(samples)]
    # The one before the first sample is greedy.
    return [
        constrained_request(spec, spec.functions, spec.context, seed, occurrence + 1) for occurrence in range(samples)
    ]


def _answers(asked: Sequence[Sequence[Request]], backend: Backend, say: Callable[[str], None]) -> list[list[Proposal]]:
    """The answers to the requests of each problem."""
    requests = [(place, request) for place, some in enumerate(asked) for request in some]
    answers: list[list[Proposal]] = [[] for _ in asked]
    done = 0
    for batch in answered(requests, lambda item: item[1], backend):
        for (place, _), answer in batch:
            answers[place].append(answer)
        done += len(batch)
        say(f"{done} of {len(requests)} answers")
    return answers


def _drawn(known: Scores, spec: Spec, answers: Sequence[Proposal]) -> Drawn:
    """Judge one side's answers to a problem."""
    programs = [raw_program(known.problem, answer.text) for answer in answers]
    # ``max`` keeps the first among equals.
    chosen = max(programs, key=lambda program: visible_passes(program, spec.functions))
    return Drawn(
        known.of(chosen).passed,
        sum(known.of(program).passed for program in programs),
        sum(answer.finish == "length" for answer in answers),
        sum(answer.completion_tokens for answer in answers),
    )


def render(found: Comparison) -> str:
    """The report as text for people."""
    seeds = sorted({pair.seed for pair in found.pairs})
    problems = len(found.pairs) // len(seeds)
    rows = [("answers", "solved", "right answers", "cut", "tokens")]
    for name, side in (("free", found.free), ("constrained", found.constrained)):
        right = mean(drawn.right / found.samples for drawn in side)
        cut, tokens = sum(drawn.cut for drawn in side), sum(drawn.tokens for drawn in side)
        rows.append((name, f"{_solved(side):.1%}", f"{right:.1%}", str(cut), str(tokens)))
    told = f"{found.engine} {found.model}: {problems} problems, {found.samples} answers a side"
    by_seed = [f"seed {seed:<6} {_told(found.of_seed(seed))}" for seed in seeds]
    return "\n".join([told, "", plain_table(rows), "", *by_seed, f"all         {_told(found)}"])


def _solved(side: Sequence[Drawn]) -> float:
    return mean(drawn.solved for drawn in side)


def _told(found: Comparison) -> str:
    difference = found.difference
    interval = f"{difference.mean * 100:+.1f} [{difference.low * 100:.1f}, {difference.high * 100:.1f}]"
    shares = f"free {_solved(found.free):.1%}, constrained {_solved(found.constrained):.1%}"
    return f"{shares}, {interval}, won {difference.won}, lost {difference.lost}"
