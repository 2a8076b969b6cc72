"""How far one expression is from another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.ir.lower import lower_expression
from compiler.synthesis.repair.distance import edit_distance

TEXTS = st.sampled_from(["x", "1", "x + 1", "x > y", "y < x", "f(x)", "[a for a in x if a]", "x[1:]", "not x", "'t'"])


@pytest.mark.parametrize(
    ("old", "new", "distance"),
    [
        ("x > y", "y < x", 0),
        ("x > y", "y <= x", 1),
        ("1", "2", 1),
        ("1", "x", 2),
        ("x", "x + 1", 2),
        ("f(x) - 1", "f(x)", 2),
        ("x + 1", "x - 1", 1),
    ],
)
def test_parts_are_changed_taken_out_or_put_in(old: str, new: str, distance: int) -> None:
    assert edit_distance(lower_expression(old), lower_expression(new)) == distance


@given(TEXTS, TEXTS, TEXTS)
def test_it_is_a_distance(a: str, b: str, c: str) -> None:
    first, second, third = map(lower_expression, (a, b, c))
    assert edit_distance(first, second) == edit_distance(second, first)
    assert edit_distance(first, third) <= edit_distance(first, second) + edit_distance(second, third)
    assert edit_distance(first, first) == 0
