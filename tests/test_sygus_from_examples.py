"""String problems given by examples: whatever is returned is derivable and right, and much is found."""

from __future__ import annotations

from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.sygus.answer import Answer, Limits
from compiler.sygus.check import check
from compiler.sygus.derivation import conforms
from compiler.sygus.from_examples import synthesise_from_examples
from compiler.sygus.guidance import fitted_costs
from compiler.sygus.problem import AnyConstant, Apply, Literal, Problem, Term, Variable
from compiler.sygus.reader import read_problem
from compiler.sygus.semantics import evaluate
from compiler.sygus.text import print_term, print_value
from compiler.text.source import Source

LIMITS = Limits(seconds=60, expansions=400_000)

GRAMMAR = """
((Start {result}) (S String) (I Int) (B Bool))
((Start {result} ({first}))
 (S String ({texts} (str.++ S S) (str.replace S S S) (str.at S I) (str.from_int I) {choice} (str.substr S I I)))
 (I Int ({numbers} 0 1 2 (- 1) (+ I I) (- I I) (str.len S) (str.to_int S) (str.indexof S S I)))
 (B Bool (true false (= I I) (str.prefixof S S) (str.suffixof S S) (str.contains S S))))
"""


def problem_of(
    parameters: str, result: str, texts: str, examples: str, *, numbers: str = "", choice: bool = True
) -> Problem:
    first = {"String": "S", "Int": "I", "Bool": "B"}[result]
    grammar = GRAMMAR.format(
        result=result, first=first, texts=texts, numbers=numbers, choice="(ite B S S)" if choice else ""
    )
    constraints = "\n".join(f"(constraint (= (f {call}) {output}))" for call, output in split_examples(examples))
    return read(f"(synth-fun f ({parameters}) {result} {grammar})\n{constraints}")


def split_examples(examples: str) -> list[tuple[str, str]]:
    lines = [line.split("=>") for line in examples.strip().splitlines()]
    return [(call.strip(), output.strip()) for call, output in lines]


def read(text: str) -> Problem:
    return read_problem(Source("problem.sl", f"(set-logic SLIA)\n{text}\n(check-synth)\n"))


def solved(problem: Problem, answer: Answer) -> bool:
    return bool(answer.terms) and conforms(problem, answer.terms) and check(problem, answer.terms).status == "right"


