"""Python files as specifications: which dots are holes, what belongs to a function, what is context."""

from __future__ import annotations

from compiler.front import read_spec
from compiler.front.spec import Spec
from compiler.text.source import Source


def read(text: str) -> Spec:
    return read_spec(Source("spec.py", text))


EVERY_KIND = '''\
import functools
from typing import Callable, Protocol, overload


class Shape(Protocol):
    def area(self) -> float: ...


@overload
def same(x: int) -> int: ...
@overload
def same(x: str) -> str: ...
def same(x):
    return x


def first(xs: tuple[int, ...], f: Callable[..., int] = ...) -> int:
    """Doc."""
    ...


def second(n: int) -> int:
    total: dict[str, tuple[int, ...]] = {}
    grid = matrix[..., 0]
    if n is ...:
        return 0
    for i in range(...):
        ...
    keep = lambda x: ...

    def inner(y): ...

    class Local:
        def method(self): ...

    return total[f(...)]
'''


def test_which_dots_are_holes() -> None:
    first, second = read(EVERY_KIND).functions
    assert [(hole.name, hole.kind) for hole in first.holes] == [("body", "body")]
    assert [(hole.name, hole.kind) for hole in second.holes] == [
        ("?1", "expression"),
        ("?2", "statement"),
        ("?3", "expression"),
        ("?4", "statement"),
        ("?5", "expression"),
    ]
    for hole in (*first.holes, *second.holes):
        assert hole.span.text == "..."


def test_spans_with_other_line_ends_and_wide_characters() -> None:
    text = "\ufeff# é\r\ndef f(s: str) -> str:\r\n    t = 'é€😀' + ...; u = ...\r\n    return t\r\n"
    (function,) = read(text).functions
    assert [hole.span.text for hole in function.holes] == ["...", "..."]
    assert [hole.span.start for hole in function.holes] == [text.index("..."), text.rindex("...")]


def test_a_docstring_alone_is_a_hole_behind_it() -> None:
    helper = 'import math\n\n\ndef helper(x):\n    """Helps."""\n    return x\n\n\n'
    text = helper + 'def f(x):\n    """Does it: f(1) == 2."""\n'
    spec = read(text)
    (function,) = spec.functions
    (hole,) = function.holes
    assert (hole.name, hole.kind, hole.span.text) == ("body", "body", "")
    assert text[: hole.span.start].endswith('== 2."""')
    assert spec.context == helper.rstrip() + "\n"


def test_a_docstring_alone_is_no_hole_beside_dots() -> None:
    spec = read('def done(x):\n    """Nothing to do."""\n\n\ndef f(x):\n    return ...\n')
    assert [function.name for function in spec.functions] == ["f"]
    assert "Nothing to do" in spec.context


def test_escapes_in_a_docstring() -> None:
    broken = 'def f(t):\n    """Joins.\n\n    >>> f("a\\nb")\n    \'ab\'\n    """\n    ...\n'
    raw = broken.replace('"""Joins', 'r"""Joins')
    doubled = broken.replace("\\n", "\\\\n")
    for text in (broken, raw, doubled):
        (function,) = read(text).functions
        assert [example.text for example in function.examples] == ["f(\"a\\nb\") == 'ab'"]
        (example,) = function.examples
        assert example.span is not None
        assert example.span.text.startswith(">>> f(")


AROUND = '''\
"""Says f(5) == 6."""
import math
LIMIT = 10
TABLE = [f(i) for i in range(LIMIT)]


def g(x):
    return f(x) + LIMIT


# Adds one.
# pre: x < LIMIT
def f(x: int) -> int:
    # post: result > x
    return ...  # f(3) == 4


def test_f() -> None:
    assert f(1) == 2


assert f(2) == 3; KEPT = 1
print(f(7))
if __name__ == "__main__":
    print(f(8))
    assert f(LIMIT) == LIMIT + 1
'''


def test_what_is_said_around_a_function() -> None:
    spec = read(AROUND)
    (function,) = spec.functions
    assert [example.text for example in function.examples] == [
        "f(5) == 6",
        "f(3) == 4",
        "f(1) == 2",
        "f(2) == 3",
        "f(LIMIT) == LIMIT + 1",
    ]
    assert [contract.text for contract in function.contracts] == ["pre: x < LIMIT", "post: result > x"]
    assert "Adds one." in function.prose


def test_the_context_can_be_run_before_the_function_exists() -> None:
    context = read(AROUND).context
    names: dict[str, object] = {}
    exec(context, names)
    assert {"math", "LIMIT", "g", "KEPT"} <= names.keys()
    assert not {"f", "TABLE", "test_f"} & names.keys()


def test_several_functions_in_dependency_order() -> None:
    spec = read("def cost(n):\n    # area times five\n    ...\n\n\ndef area(n):\n    ...\n")
    assert [function.name for function in spec.functions] == ["area", "cost"]
    assert [hole.name for function in spec.functions for hole in function.holes] == ["area.body", "cost.body"]


def test_asserts_on_truth_of_a_boolean_function() -> None:
    (function,) = read("def f(x: int) -> bool: ...\n\nassert f(1)\nassert not f(2) and f(3)\n").functions
    assert [example.text for example in function.examples] == ["f(1) == True", "f(2) == False", "f(3) == True"]
