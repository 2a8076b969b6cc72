"""Recombination of the fills of several holes, with nogoods."""

from __future__ import annotations

from textwrap import indent

import pytest

from compiler.acceptance.candidate import Provenance
from compiler.front import read_spec
from compiler.ir.lower import lower_expression, lower_module
from compiler.ir.nodes import Module
from compiler.propagation.template import template_of
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.template import Fill, fill_template
from compiler.synthesis.sketch.fragments import always_leaves, binding_constraints, fragment
from compiler.synthesis.sketch.recombine import recombine
from compiler.task.budget import Budget
from compiler.task.unit import Unit
from compiler.text.source import Source
from compiler.trace.events import Combination, Nogood
from compiler.trace.trace import Trace

TEXT = '''\
def price(count: int) -> int:
    """What a number of tickets costs: 7 each, and 5 each from ten on.

    >>> price(2)
    14
    >>> price(12)
    60
    >>> price(10)
    50
    """
    if ...:
        return count * 5
    return ...
'''


def test_pieces_of_two_wrong_answers_make_a_right_one() -> None:
    spec = read_spec(Source("price.py", TEXT))
    unit = Unit(spec, spec.functions, spec.context)
    trace = Trace()
    pool = Pool(unit, trace, Budget(0, 60, trace))
    function = spec.functions[0]
    test, rest = [hole.name for hole in function.holes]
    for condition, value in (("count > 10", "count * 7"), ("count >= 10", "count * 6")):
        fills = {test: lower_expression(condition), rest: lower_expression(value)}
        pool.add(Module((fill_template(template_of(function), fills),)), Provenance("model", votes=1))
    assert not pool.candidates.clean
    recombine(pool)
    assert [candidate.provenance.origin for candidate in pool.candidates.clean] == ["repair"]
    assert "count >= 10" in pool.candidates.clean[0].program
    assert "count * 7" in pool.candidates.clean[0].program
    assert list(trace.select(Nogood))


BLOCKS = '''\
def total(xs: list[int]) -> int:
    """
    >>> total([1, 2, 3])
    6
    >>> total([])
    0
    >>> total([5])
    5
    """
    ...
    for x in xs:
        ...
    return ...
'''


def test_blocks_of_different_answers_are_combined_where_their_names_are_bound() -> None:
    spec = read_spec(Source("total.py", BLOCKS))
    trace = Trace()
    pool = Pool(Unit(spec, spec.functions, spec.context), trace, Budget(0, 60, trace))
    function = spec.functions[0]
    template = template_of(function)
    for start, step, result in (("n = 0", "n = x", "n"), ("s = 1", "s += x", "s"), ("n = 1", "n += x", "n - 2")):
        fills: list[Fill] = [lower_module(Source("fill", line)).body for line in (start, step)]
        named = dict(zip([hole.name for hole in function.holes], [*fills, lower_expression(result)], strict=True))
        pool.add(Module((fill_template(template, named),)), Provenance("model", votes=1))
    assert not pool.candidates.clean
    recombine(pool)
    (combination,) = trace.select(Combination)
    assert combination.possible == 27
    assert combination.run <= 10
    assert pool.candidates.clean
    assert {"n = 0", "n += x", "return n"} <= {line.strip() for line in pool.candidates.clean[0].program.splitlines()}


def test_a_fragment_that_uses_what_nothing_binds_is_left_out() -> None:
    spec = read_spec(Source("total.py", BLOCKS))
    template = template_of(spec.functions[0])
    first, second, last = [hole.name for hole in spec.functions[0].holes]
    bind, use = lower_module(Source("fill", "s = 0")).body, lower_module(Source("fill", "s += x")).body
    domains = {
        first: [fragment(bind, None), fragment((), None)],
        second: [fragment(use, None), fragment((), None)],
        last: [fragment(lower_expression("s"), None), fragment(lower_expression("y"), None)],
    }
    held = {constraint.variables: constraint for constraint in binding_constraints(domains, template, Module(()))}
    assert not held[(last,)].holds(1)
    assert held[(last,)].holds(0)


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("return 1", True),
        ("x = 1", False),
        ("if a:\n    return 1\nelse:\n    raise ValueError", True),
        ("if a:\n    return 1", False),
        ("for x in a:\n    return x", True),
    ],
)
def test_what_leaves_a_function(text: str, leaves: bool) -> None:
    assert (
        always_leaves(lower_module(Source("block", f"def f(a):\n{indent(text, '    ')}\n")).function("f").body)
        == leaves
    )
