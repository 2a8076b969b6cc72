"""Recombination of the fills of several holes, with nogoods."""

from __future__ import annotations

from compiler.budget import Budget
from compiler.fill.pool import Pool
from compiler.fill.recombine import recombine
from compiler.fill.template import fill_template, template_of
from compiler.front import read_spec
from compiler.ir.lower import lower_expression
from compiler.ir.nodes import Module
from compiler.source import Source
from compiler.trace.events import Trace
from compiler.unit import Unit

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
        pool.add(Module((fill_template(template_of(function), fills),)), "model", votes=1)
    assert not pool.clean
    recombine(pool)
    assert [candidate.origin for candidate in pool.clean] == ["repair"]
    assert "count >= 10" in pool.clean[0].program
    assert "count * 7" in pool.clean[0].program
    assert list(trace.select("nogood"))
