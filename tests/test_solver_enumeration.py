"""Enumeration finds the simplest terms, and what it evaluates is what the emitted text does."""

import ast
import itertools
import math
from collections.abc import Mapping, Sequence

import pytest

from compiler.enumerate.rendering import to_text
from compiler.enumerate.search import Effort, ExpressionProblem, SearchReport, search_expressions
from compiler.enumerate.targets import DONT_CARE, Accepts
from compiler.enumerate.templates import binders_for, components_for
from compiler.enumerate.universe import universe
from solver.behaviour import FAILURE
from solver.enumeration import Enumeration, Leaf, Library
from solver.evaluation import evaluate
from solver.meter import BudgetSpentError, Meter
from solver.partition import Entry
from solver.sorts import ANY, BOOL, FLOAT, INT, STR, DictSort, ListSort, Sort, TupleSort, UnionSort
from solver.sorts import NONE as NONE_SORT
from solver.terms import Lit, Var

INTS = ListSort(INT)
Rows = Sequence[tuple[Mapping[str, object], object]]


def search(
    parameters: Sequence[tuple[str, Sort]],
    rows: Rows,
    result: Sort,
    constants: Sequence[object] = (),
    *,
    limit: int = 100_000,
    found_at_most: int = 1,
) -> SearchReport:
    return search_expressions(
        ExpressionProblem(parameters, [row for row, _ in rows], [target for _, target in rows], result, constants),
        Effort(limit, lambda: False, found_at_most=found_at_most),
    )


def texts(report: SearchReport) -> list[str]:
    return [to_text(found.term) for found in report.found]


CASES: list[tuple[str, Sequence[tuple[str, Sort]], Rows, Sort, Sequence[object], str]] = [
    ("squares", [("xs", INTS)], [({"xs": [1, 2, 3]}, 14), ({"xs": [4, 5]}, 41)], INT, (), "sum((x * x for x in xs))"),
    ("parity", [("n", INT)], [({"n": n}, n % 2 == 0) for n in (5, -3, 0, 12)], BOOL, (), "n % 2 == 0"),
    (
        "initials",
        [("s", STR)],
        [({"s": "John Smith"}, "JS"), ({"s": "Ada Lovelace"}, "AL")],
        STR,
        (),
        "''.join((char for char in s if char.isupper()))",
    ),
    (
        "clamp",
        [("x", INT), ("low", INT), ("high", INT)],
        [({"x": x, "low": 0, "high": 10}, y) for x, y in ((5, 5), (-3, 0), (12, 10))],
        INT,
        (),
        "max(low, min(x, high))",
    ),
    (
        "title",
        [("s", STR)],
        [({"s": "ab cd"}, "Ab Cd"), ({"s": "x y z"}, "X Y Z")],
        STR,
        (),
        "s.title()",
    ),
    (
        "lookup",
        [("d", DictSort(STR, INT)), ("k", STR)],
        [({"d": {"a": 7, "b": 9}, "k": k}, v) for k, v in (("a", 7), ("b", 9))],
        INT,
        (),
        "d[k]",
    ),
    ("factorial", [("n", INT)], [({"n": 3}, 6), ({"n": 5}, 120)], INT, (), "math.factorial(n)"),
    (
        "absent",
        [("n", UnionSort((INT, NONE_SORT)))],
        [({"n": 3}, 4), ({"n": None}, 0), ({"n": 8}, 9)],
        INT,
        (),
        "0 if n is None else n + 1",
    ),
]


