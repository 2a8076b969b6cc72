"""What the words of a specification make likely: phrases, soft constraints, costs, and the search that they lead."""

from collections.abc import Mapping, Sequence

import pytest

from compiler.enumerate.guidance import NO_GUIDANCE, guidance_of, soft_constraints_of
from compiler.enumerate.phrases import phrases_of, without_asides
from compiler.enumerate.rendering import to_text
from compiler.enumerate.search import search_expressions
from solver.sorts import BOOL, INT, STR, ListSort, Sort, UnionSort
from solver.sorts import NONE as NONE_SORT

Rows = Sequence[tuple[Mapping[str, object], object]]

PHRASES = [
    ("True when it is below 4.", ["a < 4"]),
    ("Values above -3 are dropped.", ["a > (-3)"]),
    ("Up to and including 30 minutes it is free.", ["a <= 30"]),
    ("The total is never more than 1500.", ["min(a, 1500)"]),
    ("A number that is divisible by 3 is divided by 3.", ["a % 3 == 0", "a // 3"]),
    ("A time of 0 or less is ignored.", ["a <= 0"]),
    ("Fewer than two names give nothing.", ["a < 2"]),
    ("Their lengths differ by at most 3.", ["a <= 3"]),
    ("Nothing is said here of 7.", []),
]


@pytest.mark.parametrize(("prose", "operations"), PHRASES)
def test_phrases_name_operations(prose: str, operations: list[str]) -> None:
    assert [phrase.operation for phrase in phrases_of(prose)] == operations


def test_illustrations_hold_no_constants() -> None:
    assert "13" not in without_asides("Add the squares. For instance 13 is 2*2 + 3*3.")


@pytest.mark.parametrize("text", ["9", "9 ", "(a=", "so that ", "for example ", "is of "], ids=repr)
def test_long_texts_are_read_in_linear_time(text: str) -> None:
    prose = text * (100_000 // len(text))
    assert phrases_of(without_asides(prose)) == []


def test_words_make_operations_cheaper() -> None:
    told = guidance_of("f", "The distinct values, sorted.")
    assert told.cost("sorted(a)", 1) == 1
    assert told.cost("a.upper()", 1) > told.cost("sorted(a)", 1)
    assert NO_GUIDANCE.cost("a.upper()", 1) == 1


def test_what_is_plainly_meant_is_a_soft_constraint() -> None:
    assert "sorted(" in soft_constraints_of(guidance_of("f", "The values in alphabetical order."))
    assert "sorted(" not in soft_constraints_of(
        guidance_of("f", "The values are not sorted, and never in alphabetical order.")
    )
    assert repr(1500) in soft_constraints_of(guidance_of("f", "The total is never more than 1500.", [1500]))


GUIDED: list[tuple[str, str, Sequence[tuple[str, Sort]], Rows, Sort, str]] = [
    (
        "constants",
        "True when the level is below 0 or above 100.",
        [("level", INT)],
        [({"level": n}, n < 0 or n > 100) for n in (-1, 0, 100, 101, 50)],
        BOOL,
        "level",
    ),
    (
        "rounding_up",
        "How many boxes are needed?",
        [("items", INT), ("size", INT)],
        [({"items": a, "size": b}, -(-a // b)) for a, b in ((10, 5), (11, 5), (0, 4), (1, 4))],
        INT,
        "-(-items // size)",
    ),
    (
        "after",
        "The element that comes right after the first occurrence of marker.",
        [("xs", ListSort(INT)), ("marker", INT)],
        [
            ({"xs": [4, 1, 7, 1, 8], "marker": 1}, 7),
            ({"xs": [1, 2], "marker": 2}, None),
            ({"xs": [1, 2], "marker": 3}, None),
        ],
        UnionSort((INT, NONE_SORT)),
        "next((b for a, b in zip(xs, xs[1:]) if a == marker), None)",
    ),
    (
        "distinct",
        "The distinct words in alphabetical order.",
        [("words", ListSort(STR))],
        [({"words": ["b", "a", "b"]}, ["a", "b"]), ({"words": []}, [])],
        ListSort(STR),
        "sorted(set(words))",
    ),
]


@pytest.mark.parametrize(
    ("name", "prose", "parameters", "rows", "result", "expected"), GUIDED, ids=[case[0] for case in GUIDED]
)
def test_words_lead_the_search(
    name: str, prose: str, parameters: Sequence[tuple[str, Sort]], rows: Rows, result: Sort, expected: str
) -> None:
    report = search_expressions(
        parameters,
        [row for row, _ in rows],
        [target for _, target in rows],
        result,
        (),
        limit=600_000,
        should_stop=lambda: False,
        guidance=guidance_of(name, prose, [100] if "100" in prose else ()),
    )
    (text,) = [to_text(found.term) for found in report.found]
    assert expected in text
    assert [eval(text, dict(row)) for row, _ in rows] == [target for _, target in rows]
