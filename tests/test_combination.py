"""Combinations under constraints and nogoods: cheapest first, each once, and none that is forbidden."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from solver.combination import Constraint, Nogoods, combinations, possible, restricted

COSTS = st.dictionaries(
    st.sampled_from("abcd"), st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=4
)


@st.composite
def problems(draw: st.DrawFn) -> tuple[dict[str, list[int]], list[dict[str, frozenset[int]]]]:
    costs = draw(COSTS)
    cores = []
    for _ in range(draw(st.integers(0, 4))):
        names = draw(st.lists(st.sampled_from(sorted(costs)), min_size=1, unique=True))
        cores.append(
            {
                name: frozenset(draw(st.sets(st.integers(0, len(costs[name]) - 1), min_size=1, max_size=3)))
                for name in names
            }
        )
    return costs, cores


def holds(core: dict[str, frozenset[int]], choice: dict[str, int]) -> bool:
    return all(choice[name] in places for name, places in core.items())


@given(problems())
def test_exactly_what_no_nogood_forbids_comes_in_order_of_cost(
    problem: tuple[dict[str, list[int]], list[dict[str, frozenset[int]]]],
) -> None:
    costs, cores = problem
    nogoods = Nogoods()
    for core in cores:
        nogoods.add(core)
    drawn = list(combinations(costs, nogoods))
    every = [dict(zip(costs, places, strict=True)) for places in product(*(range(len(v)) for v in costs.values()))]
    allowed = [choice for choice in every if not any(holds(core, choice) for core in cores)]
    assert sorted(map(sorted, (choice.items() for choice in drawn))) == sorted(
        map(sorted, (choice.items() for choice in allowed))
    )
    sums = [sum(costs[name][place] for name, place in choice.items()) for choice in drawn]
    assert sums == sorted(sums)
    assert possible(costs) == len(every)


@given(problems())
def test_a_nogood_that_comes_meanwhile_counts(
    problem: tuple[dict[str, list[int]], list[dict[str, frozenset[int]]]],
) -> None:
    costs, cores = problem
    nogoods = Nogoods()
    for number, choice in enumerate(combinations(costs, nogoods)):
        assert not any(holds(core, choice) for core in cores[:number])
        if number < len(cores):
            nogoods.add(cores[number])


def test_a_constraint_leaves_out_what_does_not_hold() -> None:
    distinct = Constraint(("a", "b"), lambda a, b: a != b)
    drawn = [(choice["a"], choice["b"]) for choice in combinations({"a": [0] * 3, "b": [0] * 3}, Nogoods(), [distinct])]
    assert sorted(drawn) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]


def test_a_wide_nogood_is_narrowed_around_its_choice() -> None:
    wide = {name: frozenset(range(200)) for name in "abc"}
    narrow = restricted(wide, {"a": 1, "b": 2, "c": 3})
    assert narrow == {"a": frozenset({1}), "b": frozenset(range(200)), "c": frozenset(range(200))}