@pytest.mark.parametrize(
    ("parameters", "rows", "result", "constants", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_finds_the_simplest(
    parameters: Sequence[tuple[str, Sort]], rows: Rows, result: Sort, constants: Sequence[object], expected: str
) -> None:
    assert texts(search(parameters, rows, result, constants)) == [expected]


def test_conditionals_by_unification() -> None:
    rows: Rows = [({"s": s}, grade) for s, grade in ((95, "A"), (90, "A"), (85, "B"), (80, "B"), (50, "F"), (79, "F"))]
    (text,) = texts(search([("s", INT)], rows, STR, ["A", "B", "F", 90, 80], limit=300_000))
    assert [eval(text, {}, dict(row)) for row, _ in rows] == [target for _, target in rows]
    assert text.count(" if ") == 2


DEDUCED: list[tuple[str, Sequence[tuple[str, Sort]], Rows, Sort, Sequence[object], str]] = [
    (
        "filter",
        [("xs", INTS)],
        [({"xs": [1, 2, 3, 4]}, [2, 4]), ({"xs": [4, 5]}, [4]), ({"xs": []}, [])],
        INTS,
        (),
        "[x for x in xs if x % 2 == 0]",
    ),
    (
        "characters",
        [("s", STR)],
        [({"s": "a1b22"}, "a#b##"), ({"s": "x9"}, "x#")],
        STR,
        ["#"],
        "''.join(('#' if char.isdigit() else char for char in s))",
    ),
    (
        "map",
        [("xs", INTS), ("n", INT)],
        [({"xs": [1, 20, 3], "n": 10}, [1, 10, 3]), ({"xs": [4, 15], "n": 5}, [4, 5])],
        INTS,
        (),
        "[min(x, n) for x in xs]",
    ),
    (
        "pairs",
        [("xs", INTS)],
        [({"xs": [1, 5, 2]}, [4, -3]), ({"xs": [7, 7, 10]}, [0, 3])],
        INTS,
        (),
        "[b - a for a, b in zip(xs, xs[1:])]",
    ),
    (
        "keys",
        [("ws", ListSort(STR))],
        [({"ws": ["a", "bb"]}, {"a": 1, "bb": 2}), ({"ws": ["ccc"]}, {"ccc": 3})],
        DictSort(STR, INT),
        (),
        "{word: len(word) for word in ws}",
    ),
]


@pytest.mark.parametrize(
    ("parameters", "rows", "result", "constants", "expected"),
    [case[1:] for case in DEDUCED],
    ids=[case[0] for case in DEDUCED],
)
def test_insides_of_comprehensions_are_deduced(
    parameters: Sequence[tuple[str, Sort]], rows: Rows, result: Sort, constants: Sequence[object], expected: str
) -> None:
    assert texts(search(parameters, rows, result, constants, limit=150_000)) == [expected]


def test_rivals_are_kept_apart_by_probes() -> None:
    rows: Rows = [({"xs": [1, 2, 3]}, 3), ({"xs": [4, 5]}, 5)]
    report = search([("xs", INTS)], rows, INT, found_at_most=4)
    assert {"max(xs)", "xs[-1]"} <= set(texts(report))
    assert report.contested
    decided: Rows = [*rows, ({"xs": [9, 2, 7]}, 9), ({"xs": []}, DONT_CARE)]
    assert texts(search([("xs", INTS)], decided, INT)) == ["max(xs)"]
    assert not search([("xs", INTS)], decided, INT).contested


def test_a_condition_may_stand_for_a_target() -> None:
    rows: Rows = [({"n": 3}, Accepts(lambda value: 4 <= value < 6)), ({"n": 5}, 6)]  # type: ignore[operator]
    assert texts(search([("n", INT)], rows, INT)) == ["n + 1"]


def test_open_sorts_are_read_off_the_values() -> None:
    from solver.sorts import ANY

    assert texts(search([("s", ANY)], [({"s": "ab"}, "BA"), ({"s": "xyz"}, "ZYX")], ANY)) == ["s.upper()[::-1]"]


def test_parameters_may_hide_built_ins_and_modules() -> None:
    rows: Rows = [({"sum": [1, 2]}, 3), ({"sum": [4, 5]}, 9), ({"sum": [7, 1, 1]}, 9)]
    (found,) = search([("sum", INTS)], rows, INT).found
    assert [
        eval(to_text(found.term), {"sum": row["sum"], "math": math, "itertools": itertools}) for row, _ in rows
    ] == [3, 9, 9]
    string: Rows = [({"string": "ab"}, 2), ({"string": "abc"}, 3)]
    assert texts(search([("string", STR)], string, INT)) == ["len(string)"]


def test_the_limit_is_kept_and_the_search_repeats() -> None:
    rows: Rows = [({"xs": [3, 1, 2]}, [99, 98]), ({"xs": [4, 5]}, [17])]
    first, second = (search([("xs", INTS)], rows, INTS, limit=20_000) for _ in range(2))
    assert not first.found
    assert 20_000 <= first.expansions < 25_000
    assert first == second


def test_stopping_from_outside() -> None:
    report = search_expressions(
        ExpressionProblem([("n", INT)], [{"n": 1}, {"n": 2}], [7919, 104729], INT, ()), Effort(10**9, lambda: True)
    )
    assert report.stopped
    assert not report.found


@pytest.mark.parametrize("sort", [INTS, STR, INT, FLOAT, DictSort(STR, INT)], ids=str)
def test_kept_terms_evaluate_as_their_text(sort: Sort) -> None:
    import statistics
    from collections import Counter

    samples: dict[Sort, tuple[object, ...]] = {
        INTS: ([3, 1, 2], [], [5, -5, 5, 0]),
        STR: ("Hello world", "", "a1 b2"),
        INT: (7, 0, -12),
        FLOAT: (2.5, -0.0, 1e9),
        DictSort(STR, INT): ({"a": 1, "b": -2}, {}, {"zz": 9}),
    }
    entries = grown(sort, samples[sort], limit=15_000)
    assert len(entries) > 300
    for entry in entries[:: max(1, len(entries) // 1000)]:
        code = compile(ast.parse(to_text(entry.term), mode="eval"), "term", "eval")
        for index, value in enumerate(samples[sort]):
            scope = {"v": value, "math": math, "statistics": statistics, "itertools": itertools, "Counter": Counter}
            if entry.values[index] is FAILURE:
                continue
            assert repr(evaluate(entry.term, {"v": value})) == repr(entry.values[index])
            got = eval(code, scope)
            if isinstance(got, (enumerate, zip)):
                got = list(got)
            assert type(got) is type(entry.values[index])
            assert repr(got) == repr(entry.values[index])


def grown(sort: Sort, values: tuple[object, ...], limit: int) -> list[Entry]:
    space = universe([sort], sort)
    constants = tuple((Lit(value, its), 1) for value, its in ((0, INT), (1, INT), ("", STR), (" ", STR)))
    library = Library(components_for(space), binders_for(space), space.feeds(), constants)
    enumeration = Enumeration(library, [Leaf(Var("v", sort), 1, values)], len(values), Meter(limit, lambda: False))
    entries: list[Entry] = []
    try:
        while enumeration.grown < 12:
            entries += enumeration.grow()
    except BudgetSpentError:
        pass
    return entries


def test_numbers_too_large_for_a_float_or_a_rounding_are_left_alone() -> None:
    report = search_expressions(
        ExpressionProblem([("r", ANY)], [{"r": 10}], [314.15000000000003], ANY, []), Effort(60_000, lambda: False)
    )
    assert report.expansions >= 60_000 or report.exhausted or report.found


def test_elements_that_do_not_unpack_alike_are_left_alone() -> None:
    rows: list[dict[str, object]] = [{"pairs": [(1, 2), (3, 4)]}, {"pairs": [(5, 6), (7,)]}]
    report = search_expressions(
        ExpressionProblem([("pairs", ListSort(TupleSort((INT, INT))))], rows, [[1, 3], [9]], ListSort(INT), []),
        Effort(5_000, lambda: False),
    )
    assert report.expansions > 0


def test_what_cannot_be_looped_over_is_left_alone() -> None:
    rows: list[dict[str, object]] = [{"tree": [1, [2, [3]]]}, {"tree": [[4], 5]}]
    report = search_expressions(
        ExpressionProblem([("tree", ListSort(ListSort(INT)))], rows, [17, 23], INT, []), Effort(5_000, lambda: False)
    )
    assert report.expansions > 0
