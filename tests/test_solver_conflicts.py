"""Contradictions are found, explained minimally, and not seen where there are none."""

import pytest

from compiler.front import read_spec
from compiler.propagation.conflicts import find_conflicts
from compiler.text.diagnostics import Diagnostic, catalogue
from compiler.text.source import Source
from solver.explanation import minimal_conflict


def conflicts(text: str) -> list[Diagnostic]:
    (only,) = read_spec(Source("spec.txt", text)).functions
    return find_conflicts(only)


CONTRADICTIONS = {
    "values": (
        "def f(n)\n\nf(1) == 2\nf(4) == 4\nf(1) == 3\n",
        "L0301",
        "because line 3 says `f(1)` returns 2 and line 5 says `f(1)` returns 3, no function satisfies both",
    ),
    "raising": (
        "def f(n)\n\nf(1) == 2\nf(1) raises ValueError\n",
        "L0301",
        "because line 3 says `f(1)` returns 2 and line 4 says `f(1)` raises ValueError, no function satisfies both",
    ),
    "post": (
        "def f(n: int) -> int\n\npost: result > n\n\nf(3) == 3\n",
        "L0303",
        "because line 3 says `post: result > n` and line 5 says `f(3)` returns 3, no function satisfies both",
    ),
    "type": (
        "def f(n: int) -> int\n\nf(0) == 'a'\n",
        "L0304",
        "because `result` is an int and line 3 says `f(0)` returns 'a', no function satisfies both",
    ),
    "raises": (
        "def f(n: int) -> int\n\nraises: ValueError when n < 0\n\nf(-1) == 3\n",
        "L0306",
        "because line 3 says `raises: ValueError when n < 0` and line 5 says `f(-1)` returns 3, "
        "no function satisfies both",
    ),
    "lengths": (
        "def f(xs: list[int]) -> list[int]\n\npost: len(result) > len(xs)\npost: result[0] == 1\n"
        "post: len(result) < len(xs) - 2\n",
        "L0307",
        "because line 3 says `post: len(result) > len(xs)` and line 5 says `post: len(result) < len(xs) - 2`, "
        "no function satisfies both",
    ),
    "relations": (
        "def f(a: int, b: int) -> int\n\npre: a > 0\npre: b > 3\npost: result > a + b\npost: result < b\n",
        "L0307",
        "because `a`, `b` and `result` are int and line 3 says `pre: a > 0` and line 5 says `post: result > a + b` "
        "and line 6 says `post: result < b`, no function satisfies all of them",
    ),
}


@pytest.mark.parametrize(("text", "code", "note"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradictions(text: str, code: str, note: str) -> None:
    (found,) = conflicts(text)
    assert (found.code, found.severity, found.notes) == (code, "error", (note,))
    assert found.code in catalogue()
    assert len(found.labels) >= 1


def test_an_example_outside_the_pre_condition_is_a_warning_and_nothing_more() -> None:
    (found,) = conflicts("def f(n: int) -> int\n\npre: n > 0\npost: result > 5\n\nf(0) == 2\n")
    assert (found.code, found.severity) == ("L0302", "warning")


@pytest.mark.parametrize(
    "text",
    [
        "def f(n)\n\nf(1) == 2\nf(1) == 2.0\nf(True) == 7\n",
        "def f(x)\n\nf(1) raises ValueError\nf(1) raises UnicodeDecodeError\n",
        "def f(x: float) -> float\n\nf(1) == 2\npost: result >= 0\n",
        "def f(xs: list[int]) -> int\n\nf([]) == None\n",
        "def f(xs: list[int]) -> list[int]\n\nf([1]) == (1,)\n",
        "def f(n: int) -> int\n\nraises: ValueError when n < 0\n\nf(-1) raises ValueError\nf(2) == 2\n",
        "def f(n: int) -> int\n\npost: 10 // (n - 2) < result\n\nf(2) == 2\n",
        "def f(n: int) -> float\n\npost: result * result == n\n\nf(4) == 2.0\n",
        "def f(s: str) -> str\n\npost: len(result) <= len(s)\npost: result in s\n\nf('abc') == 'ab'\n",
        "def f(n: int) -> int\n\nraises: ValueError when n < 5\npre: n < 0\npost: result > n\npost: result < n\n",
        "def f(n: int) -> int\n\nraises: ValueError when n < 5\npost: n > 4\n",
        "def f(n: int) -> str\n\npost: result in ('a', None)\npost: result is None or len(result) > 0\n",
        "def f(x)\n\npost: len(result) > 2 or result\npost: not result\n",
        "def f(n: int) -> bool\n\npost: result == (n > 2)\n\nf(3) == 1\n",
        "def f(n: int)\n\npost: result in (n, n + 1)\npost: result != n\n\nassert f(3) > 3\n",
        "def f(xs: set[int], ys: set[int]) -> set[int]\n\npost: result <= xs\npost: result <= ys\npost: xs < ys\n",
    ],
)
def test_no_conflict_where_there_is_none(text: str) -> None:
    assert conflicts(text) == []


def test_a_minimal_conflict_has_no_smaller_one() -> None:
    sets = [{1, 2, 3}, {1, 2}, {2, 3}, {1, 3}, {1, 2, 3, 4}]

    def conflicting(some: object) -> bool:
        assert isinstance(some, (list, tuple))
        return not set.intersection({1, 2, 3, 4}, *some)

    core = minimal_conflict(sets, conflicting)
    assert list(core) == [{1, 2}, {2, 3}, {1, 3}]
