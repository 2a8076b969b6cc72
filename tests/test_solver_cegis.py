"""Functions from what must hold of their results, through counterexamples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.cegis import Right, Undecided, Verdict, Wrong, refine
from solver.formulas import Formula, Writer, conditional, holds, junction, negation, put
from solver.linear import Atom, Comparison, Linear, Truth, compare
from solver.piecewise import Arm, Piecewise
from solver.queries import Queries
from solver.reading import Reader
from solver.several_invocations import Application, Unknown, synthesise
from solver.single_invocation import Found, Impossible, Outcome
from solver.single_invocation import synthesise as synthesise_single
from solver.smt import Smt
from solver.templates import Pool

INTEGERS = {name: z3.Int(name) for name in "xyz"}
NAMES = {**INTEGERS, "p": z3.Bool("p")}

SMALL = st.integers(-4, 4)
LINEARS = st.builds(
    lambda factors, constant: Linear(tuple((n, f) for n, f in zip("xyz", factors, strict=True) if f), constant),
    st.tuples(SMALL, SMALL, SMALL),
    SMALL,
)
ATOMS: st.SearchStrategy[Formula] = st.one_of(
    st.builds(compare, LINEARS, st.sampled_from(["<=", "=", "!="])),
    st.builds(Truth, st.just("p"), st.booleans()),
)
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(junction, st.sampled_from(["and", "or"]), st.lists(inner, max_size=3)),
        st.builds(negation, inner),
        st.builds(conditional, inner, inner, inner),
    ),
    max_leaves=6,
)
POINTS = st.fixed_dictionaries({**dict.fromkeys("xyz", st.integers(-9, 9)), "p": st.booleans()})


def ask(specification: Smt, inputs: Mapping[str, Smt], **outputs: Smt) -> Outcome:
    return synthesise_single(specification, inputs, outputs, Queries(1_000_000, 60_000_000))


def found(specification: Smt, inputs: Mapping[str, Smt], **outputs: Smt) -> Piecewise:
    outcome = ask(specification, inputs, **outputs)
    assert isinstance(outcome, Found)
    return outcome.function


@given(FORMULAS, POINTS)
def test_a_formula_means_what_z3_reads(formula: Formula, point: dict[str, int | bool]) -> None:
    written = Writer(NAMES, z3.main_ctx()).write(formula)
    values = [(NAMES[n], z3.BoolVal(v) if isinstance(v, bool) else z3.IntVal(v)) for n, v in point.items()]
    assert z3.is_true(z3.simplify(z3.substitute(written, *values))) is holds(formula, point)


@given(FORMULAS, POINTS)
def test_a_formula_that_z3_has_read_reads_back(formula: Formula, point: dict[str, int | bool]) -> None:
    read = Reader(NAMES, []).formula(Writer(NAMES, z3.main_ctx()).write(formula))
    assert holds(read, point) is holds(formula, point)


@given(FORMULAS, LINEARS, POINTS)
def test_putting_a_term_is_evaluating_it_first(formula: Formula, term: Linear, point: dict[str, int | bool]) -> None:
    assert holds(put(formula, {"x": term}), point) is holds(formula, {**point, "x": term.value(point)})


@settings(max_examples=12, deadline=None)
@given(st.lists(LINEARS, min_size=1, max_size=3, unique=True), st.lists(POINTS, min_size=3, max_size=6))
def test_the_largest_of_some_terms_is_found(terms: Sequence[Linear], points: Sequence[dict[str, int | bool]]) -> None:
    r = z3.Int("r")
    values = [z3.IntVal(0) + term.smt(INTEGERS) for term in terms]
    function = found(z3.And(z3.Or([r == value for value in values]), *[r >= value for value in values]), INTEGERS, r=r)
    for point in points:
        assert function.value(point) == (max(term.value(point) for term in terms),)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.builds(Comparison, LINEARS, st.just("<=")), LINEARS), max_size=2),
    LINEARS,
    st.lists(POINTS, min_size=3, max_size=6),
)
def test_a_function_by_cases_is_found_again(
    arms: Sequence[tuple[Atom, Linear]], otherwise: Linear, points: Sequence[dict[str, int | bool]]
) -> None:
    hidden = Piecewise(
        tuple(Arm((atom,), (term,)) for atom, term in arms if atom.smt(INTEGERS) is not None), (otherwise,)
    )
    r = z3.Int("r")
    value = z3.IntVal(0) + otherwise.smt(INTEGERS)
    for atom, term in reversed(arms):
        test = atom.smt(INTEGERS)
        value = z3.If(z3.BoolVal(test) if isinstance(test, bool) else test, term.smt(INTEGERS), value)
    function = found(r == value, INTEGERS, r=r)
    for point in points:
        assert function.value(point) == hidden.value(point)


def test_inputs_without_any_result_are_told() -> None:
    x, y = z3.Ints("x y")
    outcome = ask(z3.And(y > x, y < 10), {"x": x}, y=y)
    assert isinstance(outcome, Impossible)
    assert outcome.inputs["x"] >= 9


def test_results_may_depend_on_each_other() -> None:
    x, a, b = z3.Ints("x a b")
    function = found(z3.And(a + b == x, a - b >= 0, a - b <= 1), {"x": x}, a=a, b=b)
    for value in range(-5, 6):
        first, second = function.value({"x": value, **_quotients(function, value)})
        assert first + second == value
        assert first - second in (0, 1)


def _quotients(function: Piecewise, x: int) -> dict[str, int]:
    """The values of quotients that the function names, as Z3 writes them: ``(div TERM NUMBER)``."""
    names = {n for value in function.otherwise if isinstance(value, Linear) for n in value.names() if n != "x"}
    solved = {}
    for name in names:
        (term,) = z3.parse_smt2_string(f"(declare-const x Int)(declare-const r Int)(assert (= r {name}))")
        solved[name] = z3.simplify(z3.substitute(term.arg(1), (z3.Int("x"), z3.IntVal(x)))).as_long()
    return solved


def test_a_result_in_a_quotient_is_found() -> None:
    x, y = z3.Ints("x y")
    outcome = ask(z3.And(y % 3 == 0, y >= x, y < x + 3), {"x": x}, y=y)
    assert isinstance(outcome, Found)
    (value,) = outcome.function.otherwise
    assert isinstance(value, Linear)
    assert [factor for _, factor in value.factors] == [3]


def test_the_answer_depends_on_nothing_that_was_asked_before() -> None:
    x, y, r = z3.Ints("x y r")
    specification = z3.And(r >= x, r >= y, z3.Or(r == x, r == y))
    first = found(specification, {"x": x, "y": y}, r=r)
    ask(z3.And(r <= x, r <= y, z3.Or(r == x, r == y)), {"x": x, "y": y}, r=r)
    assert found(specification, {"x": x, "y": y}, r=r) == first


def test_a_spent_budget_finds_nothing() -> None:
    x, r = z3.Ints("x r")
    stopped = Queries(1_000_000, 60_000_000, lambda: True)
    assert not isinstance(synthesise_single(r == x, {"x": x}, {"r": r}, stopped), Found | Impossible)


def test_linear_factors_are_learnt_from_counterexamples() -> None:
    queries = Queries(1_000_000, 60_000_000)

    def specification(application: Application, values: Mapping[str, Smt]) -> Smt:
        x = values["x"]
        zero = z3.IntVal(0, queries.context)
        return z3.And(application("f", (x + 1,)) == application("f", (x,)) + 3, application("f", (zero,)) == 5)

    functions = {"f": Unknown({"n": False}, Pool((Linear((), 0), Linear((("n", 1),), 0)), ()))}
    variables = {"x": z3.Int("x", queries.context)}
    answer = synthesise(functions, variables, specification, queries)
    assert answer == {"f": Piecewise((), (Linear((("n", 3),), 5),))}


def test_refinement_ends_where_the_verifier_does_not_know() -> None:
    def verify(candidate: int) -> Verdict[int]:
        return Right() if candidate == 3 else Wrong(candidate) if candidate < 3 else Undecided("too large")

    seen: list[int] = []
    assert refine(lambda points: len(points), verify, seen, 10) == 3
    assert seen == [0, 1, 2]
    assert refine(lambda points: len(points) + 4, verify, [], 10) is None
    assert refine(lambda points: len(points), verify, [], 2) is None
