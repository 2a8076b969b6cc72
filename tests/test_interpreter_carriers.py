"""Functions that library code calls by itself: each comes with the guard that a direct call has.

The check of names is switched off where a text is lowered, so that the interpreter stands alone.
"""

from __future__ import annotations

import pytest

from compiler.interpreter.interpreter import InterpretationError, Program
from compiler.ir import lower
from compiler.judge.outcome import Returned, Stopped
from compiler.text.source import Source

_IMPORTS = """
import bisect, functools, heapq, itertools, json, re
from collections import UserString, defaultdict
"""

CARRIERS = """
g(f)
[h(f) for h in [g]]
list(map(g, [f]))
list(filter(g, [f]))
sorted([f], key=g)
max([f], key=g)
min([f, f], key=g)
list(itertools.starmap(g, [(f,)]))
list(itertools.groupby([f], g))
list(itertools.groupby([f], key=g))
list(itertools.accumulate([f, f], g))
list(itertools.accumulate([f, f], func=g))
list(itertools.takewhile(g, [f]))
list(itertools.dropwhile(g, [f]))
list(itertools.filterfalse(g, [f]))
functools.reduce(g, [f, f])
functools.partial(g, f)()
functools.partial(functools.partial, g, f)()()
functools.cache(g)(f)
functools.lru_cache(None)(g)(f)
functools.lru_cache(g)(f)
sorted([f, f], key=functools.cmp_to_key(g))
json.loads('1', parse_int=functools.partial(g, f))
json.loads('{}', object_hook=functools.partial(g, f))
json.dumps(f, default=g)
defaultdict(functools.partial(g, f))[0]
heapq.nsmallest(1, [f], key=g)
list(heapq.merge([f], [f], key=g))
bisect.bisect([f], 'a', key=g)
re.sub('a', functools.partial(g, f), 'a')
property(g).fget(f)
staticmethod(g)(f)
next(iter(functools.partial(g, f), 0))
"""


def run(text: str) -> object:
    return Program(lower.lower_module(Source("program.py", text))).call("f", (), allow_unbounded=True).outcome


@pytest.fixture
def _unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lower, "forbidden_names", lambda _module: ())


@pytest.mark.usefixtures("_unchecked")
@pytest.mark.parametrize("carrier", CARRIERS.strip().splitlines())
@pytest.mark.parametrize(
    "taken",
    [
        "('{0.__globals__}' + '').format",
        "UserString('{0.__globals__}').format",
        "functools.partial(str.format, '{0.__globals__}')",
        "functools.partial(UserString.format, UserString('{0.__globals__}'))",
    ],
)
def test_format_reads_nothing_private_whoever_calls_it(taken: str, carrier: str) -> None:
    with pytest.raises(InterpretationError, match="reads a private attribute"):
        run(f"{_IMPORTS}def f():\n    g = {taken}\n    return {carrier}")


@pytest.mark.usefixtures("_unchecked")
@pytest.mark.parametrize(
    "template", ["{0.gi_frame}", "{0.a.f_back}", "{0[a].__class__}", "{0:{1.__class__}}", "{0.__class__} {"]
)
def test_private_attributes_of_format_texts(template: str) -> None:
    with pytest.raises(InterpretationError):
        run(f"class A:\n    a = 1\ndef f():\n    return {template!r}.format({{'a': 1}}, A)")


@pytest.mark.usefixtures("_unchecked")
@pytest.mark.parametrize("taken", ["getattr('', 'format')", "hasattr('', 'format_map')", "''.format_map"])
def test_format_is_not_to_be_had_by_name(taken: str) -> None:
    with pytest.raises(InterpretationError, match="outside the subset"):
        run(f"def f():\n    return {taken}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("list(map('{:>3}'.format, [1]))", "['  1']"),
        ("list(itertools.starmap('{}-{}'.format, [(1, 2)]))", "['1-2']"),
        ("[k for k, _ in itertools.groupby('aab', key='ab'.index)]", "[0, 1]"),
        ("functools.partial(', '.join)(['a', 'b'])", "'a, b'"),
        ("functools.partial(int, base=2)('101')", "5"),
        ("functools.reduce(str.join, ['-', 'ab'])", "'a-b'"),
        ("json.loads('[1.5]', parse_float=str)", "['1.5']"),
        ("sorted(['b', 'a'], key=['b', 'a'].index)", "['b', 'a']"),
    ],
)
def test_tame_functions_do_what_they_did(expression: str, value: str) -> None:
    outcome = run(f"{_IMPORTS}def f():\n    return {expression}")
    assert isinstance(outcome, Returned)
    assert outcome.value == value


@pytest.mark.parametrize(
    "expression",
    ["functools.partial(list, range(10 ** 9))()", "list(itertools.starmap(list, [(range(10 ** 9),)]))"],
)
def test_what_outlasts_the_budget_is_stopped_in_a_carrier_too(expression: str) -> None:
    assert isinstance(run(f"{_IMPORTS}def f():\n    return {expression}"), Stopped)
