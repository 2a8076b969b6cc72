"""SyGuS problems that constrain their functions for all inputs."""

from __future__ import annotations

import pytest

from compiler.sygus.answer import Answer, Limits
from compiler.sygus.cegis import synthesise_by_cegis
from compiler.sygus.judging import judge_answer
from compiler.sygus.problem import Problem
from compiler.sygus.reader import read_problem
from compiler.sygus.text import print_term
from compiler.text.source import Source

CLAMP = """(set-logic LIA)
(synth-fun clamp ((v Int) (low Int) (high Int)) Int)
(declare-var a Int)
(declare-var b Int)
(declare-var c Int)
(constraint (=> (<= b c) (and (<= b (clamp a b c)) (<= (clamp a b c) c))))
(constraint (=> (and (<= b a) (<= a c)) (= (clamp a b c) a)))
(constraint (=> (and (<= b c) (< a b)) (= (clamp a b c) b)))
(constraint (=> (and (<= b c) (> a c)) (= (clamp a b c) c)))
(check-synth)
"""
SEVERAL = """(set-logic LIA)
(synth-fun double ((x Int) (y Int)) Int)
(synth-fun other ((x Int) (y Int)) Int)
(declare-var x Int)
(declare-var y Int)
(constraint (= (double x y) (+ (other x y) (other x y))))
(constraint (= (+ (double x y) (other x y)) (* 3 (- x y))))
(check-synth)
"""
TRUTH = """(set-logic LIA)
(synth-fun inside ((x Int) (low Int) (high Int)) Bool)
(declare-var x Int)
(declare-var l Int)
(declare-var h Int)
(define-fun above ((a Int) (b Int)) Bool (>= a b))
(constraint (= (inside x l h) (and (above x l) (not (above x h)))))
(check-synth)
"""
SWAPPED = """(set-logic LIA)
(synth-fun most ((x Int) (y Int)) Int)
(declare-var x Int)
(declare-var y Int)
(constraint (= (most x y) (most y x)))
(constraint (and (<= (+ x 7) (most x y)) (<= (+ y 7) (most x y))))
(constraint (or (= (most x y) (+ x 7)) (= (most x y) (+ y 7))))
(check-synth)
"""
NESTED = """(set-logic LIA)
(synth-fun next ((x Int)) Int)
(declare-var x Int)
(constraint (= (next (next x)) (+ x 4)))
(constraint (> (next x) x))
(check-synth)
"""
HALF = """(set-logic LIA)
(synth-fun half ((n Int)) Int)
(declare-var n Int)
(constraint (<= (* 2 (half n)) n))
(constraint (< n (+ (* 2 (half n)) 2)))
(check-synth)
"""


def answered(text: str) -> tuple[Problem, Answer]:
    problem = read_problem(Source("problem.sl", text))
    return problem, synthesise_by_cegis(problem, Limits(30.0))


@pytest.mark.parametrize("text", [CLAMP, SEVERAL, TRUTH, SWAPPED, NESTED, HALF])
def test_the_answer_is_right_and_agrees_with_its_python(text: str) -> None:
    problem, answer = answered(text)
    assert answer.terms, answer.reason
    judgement = judge_answer(problem, answer.terms)
    assert judgement.accepted, judgement.reason


def test_guards_ask_no_more_than_they_must() -> None:
    _, answer = answered(CLAMP)
    assert print_term(answer.terms[0]) == "(ite (< v low) low (ite (< high v) high v))"


def test_a_truth_value_is_a_formula() -> None:
    _, answer = answered(TRUTH)
    assert "ite" not in print_term(answer.terms[0])


def test_constraints_that_nothing_satisfies_end_in_a_point() -> None:
    text = CLAMP.replace("(=> (<= b c) (and (<=", "(=> true (and (<=")
    _, answer = answered(text)
    assert answer.terms == ()
    assert answer.reason.startswith("no values satisfy the constraints where a = ")
