"""The canonical text of values."""

from __future__ import annotations

import collections
import itertools
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.judge.child import canonical


class Point(NamedTuple):
    x: int
    y: int


EQUAL_GROUPS: list[list[object]] = [
    [True, 1, 1.0, Decimal(1), Fraction(1), 1 + 0j],
    [0, -0.0, False],
    [0.1 + 0.2, 0.3],
    [10**22, 1e22],
    [0.5, Fraction(1, 2), Decimal("0.50")],
    [Decimal("0.1"), Fraction(1, 10)],
    [float("nan"), float("nan")],
    [{1, 2}, frozenset({2, 1}), {1: 0, 2: 0}.keys()],
    [{"a": 1, "b": 2}, collections.OrderedDict([("b", 2.0), ("a", True)]), collections.Counter("abb")],
    [(1, 2), Point(1, 2)],
    [range(0, 3, 2), range(0, 4, 2)],
    [b"ab", bytearray(b"ab")],
    ["é", "\u00e9"],
]


def test_equal_values_share_a_text_and_others_do_not() -> None:
    groups: list[list[object]] = [
        *EQUAL_GROUPS,
        [[1, 2]],
        [set()],
        [{}],
        [[]],
        [()],
        ["1"],
        [None],
        [1.5],
        [[[1], 2]],
        [iter([1, 2])],
    ]
    texts = [{canonical(value) for value in group} for group in groups]
    assert all(len(group) == 1 for group in texts)
    assert len(set.union(*texts)) == len(groups)


def test_recursive_deep_and_long_values_end() -> None:
    loop: list[object] = []
    loop.append(loop)
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert canonical(loop) == "[...]"
    assert len(canonical(deep)) < 2000
    long = canonical(list(range(10**5)))
    assert len(long) < 2000
    assert long == canonical([float(n) for n in range(10**5)]) != canonical([*range(10**5 - 1), 0])
    assert canonical(itertools.count()) == canonical(itertools.count())


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False).map(lambda x: round(x, 3))
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(plain, plain)
def test_same_text_exactly_for_equal_values(left: object, right: object) -> None:
    if left == right:
        assert canonical(left) == canonical(right)
    elif canonical(left) == canonical(right):
        # Only the rounding of floats may join what == keeps apart.
        assert "." in canonical(left) or "e" in repr(left) + repr(right)
