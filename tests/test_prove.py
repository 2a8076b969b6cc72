"""Proofs hold for all inputs, counterexamples are real, and what cannot be decided is unknown."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.front import read_spec
from compiler.ir.lower import lower_expression, lower_module
from compiler.judge.verdicts import Proved, Unknown, Verdict, Violated
from compiler.proof.prove import prove
from compiler.proof.symbolic import Symbols
from compiler.proof.values import UnsupportedError
from compiler.text.source import Source
from solver import smt
from solver.sorts import INT


def verdicts(spec: str, code: str) -> list[Verdict]:
    (function,) = read_spec(Source("spec.txt", spec)).functions
    module = lower_module(Source("code.py", code))
    return [prove(module, function, clause) for clause in function.contracts if clause.kind != "pre"]


CLAMP = "def clamp(x: int, lo: int, hi: int) -> int\n"
CLAMP_CODE = "def clamp(x, lo, hi):\n    if x < lo:\n        return lo\n    return hi if x > hi else x\n"
POSITIVE = "def g(n: int) -> int\npost: result > 0\n"


def test_a_proof() -> None:
    spec = CLAMP + "pre: lo <= hi\npost: lo <= result <= hi\npost: result == x or result == lo or result == hi\n"
    assert verdicts(spec, CLAMP_CODE) == [Proved("Z3"), Proved("Z3")]


def test_a_counterexample_is_run_before_it_is_believed() -> None:
    (verdict,) = verdicts(CLAMP + "post: lo <= result <= hi\n", CLAMP_CODE)
    assert isinstance(verdict, Violated)
    scope: dict[str, object] = {}
    exec(CLAMP_CODE, scope)
    assert repr(eval(verdict.call, scope)) == verdict.got


def test_raises_and_calls_between_functions() -> None:
    code = (
        "def g(n):\n    if n < 0:\n        raise ValueError('negative')\n    return square(n) % 7\n"
        "def square(n):\n    return n * n\n"
    )
    spec = "def g(n: int) -> int\nraises: ValueError when n < 0\npost: 0 <= result < 7\n"
    assert verdicts(spec, code) == [Proved("Z3"), Proved("Z3")]
    assert isinstance(verdicts(spec.replace("n < 0", "n < 1"), code)[0], Violated)
    assert isinstance(verdicts(spec.replace("ValueError", "KeyError"), code)[0], Violated)


def test_strings_by_length() -> None:
    assert verdicts("def f(s: str) -> int\npost: result > 0\n", "def f(s):\n    return len(s) + 1\n") == [Proved("Z3")]


@pytest.mark.parametrize(
    ("spec", "code", "reason"),
    [
        (POSITIVE, "def g(n):\n    for i in range(3):\n        n += i\n    return abs(n) + 1\n", "loop"),
        (POSITIVE.replace("int)", "float)"), "def g(n):\n    return abs(n) + 1\n", "the type of `n`"),
        (POSITIVE.replace(": int)", ")"), "def g(n):\n    return abs(n) + 1\n", "the type of `n`"),
        (POSITIVE, "def g(n):\n    return 7 // n * 0 + 1\n", "may raise ZeroDivisionError"),
        (POSITIVE, "def g(n):\n    if n > 0:\n        return n\n", "`None` values"),
        (POSITIVE, "def g(n):\n    return abs(g(n - 1)) + 1\n", "the call of `g`"),
        (POSITIVE, "def g(n):\n    return n / 2\n", "the operator `/`"),
        (POSITIVE, "def g(n):\n    return len(str(n))\n", "the call of `str`"),
        (
            "def g(a: int, b: int, c: int) -> int\npost: result != 114\n",
            "def g(a, b, c):\n    return a ** 3 + b ** 3 + c ** 3\n",
            "Z3 gave up",
        ),
    ],
)
def test_unknown_is_unknown(spec: str, code: str, reason: str) -> None:
    (verdict,) = verdicts(spec, code)
    assert isinstance(verdict, Unknown)
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "code",
    [
        "def max(a, b):\n    return a if a > b or a == -7654321 else b\ndef g(n):\n    return max(n, 1)\n",
        "def abs(n):\n    return n\ndef g(n):\n    return abs(n) + 1\n",
        "def g(n):\n    abs = int\n    return abs(n) + 1\n",
        "abs = int\ndef g(n):\n    return abs(n) + 1\n",
        "from math import floor as abs\ndef g(n):\n    return abs(n) + 1\n",
        "def g(n):\n    if n > 7:\n        return abs(n) + 1\n    return 1\n    abs = int\n",
        "def h(n):\n    return 1\ndef g(n):\n    return h(n)\nh = lambda n: -1\n",
        "def h(n):\n    return 1\ndef g(n):\n    h = int\n    return h(n)\n",
        "def h(n):\n    return 1\ndef g(n):\n    return h(n)\ndef h(n):\n    return -1\ndef h(n):\n    return n\n",
        "def h(n):\n    return 1\ndef i():\n    global h\n    h = int\ndef g(n):\n    return h(n)\n",
        "def h(n):\n    return 1\nfor h in [int]:\n    pass\ndef g(n):\n    return h(n)\n",
        "def g(n):\n    return 1\ng = int\n",
        "def g(n):\n    return 1\n    yield n\n",
        "def h(n):\n    return 1\n    yield n\ndef g(n):\n    return h(n)\n",
        "def h(n):\n    return 1\n",
    ],
)
def test_names_that_are_something_else_prove_nothing(code: str) -> None:
    (verdict,) = verdicts(POSITIVE, code)
    assert not isinstance(verdict, Proved)


def test_a_parameter_hides_a_function() -> None:
    spec = "def g(n: int, abs: int, h: int) -> int\npost: result > 0\n"
    for call in ("abs(n)", "h(n)"):
        assert isinstance(
            verdicts(spec, f"def h(n):\n    return 1\ndef g(n, abs, h):\n    return {call} + 1\n")[0], Unknown
        )


def test_own_functions_with_the_names_of_builtins_are_followed() -> None:
    code = "def abs(n):\n    return n * n\ndef g(n):\n    return abs(n) + 1\n"
    assert verdicts(POSITIVE, code) == [Proved("Z3")]


def test_names_in_contracts_are_the_builtins() -> None:
    spec = "def g(n: int) -> int\npost: result == abs(n)\n"
    code = "def abs(n):\n    return n\ndef g(n):\n    return {}\n"
    assert verdicts(spec, code.format("n if n >= 0 else -n")) == [Proved("Z3")]
    assert isinstance(verdicts(spec, code.format("abs(n)"))[0], Violated)


RAISES = "def g(a: int, b: int) -> int\nraises: ValueError when b == 0\n"


@pytest.mark.parametrize(
    ("what", "proved"),
    [
        ("raise ValueError", True),
        ("raise ValueError()", True),
        ("raise ValueError('no\\\\n number é', 1.5) from None", True),
        ("raise ValueError(f'{a} by {b}')", True),
        ("raise ValueError(f'{a // b}')", False),
        ("raise ValueError(a // b)", False),
        ("raise ValueError(f'{a:{a // b}}')", False),
        ("raise ValueError(x)", False),
        ("raise ValueError(len(a))", False),
        ("raise ValueError(text=a)", False),
        ("raise ValueError('no') from a", False),
        ("raise ValueError('no') from KeyError(a // b)", False),
        ("raise UnicodeDecodeError('no')", False),
        ("assert b, a // b\n        raise ValueError", False),
    ],
)
def test_what_a_raise_evaluates_is_part_of_it(what: str, proved: bool) -> None:
    code = f"def g(a, b):\n    if b == 0:\n        {what}\n    return a\n"
    (verdict,) = verdicts(RAISES, code)
    assert isinstance(verdict, Proved) == proved
    assert proved or isinstance(verdict, Unknown | Violated)


def test_the_text_of_a_number_may_be_too_long_to_write() -> None:
    spec = "def g(n: int) -> int\nraises: KeyError when n > 0\n"
    assert isinstance(
        verdicts(spec, "def g(n):\n    if n > 0:\n        raise KeyError(f'{n}')\n    return n\n")[0], Unknown
    )


def test_the_message_of_an_assertion_counts() -> None:
    spec = RAISES.replace("ValueError", "AssertionError")
    code = "def g(a, b):\n    assert b != 0, {}\n    return a\n"
    assert verdicts(spec, code.format("'zero'")) == [Proved("Z3")]
    assert isinstance(verdicts(spec, code.format("a // b"))[0], Violated)


def test_an_own_exception_is_not_the_builtin_of_its_name() -> None:
    code = "class ValueError(Exception):\n    pass\ndef g(a, b):\n    if b == 0:\n        raise ValueError\n"
    assert isinstance(verdicts(RAISES, code + "    return a\n")[0], Unknown)


def test_nothing_is_proved_of_no_input() -> None:
    spec = "def g(n: int) -> int\npre: n > 5\npre: n < 3\npost: result == n * n\n"
    (verdict,) = verdicts(spec, "def g(n):\n    return n\n")
    assert verdict == Unknown("not proved: no input satisfies the pre-conditions")


VALUES = st.integers(-20, 20)


def expressions() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["a", "b", "c"]) | st.integers(-9, 9).map(lambda value: f"({value})")

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        operators = st.sampled_from(["+", "-", "*", "//", "%"])
        comparisons = st.sampled_from(["<", "<=", "==", "!=", ">", ">="])
        return st.one_of(
            st.builds("({} {} {})".format, inner, operators, inner),
            st.builds("({} {} {})".format, inner, comparisons, inner),
            st.builds("({} {} {} {} {})".format, inner, comparisons, inner, comparisons, inner),
            st.builds("({} if {} else {})".format, inner, inner, inner),
            st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
            st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
            st.builds("abs({})".format, inner),
            st.builds("(not {})".format, inner),
            st.builds("({} ** {})".format, inner, st.integers(0, 3)),
        )

    return st.recursive(leaves, larger, max_leaves=8)


@settings(max_examples=150, deadline=None)
@given(text=expressions(), a=VALUES, b=VALUES, c=VALUES)
def test_z3_and_cpython_agree(text: str, a: int, b: int, c: int) -> None:
    import z3

    symbols = Symbols({name: smt.variable(name, INT) for name in "abc"})
    try:
        value = symbols.value(lower_expression(text))
    except UnsupportedError:
        return
    given_values = [z3.Int(name) == number for name, number in (("a", a), ("b", b), ("c", c))]
    raised = z3.Or(*(when for when, _ in symbols.raised)) if symbols.raised else z3.BoolVal(False)
    answer = smt.solve(given_values, {"value": value, "raised": raised})
    assert isinstance(answer, smt.Satisfied)
    try:
        expected = eval(text, {}, {"a": a, "b": b, "c": c})
    except ZeroDivisionError:
        assert answer.values["raised"] is True
        return
    assert answer.values["raised"] is False
    assert answer.values["value"] == expected


EXTREMES = [0, 1, -1, 2**31, -(2**31), 2**63 - 1, -(2**63), 10**30]


@settings(max_examples=15, deadline=None)
@given(
    lines=st.lists(expressions(), min_size=1, max_size=3), post=expressions(), random=st.randoms(use_true_random=False)
)
def test_no_input_breaks_what_is_proved(lines: list[str], post: str, random: Random) -> None:
    body = "".join(f"    {'abc'[place]} = {line}\n" for place, line in enumerate(lines))
    code = f"def g(a, b, c):\n{body}    return a\n"
    condition = f"result == result and ({post} or True)" if random.random() < 0.5 else f"result >= {post}"
    (verdict,) = verdicts(f"def g(a: int, b: int, c: int) -> int\npost: {condition}\n", code)
    if not isinstance(verdict, Proved):
        return
    scope: dict[str, Any] = {}
    exec(code, scope)
    for _ in range(200):
        a, b, c = (random.choice([random.randint(-20, 20), random.choice(EXTREMES)]) for _ in range(3))
        assert eval(condition, {}, {"a": a, "b": b, "c": c, "result": scope["g"](a, b, c)})
