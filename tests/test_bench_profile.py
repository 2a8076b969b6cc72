"""The profile of search: whose time counts as what. Times themselves are not asserted."""

from __future__ import annotations

import cProfile
import json
import pstats

import pytest

from compiler.bench.profile import ELSEWHERE, Profile, Share, area_of, fixed_problems, profile, render, shares_of
from compiler.components.universe import universe
from solver.sorts import INT


def test_every_category_has_its_problems() -> None:
    problems = fixed_problems()
    assert {sum(other.category == problem.category for other in problems) for problem in problems} == {2}


@pytest.mark.parametrize(
    ("place", "area"),
    [
        (("/x/solver/enumeration.py", 3, "grow"), "enumeration"),
        (("/x/solver/behaviour.py", 3, "size_of"), "observational equivalence"),
        (("/x/solver/smt.py", 3, "solve"), "Z3"),
        (("/x/site-packages/z3/z3core.py", 3, "f"), "Z3"),
        (("/x/compiler/fill/fitting.py", 3, "fit"), "schemas"),
        (("/x/compiler/ir/evaluate.py", 3, "f"), "interpreter and IR"),
        (("<string>", 1, "<lambda>"), "operations"),
        (("<string>", 2, "__init__"), None),
        (("~", 0, "<built-in method builtins.len>"), None),
    ],
)
def test_code_counts_by_its_file(place: tuple[str, int, str], area: str | None) -> None:
    assert area_of(place) == area


def test_what_is_not_ours_counts_for_its_caller() -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    universe([INT], INT)
    sorted([3, 1, 2])
    profiler.disable()
    shares = {share.area: share for share in shares_of(pstats.Stats(profiler))}
    assert shares["words, constants, printing"].calls > 10
    assert shares[ELSEWHERE].calls >= 1


def test_the_table_and_the_data_tell_the_same() -> None:
    found = Profile(3, 2.0, 5000, 70, 4, (Share("enumeration", 3.0, 12000), Share("Z3", 1.0, 5)))
    assert render(found).splitlines()[0] == "enumeration       3.00 s   75.0%        12,000 calls"
    assert "5,000 expansions in 2.0 s: 2,500 a second" in render(found)
    assert json.loads(json.dumps(found.to_json()))["expansions_a_second"] == 2500.0


@pytest.mark.slow
def test_problems_are_compiled_and_their_work_is_counted() -> None:
    found = profile([problem for problem in fixed_problems() if problem.id.endswith("dicts/01-sorted-keys")])
    assert found.compiles == 1
    assert found.expansions > 0
    assert found.candidates > 0
    assert {"enumeration", "operations"} <= {share.area for share in found.shares}
