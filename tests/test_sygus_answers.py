"""Answers to SyGuS problems: derivable, right, the same in Python, and what the command says of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.cli import main
from compiler.sygus import judging
from compiler.sygus.answer import Answer, Limits
from compiler.sygus.check import check
from compiler.sygus.derivation import conforms, derives
from compiler.sygus.judging import judge_answer
from compiler.sygus.problem import Problem, Term
from compiler.sygus.reader import read_answer, read_problem
from compiler.sygus.to_python import emit_python
from compiler.text.source import Source

ROOT = Path(__file__).parent.parent

STRINGS = """
(set-logic SLIA)
(synth-fun f ((s String)) String
  ((Start String) (S String) (I Int))
  ((Start String (S)) (S String (s " " Start (str.++ S S) (str.substr S I I)))
   (I Int (0 -1 5 (+ I I) (- I) (str.indexof S S I)))))
(constraint (= (f "ab cd") "ab"))
(constraint (= (f "x y") "x"))
(check-synth)
"""
CONSTANTS = """
(synth-fun f ((n Int)) Int ((S Int) (C Int)) ((S Int (n (+ S C))) (C Int ((Constant Int)))))
(declare-var n Int)
(constraint (> (f n) (+ n 1)))
(check-synth)
"""
MAXIMUM = """
(set-logic LIA)
(synth-fun max ((x Int) (y Int)) Int)
(declare-var x Int)
(declare-var y Int)
(constraint (and (>= (max x y) x) (>= (max x y) y) (or (= (max x y) x) (= (max x y) y))))
(check-synth)
"""


def problem_of(text: str) -> Problem:
    return read_problem(Source("problem.sl", text))


def terms_of(problem: Problem, *bodies: str) -> tuple[Term, ...]:
    definitions = []
    for target, body in zip(problem.targets, bodies, strict=True):
        parameters = " ".join(f"({name} {sort})" for name, sort in target.parameters)
        definitions.append(f"(define-fun {target.name} ({parameters}) {target.result} {body})")
    return read_answer(Source("answer", "\n".join(definitions)), problem)


@pytest.mark.parametrize(
    ("body", "derivable"),
    [
        ("s", True),
        ('(str.++ s (str.++ " " s))', True),
        ('(str.substr s 0 (str.indexof s " " 0))', True),
        ("(str.substr s (- 1) -1)", True),
        ("(str.substr s (- 5) (- (- 5)))", True),
        ("(str.substr s 2 0)", False),
        ("(str.substr s 0 (+ 0 0 0))", False),
        ('(str.++ s "x")', False),
        ("(str.at s 0)", False),
        ('(ite (= s " ") s s)', False),
    ],
)
def test_only_what_the_grammar_derives_is_derivable(body: str, derivable: bool) -> None:
    problem = problem_of(STRINGS)
    (term,) = terms_of(problem, body)
    assert problem.grammar is not None
    assert derives(problem.grammar, term) is derivable


@pytest.mark.parametrize(
    ("body", "derivable"),
    [("(+ n 17)", True), ("(+ (+ n -3) (- 4))", True), ("(+ 17 n)", False), ("17", False), ("(+ n n)", False)],
)
def test_any_constant_is_a_literal_of_the_sort(body: str, derivable: bool) -> None:
    problem = problem_of(CONSTANTS)
    assert conforms(problem, terms_of(problem, body)) is derivable


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ("(ite (>= x y) x y)", True),
        ("(+ (* 2 x) (* y (- 3)) (div x 2) (mod y 7))", True),
        ("(* x y)", False),
        ("(div 7 x)", False),
        ('(str.len "ab")', False),
    ],
)
def test_without_a_grammar_the_logic_decides(body: str, allowed: bool) -> None:
    problem = problem_of(MAXIMUM)
    assert conforms(problem, terms_of(problem, body)) is allowed


def test_examples_are_checked_by_evaluation() -> None:
    problem = problem_of(STRINGS)
    assert check(problem, terms_of(problem, '(str.substr s 0 (str.indexof s " " 0))')).status == "right"
    wrong = check(problem, terms_of(problem, "s"))
    assert (wrong.status, wrong.reason) == ("wrong", '(= (f "ab cd") "ab") does not hold')


def test_constraints_over_variables_are_proved_or_refuted() -> None:
    problem = problem_of(MAXIMUM)
    assert check(problem, terms_of(problem, "(ite (>= x y) x y)")).status == "right"
    wrong = check(problem, terms_of(problem, "(ite (>= x y) x x)"))
    assert wrong.status == "wrong"
    assert {part.split(" = ")[0] for part in wrong.reason.split(", ")} == {"x", "y"}


def test_what_z3_does_not_decide_is_unknown() -> None:
    problem = problem_of(MAXIMUM)
    assert check(problem, terms_of(problem, "(ite (>= x y) x y)"), rlimit=1).status == "unknown"


def test_an_answer_may_not_rest_on_what_division_by_zero_gives() -> None:
    problem = problem_of("(synth-fun f ((n Int)) Int) (constraint (= (f 3) 0)) (check-synth)")
    assert check(problem, terms_of(problem, "(div n 0)")).status == "wrong"
    assert check(problem, terms_of(problem, "(- n 3)")).status == "right"


def test_functions_that_depend_on_each_other_are_checked_together() -> None:
    problem = problem_of(
        "(synth-fun f ((n Int)) Int) (synth-fun g ((n Int)) Int) (declare-var n Int)"
        "(constraint (= (+ (f n) (g n)) (* 2 n))) (check-synth)"
    )
    assert judge_answer(problem, terms_of(problem, "(+ n 1)", "(- n 1)")).accepted
    assert judge_answer(problem, terms_of(problem, "n", "(- n 1)")).reason.startswith("wrong: ")


def test_a_program_that_differs_from_its_term_is_found() -> None:
    problem = problem_of(STRINGS)
    terms = terms_of(problem, '(str.substr s 0 (str.indexof s " " 0))')
    judgement = judge_answer(problem, terms)
    assert judgement.accepted, judgement.reason
    broken = judgement.program.replace("return", "return 'z' +")
    assert judging.disagreement(problem, terms, broken).startswith("f('ab cd') is 'ab', and not ")


LIBRARY = """
(define-fun twice ((n Int)) Int (+ n n))
(define-fun unused ((n Int)) Int n)
(define-fun four-times ((n Int)) Int (twice (twice n)))
(synth-fun list ((len String) (a! Int) (a? Int)) Int)
(check-synth)
"""

PROGRAMS = {
    "slices where bounds allow": (STRINGS, "(str.++ (str.substr s 0 5) (str.++ s (str.substr s (str.len s) 1)))"),
    "a function where they do not": (STRINGS, '(str.substr s (str.indexof s " " 0) (- 1 2))'),
    "the rest of a text": (STRINGS, "(str.substr s (+ 1 (str.indexof s s 0)) (str.len s))"),
    "a ladder": (
        MAXIMUM,
        "(ite (and (>= x y) (not (= x 3))) (ite (< x 0) (- x) x) (ite (=> (< x y) (> y 1)) (abs y) 7))",
    ),
    "division": (MAXIMUM, "(+ (div x 3) (- (mod x (- 3)) (div y (- 2))))"),
    "names and definitions": (LIBRARY, "(+ (str.len len) (ite (= a! a?) (four-times a!) (str.to_int len)))"),
}


def test_python_is_written_as_people_would(golden: Callable[[str, str], None]) -> None:
    parts = []
    for name, (text, body) in PROGRAMS.items():
        problem = problem_of(text)
        parts.append(f"# {name}\n\n{emit_python(problem, terms_of(problem, body))}")
    golden("sygus_programs.txt", "\n\n".join(parts))


@pytest.mark.parametrize(
    "shape", ["(- {0} {1})", "(ite (< x {0}) {1} y)", "(ite (< x {0}) y {1})", "(+ y (ite (< x {0}) {1} y))"]
)
def test_terms_of_any_depth_that_is_read_become_python(shape: str) -> None:
    problem = problem_of("(synth-fun f ((x Int) (y Int)) Int) (constraint (= (f 1 2) (f 1 2))) (check-synth)")
    body = "x"
    for number in range(110):
        body = shape.format(number, body)
    judgement = judge_answer(problem, terms_of(problem, body))
    assert judgement.accepted, judgement.reason


def test_an_example_is_answered_in_both_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "clamp.py"
    example = str(ROOT / "examples" / "clamp.sl")
    assert main([example]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("(define-fun clamp ((x Int) (low Int) (high Int)) Int ")
    assert "proved by Z3" in printed.err
    assert "Python" not in printed.err
    assert main([example, "-o", str(out)]) == 0
    assert "; its Python gave the same on 30 inputs\n" in capsys.readouterr().err
    assert main([example, "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["evidence"].endswith("; its Python gave the same on 30 inputs")
    assert (told["status"], told["program"]) == ("accepted", out.read_text())
    names: dict[str, Callable[..., int]] = {}
    exec(out.read_text(), names)
    assert [names["clamp"](x, 2, 5) for x in (1, 2, 4, 9)] == [2, 2, 4, 5]


def test_the_other_example_is_answered_from_its_grammar(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(ROOT / "examples" / "initials.sl")]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("(define-fun initials ((name String)) String ")
    assert "3 constraints hold, evaluated by SMT-LIB's semantics; derivable from the grammar" in printed.err


def test_a_problem_that_cannot_be_read_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "bad.sl", tmp_path / "out.py"
    path.write_text("(synth-fun f ((x Real)) Int)\n(check-synth)\n")
    assert main([str(path), "-o", str(out)]) == 2
    assert "error[L0503]" in capsys.readouterr().err
    assert not out.exists()


def test_a_problem_without_an_answer_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none.sl"
    path.write_text("(synth-fun f ((n Int)) Int ((S Int)) ((S Int (0))))\n(constraint (= (f 1) 1))\n(check-synth)\n")
    assert main([str(path), "--budget-seconds", "2"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "error[L0507]: no answer found for `f`" in printed.err


def test_a_wrong_answer_is_not_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def wrong(problem: Problem, limits: Limits) -> Answer:
        return Answer(terms_of(problem, "x"), "", 1, 0.0)

    monkeypatch.setattr("compiler.cli.commands.sygus.solve", wrong)
    assert main([str(ROOT / "examples" / "clamp.sl")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "error[L0508]" in printed.err


@pytest.mark.parametrize("option", [("--tests", "t.py", "-o", "f.py"), ("--best-effort",), ("--model", "other")])
def test_options_of_other_specifications_are_refused(
    option: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([str(ROOT / "examples" / "clamp.sl"), *option]) == 2


def test_the_command_starts_without_z3() -> None:
    code = "import sys, compiler.cli.commands.sygus; print('z3' in sys.modules, 'libcst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
