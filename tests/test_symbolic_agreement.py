"""Z3's meaning of an expression is the interpreter's: values and exceptions, on thousands of random terms."""

from __future__ import annotations

import pytest
import z3
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compiler.ir.interpreter import evaluate_text
from compiler.ir.lower import lower_expression
from compiler.proof.symbolic import Symbols
from compiler.proof.values import Opaque, Value
from solver import smt
from solver.sorts import BOOL, INT, STR

Texts = st.SearchStrategy[str]

INTEGERS, TRUTHS, STRINGS = ("a", "b"), ("p", "q"), ("s", "t")
SMALL = st.integers(-9, 9).map(lambda value: f"({value})")
WORDS = st.text("ab ", max_size=3).map(repr)


def build(pattern: str, *parts: Texts) -> Texts:
    return st.builds(pattern.format, *parts)


def terms() -> Texts:
    """Typed terms over ``a``, ``b`` (int), ``p``, ``q`` (bool), ``s``, ``t`` (str) and ``xs``, a list."""
    numbers: Texts = st.deferred(
        lambda: st.one_of(
            st.sampled_from(INTEGERS),
            SMALL,
            build("({} {} {})", numbers, st.sampled_from(["+", "-", "*", "//", "%"]), numbers),
            build("({} + {})", numbers, truths),
            build("({} ** {})", numbers, st.integers(0, 3).map(str)),
            build("({} if {} else {})", numbers, truths, numbers),
            build("({} {} {})", numbers, st.sampled_from(["and", "or"]), numbers),
            build("{}({}, {})", st.sampled_from(["min", "max"]), numbers, numbers),
            build("{}({})", st.sampled_from(["abs", "int", "-", "+"]), numbers),
            build("int({})", truths),
            build("len({})", texts),
            st.just("len(xs)"),
        )
    )
    truths: Texts = st.deferred(
        lambda: st.one_of(
            st.sampled_from(TRUTHS),
            build("({} {} {})", numbers, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), numbers),
            build("({} < {} <= {})", numbers, numbers, numbers),
            build("({} {} ({}, {}))", numbers, st.sampled_from(["in", "not in"]), numbers, numbers),
            build("({} {} {})", texts, st.sampled_from(["==", "!=", "in", "not in"]), texts),
            build("({} {} {})", numbers, st.sampled_from(["==", "!="]), texts),
            build("({}).{}({})", texts, st.sampled_from(["startswith", "endswith"]), texts),
            build("({} {} {})", truths, st.sampled_from(["and", "or", "==", "!="]), truths),
            build("(not {})", st.one_of(numbers, truths, texts, st.just("xs"))),
            build("bool({})", st.one_of(numbers, texts, st.just("xs"))),
        )
    )
    texts: Texts = st.deferred(
        lambda: st.one_of(
            st.sampled_from(STRINGS),
            WORDS,
            build("({} + {})", texts, texts),
            build("({} if {} else {})", texts, truths, texts),
            build("({} {} {})", texts, st.sampled_from(["and", "or"]), texts),
        )
    )
    return st.one_of(numbers, truths, texts)


VARIABLES = st.fixed_dictionaries(
    {
        **{name: st.integers(-9, 9) for name in INTEGERS},
        **{name: st.booleans() for name in TRUTHS},
        **{name: st.text("ab ", max_size=4) for name in STRINGS},
        "xs": st.lists(st.integers(0, 3), max_size=4),
    }
)
SORTS = {**dict.fromkeys(INTEGERS, INT), **dict.fromkeys(TRUTHS, BOOL), **dict.fromkeys(STRINGS, STR)}


def agree(text: str, variables: dict[str, object]) -> None:
    run = evaluate_text(text, variables)
    assume(run.stopped is None)
    length = z3.Int("len(xs)")
    names: dict[str, Value] = {name: smt.variable(name, sort) for name, sort in SORTS.items()}
    symbols = Symbols({**names, "xs": Opaque(length)})
    value = symbols.value(lower_expression(text))
    given_values = [(names[name], constant(variables[name])) for name in names]
    given_values.append((length, z3.IntVal(len(variables["xs"]))))  # type: ignore[arg-type]
    raised = [name for when, name in symbols.raised if z3.is_true(z3.simplify(z3.substitute(when, *given_values)))]
    if run.error is not None:
        assert raised[:1] == [type(run.error).__name__]
        return
    assert raised == []
    found = smt.python_value(z3.simplify(z3.substitute(value, *given_values)))
    assert (found, type(found)) == (run.value, type(run.value))


def constant(value: object) -> Value:
    match value:
        case bool():
            return z3.BoolVal(value)
        case int():
            return z3.IntVal(value)
        case _:
            return z3.StringVal(value)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=terms(), variables=VARIABLES)
def test_z3_and_the_interpreter_agree(text: str, variables: dict[str, object]) -> None:
    agree(text, variables)


@pytest.mark.slow
@settings(max_examples=12_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=terms(), variables=VARIABLES)
def test_they_agree_on_thousands_of_terms(text: str, variables: dict[str, object]) -> None:
    agree(text, variables)
