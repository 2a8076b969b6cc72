"""Several holes of one function, without a model: what each may hold, and which of it stands together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from compiler.cli.report import result_data
from compiler.front import read_spec
from compiler.pipeline.driver import compile_source
from compiler.synthesis.pool import Pool
from compiler.synthesis.sketch.several import search_several
from compiler.task.budget import Budget
from compiler.task.options import Options
from compiler.task.unit import Unit
from compiler.text.source import Source
from compiler.trace.events import Combination, Nogood
from compiler.trace.trace import Trace
from compiler.trace.tree import Tree
from compiler.trace.view import view_hole

EXAMPLES = Path(__file__).parent.parent / "examples"

TWO = '''\
def shorten(text: str, width: int) -> str:
    """
    >>> shorten("abcdef", 3)
    'abc'
    >>> shorten("ab", 3)
    'ab '
    >>> shorten("xyz", 2)
    'xy'
    >>> shorten("q", 4)
    'q '
    """
    if len(text) < width:
        return ...
    return ...
'''

LOOP = '''\
def squares(xs: list[int]) -> int:
    """
    >>> squares([1, 2, 3, 4])
    20
    >>> squares([5, 6])
    36
    >>> squares([])
    0
    """
    total = 0
    for x in xs:
        if ...:
            total += ...
    return total
'''


def searched(text: str) -> tuple[Pool, Combination]:
    spec = read_spec(Source("holes.py", text))
    trace = Trace()
    pool = Pool(Unit(spec, spec.functions, spec.context), trace, Budget(0, 120, trace))
    search_several(pool)
    return pool, next(trace.select(Combination))


def branches(tree: Tree) -> Iterator[Tree]:
    yield tree
    for child in tree.children:
        yield from branches(child)


@pytest.mark.parametrize(("text", "pieces"), [(TWO, ["text[:width]"]), (LOOP, ["% 2", "x * x"])])
def test_two_holes_are_filled_together(text: str, pieces: list[str]) -> None:
    pool, combination = searched(text)
    assert pool.candidates.clean
    for piece in pieces:
        assert piece in pool.candidates.clean[0].program
    assert combination.run < 300


def test_three_holes_of_the_example_need_a_few_runs_of_millions() -> None:
    path = EXAMPLES / "ticket_price.py"
    result = compile_source(Source(path.name, path.read_text(encoding="utf-8")), Options(budget_seconds=120))
    assert result.status == "accepted"
    assert "count * 7" in (result.program or "")
    (combination,) = result.trace.select(Combination)
    assert combination.possible > 1_000_000
    assert combination.run < 50
    (told_in_json,) = cast("list[dict[str, object]]", result_data(result)["combinations"])
    assert told_in_json["run"] == combination.run
    nogoods = list(result.trace.select(Nogood))
    assert len(nogoods) == combination.nogoods
    told = view_hole(result.trace, "2")
    assert told is not None
    (apart,) = [tree for tree in branches(told) if "cannot stand together" in tree.text]
    assert apart.children
    assert all("?2" in str(tree) for tree in apart.children)


def test_a_hole_that_no_example_reaches_is_no_obstacle() -> None:
    text = '"""Nothing."""\n\n\ndef f(n: int) -> int:\n    """\n    >>> f(1)\n    2\n    >>> f(4)\n    5\n    """\n'
    pool, _ = searched(text + "    if n < 0:\n        return ...\n    return ...\n")
    assert pool.candidates.clean
