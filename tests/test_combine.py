"""Combining fragments: nogoods forbid nothing that would pass, and save most runs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.front import read_spec
from compiler.interpreter.interpreter import Program
from compiler.ir.lower import lower_expression
from compiler.ir.nodes import Module
from compiler.propagation.template import template_of
from compiler.synthesis.problem.cases import cases_of, passes
from compiler.synthesis.problem.template import Fill, fill_template
from compiler.synthesis.sketch.combine import combine
from compiler.synthesis.sketch.fragments import Fragment, fragment
from compiler.synthesis.sketch.recombine import value_of
from compiler.synthesis.sketch.trial import CombinationProblem
from compiler.text.source import Source
from solver.meter import Meter

BRANCHES = '''\
def f(n: int, k: int) -> int:
    """
    >>> f(1, 2)
    3
    >>> f(4, 0)
    4
    >>> f(0, 5)
    -1
    """
    if ...:
        return ...
    return ...
'''
LOOP = '''\
def f(n: int, k: int) -> int:
    """
    >>> f(3, 1)
    3
    >>> f(0, 4)
    0
    >>> f(4, 2)
    6
    """
    total = ...
    for i in range(n):
        if ...:
            total = ...
    return total
'''
CAUGHT = '''\
def f(n: int, k: int) -> int:
    """
    >>> f(6, 3)
    2
    >>> f(6, 0)
    0
    >>> f(0, 1)
    0
    """
    try:
        x = ...
    except ZeroDivisionError:
        x = ...
    return x if ... else 0
'''
CHANGED = '''\
def f(n: int, k: int) -> list[int]:
    """
    >>> f(1, 2)
    [1, 2]
    >>> f(4, 0)
    [4, 0]
    """
    xs = ...
    ys = ...
    ys.append(k)
    return ...
'''
LISTS = ("[]", "[n]", "xs", "xs[:]", "ys", "xs + ys", "[n, k]", "ys.pop()", "{n}")
EXPRESSIONS = (
    "0", "1", "n", "k", "-1", "n + k", "n // k", "n - 1", "n > k", "True", "False", "n < 1", "[n][k]",
    "f(0, 0) if n else k",
    "locals_are_not_here", "len(str(n))", "(n, k)[n > k]",
)  # fmt: skip
INSIDE = ("total", "total + i", "i % 2 == 0", "i < n", "total + i + k", "x", "x > 0")


def domains_for(text: str, chosen: list[list[str]]) -> tuple[Mapping[str, list[Fragment]], Program, list[str]]:
    function = read_spec(Source("f.py", text)).functions[0]
    template = template_of(function)
    program = Program(Module((template,)))
    names = [hole.name for hole in function.holes]
    fills = [[lower_expression(text) for text in texts] for texts in chosen]
    made = {
        name: [fragment(fill, value_of(fill, program, template)) for fill in own]
        for name, own in zip(names, fills, strict=True)
    }
    return made, program, names


DRAWN = st.lists(
    st.lists(st.sampled_from([*EXPRESSIONS, *INSIDE, *LISTS]), min_size=1, max_size=5, unique=True),
    min_size=3,
    max_size=3,
)


@pytest.mark.parametrize("text", [BRANCHES, LOOP, CAUGHT, CHANGED])
@settings(max_examples=10, deadline=None)
@given(chosen=DRAWN)
def test_what_passes_is_found_and_nothing_else(text: str, chosen: list[list[str]]) -> None:
    function = read_spec(Source("f.py", text)).functions[0]
    template, cases = template_of(function), cases_of([function])
    domains, _, names = domains_for(text, chosen)

    def build(fills: Mapping[str, Fill]) -> Module:
        return Module((fill_template(template, fills),))

    problem = CombinationProblem(build, domains, cases)
    combined = combine(problem, Meter(10_000_000, lambda: False), at_most=1000, combinations_at_most=1000)
    right = [
        dict(zip(names, places, strict=True))
        for places in product(*(range(len(domains[name])) for name in names))
        if passes(build({name: domains[name][p].content for name, p in zip(names, places, strict=True)}), cases)
    ]
    assert combined.exhausted
    assert sorted(map(sorted, (choice.items() for choice in combined.found))) == sorted(
        map(sorted, (choice.items() for choice in right))
    )
    assert combined.run <= combined.possible


def test_a_list_and_its_copy_are_told_apart_where_something_changes_them() -> None:
    function = read_spec(Source("f.py", CHANGED)).functions[0]
    template, cases = template_of(function), cases_of([function])
    texts = [["[n]"], ["list(xs)", "xs"], ["xs"]]
    domains, _, names = domains_for(CHANGED, texts)
    problem = CombinationProblem(lambda fills: Module((fill_template(template, fills),)), domains, cases)
    combined = combine(problem, Meter(100_000, lambda: False))
    assert [[choice[name] for name in names] for choice in combined.found] == [[0, 1, 0]]


def test_most_of_the_combinations_of_three_holes_are_never_run() -> None:
    function = read_spec(Source("f.py", BRANCHES)).functions[0]
    template, cases = template_of(function), cases_of([function])
    texts = [text for text in EXPRESSIONS if "f(" not in text]
    domains, _, _ = domains_for(BRANCHES, [texts, texts, texts])
    combined = combine(
        CombinationProblem(lambda fills: Module((fill_template(template, fills),)), domains, cases),
        Meter(10_000_000, lambda: False),
        at_most=1000,
        combinations_at_most=100_000,
    )
    assert combined.exhausted
    assert combined.possible == len(texts) ** 3
    assert combined.run - len(combined.found) < combined.possible / 50
