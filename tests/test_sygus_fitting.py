"""Functions that are found, written as terms of a problem's grammar."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.sygus.answer import Limits
from compiler.sygus.cegis import synthesise_by_cegis
from compiler.sygus.derivation import derives
from compiler.sygus.fitting import fit
from compiler.sygus.judging import judge_answer
from compiler.sygus.problem import Grammar, Problem, Variable
from compiler.sygus.reader import read_problem
from compiler.sygus.semantics import evaluate
from compiler.sygus.text import print_term
from compiler.text.source import Source
from solver.linear import Atom, Comparison, Linear
from solver.piecewise import Arm, Piecewise

FULL = """((Start Int) (Test Bool)) (
(Start Int (x y 0 1 (+ Start Start) (- Start Start) (ite Test Start Start)))
(Test Bool ((and Test Test) (or Test Test) (not Test) (<= Start Start) (= Start Start))))"""
STRICT = """((Start Int) (Test Bool)) (
(Start Int (x y 0 1 (+ Start 1) (ite Test Start Start)))
(Test Bool ((< Start Start))))"""
LAYERS = """((Start Int) (Sum Int) (Name Int) (Number Int) (Test Bool)) (
(Start Int (Sum (ite Test Start Start)))
(Sum Int (Name Number (+ Name Sum) (- Sum) (* Number Name)))
(Name Int (x y)) (Number Int ((Constant Int)))
(Test Bool ((> Sum Sum) (not Test) (or Test Test))))"""
LARGER = "((Start Int)) ((Start Int (x y (larger Start Start))))"
TWOS = "((Start Int)) ((Start Int (x y (+ Start 2))))"

MAX = "(>= (f x y) x) (>= (f x y) y) (or (= (f x y) x) (= (f x y) y))"
APART = "(=> (= x y) (= (f x y) (- 1))) (=> (distinct x y) (= (f x y) (+ x (+ x 3))))"
ABOVE = "(> (f x y) x)"


def problem(grammar: str, constraints: str) -> Problem:
    text = f"""(set-logic LIA)
(define-fun larger ((a Int) (b Int)) Int (ite (>= a b) a b))
(synth-fun f ((x Int) (y Int)) Int {grammar})
(declare-var x Int)
(declare-var y Int)
(constraint (and true {constraints}))
(check-synth)
"""
    return read_problem(Source("problem.sl", text))


def grammar_of(text: str) -> Grammar:
    grammar = problem(text, MAX).grammar
    assert grammar is not None
    return grammar


@pytest.mark.parametrize(
    ("grammar", "constraints", "term"),
    [
        (FULL, MAX, "(ite (<= y x) x y)"),
        (STRICT, MAX, "(ite (< x y) y x)"),
        (LAYERS, MAX, "(ite (> y x) y x)"),
        (LARGER, MAX, "(larger x y)"),
        (FULL, APART, "(ite (= x y) (- 0 1) (+ (+ x x) (+ 1 (+ 1 1))))"),
        (LAYERS, APART, "(ite (or (> y x) (> x y)) (+ x (+ x 3)) (- 1))"),
        (TWOS, ABOVE, "(+ x 2)"),
    ],
)
def test_the_answer_stays_within_the_grammar(grammar: str, constraints: str, term: str) -> None:
    asked = problem(grammar, constraints)
    answer = synthesise_by_cegis(asked, Limits(20.0))
    assert answer.terms, answer.reason
    assert judge_answer(asked, answer.terms).accepted
    assert print_term(answer.terms[0]) == term


def test_a_grammar_without_the_function_gives_no_answer() -> None:
    answer = synthesise_by_cegis(problem(TWOS, MAX), Limits(10.0))
    assert answer.terms == ()
    assert "grammar" in answer.reason


NUMBERS = st.integers(-6, 6)
TERMS = st.builds(
    lambda x, y, constant: Linear(tuple((n, f) for n, f in (("x", x), ("y", y)) if f), constant),
    *(NUMBERS, NUMBERS, st.integers(-12, 12)),
)
TESTS: st.SearchStrategy[Atom] = st.builds(
    lambda factor, constant, relation: Comparison(Linear((("x", 1), ("y", factor)), constant), relation),
    st.sampled_from([-2, -1, 1, 2]),
    NUMBERS,
    st.sampled_from(["<=", "=", "!="]),
)
ARMS = st.lists(
    st.builds(lambda guard, value: Arm(tuple(guard), (value,)), st.lists(TESTS, min_size=1, max_size=2), TERMS),
    max_size=2,
)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([FULL, LAYERS]), ARMS, TERMS, NUMBERS, NUMBERS)
def test_what_is_built_is_derivable_and_means_the_function(
    text: str, arms: list[Arm], otherwise: Linear, x: int, y: int
) -> None:
    function = Piecewise(tuple(arms), (otherwise,))
    grammar = grammar_of(text)
    term = fit(function, {"x": Variable("x"), "y": Variable("y")}, grammar)
    assert term is not None
    assert derives(grammar, term)
    assert (evaluate(term, {"x": x, "y": y}),) == function.value({"x": x, "y": y})
