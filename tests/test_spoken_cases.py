"""Cases that prose tells are read as conditions on one parameter; what is not understood is no case."""

import pytest

from compiler.synthesis.sketch.spoken_cases import condition_of, spoken_cases

CONDITIONS = [
    ("the level is below 0 or above 100", "a < 0 or a > 100"),
    ("it is between 1 and 99 (both included)", "1 <= a <= 99"),
    ("it is exactly 0", "a == 0"),
    ("the score is 90 or more", "a >= 90"),
    ("the moon is full", None),
]


@pytest.mark.parametrize(("text", "expected"), CONDITIONS)
def test_conditions(text: str, expected: str | None) -> None:
    assert condition_of(text) == expected


def test_values_under_conditions() -> None:
    cases = spoken_cases(
        'Give "low" when the score is below 50, "fair" when it is between 50 and 80, and "good" when it is above 80.'
    )
    assert cases is not None
    assert cases.body("score").splitlines() == [
        "if score < 50:",
        '    return "low"',
        "if 50 <= score <= 80:",
        '    return "fair"',
        'return "good"',
    ]


def test_lists_of_words_with_a_meaning() -> None:
    cases = spoken_cases(
        'The words "a" and "b" mean 1, and "c" means 2. Upper and lower case make no difference. '
        "For every other text, return 0."
    )
    assert cases is not None
    body = cases.body("word")
    assert 'if word.lower() in ("a", "b",):' in body
    assert body.endswith("return 0")


@pytest.mark.parametrize("prose", ["", "Return the sum.", 'Return "yes" when the moon is full, otherwise "no".'])
def test_nothing_is_read_into_other_prose(prose: str) -> None:
    assert spoken_cases(prose) is None
