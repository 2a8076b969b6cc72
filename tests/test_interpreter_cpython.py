"""The law of the interpreter: what it gives for a program of the subset is what CPython gives, exceptions included."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compiler.interpreter.interpreter import Program
from compiler.ir.lower import lower_expression, lower_module
from compiler.ir.nodes import Module
from compiler.judge.canonical import canonical
from compiler.text.source import Source

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")

NAMES = st.sampled_from(["a", "b", "c", "xs", "ys", "s", "d"])
CONSTANTS = st.sampled_from(
    [
        "0",
        "1",
        "2",
        "-3",
        "7",
        "True",
        "None",
        "2.5",
        "''",
        "'ab'",
        "'a b'",
        "[]",
        "[1, 2, 3]",
        "(1, 'x')",
        "{}",
        "{1: 2}",
        "{3, 1}",
    ]
)
VARIABLES: dict[str, Any] = {
    "a": 3,
    "b": -2,
    "c": 0,
    "xs": [3, 1, 2],
    "ys": [[1], [2, 3]],
    "s": "hello",
    "d": {"k": 1, 2: "v"},
}
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(["+", "-", "*", "//", "%", "/", "&", "|", "^"])
    comparison = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"])
    method = st.sampled_from(
        [
            "upper()",
            "split()",
            "copy()",
            "items()",
            "index(1)",
            "count('l')",
            "get('k')",
            "sort()",
            "pop()",
            "append(1)",
        ]
    )
    function = st.sampled_from(
        ["len", "sum", "sorted", "str", "int", "list", "abs", "max", "bool", "repr", "set", "iter", "type(1)", "g", "h"]
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, binary, inner),
        st.builds("({} {} {})".format, inner, comparison, inner),
        st.builds("({} {} {} {} {})".format, inner, comparison, inner, comparison, inner),
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {} or {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[{}:{}:{}]".format, inner, inner, inner, inner),
        st.builds("[{}, *({})]".format, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("({}).{}".format, inner, method),
        st.builds("{}({})".format, function, inner),
        st.builds("g({}, *({}))".format, inner, inner),
        st.builds("h({}, k={}, **({}))".format, inner, inner, inner),
        st.builds("[{} for {} in {}]".format, inner, NAMES, inner),
        st.builds("[{} for {} in {} for {} in {} if {}]".format, inner, NAMES, inner, NAMES, inner, inner),
        st.builds("{{{}: {} for {} in {}}}".format, inner, inner, NAMES, inner),
        st.builds("sum(({} for {} in {} if {}), {})".format, inner, NAMES, inner, inner, inner),
        st.builds("[f() for f in [lambda: {} for {} in {}]]".format, inner, NAMES, inner),
        st.builds("sorted({}, key=lambda {}: {})".format, inner, NAMES, inner),
        st.builds("(lambda {}, *r, z={}: ({}, r, z))({}, {})".format, NAMES, inner, inner, inner, inner),
        st.builds("({} := {})".format, st.sampled_from("pq"), inner),
        st.builds('f"{{({})!r:>8}}|{{{}}}"'.format, inner.filter(_fits_in_text), NAMES),
    )


def _fits_in_text(text: str) -> bool:
    return not set(text) & set("\"'{}\\:!")


EXPRESSIONS = st.recursive(NAMES | CONSTANTS, _compound, max_leaves=7)


def _indented(block: str) -> str:
    return "".join(f"    {line}\n" for line in block.splitlines())


def _statement(block: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = block.map(_indented)
    errors = st.sampled_from(["ValueError", "TypeError", "(KeyError, IndexError)", "Exception", "LookupError"])
    return st.one_of(
        st.builds("if {}:\n{}else:\n{}".format, EXPRESSIONS, body, body),
        st.builds("for {} in {}:\n{}".format, NAMES, EXPRESSIONS, body),
        st.builds("for {}, {} in {}:\n{}else:\n{}".format, NAMES, NAMES, EXPRESSIONS, body, body),
        st.builds(
            "n = 0\nwhile n < 3:\n    n += 1\n    if {}:\n        {}\n{}".format,
            EXPRESSIONS,
            st.sampled_from(["break", "continue"]),
            body,
        ),
        st.builds("try:\n{}except {} as e:\n{}else:\n{}finally:\n{}".format, body, errors, body, body, body),
        st.builds("try:\n{}finally:\n{}".format, body, body),
        st.builds(
            "def k({}, w={}):\n    nonlocal a, xs\n{}log(k(1))\n".format,
            NAMES.filter(lambda name: name not in ("a", "xs")),
            EXPRESSIONS,
            body,
        ),
        st.builds(
            "def it():\n    {} = yield {}\n{}    yield from {}\nlog(list(it()))\n".format,
            st.sampled_from("uvw"),
            EXPRESSIONS,
            body,
            EXPRESSIONS,
        ),
    )


SIMPLE = st.one_of(
    st.builds("log({})\n".format, EXPRESSIONS),
    st.builds("{} = {}\n".format, NAMES, EXPRESSIONS),
    st.builds("{} = {} = {}\n".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("{}, *{} = {}\n".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("{} {}= {}\n".format, NAMES, st.sampled_from(["+", "-", "*", "//", "|"]), EXPRESSIONS),
    st.builds("{}[{}] = {}\n".format, NAMES, EXPRESSIONS, EXPRESSIONS),
    st.builds("{}[{}] += {}\n".format, NAMES, EXPRESSIONS, EXPRESSIONS),
    st.builds("{}[{}:{}] = {}\n".format, NAMES, EXPRESSIONS, EXPRESSIONS, EXPRESSIONS),
    st.builds("del {}[{}]\n".format, NAMES, EXPRESSIONS),
    st.builds("del {}\n".format, NAMES),
    st.builds("assert {}, {}\n".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("raise {}({})\n".format, st.sampled_from(["ValueError", "KeyError"]), EXPRESSIONS),
    st.builds("return {}\n".format, EXPRESSIONS),
)
# Most random statements raise; caught, they let the rest of the program run.
CAUGHT = SIMPLE.map(lambda text: f"try:\n    {text}except Exception as error:\n    log(str(type(error)))\n")
BLOCKS = st.recursive(
    st.lists(CAUGHT, min_size=1, max_size=3).map("".join),
    lambda block: st.lists(_statement(block) | CAUGHT | SIMPLE, min_size=1, max_size=3).map("".join),
    max_leaves=5,
)
HELPERS = """
def g(x, *rest):
    return (x, len(rest))

