from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from compiler.sygus.operators import from_int, operator_for, to_int
from compiler.sygus.problem import Apply, Definition, Literal, Problem, Target, Term, Value, Variable
from compiler.sygus.read_terms import Scope, read_term
from compiler.sygus.semantics import evaluate
from compiler.sygus.sexpressions import read_sexpressions
from compiler.sygus.text import print_term, print_value, unescape
from compiler.sygus.to_python import emit_python
from compiler.text.source import Source
from tests.sygus_terms import ENVIRONMENTS, TEXTS, TYPED_TERMS, VARIABLES


def value_of(text: str) -> Value:
    (node,) = read_sexpressions(Source("term", text))
    return evaluate(read_term(node, Scope({}, {}, {})).term, {})


# The theories' own words: https://smt-lib.org/theories-UnicodeStrings.shtml and theories-Ints.shtml.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(div 7 2)", 3),
        ("(div (- 7) 2)", -4),
        ("(div 7 (- 2))", -3),
        ("(div (- 7) (- 2))", 4),
        ("(mod (- 7) 2)", 1),
        ("(mod (- 7) (- 2))", 1),
        ("(div 5 0)", 0),
        ("(mod 5 0)", 5),
        ("(- 3)", -3),
        ("(- 10 3 2)", 5),
        ("(div 100 5 2)", 10),
        ("(abs (- 4))", 4),
        ("(< 1 2 3)", True),
        ("(< 1 3 2)", False),
        ("(distinct 1 2 1)", False),
        ("(=> true false true)", True),
        ("(=> true true false)", False),
        ("(xor true true true)", True),
        ("(= 1 1 1)", True),
        ('(str.substr "hello" 1 3)', "ell"),
        ('(str.substr "hello" 3 10)', "lo"),
        ('(str.substr "hello" (- 1) 3)', ""),
        ('(str.substr "hello" 5 1)', ""),
        ('(str.substr "hello" 1 0)', ""),
        ('(str.substr "hello" 1 (- 3))', ""),
        ('(str.at "abc" 0)', "a"),
        ('(str.at "abc" 3)', ""),
        ('(str.at "abc" (- 1))', ""),
        ('(str.indexof "abcabc" "c" 3)', 5),
        ('(str.indexof "abc" "" 3)', 3),
        ('(str.indexof "abc" "" 4)', -1),
        ('(str.indexof "abc" "a" (- 1))', -1),
        ('(str.indexof "abc" "d" 0)', -1),
        ('(str.replace "abcabc" "b" "x")', "axcabc"),
        ('(str.replace "abc" "" "x")', "xabc"),
        ('(str.replace "" "" "x")', "x"),
        ('(str.replace_all "abab" "b" "x")', "axax"),
        ('(str.replace_all "ab" "" "x")', "ab"),
        ('(str.to_int "0042")', 42),
        ('(str.to_int "")', -1),
        ('(str.to_int "-1")', -1),
        ('(str.to_int "²")', -1),
        ('(str.to_int "١")', -1),
        ("(str.from_int 42)", "42"),
        ("(str.from_int (- 42))", ""),
        ('(str.< "ab" "b")', True),
        ('(str.< "ab" "ab")', False),
        ('(str.<= "ab" "ab")', True),
        ('(str.is_digit "7")', True),
        ('(str.is_digit "77")', False),
        ('(str.to_code "a")', 97),
        ('(str.to_code "")', -1),
        ("(str.from_code 196607)", "\U0002ffff"),
        ("(str.from_code 196608)", ""),
        ("(str.from_code (- 1))", ""),
        ('(str.len "a\\u{1F600}\\u0041\\u{61}")', 4),
        ('"\\u{3ffff}\\x\\u"', "\\u{3ffff}\\x\\u"),
        ('"say ""yes"""', 'say "yes"'),
        ('(str.prefixof "ab" "abc")', True),
        ('(str.suffixof "bc" "abc")', True),
        ('(str.contains "abc" "b")', True),
        ("(let ((a 2) (b 3)) (let ((a b) (b a)) (- a b)))", 1),
    ],
)
def test_values_are_those_of_the_standard(text: str, value: Value) -> None:
    found = value_of(text)
    assert (type(found), found) == (type(value), value)


def test_functions_are_called_with_their_arguments() -> None:
    twice = Definition("twice", (("n", "Int"),), "Int", Apply("+", (Variable("n"), Variable("n"))))
    call = Apply("twice", (Apply("twice", (Variable("x"),)),))
    assert evaluate(call, {"x": 3}, {"twice": twice}) == 12


def test_truth_values_and_integers_are_different_constants() -> None:
    assert Literal(True) != Literal(1)
    assert len({Literal(True), Literal(1), Literal(False), Literal(0)}) == 4


def test_integers_of_any_length_go_to_text_and_back() -> None:
    for number in (10**4000, 10**4000 - 1, 7 * 10**9001 + 5):
        assert to_int(from_int(number)) == number


@given(TEXTS)
def test_printed_strings_are_read_back(text: str) -> None:
    printed = print_value(text)
    assert printed.isascii()
    assert unescape(printed[1:-1].replace('""', '"')) == text


@given(TYPED_TERMS)
def test_printed_terms_are_read_back(typed: tuple[str, Term]) -> None:
    sort, term = typed
    (node,) = read_sexpressions(Source("term", print_term(term)))
    read = read_term(node, Scope(dict(VARIABLES), {}, {}))
    assert read.sort == sort
    assert print_term(read.term) == print_term(term)


def divides_by_zero(term: Term, environment: dict[str, Value]) -> bool:
    match term:
        case Apply(name, arguments):
            operator = operator_for(name, len(arguments))
            is_open = operator is not None and operator.open
            divides = is_open and any(evaluate(part, environment) == 0 for part in arguments[1:])
            return divides or any(divides_by_zero(argument, environment) for argument in arguments)
    return False


@settings(max_examples=150, deadline=None)
@given(TYPED_TERMS, ENVIRONMENTS)
def test_z3_agrees(typed: tuple[str, Term], environment: dict[str, Value]) -> None:
    import z3

    _, term = typed
    bound = " ".join(f"({name} {print_value(value)})" for name, value in environment.items())
    wanted = print_value(evaluate(term, environment))
    (formula,) = z3.parse_smt2_string(f"(assert (let ({bound}) (= {print_term(term)} {wanted})))")
    solver = z3.Solver()
    solver.set("rlimit", 1_000_000)
    solver.add(z3.Not(z3.simplify(formula)))
    found = solver.check()
    # Z3 may choose what division by zero gives.
    assert found == z3.unsat or divides_by_zero(term, environment), solver


@settings(max_examples=150, deadline=None)
@given(TYPED_TERMS, ENVIRONMENTS)
def test_emitted_python_agrees(typed: tuple[str, Term], environment: dict[str, Value]) -> None:
    sort, term = typed
    program = emit_python(Problem("ALL", (Target("f", VARIABLES, sort),)), (term,))
    names: dict[str, Any] = {}
    exec(program, names)
    found, wanted = names["f"](**environment), evaluate(term, environment)
    assert (type(found), found) == (type(wanted), wanted), program
