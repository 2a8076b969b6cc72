"""Scoring a program on a problem's hidden tests, in a child process."""

from __future__ import annotations

from dataclasses import dataclass, field

from compiler.bench.suites import Problem
from compiler.judge.judge import describe_outcome
from compiler.judge.outcome import Returned
from compiler.judge.sandbox import Limits, run_script

LIMITS = Limits(cpu_seconds=10.0, wall_seconds=60.0)
_LONGEST_FAILURE = 300


@dataclass(frozen=True, slots=True)
class Score:
    """Whether a program passes the hidden tests; ``failure`` says in a few words how it does not."""

    passed: bool
    failure: str = ""


def score(problem: Problem, program: str) -> Score:
    """Run a program with the problem's hidden tests."""
    parts = [part for part in (problem.hidden.before, program, problem.hidden.after) if part]
    outcome = run_script("\n\n".join(parts), LIMITS)
    if isinstance(outcome, Returned):
        return Score(True)
    return Score(False, describe_outcome(outcome)[:_LONGEST_FAILURE])


@dataclass(slots=True)
class Scores:
    """Scores by program text, so that equal programs run once."""

    problem: Problem
    known: dict[str, Score] = field(default_factory=dict)

    def of(self, program: str) -> Score:
        """The score of a program."""
        if program not in self.known:
            self.known[program] = score(self.problem, program)
        return self.known[program]
