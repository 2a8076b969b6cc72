"""Laws of the front end: it never fails in another way than a diagnostic, and never takes long."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compiler.front import read_spec
from compiler.front.order import mutual_groups
from compiler.front.spec import Equals, Spec
from compiler.text.diagnostics import LiftcError, render
from compiler.text.source import Source

WORDS = r"""
>>> ... f(1) f(x) g([1,2]) == -> => ➞ = returns raises 2 'a' "b" [1, (2,) {3: ] ) ( { } def f(x): name: pre: post:
n > 0 result raises: ValueError when Input: Output: For x = 1 the output should be assert not and or ` ``` # * - \ \n
True null Annotated[int, Gt(0)] takes a list of integers return pass class @overload import lambda : , . é 😀 1.5
1e400 10**10**9 ' \""" Traceback (most recent call last):
"""
GAPS = [" ", "\n", "\n\n", "\r\n", "\n    ", "\t", "\x0c", "\ufeff"]
PIECES = st.sampled_from([*WORDS.split(), *GAPS])
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=60).map(" ".join),
)


def try_to_read(name: str, text: str) -> Spec | None:
    try:
        return read_spec(Source(name, text))
    except LiftcError as error:
        for item in error.diagnostics:
            render(item)
        return None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.sampled_from(["spec.txt", "spec.py"]))
@example("def f(x):\n    ...\n\r    \x0c", "spec.py")
@example("f(" + "-" * 3000 + "1) == 2", "spec.txt")
def test_only_diagnostics_are_raised(text: str, name: str) -> None:
    spec = try_to_read(name, text)
    for function in spec.functions if spec else ():
        spans = [example.span for example in function.examples] + [contract.span for contract in function.contracts]
        for span in (*spans, *(hole.span for hole in function.holes)):
            assert span is not None
            assert 0 <= span.start <= span.end <= len(text)
        assert function.name.isidentifier()


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_the_same_text_is_read_the_same(text: str) -> None:
    first, second = try_to_read("spec.txt", text), try_to_read("spec.txt", text)
    assert first == second


@settings(max_examples=100, deadline=None)
@given(
    st.integers(),
    st.one_of(st.integers(), st.text(), st.lists(st.floats(allow_nan=False, allow_infinity=False)), st.booleans()),
)
def test_written_values_are_read_back(argument: int, value: object) -> None:
    for form in (">>> f({0!r})\n{1!r}", "assert f({0!r}) == {1!r}", "It is so that `f({0!r})` returns `{1!r}`."):
        spec = read_spec(Source("spec.txt", "def f(n)\n\n" + form.format(argument, value) + "\n"))
        (shown,) = spec.functions[0].examples
        assert shown.call.arguments == (repr(argument),)
        assert isinstance(shown.expected, Equals)
        assert eval(shown.expected.value) == value


ENDLESS = [
    "(",
    ">>> ",
    "a ",
    "f(",
    "f(1) == ",
    "f(1) == 2\n",
    ">>> f(1)\n",
    "def f(",
    "def f(a): ",
    "'",
    '"',
    '\\"f(',
    '"""',
    "assert ",
    "assert f(1) == 2\n",
    "pre: ",
    "pre: n > 0\n",
    "Input: 1\nOutput: 2\n",
    "for x = 3 ",
    "[1] -> 2\n",
    "x = 1\n",
    "x = 1, ",
    "{[(",
    "f(f(f(",
    "-",
    "f(1) -",
    "1+",
    "\t",
    "\r\n",
    "\n",
    "* ",
    "*",
    "> ",
    "_",
    "for x = 1, ",
    "`",
    "takes a list and ",
    "f(1)=f(1)=",
    "Name: f\n",
    "...\n",
    "#",
    "f(1) == 2                                                   ",
    "é",
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ENDLESS)
def test_endless_repetition_is_read_in_bounded_steps(piece: str) -> None:
    size = 40_000
    for start in ("", "def g(x)\n"):
        try_to_read("spec.txt", start + piece * (size // len(piece)))
    try_to_read("spec.py", piece * (size // len(piece)))


DATA = os.environ.get("LIFTC_DATA")


@pytest.mark.skipif(not DATA, reason="LIFTC_DATA does not name the folder with humaneval_dev.jsonl")
def test_reference_solutions_satisfy_what_is_read_in_docstrings() -> None:
    rows = [json.loads(line) for line in (Path(DATA or "") / "humaneval_dev.jsonl").read_text().splitlines()]
    without, contradicted = [], []
    for row in rows:
        spec = read_spec(Source("stub.py", row["prompt"]))
        (function,) = (item for item in spec.functions if item.name == row["entry_point"])
        names: dict[str, object] = {}
        exec(row["prompt"] + row["canonical_solution"], names)
        if not function.examples:
            without.append(row["task_id"])
        for shown in function.examples:
            assert isinstance(shown.expected, Equals)
            if eval(shown.call.text, dict(names)) != eval(shown.expected.value):
                contradicted.append(shown.text)
    assert (without, contradicted) == ([], [])


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_groups_need_each_other_and_come_after_what_they_need(edges: list[tuple[int, int]]) -> None:
    needs = {str(name): [str(other) for one, other in edges if one == name] for name in range(8)}
    groups = mutual_groups(needs)
    assert sorted(name for group in groups for name in group) == sorted(needs)
    before: set[str] = set()
    for group in groups:
        for name in group:
            assert {other for one in group for other in needs[one]} <= before | {*group}, name
            if len(group) > 1:
                assert set(group) <= reachable(needs, name)
        assert not any(set(group) & reachable(needs, name) for name in before)
        before |= {*group}


def reachable(needs: Mapping[str, Sequence[str]], start: str) -> set[str]:
    found: set[str] = set(needs[start])
    for _ in needs:
        found |= {other for name in found for other in needs[name]}
    return found
