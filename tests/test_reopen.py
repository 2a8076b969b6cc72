"""Angelic values, localised faults, and repairs by reopening one expression."""

from __future__ import annotations

import pytest

from compiler.acceptance.candidate import Provenance
from compiler.emit.module import emit_module
from compiler.enumerate.listing import expressions_by_cost
from compiler.front import read_spec
from compiler.front.spec import Spec
from compiler.interpreter.interpreter import Program
from compiler.ir.lower import lower_candidate
from compiler.ir.nodes import ExprHole, If, Module, Name
from compiler.ir.walk import walk
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.angelic import Exploration, demand_of
from compiler.synthesis.problem.cases import cases_of
from compiler.synthesis.problem.places import places_in, replaced
from compiler.synthesis.repair.localise import localise
from compiler.synthesis.repair.reopen import reopen
from compiler.synthesis.repair.repair import repair
from compiler.task.budget import Budget
from compiler.task.unit import Unit
from compiler.text.source import Source
from compiler.trace.events import Reopened
from compiler.trace.trace import Trace
from solver.meter import Meter
from solver.sorts import ANY, BOOL, INT

COUNT = """\
def count(xs: list[int], limit: int) -> int

count([1, 5, 9], 5) == 2
count([], 3) == 0
count([4, 4], 4) == 2
count([1, 2], 0) == 2
"""
AREA = "def area(w: int, h: int) -> int\n\narea(2, 3) == 6\narea(5, 4) == 20\narea(0, 9) == 0\n"
WRONG = """\
def count(xs, limit):
    n = 0
    for x in xs:
        if x > limit:
            n += 1
    return n
"""


def spec_of(text: str) -> Spec:
    return read_spec(Source("spec.txt", text))


def meter() -> Meter:
    return Meter(100_000, lambda: False)


def opened_test(module: Module) -> Program:
    """The module with the condition of its ``if`` open."""
    function = module.function("count")
    test = next(node.test for node in walk(function) if isinstance(node, If))
    return Program(Module((replaced(function, test, ExprHole("test", BOOL)),)))


def test_a_hole_in_a_loop_is_given_a_value_at_each_visit() -> None:
    cases = cases_of(spec_of(COUNT).functions)
    program = opened_test(lower_candidate(WRONG, "count"))
    demand = demand_of(program, cases[0], {"test": lambda _: [False, True]}, meter(), Exploration(at_most=10))
    assert demand.complete
    assert [[visit.value for visit in way.visits] for way in demand.ways] == [
        [False, True, True],
        [True, False, True],
        [True, True, False],
    ][::-1]
    assert demand.ways[0].visits[0].environment == {"xs": [1, 5, 9], "limit": 5, "n": 0, "x": 1}


def test_what_no_value_can_mend_is_refuted() -> None:
    cases = cases_of(spec_of("def count(xs: list[int], limit: int) -> int\n\ncount([1, 2], 5) == 3\n").functions)
    program = opened_test(lower_candidate(WRONG, "count"))
    demand = demand_of(program, cases[0], {"test": lambda _: [False, True]}, meter())
    assert demand.impossible
    assert len(demand.seen) == 8


def test_too_few_runs_refute_nothing() -> None:
    cases = cases_of(spec_of("def count(xs: list[int], limit: int) -> int\n\ncount([1, 2], 5) == 3\n").functions)
    program = opened_test(lower_candidate(WRONG, "count"))
    demand = demand_of(program, cases[0], {"test": lambda _: [False, True]}, meter(), Exploration(runs=3))
    assert not demand.ways
    assert not demand.impossible


def test_places_are_replaced_one_at_a_time_even_where_equal() -> None:
    module = lower_candidate("def f(a):\n    return a + a\n", "f")
    function = module.function("f")
    names = [place for place, _ in places_in(function, ANY)][1:]
    changed = [replaced(function, place, Name("b")) for place in names]
    assert [emit_module(Module((item,))).splitlines()[1].strip() for item in changed] == [
        "return b + a",
        "return a + b",
    ]


def test_the_branch_that_only_failing_examples_run_is_most_suspicious() -> None:
    spec = spec_of("def sign(n: int) -> int\n\nsign(3) == 1\nsign(0) == 0\nsign(-2) == -1\n")
    module = lower_candidate("def sign(n):\n    if n < 0:\n        return 1\n    return min(n, 1)\n", "sign")
    spectrum = localise(module, spec.functions, cases_of(spec.functions))
    assert [case.text for case in spectrum.failing] == ["sign(-2) == -1"]
    assert spectrum.suspects[0].suspicion == 1.0
    assert spectrum.suspects[0].place in {place for place, _ in places_in(module.function("sign"), ANY)}
    assert {suspect.suspicion for suspect in spectrum.suspects} > {1.0}


