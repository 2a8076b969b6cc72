"""What the words of a specification make likely: phrases, soft constraints, costs, and the search that they lead."""

from collections.abc import Mapping, Sequence

import pytest

from compiler.enumerate.guidance import NO_GUIDANCE, guidance_of, soft_constraints_of
from compiler.enumerate.phrases import phrases_of, without_asides
from compiler.enumerate.rendering import to_text
from compiler.enumerate.search import Effort, ExpressionProblem, search_expressions
from solver.sorts import BOOL, INT, STR, ListSort, Sort

Rows = Sequence[tuple[Mapping[str, object], object]]

PHRASES = [
    ("Whether a queue is shorter than 4.", ["a < 4"]),
    ("Values above -3 are dropped.", ["a > (-3)"]),
    ("Up to and including 12 apples fit.", ["a <= 12"]),
    ("A load is no more than 90 kilos.", ["a <= 90"]),
    ("Rows divisible by 4 go.", ["a % 4 == 0"]),
    ("Depths of 7 or less do not count.", ["a <= 7"]),
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
    told = guidance_of("f", "The values, sorted.")
    assert told.surprise("sorted(a)") < 0 < told.surprise("a.upper()")
    assert told.cost("sorted(a)", 3) < 3 <= told.cost("a.upper()", 3)
    assert NO_GUIDANCE.cost("a.upper()", 1) == 1


def test_words_can_be_left_out_of_the_costs() -> None:
    silent = guidance_of("f", "The values, sorted.", associating=False)
    assert silent.surprise("sorted(a)") == silent.surprise("a.upper()") == 0
    assert "sorted(" in soft_constraints_of(silent)


def test_what_is_plainly_meant_is_a_soft_constraint() -> None:
    assert "sorted(" in soft_constraints_of(guidance_of("f", "The values in alphabetical order."))
    assert "sorted(" not in soft_constraints_of(guidance_of("f", "Names, never in alphabetical order, but in rows."))
    assert repr(90) in soft_constraints_of(guidance_of("f", "A load is no more than 90 kilos.", [90]))


GUIDED: list[tuple[str, str, Sequence[tuple[str, Sort]], Rows, Sort, str]] = [
    (
        "constants",
        "Whether a weight is under 5 or over 90.",
        [("weight", INT)],
        [({"weight": n}, n < 5 or n > 90) for n in (4, 5, 90, 91, 50)],
        BOOL,
        "weight",
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
        ExpressionProblem(parameters, [row for row, _ in rows], [target for _, target in rows], result, ()),
        Effort(600_000, lambda: False),
        guidance_of(name, prose, [90] if "90" in prose else ()),
    )
    (text,) = [to_text(found.term) for found in report.found]
    assert expected in text
    assert [eval(text, dict(row)) for row, _ in rows] == [target for _, target in rows]
