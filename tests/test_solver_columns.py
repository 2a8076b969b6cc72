"""Whole columns give what the operation gives input by input, and packed keys tell apart what ``repr`` does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.enumerate.templates import components_for
from compiler.enumerate.universe import universe
from solver.behaviour import FAILURE, key_maker
from solver.columns import columns_of
from solver.sorts import ANY, BOOL, FLOAT, INT, NONE, STR, DictSort, ListSort, RowSort, Sort, TupleSort, UnionSort
from solver.terms import Component

VALUES: dict[Sort, Sequence[object]] = {
    INT: (0, 1, -3, 7, 12, FAILURE),
    FLOAT: (0.0, -0.0, 2.5, -7.25, 4, FAILURE),
    BOOL: (True, False, FAILURE),
    STR: ("", "a", "ab ba", "12", " x", FAILURE),
    ListSort(INT): ([], [3], [1, 2, 1], [5, -5], FAILURE),
    ListSort(STR): ([], ["a"], ["b", "a"], FAILURE),
    DictSort(STR, INT): ({}, {"a": 1}, {"b": 2, "a": 0}, FAILURE),
}
COMPONENTS = [
    component
    for component in components_for(universe(list(VALUES), ListSort(STR)))
    if set(component.parameters) <= VALUES.keys()
]
ROWS = 24


def columns_for(component: Component, failing: bool) -> list[tuple[object, ...]]:
    pools = [[value for value in VALUES[sort] if failing or value is not FAILURE] for sort in component.parameters]
    return [
        tuple(pool[(row * (place + 2) + row // len(pool)) % len(pool)] for row in range(ROWS))
        for place, pool in enumerate(pools)
    ]


def one_by_one(component: Component, columns: Sequence[Sequence[object]]) -> list[object]:
    results: list[object] = []
    for row in zip(*columns, strict=True):
        try:
            results.append(FAILURE if any(value is FAILURE for value in row) else component.evaluate(*row))
        except Exception:
            results.append(FAILURE)
    return results


def test_the_table_is_looked_at() -> None:
    assert len(COMPONENTS) > 150


@pytest.mark.parametrize("failing", [False, True])
def test_columns_agree_with_single_inputs(failing: bool) -> None:
    for component in COMPONENTS:
        columns, compiled = columns_for(component, failing), component.columns
        assert compiled is not None
        wanted = one_by_one(component, columns)
        failed = [value is FAILURE for value in wanted]
        for each in (compiled, columns_of(component.evaluate, len(columns))):
            got = each.apart(*columns)
            assert repr(list(got)) == repr([] if all(failed) else wanted), component.name
            if not any(failed):
                assert repr(list(each.together(*columns))) == repr(wanted), component.name
            elif not failing:
                with pytest.raises(Exception):  # noqa: B017, PT011
                    each.together(*columns)


NUMBERS = st.one_of(st.floats(allow_nan=False), st.just(float("nan")), st.just(-float("nan")))
SCALARS = st.one_of(st.integers(-2, 40_000), st.booleans(), st.none(), NUMBERS, st.text(max_size=3))
VECTORS = st.lists(
    st.one_of(
        st.just(FAILURE),
        st.lists(SCALARS, max_size=3),
        st.tuples(SCALARS, SCALARS),
        st.dictionaries(st.text(max_size=1), SCALARS, max_size=2),
    ),
    max_size=3,
).map(tuple)
ANYTHING = UnionSort((INT, BOOL, NONE, FLOAT, STR))
NESTED: Sequence[Sort] = (
    ListSort(ANY),
    ListSort(ANYTHING),
    RowSort(ANYTHING),
    DictSort(STR, ANYTHING),
    TupleSort((ANYTHING, INT)),
)


@settings(max_examples=400, deadline=None)
@given(VECTORS, VECTORS, st.sampled_from(NESTED))
def test_packed_keys_are_equal_where_texts_are(left: tuple[object, ...], right: tuple[object, ...], sort: Sort) -> None:
    key = key_maker(sort)
    assert (key(left) == key(right)) is (repr(left) == repr(right))


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        (([float("nan")],), ([-float("nan")],), True),
        (([float("inf") - float("inf")],), ([float("nan")],), True),
        (([0.0],), ([-0.0],), False),
        (([1],), ([1.0],), False),
        (([1],), ([True],), False),
        (([FAILURE],), ([FAILURE],), True),
        ((range(3),), ([0, 1, 2],), False),
        ((["a" * 2],), (["aa"],), True),
        (([], []), ([], FAILURE), False),
        (([{8, 0}],), ([{0, 8}],), repr({8, 0}) == repr({0, 8})),
        (([{1}],), ([frozenset({1})],), False),
    ],
)
def test_keys_of_what_is_easily_confused(left: tuple[object, ...], right: tuple[object, ...], alike: bool) -> None:
    for sort in (FLOAT, ANY):
        key = key_maker(ListSort(sort))
        assert (key(left) == key(right)) is alike
