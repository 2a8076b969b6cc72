"""Sketches of loops, recursions and missing statements are filled by what the examples demand."""

import pytest

from compiler.pipeline.driver import compile_source
from compiler.task.options import Options
from compiler.text.source import Source

COUNTING = """
def steps(n: int) -> int

Count how many steps it takes to bring n down to 1. In one step, a number that is divisible by 2 is divided by 2, and
any other number is reduced by 1.

pre: n >= 1

steps(1) == 0
steps(6) == 3
steps(13) == 5
steps(8) == 3
"""
TREE = """
def total_weight(tree: tuple) -> int

A tree is a tuple (weight, children), where children is a list of trees. Return the sum of all weights, from the root
down to each leaf.

total_weight((1, [(2, []), (5, [])])) == 8
total_weight((4, [])) == 4
total_weight((3, [(1, [(7, [])])])) == 11
"""
BLOCK = '''
def change(amount: int) -> int:
    """Return how many coins are handed out.

    >>> change(63)
    4
    >>> change(0)
    0
    >>> change(140)
    4
    """
    count = 0
    for coin in (50, 20, 10, 5, 2, 1):
        ...
    return count
'''

NESTED = """
def amount(value: object) -> int

A value is a number, or a list of values. Return the sum of all numbers in it.

amount(7) == 7
amount([1, [2, 3], 4]) == 10
amount([[[5]], []]) == 5
"""
OPTIONAL = """
def deepest(value: object) -> int | None

Return the largest number of lists that must be opened to reach something other than a list, None if there is nothing.

deepest("ab") == 0
deepest([[[1]], [2]]) == 3
deepest([[], [[]]]) == None
"""
CHANGES = """
def stock_after(changes: list[tuple[str, int]]) -> dict[str, int]

Add up the changes of each kind. A change that would bring the stock below 0 is ignored.

stock_after([("nut", 5), ("bolt", 2), ("nut", -3)]) == {"nut": 2, "bolt": 2}
stock_after([("nut", 5), ("nut", -6), ("nut", 1)]) == {"nut": 6}
stock_after([]) == {}
"""

CASES = [
    ("steps.txt", COUNTING, [("steps(9)", 4), ("steps(2)", 1), ("steps(7)", 4)]),
    ("tree.txt", TREE, [("total_weight((2, [(3, [(4, []), (5, [])])]))", 14)]),
    ("amount.txt", NESTED, [("amount([[[2, 1], 3], [[[4]]]])", 10)]),
    ("deepest.txt", OPTIONAL, [("deepest([1, [[[2]]]])", 4), ("deepest([])", None)]),
    ("stock.txt", CHANGES, [("stock_after([('a', 2), ('b', 1), ('a', -2), ('b', -2)])", {"a": 0, "b": 1})]),
    ("change.py", BLOCK, [("change(88)", 6), ("change(3)", 2)]),
]


@pytest.mark.parametrize(("name", "text", "calls"), CASES, ids=[case[0] for case in CASES])
def test_sketches_are_filled(name: str, text: str, calls: list[tuple[str, object]]) -> None:
    result = compile_source(Source(name, text), Options(best_effort=True, budget_seconds=600), None)
    assert result.program is not None
    namespace: dict[str, object] = {}
    exec(result.program, namespace)
    assert [eval(call, namespace) for call, _ in calls] == [expected for _, expected in calls]
