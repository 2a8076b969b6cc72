"""Replays: a compile repeated from its trace alone, in a process with another hash seed."""

from __future__ import annotations

from compiler.bench.replays import check_replays
from compiler.bench.suites import Hidden, Problem
from compiler.task.options import Options


def test_compiles_without_a_model_replay() -> None:
    spec = "def double(x: int) -> int\n\ndouble(1) == 2\ndouble(5) == 10\ndouble(-3) == -6\n"
    unmet = "def odd(x: int) -> int\n\nodd(1) == 2\nodd(1) == 3\n"
    problems = [
        Problem(name, "unit", "unit", "text", text, name, Hidden(""))
        for name, text in (("double", spec), ("odd", unmet))
    ]
    checked = check_replays(problems, Options(budget_seconds=20), None)
    assert [(item.id, item.same, item.difference) for item in checked] == [("double", True, ""), ("odd", True, "")]


def test_an_unreadable_specification_is_told() -> None:
    (checked,) = check_replays([Problem("void", "unit", "unit", "text", "", "void", Hidden(""))], Options(), None)
    assert (checked.status, checked.same) == ("error", False)
    assert checked.difference
