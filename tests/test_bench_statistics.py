"""Statistics against values known from elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.bench.statistics import (
    bootstrap_interval,
    gap_closed,
    mcnemar,
    median,
    paired_difference,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("won", "lost", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (5, 0, 0.0625),
        (6, 0, 0.03125),
        (9, 2, 0.0654296875),
        (3, 3, 1.0),
        (12, 5, 0.143463135),
    ],
)
def test_mcnemar_exact(won: int, lost: int, p: float) -> None:
    assert mcnemar(won, lost) == pytest.approx(p)
    assert mcnemar(lost, won) == pytest.approx(p)


def test_seeds_of_a_problem_stay_together() -> None:
    ours = {"a": [True, True], "b": [True, False], "c": [False, False]}
    theirs = {"a": [False, False], "b": [True, False], "c": [True, False]}
    difference = paired_difference(ours, theirs, resamples=1000)
    assert difference.mean == pytest.approx((1 + 0 - 0.5) / 3)
    assert (difference.won, difference.lost) == (1, 1)
    assert difference.low <= difference.mean <= difference.high


def test_the_interval_has_the_width_of_the_normal_one() -> None:
    values = [1.0] * 30 + [0.0] * 70
    low, high = bootstrap_interval(values, resamples=4000)
    # 1.96 * sqrt(0.3 * 0.7 / 100) = 0.0898
    assert low == pytest.approx(0.21, abs=0.015)
    assert high == pytest.approx(0.39, abs=0.015)


@pytest.mark.parametrize(
    ("share", "count", "low", "high"), [(0.0, 10, 0.0, 0.2775), (0.5, 4, 0.1500, 0.8500), (0.3, 100, 0.2189, 0.3958)]
)
def test_wilson_interval(share: float, count: int, low: float, high: float) -> None:
    assert wilson_interval(share, count) == pytest.approx((low, high), abs=1e-4)


def test_the_interval_of_the_median_knows_nothing_of_an_outlier() -> None:
    values = [1.0] * 20 + [50.0]
    assert bootstrap_interval(values, median, resamples=1000) == (1.0, 1.0)
    assert bootstrap_interval(values, resamples=1000)[1] > 3


def test_sides_must_match() -> None:
    with pytest.raises(ValueError, match="same problems"):
        paired_difference({"a": [True]}, {"b": [True]})
    with pytest.raises(ValueError, match="at least one"):
        paired_difference({}, {})


def test_gap_closed() -> None:
    assert gap_closed(0.7, 0.6, 0.8) == pytest.approx(0.5)
    assert gap_closed(0.5, 0.6, 0.8) == pytest.approx(-0.5)
    assert gap_closed(0.7, 0.6, 0.6) is None


def test_median() -> None:
    assert [median([]), median([3]), median([4, 1, 2]), median([1, 2, 3, 4])] == [0, 3, 2, 2.5]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_a_difference_turns_its_sign_with_its_sides(pairs: list[tuple[bool, bool]]) -> None:
    one = {str(place): [pair[0]] for place, pair in enumerate(pairs)}
    two = {str(place): [pair[1]] for place, pair in enumerate(pairs)}
    forth, back = paired_difference(one, two, resamples=200), paired_difference(two, one, resamples=200)
    assert forth.mean == pytest.approx(-back.mean)
    assert (forth.won, forth.lost, forth.p) == (back.lost, back.won, back.p)
    assert -1 <= forth.low <= forth.high <= 1