@pytest.mark.parametrize(
    ("spec", "wrong", "right"),
    [
        (COUNT, WRONG, "if limit <= x"),
        (
            "def last(xs: list[int]) -> int\n\nlast([4, 7, 9]) == 9\nlast([5]) == 5\nlast([1, 2]) == 2\n",
            "def last(xs):\n    return xs[0]\n",
            "xs[-1]",
        ),
        (
            AREA,
            "def area(w, h):\n    return None\n",
            "return w * h",
        ),
        (
            "def fare(km: int) -> int\n\nfare(1) == 1271\nfare(2) == 1308\nfare(10) == 1604\n",
            "def fare(km):\n    return km * 37 + 35\n",
            "km * 37 + 1234",
        ),
        (
            "def marks(xs: list[int]) -> list[int]\n\nmarks([1, 2]) == [2, 4]\nmarks([]) == []\nmarks([5]) == [10]\n",
            "def marks(xs):\n    return None\n",
            " for ",
        ),
    ],
)
def test_one_wrong_expression_is_found_and_mended(spec: str, wrong: str, right: str) -> None:
    functions = spec_of(spec).functions
    module = lower_candidate(wrong, functions[0].name)
    reopened = reopen(module, functions, cases_of(functions), limit=100_000, should_stop=lambda: False, at_most=1)
    programs = [emit_module(found.module) for item in reopened for found in item.repairs]
    assert right in "".join(programs)


def test_a_repair_is_one_more_candidate_and_the_trace_tells_how_it_was_found() -> None:
    spec = spec_of(AREA)
    trace = Trace()
    pool = Pool(Unit(spec, spec.functions, ""), trace, Budget(0, 60, trace))
    pool.add(lower_candidate("def area(w, h):\n    return None\n", "area"), Provenance("model", votes=1))
    repair(pool)
    provenance = pool.candidates.clean[0].provenance
    assert (provenance.origin, provenance.parent) == ("repair", 0)
    told = next(trace.select(Reopened))
    assert told.angelic == "found"
    assert told.demanded == {"area(2, 3) == 6": ("6",), "area(5, 4) == 20": ("20",), "area(0, 9) == 0": ("0",)}


def test_what_an_example_wants_is_not_taken_for_a_constant_of_the_program() -> None:
    functions = spec_of("def flip(text: str) -> str\n\nflip('Hello') == 'hELLO'\n").functions
    module = lower_candidate("def flip(text):\n    return None\n", "flip")
    reopened = reopen(module, functions, cases_of(functions), limit=100_000, should_stop=lambda: False, at_most=1)
    programs = [emit_module(found.module) for item in reopened for found in item.repairs]
    assert programs
    assert "hELLO" not in programs[0]


def test_a_listed_expression_does_not_grow_numbers_without_end() -> None:
    rows = [{"n": 2}, {"n": 3}]
    listed = expressions_by_cost([("n", INT)], rows, INT, [], Meter(20_000, lambda: False))
    square = next(item for item in listed if item.values == (4, 9))
    assert square({"n": 10}) == 100
    with pytest.raises(OverflowError):
        square({"n": 1 << 5000})


def repaired(spec: Spec, near_miss: str) -> Pool:
    trace = Trace()
    pool = Pool(Unit(spec, spec.functions, ""), trace, Budget(0, 60, trace))
    pool.add(lower_candidate(near_miss, spec.functions[0].name), Provenance("model", votes=1))
    repair(pool)
    return pool


def test_a_repair_that_chance_might_find_convinces_nobody() -> None:
    spec = spec_of("def even(n: int) -> bool\n\neven(4) == True\neven(3) == False\n")
    pool = repaired(spec, "def even(n):\n    return n % 3 == 0\n")
    assert pool.candidates.clean
    assert not pool.candidates.mdl_significant


def test_a_repair_by_the_wanted_value_itself_convinces_nobody() -> None:
    spec = spec_of("def area(w: int, h: int) -> int\n\narea(12, 43) == 516\n")
    near_miss = "def area(w, h):\n    total = w + h\n    return total + len(str(w))\n"
    pool = repaired(spec, near_miss)
    assert len(pool.candidates) > 1
    assert all("516" not in candidate.program for candidate in pool.candidates)
    assert not pool.candidates.mdl_significant


def test_a_repair_that_explains_much_convinces() -> None:
    spec = spec_of('def swapped(text: str) -> str\n\nswapped("so Be it") == "ti eB os"\nswapped("") == ""\n')
    assert repaired(spec, "def swapped(text):\n    return text[::1]\n").candidates.mdl_significant
