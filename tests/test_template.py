"""Partial functions of Python files: what an answer puts into their holes, and what changes the text around them."""

from __future__ import annotations

import pytest

from compiler.emit.module import emit_module
from compiler.emit.splice import splice
from compiler.front import read_spec
from compiler.front.spec import Spec
from compiler.ir.lower import LowerError, lower_candidate
from compiler.ir.nodes import Module
from compiler.propagation.template import template_of
from compiler.synthesis.ask.conform import conform, renamed_entry
from compiler.synthesis.problem.template import fill_template, match_template, with_function
from compiler.task.unit import Unit
from compiler.text.source import Source

LOOP = '''\
def total(xs: list[int]) -> int:
    """Sum of the even ones."""
    total = 0
    for x in xs:
        if ...:
            total += x
    return total
'''
BLOCK = """\
def count(xs: list[int]) -> int:
    n = 0
    for x in xs:
        ...
    return n
"""


def spec_of(text: str) -> Spec:
    return read_spec(Source("part.py", text))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (LOOP, LOOP.replace("...", "x % 2 == 0")),
        (BLOCK, BLOCK.replace("        ...\n", "        if x > 0:\n            n += 1\n")),
        (BLOCK, BLOCK.replace("        ...\n", "        y = x\n        n += y\n")),
    ],
)
def test_an_answer_fills_the_holes_and_nothing_else(text: str, answer: str) -> None:
    function = spec_of(text).functions[0]
    template = template_of(function)
    module = lower_candidate(answer, function.name)
    fills = match_template(template, module.function(function.name))
    assert fills is not None
    filled = fill_template(template, fills)
    assert filled.body == module.function(function.name).body


@pytest.mark.parametrize(
    "text",
    [
        'def double(n: int) -> int:\n    """Twice."""',
        'def double(n: int) -> int: """Twice."""  # said once\n',
        'def double(n: int) -> int:\r\n    """Twice.\r\n\r\n    >>> double(2)\r\n    4\r\n    """\r\n',
        'def double(n: int) -> int:\n    ("""Twice."""\n     """Really.""")\n',
    ],
)
def test_a_docstring_alone_is_followed_by_its_body(text: str) -> None:
    spec = spec_of(text)
    function = spec.functions[0]
    answer = lower_candidate("def double(n):\n    return n * 2\n", "double")
    fills = match_template(template_of(function), answer.function("double"))
    assert fills is not None
    program = splice(spec.source, fills, function.holes)
    assert lower_candidate(program, "double").function("double").body == answer.function("double").body


def test_an_answer_that_changes_the_rest_is_refused() -> None:
    spec = spec_of(LOOP)
    answer = lower_candidate(LOOP.replace("...", "x % 2 == 0").replace("total = 0", "total = 1"), "total")
    with pytest.raises(LowerError, match="outside its holes"):
        conform(answer, Unit(spec, spec.functions, ""))


def test_parameters_take_the_written_names() -> None:
    spec = read_spec(Source("s.txt", "def twice(number: int) -> int\n\ntwice(2) == 4\n"))
    answer = lower_candidate("def twice(n):\n    return [n for _ in range(2)][0] * 2\n", "twice")
    conformed = conform(answer, Unit(spec, spec.functions, ""))
    assert emit_module(conformed) == ("def twice(number: int) -> int:\n    return [number for _ in range(2)][0] * 2\n")


def test_a_renaming_that_would_capture_is_left() -> None:
    spec = read_spec(Source("s.txt", "def twice(number: int) -> int\n\ntwice(2) == 4\n"))
    answer = lower_candidate("def twice(n):\n    number = 2\n    return n * number\n", "twice")
    conformed = conform(answer, Unit(spec, spec.functions, ""))
    assert conformed.function("twice").body == answer.function("twice").body


def test_the_only_function_takes_the_asked_name() -> None:
    assert renamed_entry("def g(n):\n    return g(n - 1)\n", "f") == "def f(n):\n    return f(n - 1)\n"
    two = "def g(n):\n    return n\n\ndef h(n):\n    return n\n"
    assert renamed_entry(two, "f") == two


def test_replacing_a_function_keeps_the_others() -> None:
    module = lower_candidate("def g(n):\n    return n\n\ndef f(n):\n    return g(n)\n", "f")
    other = lower_candidate("def g(n):\n    return -n\n", "g").function("g")
    assert with_function(module, other) == Module((other, module.function("f")))


def test_calls_of_itself_by_keyword_follow_the_parameters_names() -> None:
    spec = read_spec(Source("total.txt", "def total(items: list[int], k: int) -> int\n>>> total([1, 2], 0)\n3\n"))
    answer = "def total(lst, k):\n    return 0 if not lst else max(lst, key=abs) + total(lst=lst[1:], k=k)\n"
    module = conform(lower_candidate(answer, "total"), Unit(spec, spec.functions, ""))
    assert "total(items=items[1:], k=k)" in emit_module(module)
    assert "max(items, key=abs)" in emit_module(module)
