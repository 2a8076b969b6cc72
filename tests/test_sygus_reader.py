"""SyGuS problems read, and refused with a diagnostic that points at the place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compiler.sygus.examples import Example, examples_of
from compiler.sygus.problem import AnyConstant, Apply, Literal, Problem, Variable
from compiler.sygus.reader import read_answer, read_problem
from compiler.sygus.text import print_term
from compiler.text.diagnostics import ExitCode, LiftcError, render
from compiler.text.source import Source


def read(text: str) -> Problem:
    return read_problem(Source("problem.sl", text))


INITIALS = """
(set-logic SLIA) ; a comment
(set-option :produce-models true)
(set-feature :grammars true)
(synth-fun initials ((first String) (last String)) String
  ((Start String) (I Int))
  ((Start String (first last "." (Constant String) (str.++ Start Start) (str.at Start I)))
   (I Int (0 -1 (Variable Int) (Constant Int) (+ I I)))))
(constraint (= (initials "Ada" "Lovelace") "A.L."))
(constraint (= "G.H." (initials "Grace" "Hopper")))
(check-synth)
"""


def test_a_grammar_is_read_with_its_constants_and_variables_written_out() -> None:
    problem = read(INITIALS)
    grammar = problem.grammar
    assert (problem.logic, problem.name, problem.result) == ("SLIA", "initials", "String")
    assert problem.parameters == (("first", "String"), ("last", "String"))
    assert grammar is not None
    assert (grammar.start, grammar.sorts) == ("Start", {"Start": "String", "I": "Int"})
    assert grammar.productions["I"] == (
        Literal(0),
        Literal(-1),
        AnyConstant("Int"),
        Apply("+", (Variable("I"), Variable("I"))),
    )
    assert grammar.productions["Start"][:3] == (Variable("first"), Variable("last"), Literal("."))


def test_examples_are_recognised_from_either_side() -> None:
    assert examples_of(read(INITIALS)) == (
        Example(("Ada", "Lovelace"), "A.L."),
        Example(("Grace", "Hopper"), "G.H."),
    )


def test_negative_constants_and_truth_values_are_examples() -> None:
    text = "(constraint (and (f (- 1)) (not (f 2)))) (constraint (= true (f 3))) (check-synth)"
    examples = examples_of(read(f"(synth-fun f ((n Int)) Bool) {text}"))
    assert examples == (Example((-1,), True), Example((2,), False), Example((3,), True))
    turned = "(synth-fun f ((n Int)) Int) (constraint (= (- 1) (f 2))) (check-synth)"
    assert examples_of(read(turned)) == (Example((2,), -1),)


@pytest.mark.parametrize(
    "constraint", ["(= (f x) 1)", "(> (f 1) 1)", "(= (f (f 1)) 1)", "(= (f 1) (f 2))", "(or (= (f 1) 1) false)"]
)
def test_other_constraints_are_no_examples(constraint: str) -> None:
    text = f"(declare-var x Int) (synth-fun f ((n Int)) Int) (constraint {constraint}) (check-synth)"
    assert examples_of(read(text)) is None


def test_a_grammar_may_leave_out_the_declared_nonterminals() -> None:
    grouped = "(synth-fun f ((n Int)) Int ((S Int (n 1 (+ S S))))) (check-synth)"
    declared = "(synth-fun f ((n Int)) Int ((S Int)) ((S Int (n 1 (+ S S))))) (check-synth)"
    assert read(grouped) == read(declared)


def test_several_functions_make_one_problem() -> None:
    problem = read(
        "(synth-fun f ((n Int)) Int) (define-fun twice ((n Int)) Int (+ n n)) (synth-fun g () Int)"
        "(declare-var x Int) (constraint (= (+ (f x) g) (twice x))) (check-synth)"
    )
    assert [target.name for target in problem.targets] == ["f", "g"]
    assert [print_term(constraint) for constraint in problem.constraints] == ["(= (+ (f x) g) (twice x))"]
    assert problem.constraint_spans[0].text == "(constraint (= (+ (f x) g) (twice x)))"


def test_let_is_written_out_and_earlier_spellings_are_read() -> None:
    problem = read(
        "(synth-fun |a b| ((s String)) Int) (declare-var s String)"
        "(constraint (let ((n (str.to.int s))) (= (|a b| (int.to.str n)) n))) (check-synth)"
    )
    assert [print_term(constraint) for constraint in problem.constraints] == [
        "(= (|a b| (str.from_int (str.to_int s))) (str.to_int s))"
    ]


BAD = {
    "an open bracket": "(set-logic LIA)\n(synth-fun f ((x Int)) Int\n",
    "a bracket too many": "(check-synth))",
    "an open string": '(constraint (= "a b',
    "a strange character": "(check-synth [])",
    "brackets too deep": "(" * 300,
    "no command": "check-synth",
    "an unknown command": "(declare-weight w)",
    "an invariant": "(inv-constraint inv pre trans post)",
    "a command of another form": "(set-logic LIA SLIA)",
    "an unknown logic": "(set-logic BV)",
    "an unknown sort": "(synth-fun f ((x Real)) Int)",
    "a parameter without a sort": "(synth-fun f (x) Int)",
    "a parameter twice": "(synth-fun f ((x Int) (x Bool)) Int)",
    "a name twice": "(declare-var x Int)\n(define-fun x () Int 3)",
    "an operator's name": "(define-fun str.len ((s String)) Int 3)",
    "an unknown name": "(constraint (= x 1))",
    "an unknown function": "(constraint (f 1))",
    "an unsupported operator": '(constraint (str.in_re "a" (str.to_re "a")))',
    "a quantifier": "(constraint (forall ((x Int)) (= x x)))",
    "a decimal": "(constraint (= 1.5 1.5))",
    "sorts that differ": '(constraint (= 1 "a"))',
    "a missing argument": '(constraint (str.prefixof "a"))',
    "a constraint of another sort": "(constraint (+ 1 2))",
    "a body of another sort": "(define-fun f () Bool 3)",
    "rules in another order": "(synth-fun f () Int ((A Int) (B Int)) ((B Int (1)) (A Int (B))))",
    "a rule without terms": "(synth-fun f () Int ((A Int)) ((A Int ())))",
    "a rule of another sort": "(synth-fun f () Int ((A Int)) ((A Int (true))))",
    "a grammar of another sort": "(synth-fun f () Int ((A Bool)) ((A Bool (true))))",
    "a constant of another sort": "(synth-fun f () Int ((A Int)) ((A Int ((Constant Bool)))))",
    "a nonterminal like a parameter": "(synth-fun f ((x Int)) Int ((x Int)) ((x Int (1))))",
    "a command after the end": "(synth-fun f () Int) (check-synth) (constraint true)",
    "no function": "(set-logic LIA) (check-synth)",
    "no end": "(synth-fun f () Int)",
    "a let that explodes": "(declare-var x Int) (constraint (= 0 "
    + "".join("(let ((x (+ x x))) " for _ in range(30))
    + "x"
    + ")" * 32,
}
BAD["a let that nests too deep"] = (
    "(declare-var x Int) (constraint (= 0 "
    + "".join("(let ((x (- (- (- (- x)))))) " for _ in range(80))
    + "x"
    + ")" * 82
)


def refusal(text: str) -> str:
    with pytest.raises(LiftcError) as caught:
        read(text)
    assert caught.value.exit_code == ExitCode.BAD_INPUT
    return render(caught.value.diagnostics[0])


def test_what_cannot_be_read_is_refused(golden: Callable[[str, str], None]) -> None:
    golden("sygus_refusals.txt", "\n\n".join(f"# {name}\n{refusal(text)}" for name, text in BAD.items()) + "\n")


def test_answers_are_read_as_one_list_or_one_by_one() -> None:
    problem = read("(synth-fun f ((n Int)) Int) (synth-fun g () Int) (check-synth)")
    one_by_one = "(define-fun g () Int 1) (define-fun f ((n Int)) Int (+ n 1))"
    for text in (one_by_one, f"({one_by_one})"):
        assert read_answer(Source("answer", text), problem) == (
            Apply("+", (Variable("n"), Literal(1))),
            Literal(1),
        )


@pytest.mark.parametrize(
    "text", ["(fail)", "(define-fun f ((m Int)) Int m) (define-fun g () Int 1)", "(define-fun g () Int 1)"]
)
def test_an_answer_must_define_what_was_asked_for(text: str) -> None:
    problem = read("(synth-fun f ((n Int)) Int) (synth-fun g () Int) (check-synth)")
    with pytest.raises(LiftcError):
        read_answer(Source("answer", text), problem)
