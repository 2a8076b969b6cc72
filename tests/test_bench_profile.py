"""The profile of search: whose time counts as what. Times themselves are not asserted."""

from __future__ import annotations

import cProfile
import json
import pstats
from pathlib import Path

import pytest

from compiler.bench.profile import ELSEWHERE, Profile, Share, area_of, fixed_problems, profile, render, shares_of
from compiler.bench.speed import Side, Speed, measure_speed, render_speed
from compiler.enumerate.universe import universe
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
        (("/x/compiler/synthesis/sketch/fitting.py", 3, "fit"), "sketches"),
        (("/x/compiler/interpreter/evaluate.py", 3, "f"), "interpreter and IR"),
        (("<string>", 1, "<lambda>"), "operations"),
        (("<operation>", 3, "together"), "operations"),
        (("/x/solver/partition.py", 3, "keep"), "observational equivalence"),
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


OURS = Side("/here", (4000, 0, 1000), ((2.0, 0.1, 0.5), (1.0, 0.1, 0.5), (4.0, 0.1, 0.5)))
THEIRS = Side("/there", (4000, 0, 1000), ((4.0, 0.2, 1.0), (2.0, 0.1, 1.0), (8.0, 0.1, 1.0)))


def test_the_table_and_the_data_tell_the_same() -> None:
    found = Profile(3, 70, 4, (Share("enumeration", 3.0, 12000), Share("Z3", 1.0, 5)), Speed(OURS))
    assert render(found).splitlines() == [
        "enumeration       3.00 s   75.0%        12,000 calls",
        "Z3                1.00 s   25.0%             5 calls",
        "",
        "3 compiles: 70 terms were kept, 4 programs judged.",
        "Without the profiler:",
        "this checkout: 5,000 expansions, 2,000 a second of the processor (median of 3 rounds)",
    ]
    assert json.loads(json.dumps(found.to_json()))["speed"]["ours"]["expansions_a_second"] == 2000.0


def test_two_checkouts_are_compared_by_problem_and_in_all() -> None:
    speed = Speed(OURS, THEIRS)
    by_problem, in_all = speed.ratio(), speed.ratio_of_totals()
    assert by_problem is not None
    assert in_all is not None
    for ratio in (by_problem, in_all):
        assert (ratio.low, ratio.mean, ratio.high) == pytest.approx((2, 2, 2))
    assert render_speed(speed).splitlines()[1:] == [
        "/there: 5,000 expansions, 1,000 a second of the processor (median of 3 rounds)",
        "2.00 times as fast in all [2.00, 2.00]; by problem 2.00 times [2.00, 2.00]",
    ]
    assert speed.to_json()["ratio"] == {"mean": 2.0, "low": 2.0, "high": 2.0}


def test_where_nothing_is_searched_for_there_is_no_ratio() -> None:
    idle = Side("/here", (0,), ((0.1,),))
    speed = Speed(idle, idle)
    assert speed.ratio() is None
    assert speed.ratio_of_totals() is None
    assert "0 expansions" in render_speed(speed)


def test_another_checkout_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="there is no liftc in"):
        measure_speed(fixed_problems(1), 1, tmp_path)


def test_a_checkout_that_cannot_compile_is_told(tmp_path: Path) -> None:
    (tmp_path / "liftc.py").write_text("raise SystemExit", encoding="utf-8")
    with pytest.raises(OSError, match="ended while it compiled"):
        measure_speed(fixed_problems(1), 1, tmp_path)


def test_two_checkouts_take_turns() -> None:
    quick = [problem for problem in fixed_problems() if problem.id.endswith("02-holders")]
    speed = measure_speed([*quick, *quick], 2, Path(__file__).resolve().parents[1])
    assert speed.theirs is not None
    assert speed.ours.expansions == speed.theirs.expansions == (0, 0)
    assert [len(row) for side in (speed.ours, speed.theirs) for row in side.seconds] == [2, 2, 2, 2]


@pytest.mark.slow
def test_problems_are_compiled_and_their_work_is_counted() -> None:
    found = profile([problem for problem in fixed_problems() if problem.id.endswith("dicts/01-sorted-keys")], 1)
    assert found.compiles == 1
    assert sum(found.speed.ours.expansions) > 0
    assert found.candidates > 0
    assert {"enumeration", "operations"} <= {share.area for share in found.shares}
