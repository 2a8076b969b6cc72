"""The raw model beside the compiler: which answer is kept, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backends.cache import CachedBackend
from backends.protocol import Proposal, Request
from compiler.bench.baseline import Filtered, raw_model, sample_and_filter
from compiler.bench.suites import Hidden, Problem

WRONG, HALF, RIGHT = "return 0", "return abs(x)", "return -x"


@dataclass
class Scripted:
    """Answers in a fixed order: the greedy request first, then the samples by occurrence."""

    bodies: Sequence[str]
    tokens: int = 10
    asked: list[int] = field(default_factory=list)
    engine: str = "scripted"
    model: str = "none"

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Proposal:
        place = request.occurrence + 1 if request.sampling.temperature else 0
        self.asked.append(place)
        return Proposal(f"```python\ndef negate(x):\n    {self.bodies[place]}\n```", 5, self.tokens, "stop")

    def close(self) -> None:
        """Nothing is held."""


def problem_with(*examples: str) -> Problem:
    spec = "\n".join(["Negate a number.", "", "def negate(x: int) -> int", "", *examples, ""])
    return Problem("one", "unit", "unit", "text", spec, "negate", Hidden("assert negate(2) == -2"))


def filtered(backend: Scripted, tokens: int, folder: Path, *examples: str) -> Filtered:
    cached = CachedBackend(backend, folder / "cache.sqlite")
    try:
        return sample_and_filter(raw_model(problem_with(*examples), cached, seed=0), tokens)
    finally:
        cached.close()


EXAMPLES = ("negate(-1) == 1", "negate(3) == -3")


def test_the_first_that_passes_all_is_kept(tmp_path: Path) -> None:
    backend = Scripted([WRONG, HALF, RIGHT, WRONG])
    kept = filtered(backend, 100, tmp_path, *EXAMPLES)
    assert RIGHT in kept.chosen.program
    assert (kept.tokens, backend.asked) == (30, [0, 1, 2])


def test_a_good_greedy_answer_ends_it(tmp_path: Path) -> None:
    backend = Scripted([RIGHT, WRONG])
    assert filtered(backend, 100, tmp_path, *EXAMPLES).tokens == 10
    assert backend.asked == [0]


def test_no_answer_beyond_the_tokens_counts(tmp_path: Path) -> None:
    kept = filtered(Scripted([WRONG, HALF, RIGHT]), 25, tmp_path, *EXAMPLES)
    assert HALF in kept.chosen.program
    assert kept.tokens == 20


def test_the_first_among_equals_is_kept(tmp_path: Path) -> None:
    kept = filtered(Scripted([WRONG, WRONG, "return 7", HALF, "return -abs(x)"]), 50, tmp_path, *EXAMPLES)
    assert HALF in kept.chosen.program
    assert len(kept.answers) == 5


def test_without_an_example_the_greedy_answer_is_kept(tmp_path: Path) -> None:
    backend = Scripted([WRONG, RIGHT])
    assert WRONG in filtered(backend, 100, tmp_path).chosen.program
    assert backend.asked == [0]


def test_a_raw_answer_sees_what_the_file_gives() -> None:
    spec = "import math\n\nFACTOR = 2\n\n\ndef area(r: float) -> float:\n    ...\n"
    problem = Problem("one", "unit", "unit", "python", spec, "area", Hidden(""))
    assert problem.preamble == "import math\nFACTOR = 2"
