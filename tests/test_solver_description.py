"""Description lengths: short programs on telling examples convince, accidental fits do not."""

from collections.abc import Mapping, Sequence

import pytest

from compiler.acceptance.description import cost_bits, example_bits, is_mdl_significant
from compiler.ir.lower import lower_expression

Row = tuple[Mapping[str, object], object]

MDL_SIGNIFICANT: list[tuple[str, Sequence[Row]]] = [
    ("sorted(xs)", [({"xs": [3, 1, 2, 9, 4]}, [1, 2, 3, 4, 9]), ({"xs": [5, 2]}, [2, 5])]),
    ("[x + 1 for x in xs]", [({"xs": [5, 2, 9, 11]}, [6, 3, 10, 12]), ({"xs": [1, 2]}, [2, 3])]),
    ("text.upper()[::-1]", [({"text": "hello"}, "OLLEH"), ({"text": "ab cd"}, "DC BA")]),
]
ACCIDENTAL: list[tuple[str, Sequence[Row]]] = [
    ("True", [({"n": n}, True) for n in range(5)]),
    ("n % 2 == 0", [({"n": 2}, True), ({"n": 3}, False), ({"n": 4}, True)]),
    ("7", [({"n": n}, 7) for n in range(8)]),
    ("xs[0]", [({"xs": [4, 1]}, 4), ({"xs": [9, 2]}, 9)]),
    ("'abc def' if s == 'x' else 'ghi'", [({"s": "x"}, "abc def"), ({"s": "y"}, "ghi")]),
    ("0 if n == 30 else n // 30 * 250", [({"n": 30}, 0), ({"n": 31}, 250), ({"n": 61}, 500)]),
]


@pytest.mark.parametrize(("text", "rows"), MDL_SIGNIFICANT)
def test_mdl_significant(text: str, rows: Sequence[Row]) -> None:
    assert is_mdl_significant(
        cost_bits(lower_expression(text)), [row for row, _ in rows], [target for _, target in rows]
    )


@pytest.mark.parametrize(("text", "rows"), ACCIDENTAL)
def test_not_mdl_significant(text: str, rows: Sequence[Row]) -> None:
    assert not is_mdl_significant(
        cost_bits(lower_expression(text)), [row for row, _ in rows], [target for _, target in rows]
    )


def test_copies_and_repetitions_tell_little() -> None:
    text = "a rather long sentence"
    assert example_bits([{"s": text}], [text]) < example_bits([{"s": "x"}], [text]) / 10
    assert example_bits([{"n": 1}, {"n": 2}], [9999, 9999]) < example_bits([{"n": 1}, {"n": 2}], [9999, 8888])


def test_longer_programs_cost_more() -> None:
    assert (
        cost_bits(lower_expression("n")) < cost_bits(lower_expression("n + 1")) < cost_bits(lower_expression("n + 9"))
    )
    assert cost_bits(lower_expression("sum(xs)")) < cost_bits(lower_expression("sum(x * x for x in xs if x > 0)"))
