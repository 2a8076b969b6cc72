"""The memory of search is counted: it ends at a limit, and says so."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress

import pytest

from compiler.enumerate.ingredients import leaves_for, library_for
from compiler.enumerate.universe import universe
from compiler.pipeline.driver import compile_source
from compiler.task.options import Options
from compiler.text.source import Source
from compiler.trace.events import Search
from solver.enumeration import Enumeration
from solver.meter import BudgetSpentError, Meter
from solver.partition import Entry
from solver.sorts import INT, STR, DictSort, ListSort, Sort
from solver.synthesis import Goal, synthesize

UNSEEN = """
def scramble(text: str) -> str

scramble("stop") == "xq!w77"
scramble("go") == "0pz%"
"""
CASES: list[tuple[Sort, list[object]]] = [
    (INT, [3, 17, -4, 250]),
    (STR, ["banana split", "a", "Under the bridge"]),
    (ListSort(INT), [[1, 2, 3], list(range(40)), []]),
    (DictSort(STR, INT), [{"a": 1, "bc": 2}, {}, {"x": -7}]),
]


def never() -> bool:
    return False


def enumeration_of(sort: Sort, values: list[object], meter: Meter) -> Enumeration:
    rows = [{"value": value} for value in values]
    library = library_for(universe([sort], sort), [], [], frozenset({"value"}))
    return Enumeration(library, leaves_for([("value", sort)], rows), len(rows), meter)


def grown(enumeration: Enumeration) -> list[Entry]:
    entries: list[Entry] = []
    with suppress(BudgetSpentError):
        while True:
            entries += enumeration.grow()
    return entries


def test_a_meter_says_that_it_is_full() -> None:
    meter = Meter(1000, never, memory=100)
    meter.hold(60)
    part = meter.part(10)
    with pytest.raises(BudgetSpentError):
        part.hold(41)
    assert part.full
    assert not meter.full
    meter.take(part)
    assert meter.full
    meter.hold(40)


@pytest.mark.parametrize(("sort", "values"), CASES, ids=lambda case: str(case)[:12])
def test_growth_ends_at_the_limit(sort: Sort, values: list[object]) -> None:
    meter = Meter(10**9, never, memory=300_000)
    entries = grown(enumeration_of(sort, values, meter))
    assert meter.full
    assert 20 < len(entries) < 1000


@pytest.mark.parametrize(("sort", "values"), CASES, ids=lambda case: str(case)[:12])
def test_no_less_is_counted_than_is_kept(sort: Sort, values: list[object]) -> None:
    meter = Meter(8_000, never)
    enumeration = enumeration_of(sort, values, meter)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        entries = grown(enumeration)
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(entries) > 200
    assert kept / 4 < meter.held
    assert kept < 1.3 * meter.held


def test_a_full_search_says_so() -> None:
    meter = Meter(10**9, never, memory=300_000)
    enumeration = enumeration_of(INT, [3, 5], meter)
    leaves = leaves_for([("value", INT)], [{"value": 3}, {"value": 5}])
    goal = Goal((INT,), (lambda value: value == 10**6 + 3, lambda value: value == 7**5))
    assert enumeration.grown == 0
    found = synthesize(library_for(universe([INT], INT), [], [], frozenset()), leaves, goal, meter, found_at_most=1)
    assert found.full
    assert not found.stopped


def test_a_compile_that_runs_out_of_memory_ends_in_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.meter.MEMORY", 400_000)
    result = compile_source(Source("scramble.txt", UNSEEN), Options(budget_seconds=600), None)
    assert result.status == "rejected"
    assert "L0404" in [diagnostic.code for diagnostic in result.diagnostics]
    assert any(event.full for event in result.trace.select(Search))
