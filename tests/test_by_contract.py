"""Compiles in which the contracts alone say what the result is."""

from __future__ import annotations

import pytest

from compiler.judge.verdicts import Proved
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.task.options import Options
from compiler.text.source import Source
from compiler.trace.events import Solver


def compiled(text: str) -> Result:
    return compile_source(Source("spec.txt", text), Options())


SPECIFICATIONS = {
    "largest": (
        "def largest(x: int, y: int, z: int) -> int\n\n"
        "post: result >= x and result >= y and result >= z\npost: result in (x, y, z)\n"
    ),
    "clamp": (
        "def clamp(x: int, low: int, high: int) -> int\n\npre: low <= high\npost: low <= result <= high\n"
        "post: result == x or (x < low and result == low) or (x > high and result == high)\n"
    ),
    "absolute": "def absolute(n: int) -> int\n\npost: result >= 0\npost: result == n or result == -n\n",
    "sign": (
        "def sign(n: int) -> int\n\n"
        "post: -1 <= result <= 1\npost: (result > 0) == (n > 0)\npost: (result < 0) == (n < 0)\n"
    ),
    "half": "def half(n: int) -> int\n\npost: 2 * result <= n and n < 2 * result + 2\n",
    "round_up": "def round_up(n: int) -> int\n\npost: result % 10 == 0\npost: n <= result < n + 10\n",
    "either": "def either(a: bool, b: bool) -> bool\n\npost: not result or a != b\npost: result or a == b\n",
    "leap": (
        "def leap(year: int) -> bool\n\npost: not result or year % 4 == 0\n"
        "post: not result or year % 100 != 0 or year % 400 == 0\n"
        "post: result or year % 4 != 0 or (year % 100 == 0 and year % 400 != 0)\n"
    ),
    "pay": (
        "def pay(hours: int, late: bool) -> int\n\npre: hours >= 0\nraises: ValueError when hours > 100\n"
        "post: not late or result == 3 * hours + 7\npost: late or result == 2 * hours\n"
    ),
}


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_contracts_that_determine_the_result_are_enough(name: str) -> None:
    result = compiled(SPECIFICATIONS[name])
    assert result.status == "accepted"
    (function,) = result.functions
    assert all(isinstance(clause.verdict, Proved) for clause in function.evidence if clause.kind != "pre")
    queries = list(result.trace.select(Solver))
    assert queries
    assert all(query.function == name and query.clause for query in queries)


READ = {
    "half": "n // 2",
    "absolute": "abs(n)",
    "largest": "max(x, y, z)",
    "round_up": "10 * ((n + 9) // 10)",
    "leap": "year % 4 == 0 and year % 100 != 0 or year % 400 == 0",
}


@pytest.mark.parametrize("name", READ)
def test_the_program_reads_well(name: str) -> None:
    program = compiled(SPECIFICATIONS[name]).program
    assert program is not None
    assert program.splitlines()[1:] == [f"    return {READ[name]}"]


def test_cases_are_written_in_the_order_of_their_tests() -> None:
    program = compiled(SPECIFICATIONS["clamp"]).program
    assert program == (
        "def clamp(x: int, low: int, high: int) -> int:\n"
        "    if x < low:\n        return low\n    if x > high:\n        return high\n    return x\n"
    )


def test_contracts_that_leave_the_result_open_accept_nothing() -> None:
    result = compiled("def above(x: int, y: int) -> int\n\npost: result > x and result > y\n")
    assert result.status == "rejected"
