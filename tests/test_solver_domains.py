"""Laws of domains: meeting only narrows, in any order, and propagation ends at one fixpoint."""

import math
from collections.abc import Hashable, Mapping
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.domains import Domain, Everything, Interval, Nothing, OfSort, OneOf, describe, meet, tightened
from solver.propagation import Rule, propagate
from solver.sorts import ANY, BOOL, FLOAT, INT, NONE, STR, ListSort, join, join_all, sort_of_value

ENDS = st.sampled_from([-math.inf, -3.5, -1.0, 0.0, 0.5, 2.0, 7.0, math.inf])


@st.composite
def intervals(draw: st.DrawFn) -> Domain:
    low, high = draw(ENDS), draw(ENDS)
    sides = draw(st.booleans()), draw(st.booleans())
    return tightened(Interval(low, high, sides[0], sides[1], whole=draw(st.booleans())))


DOMAINS = st.one_of(
    intervals(),
    st.just(Everything()),
    st.just(Nothing()),
)
POINTS = [-4.0, -3.5, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 6.5, 7.0, 8.0]


def holds(domain: Domain, value: float) -> bool:
    match domain:
        case Everything():
            return True
        case Interval():
            above = value > domain.low if domain.low_open else value >= domain.low
            below = value < domain.high if domain.high_open else value <= domain.high
            return above and below and (not domain.whole or value == int(value))
        case _:
            return False


@settings(max_examples=300, deadline=None)
@given(left=DOMAINS, right=DOMAINS)
def test_meeting_intervals_keeps_exactly_what_is_in_both(left: Domain, right: Domain) -> None:
    both = meet(left, right)
    assert [holds(both, point) for point in POINTS] == [holds(left, p) and holds(right, p) for p in POINTS]


def test_meeting_sorts_and_texts() -> None:
    assert meet(OfSort(ANY), OfSort(INT)) == OfSort(INT)
    assert meet(OfSort(FLOAT), OfSort(INT)) == OfSort(INT)
    assert meet(OfSort(STR), OfSort(INT)) == Nothing()
    assert meet(OfSort(join_all([INT, NONE])), OfSort(join_all([STR, NONE]))) == OfSort(NONE)
    assert meet(OneOf(("1", "2")), OneOf(("2", "3"))) == OneOf(("2",))
    assert meet(OneOf(("1",)), OneOf(("2",))) == Nothing()


def test_empty_containers_give_way() -> None:
    assert join_all(map(sort_of_value, ([], [1], [[]]))) != ListSort(ANY)
    assert join(ListSort(ANY), ListSort(BOOL)) == ListSort(BOOL)
    assert join(ListSort(ListSort(INT)), ListSort(ListSort(ANY))) == ListSort(ListSort(INT))


def test_domains_in_words() -> None:
    assert describe(Interval(low=0, low_open=True)) == "> 0"
    assert describe(Interval(0, 2.5, high_open=True)) == ">= 0 and < 2.5"
    assert describe(Interval(3, 3)) == "= 3"
    assert describe(OneOf(("1", "2"))) == "one of 1, 2"


def always(domain: Domain, _: Mapping[Hashable, Domain]) -> Mapping[Hashable, Domain]:
    return {"x": domain}


@settings(max_examples=100, deadline=None)
@given(bounds=st.lists(intervals(), min_size=1, max_size=6))
def test_the_order_of_rules_does_not_matter(bounds: list[Domain]) -> None:
    rules = [Rule(index, (), partial(always, bound)) for index, bound in enumerate(bounds)]
    first, second = propagate(rules), propagate(rules[::-1])
    assert first.domains.get("x") == second.domains.get("x")