def h(x, k=1, **more):
    return [x, k, sorted(more)]

"""


def _outcome(call: Any) -> tuple[str, str]:
    try:
        value = call()
    except Exception as error:
        return type(error).__name__, ""
    return type(value).__name__, canonical(value)


@SETTINGS
@given(EXPRESSIONS)
def test_an_expression_gives_what_it_gives_in_cpython(text: str) -> None:
    assume(_compiles(f"{HELPERS}def f(): return {text}"))
    program = Program(lower_module(Source("helpers.py", HELPERS)))
    run = program.evaluate(lower_expression(text), copy.deepcopy(VARIABLES), steps=20_000)
    assume(run.stopped is None)
    names: dict[str, Any] = {}
    exec(f"{HELPERS}def f({', '.join(VARIABLES)}):\n    return {text}\n", names)
    assert _run_outcome(run.value, run.error) == _outcome(lambda: names["f"](**copy.deepcopy(VARIABLES)))


@SETTINGS
@given(BLOCKS)
def test_a_program_does_what_it_does_in_cpython(block: str) -> None:
    text = f"{HELPERS}def f(log, {', '.join(VARIABLES)}):\n{_indented(block)}    return a, b, c, xs, ys, s, d\n"
    assume(_compiles(text))
    module: Module = lower_module(Source("program.py", text))
    ours: list[str] = []
    run = Program(module).call("f", (), {"log": _logger(ours), **copy.deepcopy(VARIABLES)}, steps=20_000)
    assume(run.stopped is None)
    theirs: list[str] = []
    names: dict[str, Any] = {}
    exec(compile(text, "<program>", "exec", dont_inherit=True), names)
    wanted = _outcome(lambda: names["f"](_logger(theirs), **copy.deepcopy(VARIABLES)))
    assert _run_outcome(run.value, run.error) == wanted
    assert ours == theirs


def _run_outcome(value: object, error: BaseException | None) -> tuple[str, str]:
    return (type(error).__name__, "") if error is not None else (type(value).__name__, canonical(value))


def _logger(texts: list[str]) -> Any:
    return lambda value: texts.append(canonical(value))


def _compiles(text: str) -> bool:
    """Whether Python compiles a text without a warning: ``is`` between literals is left open."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            compile(text, "<program>", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True
