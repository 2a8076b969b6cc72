"""Every column of the table of operators against the others, Z3, and the laws that it claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random
from typing import Any

import pytest
import z3

from compiler.ir.nodes import Call
from compiler.ir.walk import walk
from compiler.sygus import runtime_helpers
from compiler.sygus.derivation import in_logic
from compiler.sygus.forms import PARTS, condition_of, meaning_of, pattern_of, substitute
from compiler.sygus.from_python import terms_in
from compiler.sygus.intervals import UNKNOWN, Interval, unknown
from compiler.sygus.judging import judge_answer
from compiler.sygus.names import names_in
from compiler.sygus.operators import ALIASES, ALWAYS, ANY, OPERATORS, TABLE, Form, Operator, Shape, like, role_of
from compiler.sygus.problem import KINDS, SORTS, Apply, Literal, Problem, Target, Term, Value, Variable
from compiler.sygus.python_terms import expression_of
from compiler.sygus.reader import read_problem
from compiler.sygus.semantics import bounds_of, evaluate, folded
from compiler.sygus.solve import solve
from compiler.sygus.symbolic import NotSymbolicError, apply_operator
from compiler.sygus.text import print_term, print_value
from compiler.sygus.to_python import emit_python
from compiler.synthesis.problem.template import match_expression
from compiler.text.source import Source
from solver.productions import Role
from solver.smt import python_value

SAMPLES: Mapping[str, tuple[Value, ...]] = {
    "Int": (0, 1, 2, 3, -1, -2, -7, 49, 10),
    "Bool": (True, False),
    "String": ("", "a", "ab", "ba", "aba", "7", "07", "b a", "é"),
}
EACH = pytest.mark.parametrize("operator", TABLE, ids=lambda operator: operator.declaration)
FORMS = [(operator, form) for operator in TABLE for form in operator.forms]
ABOUT = [(operator, form) for operator in TABLE for form in operator.about]


def signatures(operator: Operator) -> Iterator[tuple[str, ...]]:
    """The sorts of the arguments at each sort that ``ANY`` stands for, and with more arguments than it names."""
    for sort in SORTS if ANY in operator.arguments else SORTS[:1]:
        wanted, _ = operator.at(sort)
        yield wanted
        if operator.shape is not Shape.FIXED:
            yield wanted[:1] * 3
            yield wanted[:1] * 4


def rows(sorts: tuple[str, ...], count: int = 40) -> list[tuple[Value, ...]]:
    """Values of these sorts, the same at each run: all of them, or as many as asked for."""
    every = list(product(*(SAMPLES[sort] for sort in sorts)))
    return every if len(every) <= count else Random(len(every)).sample(every, count)


def applications(operator: Operator, count: int = 40) -> Iterator[tuple[tuple[str, ...], tuple[Value, ...], Value]]:
    """Sorts of arguments, arguments, and what the operator gives for them."""
    for sorts in signatures(operator):
        for row in rows(sorts, count):
            yield sorts, row, evaluate(Apply(operator.name, tuple(map(Literal, row))), {})


def python_of(text: str, parts: Mapping[str, Value]) -> Any:
    return eval(text, dict(vars(runtime_helpers)), dict(parts))


def parts_of(row: tuple[Value, ...]) -> dict[str, Value]:
    return dict(zip(PARTS, row, strict=False))


def proved(operator: Operator, row: tuple[Value, ...], value: Value) -> bool:
    """Whether Z3, which reads SMT-LIB by itself, is sure that the application has the value."""
    text = print_term(Apply(operator.name, tuple(map(Literal, row))))
    (formula,) = z3.parse_smt2_string(f"(assert (= {text} {print_value(value)}))")
    solver = z3.Solver()
    solver.set("rlimit", 1_000_000)
    solver.add(z3.Not(formula))
    return bool(solver.check() == z3.unsat)


def test_each_operator_stands_once() -> None:
    assert len({(operator.name, len(operator.arguments)) for operator in TABLE}) == len(TABLE)
    assert sum(map(len, OPERATORS.values())) == len(TABLE)
    assert not set(ALIASES) & set(OPERATORS)
    assert len(ALIASES) == sum(len(operator.aliases) for operator in TABLE)


def test_each_role_is_that_of_one_operator() -> None:
    roles = [operator.role for operator in TABLE if operator.role is not None]
    assert sorted(role.name for role in roles) == sorted(role.name for role in Role)
    assert all(role_of(operator.name, len(operator.arguments)) is operator.role for operator in TABLE)


@pytest.mark.parametrize(
    "declaration", ["(f Int Sring)", "(f Int)", "(f Int Int :left)", "(f Int Int left-assoc)", "f"]
)
def test_a_declaration_with_a_mistake_is_refused(declaration: str) -> None:
    with pytest.raises(ValueError, match=r"declaration|Shape|unpack"):
        Operator(declaration, abs, "abs(a)")


@EACH
def test_values_are_of_the_declared_sort(operator: Operator) -> None:
    for sorts, row, value in applications(operator):
        result = sorts[-1] if operator.result == ANY else operator.result
        assert type(value) is KINDS[result], row
        if len(row) == len(operator.arguments):
            assert operator.value(*row) == value


@EACH
def test_z3_reads_the_operator_as_it_is_declared_and_gives_the_same(operator: Operator) -> None:
    # Z3 takes just two texts to compare.
    most = 2 if operator.shape is Shape.CHAIN and "String" in operator.arguments else 4
    found = [(row, value) for _, row, value in applications(operator, 12) if len(row) <= most]
    assert all(proved(operator, row, value) for row, value in found if not (operator.open and 0 in row[1:]))
    if operator.open:
        assert not proved(operator, (7, 0), operator.value(7, 0))


@EACH
def test_its_z3_term_gives_the_same(operator: Operator) -> None:
    makers = {"Int": z3.IntVal, "Bool": z3.BoolVal}
    about_strings = "String" in (*operator.arguments, operator.result)
    assert bool(operator.z3) is not about_strings
    if about_strings:
        with pytest.raises(NotSymbolicError):
            apply_operator(operator.name, [z3.IntVal(1) for _ in operator.arguments])
    for sorts, row, value in applications(operator):
        if set(sorts) <= set(makers) and operator.z3 and not (operator.open and 0 in row[1:]):
            term = apply_operator(operator.name, [makers[sort](each) for sort, each in zip(sorts, row, strict=True)])
            assert python_value(z3.simplify(term)) == value, row


@EACH
def test_its_python_gives_the_same(operator: Operator) -> None:
    for sorts in signatures(operator):
        variables = tuple(zip(("p1", "p2", "p3", "p4"), sorts, strict=False))
        result = sorts[-1] if operator.result == ANY else operator.result
        term = Apply(operator.name, tuple(Variable(name) for name, _ in variables))
        names: dict[str, Any] = {}
        exec(emit_python(Problem("ALL", (Target("f", variables, result),)), (term,)), names)
        for row in rows(sorts):
            value = evaluate(Apply(operator.name, tuple(map(Literal, row))), {})
            assert names["f"](*row) == value, row
            if len(row) == len(operator.arguments):
                assert python_of(operator.python, parts_of(row)) == value, row


@EACH
def test_its_bounds_hold(operator: Operator) -> None:
    def around(value: Value, random: Random) -> Interval:
        """Something that may be known of a value."""
        if isinstance(value, str):
            return UNKNOWN
        below, above = random.choice((None, 0, 0, 1, 3)), random.choice((None, 0, 0, 1, 3))
        return None if below is None else value - below, None if above is None else value + above

    random = Random(operator.name)
    for _, row, value in applications(operator, 200):
        found = [bounds_of(Apply(operator.name, tuple(map(Literal, row))))]
        if len(row) == len(operator.arguments):
            found += [operator.bounds(*(around(each, random) for each in row)) for _ in range(5)]
        for low, high in found:
            assert not isinstance(value, str) or (low, high) == UNKNOWN
            assert isinstance(value, str) or low is None or low <= value, row
            assert isinstance(value, str) or high is None or value <= high, row
    if operator.bounds is not unknown:
        assert any(
            bounds_of(Apply(operator.name, tuple(map(Literal, row)))) != UNKNOWN for _, row, _ in applications(operator)
        )


@EACH
def test_it_has_the_laws_that_the_table_claims_and_no_other(operator: Operator) -> None:
    one = operator.value
    pairs = [row for sorts in signatures(operator) if len(sorts) == 2 == len(operator.arguments) for row in rows(sorts)]
    swaps = bool(pairs) and len(set(operator.arguments)) == 1 and all(one(a, b) == one(b, a) for a, b in pairs)
    assert operator.commutative is swaps
    assert not (operator.associative and operator.shape is not Shape.LEFT)
    if operator.shape is Shape.LEFT:
        triples = rows(operator.arguments[:1] * 3, 200)
        assert operator.associative is all(one(one(a, b), c) == one(a, one(b, c)) for a, b, c in triples)


@EACH
def test_search_is_told_what_it_can_use(operator: Operator) -> None:
    assert operator.cost >= 1
    allowed: tuple[str, ...] = SORTS if ANY in operator.arguments else ALWAYS
    assert set(operator.default) <= set(allowed)
    assert len(set(operator.default)) == len(operator.default)
    assert operator.linear([False] * len(operator.arguments))


@pytest.mark.parametrize(
    ("name", "varying", "linear"),
    [
        ("*", (True, False), True),
        ("*", (False, True), True),
        ("*", (True, True), False),
        *((name, (True, False), True) for name in ("div", "mod")),
        *((name, (False, True), False) for name in ("div", "mod")),
        ("+", (True, True), True),
    ],
)
def test_linear_logics_have_products_with_constants_and_division_by_them(
    name: str, varying: tuple[bool, ...], linear: bool
) -> None:
    term = Apply(name, tuple(Variable("x") if each else Literal(3) for each in varying))
    target = Target("f", (("x", "Int"),), "Int")
    assert in_logic(Problem("LIA", (target,)), target, term) is linear
    assert in_logic(Problem("NIA", (target,)), target, term)


@pytest.mark.parametrize(("operator", "form"), FORMS, ids=lambda each: getattr(each, "python", ""))
def test_plainer_python_gives_the_same_where_its_condition_holds(operator: Operator, form: Form) -> None:
    meaning, condition, held = meaning_of(operator, form), condition_of(operator, form), 0
    assert isinstance(meaning, Apply)
    assert meaning.operator == operator.name
    for row in rows(operator.arguments, 400):
        parts = parts_of(row)
        if evaluate(condition, parts) is True:
            held += 1
            assert python_of(form.python, parts) == evaluate(meaning, parts), parts
    assert held > 5
    assert bounds_of(condition) == UNKNOWN or not form.when


@pytest.mark.parametrize(("operator", "form"), FORMS, ids=lambda each: getattr(each, "python", ""))
def test_plainer_python_is_written_where_its_condition_is_known(operator: Operator, form: Form) -> None:
    length = Apply("str.len", (Variable("s"),))
    leaves: dict[str, tuple[Term, ...]] = {
        "Int": (Literal(0), Literal(3), Literal(-3), Variable("n"), length),
        "String": (Literal("a"), Variable("s")),
    }
    target = Target("f", (("s", "String"), ("n", "Int")), operator.result)
    helper = operator.python.partition("(")[0]
    programs = []
    for row in product(*(leaves[sort] for sort in operator.arguments)):
        term = substitute(meaning_of(operator, form), dict(zip(PARTS, row, strict=False)))
        if not isinstance(folded(term), Literal):
            programs.append(emit_python(Problem("ALL", (target,)), (term,)))
    assert any(helper not in program for program in programs)


@pytest.mark.parametrize(("operator", "form"), ABOUT, ids=lambda each: getattr(each, "python", ""))
def test_python_that_is_about_the_same_can_be_run_and_names_each_part(operator: Operator, form: Form) -> None:
    found = match_expression(pattern_of(form.python), pattern_of(form.python))
    meaning = meaning_of(operator, form)
    assert found is not None
    assert {name for kind, name in names_in(meaning) if kind is Variable} <= set(found)
    assert isinstance(meaning, Apply)
    assert meaning.operator == operator.name
    wanted, _ = operator.at("String")
    ran = 0
    for row in rows(wanted):
        try:
            python_of(form.python, {"c": 0, "d": 9, **parts_of(row)})
        except ValueError:
            continue
        ran += 1
    assert ran


def test_parts_are_written_once_however_many_forms_are_tried() -> None:
    """A start that is too long to stand twice: else each level would double the work."""
    term: Term = Variable("s")
    start = Apply("ite", (Variable("p"), Literal(1), Literal(2)))
    for _ in range(60):
        term = Apply("str.substr", (term, start, Literal(5)))
    written = expression_of(term, {"s": "s", "p": "p"})
    assert sum(isinstance(node, Call) for node in walk(written)) == 60


def test_no_two_patterns_fit_one_expression() -> None:
    """Which operator is meant is asked only of those with the same text."""
    for (_, one), (_, other) in product(ABOUT, ABOUT):
        fits = match_expression(pattern_of(one.python), pattern_of(other.python)) is not None
        assert fits is (one.python == other.python)


NEW_TEXT = Operator("(str.rev String String)", lambda text: text[::-1], "a[::-1]", default=ALWAYS, about=like("rev(a)"))
NEW_NUMBER = Operator("(int.min Int Int Int :left-assoc)", min, "min(a, b)", "If(a <= b, a, b)", default=ALWAYS)


@pytest.fixture
def with_two_more(monkeypatch: pytest.MonkeyPatch) -> None:
    for operator in (NEW_TEXT, NEW_NUMBER):
        monkeypatch.setitem(OPERATORS, operator.name, (operator,))


@pytest.mark.usefixtures("with_two_more")
def test_an_operator_is_one_line() -> None:
    """Read, run, searched for, inverted by nothing, proved about, written as Python and read from it."""
    text = """(set-logic SLIA)
(synth-fun f ((s String)) String)
(constraint (= (f "abc") (str.++ (str.rev "abc") "!")))
(constraint (= (f "xy") "yx!"))
(check-synth)"""
    problem = read_problem(Source("f.sl", text))
    answer = solve(problem)
    assert [print_term(term) for term in answer.terms] == ['(str.++ (str.rev s) "!")']
    judgement = judge_answer(problem, answer.terms)
    assert judgement.accepted, judgement.reason
    assert "s[::-1]" in judgement.program
    assert [print_term(term) for term in terms_in("def f(s):\n    return rev(s) + s", problem)] == [
        "(str.++ (str.rev s) s)"
    ]
    smallest = Apply("int.min", (Variable("x"), Literal(5), Literal(-2)))
    assert evaluate(smallest, {"x": 3}) == -2
    assert emit_python(Problem("LIA", (Target("g", (("x", "Int"),), "Int"),)), (smallest,)).endswith(
        "min(min(x, 5), -2)\n"
    )
    assert python_value(z3.simplify(apply_operator("int.min", [z3.IntVal(4), z3.IntVal(1), z3.IntVal(7)]))) == 1
