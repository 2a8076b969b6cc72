"""What the specification forces is tried first, judged like the rest, and a rival where a model answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from backends.protocol import Proposal, Request
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.text.source import Source
from compiler.trace.events import Candidate, Search

FORCED = {
    "definition": ("def area(w: int, h: int) -> int\n\npost: result == w * h\n", "return w * h"),
    "mirrored": ("def area(w: int, h: int) -> int\n\npost: w * h == result and result == h * w\n", "return w * h"),
    "constant": ("def answer() -> int\n\nanswer() == 42\n", "return 42"),
    "equal constants": ("def answer() -> float\n\nanswer() == 42\nanswer() == 42.0\n", "return 42"),
    "interval": ("def f(n: int) -> int\n\npost: 3 <= result < 4\n", "return 3"),
    "literal": ("def f(n: int) -> str\n\npost: result in ('a', 'b')\npost: result in ('b', 'c')\n", 'return "b"'),
    "import": ("def root(x: float) -> float\n\npre: x >= 0\npost: result == math.sqrt(x)\n", "import math"),
    "raising": (
        "def f(n: int) -> int\n\nraises: ValueError when n < 0\npost: result == n * 2\n",
        "    if n < 0:\n        raise ValueError()\n    return n * 2",
    ),
    "two forms": (
        "def even(n: int) -> bool\n\npost: result == (n % 2 == 0)\npost: result == (not n % 2)\n",
        "n % 2 == 0",
    ),
}
IN_FILES = {
    "one line": 'def f(n: int) -> int:\n    """post: result == n * 2"""\n    ...\n',
    "body": 'def f(n: int) -> int:\n    """Doubles.\n\n    post: result == n * 2\n    """\n    ...\n',
    "returned": 'def f(n: int) -> int:\n    """Doubles.\n\n    post: result == n * 2\n    """\n    return ...\n',
}
PROSE = "Give the double of the number.\n\ndef double(n: int) -> int\n\npost: result == n * 2\n"


def compiled(text: str, name: str = "spec.txt", backend: Scripted | None = None) -> Result:
    return compile_source(Source(name, text), backend=backend)


@dataclass
class Scripted:
    """A model that always gives the same body."""

    body: str
    asked: int = 0
    engine: str = "scripted"
    model: str = "none"

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.asked += len(requests)
        return [Proposal(f"```python\ndef double(n):\n    {self.body}\n```", 5, 10, "stop") for _ in requests]

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize(("text", "wanted"), FORCED.values(), ids=FORCED)
def test_what_is_forced_is_the_first_candidate_and_needs_no_search(text: str, wanted: str) -> None:
    result = compiled(text)
    assert result.status == "accepted"
    assert wanted in (result.program or "")
    assert [function.origin for function in result.functions] == ["forced"]
    assert [event.origin for event in result.trace.select(Candidate)] == ["forced"]
    assert not list(result.trace.select(Search))


@pytest.mark.parametrize("text", IN_FILES.values(), ids=IN_FILES)
def test_the_hole_of_a_file_is_forced_in_place(text: str) -> None:
    result = compiled(text, "part.py")
    assert result.status == "accepted"
    assert result.functions[0].origin == "forced"
    assert "return n * 2" in (result.program or "")


def test_what_is_inferred_is_no_part_of_the_program() -> None:
    program = compiled("def f(x)\n\nf(2) == 4\nf(5) == 10\npost: result == x * 2\n").program
    assert program is not None
    assert "def f(x):" in program


def test_what_is_forced_is_judged() -> None:
    result = compiled("def f(n: int) -> int\n\npost: result == n // 0\n")
    assert result.status == "rejected"


def test_a_greedy_answer_that_agrees_is_kept_and_no_sample_is_asked_for() -> None:
    backend = Scripted("return n + n")
    result = compiled(PROSE, backend=backend)
    assert (result.functions[0].origin, backend.asked) == ("model", 1)
    assert [event.origin for event in result.trace.select(Candidate)] == ["model", "forced"]


def test_a_greedy_answer_that_breaks_the_contract_gives_way() -> None:
    backend = Scripted("return n * 3")
    result = compiled(PROSE, backend=backend)
    assert (result.status, result.functions[0].origin, backend.asked) == ("accepted", "forced", 1)
