"""Elaboration gives typed holes; propagation narrows them, fills what is forced, and tells conflicts."""

import pytest

from compiler.front import read_spec
from compiler.front.spec import FunctionSpec
from compiler.ir.holes import holes_of
from compiler.ir.lower import lower_expression
from compiler.ir.nodes import BlockHole, ConstHole, ExprHole, If, Return, TypeHole, TypeRef
from compiler.propagation.conflicts import find_conflicts
from compiler.propagation.elaborate import elaborate
from compiler.propagation.expressions import counted
from compiler.propagation.propagate import Propagation, propagate
from compiler.text.diagnostics import render
from compiler.text.source import Source
from solver.sorts import ANY, BOOL, INT, ListSort


def function(text: str, name: str = "spec.txt") -> FunctionSpec:
    (only,) = read_spec(Source(name, text)).functions
    return only


def propagated(text: str) -> Propagation:
    spec = function(text)
    return propagate(elaborate(spec), spec)


def test_what_is_open_becomes_a_hole() -> None:
    module = elaborate(function("def scale(x, factor: int)\n\nMultiplies.\n"))
    assert holes_of(module) == (
        TypeHole("scale.x"),
        BlockHole("scale.body", ("x", "factor")),
        TypeHole("scale.return"),
    )


def test_types_come_from_the_examples() -> None:
    result = propagated("def total(xs)\n\n>>> total([1, 2])\n3\n>>> total([])\n0\n")
    made = result.module.function("total")
    assert made.parameters.positional[0].type == TypeRef(ListSort(INT))
    assert made.returns == TypeRef(INT)
    types = [step for step in result.steps if step.hole != "total.body"]
    assert [(step.hole, step.before, step.after) for step in types] == [
        ("total.xs", "anything", "list[int]"),
        ("total.return", "anything", "int"),
    ]


def test_each_step_tells_how_many_values_are_left() -> None:
    text = "def f(n: Annotated[int, Ge(2), Le(4)]) -> bool\n\npre: n > 2\npost: result == (n > 3)\n"
    steps = propagated(text).steps
    body = [step for step in steps if step.hole == "f.body"]
    (_, any_sort), (before, of_bool), last = (step.sizes for step in body)
    assert any_sort is not None
    assert of_bool is not None
    assert before == any_sort > of_bool > 1
    assert last == (of_bool, 1)
    assert [step.sizes for step in steps if step.hole == "n"] == [(None, None), (None, None), (None, 3), (3, 2)]


def test_fewer_names_leave_fewer_expressions() -> None:
    sizes = [counted((INT,) * count, INT)[INT] for count in range(4)]
    assert sizes == sorted(set(sizes))


def test_a_forced_constant_is_filled() -> None:
    spec = function("def answer()\n\nanswer() == 42\n")
    module = elaborate(spec)
    assert ConstHole("answer.value") in holes_of(module)
    filled = propagate(module, spec).module
    assert not holes_of(filled)
    assert filled.function("answer").body == (Return(lower_expression("42")),)


def test_a_post_condition_that_names_the_result_is_filled() -> None:
    result = propagated("def f(n: int) -> int\n\npost: result == n * 2 + 1\n")
    assert result.module.function("f").body == (Return(lower_expression("n * 2 + 1")),)


def test_a_definition_stands_behind_what_must_raise() -> None:
    result = propagated("def f(n: int) -> int\n\nraises: ValueError when n < 0\npost: result == n * 2\n")
    guard, returned = result.module.function("f").body
    assert isinstance(guard, If)
    assert guard.test == lower_expression("n < 0")
    assert returned == Return(lower_expression("n * 2"))


@pytest.mark.parametrize(
    "text",
    [
        "def f(n: int) -> int\n\npost: result == n * 2\npost: result == n + n\n",
        "def f()\n\nf() == 1\nf() == 1.0\nf() == True\n",
        "def f(n: int) -> float\n\npost: result == 1\npost: result == 1.0\npost: result in (1, 2)\n",
    ],
)
def test_equal_values_that_are_written_differently_do_not_contradict(text: str) -> None:
    assert find_conflicts(function(text)) == []


def test_holes_of_a_file_know_their_sort_and_scope() -> None:
    text = (
        "def f(n: int, ys: list[int]) -> int:\n"
        "    t = 0\n"
        "    for y in ys:\n"
        "        if ...:\n"
        "            t += ...\n"
        "    last = t\n"
        "    return ...\n"
    )
    first, second, third = holes_of(elaborate(function(text, "part.py")))
    assert first == ExprHole("?1", BOOL, ("n", "ys", "t", "y"))
    assert second == ExprHole("?2", ANY, ("n", "ys", "t", "y"))
    assert third == ExprHole("?3", INT, ("n", "ys", "t", "y", "last"))


def test_nothing_is_filled_where_nothing_is_left() -> None:
    result = propagated("def f(n: int) -> int\n\npost: result > 5\npost: result < 5\npost: result == n\n")
    assert isinstance(result.module.function("f").body[0], BlockHole)


def test_a_conflict_as_people_see_it() -> None:
    text = "def f(n: int) -> int\n\npost: result > 3\npost: result < n\npre: n <= 4\n"
    (conflict,) = find_conflicts(function(text))
    assert render(conflict) == (
        "error[L0305]: nothing is left for `n`\n"
        " --> spec.txt:3:1\n"
        "  |\n"
        "3 | post: result > 3\n"
        "  | ^^^^^^^^^^^^^^^^ this\n"
        " --> spec.txt:4:1\n"
        "  |\n"
        "4 | post: result < n\n"
        "  | ---------------- and this\n"
        " --> spec.txt:5:1\n"
        "  |\n"
        "5 | pre: n <= 4\n"
        "  | ----------- and this\n"
        "  = note: because `result` is an int and line 3 says `post: result > 3` and line 4 says `post: result < n` "
        "and line 5 says `pre: n <= 4`, no function satisfies all of them\n"
        "  = note: step by step: `result` is any whole number (`result` is an int), so `result` is >= 4 "
        "(`post: result > 3`), so `n` is > 4 (`post: result < n`); `pre: n <= 4` leaves nothing for `n`"
    )