PROBLEMS = {
    "initial of the family name": problem_of(
        "(x String)",
        "String",
        'x " " "."',
        '"Ada Byron" => "A. Byron"\n"Alan Turing" => "A. Turing"\n"Kurt Goedel" => "K. Goedel"',
    ),
    "between marks": problem_of(
        "(x String)", "String", 'x "[" "]"', '"a [bcd] e" => "bcd"\n"[x]" => "x"\n"qq[yy]" => "yy"'
    ),
    "without a conditional": problem_of(
        "(x String) (y String)",
        "String",
        'x y "-" "/"',
        '"red" "green" => "red/gre-en"\n"blue" "black" => "blue/bla-ck"',
        choice=False,
    ),
    "a conditional": problem_of(
        "(x String)",
        "String",
        'x "." "the "',
        '"cat." => "the cat."\n"the dog" => "the dog."\n"sun" => "the sun."\n"the sky." => "the sky."',
    ),
    "an integer": problem_of("(x String)", "Int", 'x "kg"', '"12kg" => 12\n"7kg" => 7\n"0045kg" => 45'),
    "a sum": problem_of("(x String) (n Int)", "Int", "x", '"abc" 4 => 8\n"" 1 => 2\n"ab" 30 => 33', numbers="n"),
    "a truth value": problem_of(
        "(x String)", "Bool", 'x "ab" "z"', '"abz" => true\n"zab" => true\n"ab" => false\n"zz" => false\n"" => false'
    ),
    "many examples": problem_of(
        "(x String)",
        "String",
        'x ":" " "',
        "\n".join(f'"{"k" * (n % 7 + 1)}: {n * n}" => "{n * n}"' for n in range(60)),
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_solves(name: str) -> None:
    problem = PROBLEMS[name]
    answer = synthesise_from_examples(problem, LIMITS)
    assert solved(problem, answer), answer.reason


def test_the_same_problem_has_the_same_answer() -> None:
    problem = PROBLEMS["a conditional"]
    first, second = (synthesise_from_examples(problem, LIMITS) for _ in range(2))
    assert (first.terms, first.expansions) == (second.terms, second.expansions)


def test_contradictory_examples_have_no_answer() -> None:
    problem = problem_of("(x String)", "String", "x", '"a" => "b"\n"a" => "c"')
    assert (
        synthesise_from_examples(problem, LIMITS).reason == "two examples with the same inputs have different outputs"
    )


def test_a_limit_of_work_ends_the_search() -> None:
    problem = problem_of("(x String)", "String", "x", '"abc" => "xyz"\n"abd" => "uvw"')
    answer = synthesise_from_examples(problem, Limits(60, 30_000))
    assert (answer.terms, answer.reason) == ((), "the limit of work was reached")
    assert answer.expansions < 60_000


def test_a_limit_of_memory_ends_the_search() -> None:
    problem = problem_of("(x String)", "String", "x", '"abc" => "xyz"\n"abd" => "uvw"', choice=False)
    answer = synthesise_from_examples(problem, Limits(60, 3_000_000), memory=300_000)
    assert (answer.terms, answer.reason) == ((), "the memory is used up")


def test_a_small_grammar_is_searched_whole() -> None:
    problem = read(
        '(synth-fun f ((x String)) String ((S String)) ((S String (x (str.at S 0)))))(constraint (= (f "ab") "b"))'
    )
    answer = synthesise_from_examples(problem, LIMITS)
    assert (answer.terms, answer.reason) == ((), "no term of the grammar was found")


def test_arguments_that_productions_write_out_stay() -> None:
    problem = read(
        "(synth-fun f ((x String)) String ((S String) (T String))"
        '((S String (T (str.++ T "!"))) (T String (x (str.substr x 1 3)))))'
        '(constraint (= (f "abcdef") "bcd!"))'
    )
    answer = synthesise_from_examples(problem, LIMITS)
    assert answer.term is not None
    assert print_term(answer.term) == '(str.++ (str.substr x 1 3) "!")'


def test_defined_functions_are_operations() -> None:
    problem = read(
        "(define-fun last ((s String)) String (str.at s (- (str.len s) 1)))"
        "(synth-fun f ((x String)) String ((S String)) ((S String (x (last S) (str.++ S S)))))"
        '(constraint (= (f "abc") "cabc"))(constraint (= (f "") ""))'
    )
    answer = synthesise_from_examples(problem, LIMITS)
    assert answer.term is not None
    assert print_term(answer.term) == "(str.++ (last x) x)"


@pytest.mark.parametrize(
    "target",
    [
        "(synth-fun f ((x String)) String)",
        "(synth-fun f ((x String)) String ((S String)) ((S String (x (str.++ S S) (Constant String)))))",
    ],
)
def test_constants_come_from_the_examples(target: str) -> None:
    problem = read(f'{target}(constraint (= (f "eve") "Hello eve"))(constraint (= (f "bob") "Hello bob"))')
    assert solved(problem, synthesise_from_examples(problem, LIMITS))


def test_costs_order_the_search() -> None:
    problem = problem_of("(x String)", "String", 'x "a"', '"aa" => "a"\n"ab" => "a"')
    usual = synthesise_from_examples(problem, LIMITS)
    productions = problem.targets[0].grammar.productions["S"] if problem.targets[0].grammar else ()
    dear = {("S", production): 9 for production in productions if production == Literal("a")}
    assert usual.term == Literal("a")
    guided = synthesise_from_examples(problem, LIMITS, costs=dear)
    assert guided.term == Apply("str.at", (Variable("x"), Literal(0)))


TEXTS = st.text("ab .", max_size=6)


Triple: TypeAlias = tuple[Term, Term, Term]


def terms() -> st.SearchStrategy[Triple]:
    """A text, an integer and a truth value over the parameter ``x``, each of at most a few operations."""
    leaf: st.SearchStrategy[Triple] = st.tuples(
        st.sampled_from([Variable("x"), Literal("a"), Literal(".")]),
        st.sampled_from([Literal(0), Literal(1), Literal(2)]),
        st.just(Apply("str.contains", (Variable("x"), Literal("a")))),
    )

    def grown(inner: st.SearchStrategy[Triple]) -> st.SearchStrategy[Triple]:
        return st.builds(_grow, inner, inner, st.integers(0, 4))

    return st.recursive(leaf, grown, max_leaves=4)


def _grow(one: Triple, other: Triple, kind: int) -> Triple:
    text, number, test = one
    match kind:
        case 0:
            return Apply("str.++", (text, other[0])), Apply("str.len", (text,)), Apply("str.prefixof", (text, other[0]))
        case 1:
            return Apply("str.substr", (text, number, other[1])), Apply("+", (number, other[1])), test
        case 2:
            return Apply("ite", (test, text, other[0])), Apply("-", (number, other[1])), test
        case 3:
            return Apply("str.replace", (text, other[0], Literal("."))), number, Apply("=", (number, other[1]))
        case _:
            return Apply("str.at", (text, number)), Apply("str.indexof", (text, other[0], number)), test


@settings(max_examples=40, deadline=None)
@given(terms(), st.lists(TEXTS, min_size=1, max_size=6, unique=True), st.sampled_from([0, 1, 2]))
def test_what_is_found_is_right_and_derivable(target: Triple, inputs: list[str], kind: int) -> None:
    examples = "\n".join(
        f"{print_value(text)} => {print_value(evaluate(target[kind], {'x': text}))}" for text in inputs
    )
    problem = problem_of("(x String)", ("String", "Int", "Bool")[kind], 'x "a" "."', examples)
    answer = synthesise_from_examples(problem, Limits(60, 40_000))
    assert not answer.terms or solved(problem, answer)


def costs_by_name(problem: Problem, proposals: list[str]) -> dict[str, int]:
    grammar = problem.grammar
    assert grammar is not None
    parameters = " ".join(f"({name} {sort})" for name, sort in problem.parameters)
    bodies = [
        read(f"(define-fun g ({parameters}) String {text})(synth-fun f ({parameters}) String)").definitions[0].body
        for text in proposals
    ]
    costs = fitted_costs(grammar, bodies)
    return {print_term(key[1]): cost for key, cost in costs.items() if not isinstance(key[1], AnyConstant)}


def test_what_proposals_use_becomes_cheap() -> None:
    problem = problem_of("(x String)", "String", 'x "a"', '"aa" => "a"')
    costs = costs_by_name(problem, ['(str.++ (str.++ x "a") (str.++ x "a"))', '(str.++ (str.at x 0) "a")'])
    assert costs["(str.++ S S)"] < 3
    assert costs["(str.replace S S S)"] > costs['"a"'] == costs["x"]
    assert "(= I I)" not in costs


def test_what_the_grammar_does_not_derive_is_left_out() -> None:
    problem = problem_of("(x String)", "String", 'x "a"', '"aa" => "a"')
    assert costs_by_name(problem, ['"unknown"']) == {}
    assert costs_by_name(problem, ['(str.++ "unknown" "a")'])["(str.++ S S)"] < 3


def test_guidance_finds_the_same_with_less_work() -> None:
    problem = PROBLEMS["an integer"]
    usual = synthesise_from_examples(problem, LIMITS)
    assert problem.grammar is not None
    guided = synthesise_from_examples(problem, LIMITS, costs=fitted_costs(problem.grammar, usual.terms))
    assert solved(problem, guided)
    assert guided.expansions < usual.expansions
