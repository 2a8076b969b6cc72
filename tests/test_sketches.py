"""Sketches of loops, recursions and missing statements are filled by what the examples demand."""

import pytest

from compiler.pipeline.driver import compile_source
from compiler.task.options import Options
from compiler.text.source import Source

COUNTING = """
def halvings(n: int) -> int

Return how often n can be halved until it is 1.

pre: n >= 1

halvings(1) == 0
halvings(6) == 2
halvings(16) == 4
halvings(9) == 3
"""
BLOCK = '''
def widest(gaps: list[int], least: int) -> int:
    """Return the largest of the gaps, and no less than least.

    >>> widest([3, 9, 4], 5)
    9
    >>> widest([], 2)
    2
    >>> widest([3, -8], 7)
    7
    """
    found = least
    for gap in gaps:
        ...
    return found
'''

NESTED = """
def amount(value: object) -> int

A value is a number, or a list of values. Return the sum of all numbers in it.

amount(7) == 7
amount([1, [2, 3], 4]) == 10
amount([[[5]], []]) == 5
"""
CHANGES = """
def highest(readings: list[tuple[str, int]]) -> dict[str, int]

Return the highest reading of each sensor. All readings are positive.

highest([("north", 5), ("south", 2), ("north", 3)]) == {"north": 5, "south": 2}
highest([("north", 5), ("north", 6), ("north", 1)]) == {"north": 6}
highest([]) == {}
"""

CASES = [
    ("halvings.txt", COUNTING, [("halvings(32)", 5), ("halvings(2)", 1), ("halvings(7)", 2)]),
    ("amount.txt", NESTED, [("amount([[[2, 1], 3], [[[4]]]])", 10)]),
    ("highest.txt", CHANGES, [("highest([('a', 2), ('b', 1), ('a', 4), ('b', 1)])", {"a": 4, "b": 1})]),
    ("widest.py", BLOCK, [("widest([88, 2], 6)", 88), ("widest([1], 3)", 3)]),
]


@pytest.mark.parametrize(("name", "text", "calls"), CASES, ids=[case[0] for case in CASES])
def test_sketches_are_filled(name: str, text: str, calls: list[tuple[str, object]]) -> None:
    result = compile_source(Source(name, text), Options(best_effort=True, budget_seconds=600), None)
    assert result.program is not None
    namespace: dict[str, object] = {}
    exec(result.program, namespace)
    assert [eval(call, namespace) for call, _ in calls] == [expected for _, expected in calls]
