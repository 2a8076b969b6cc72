"""Banks, chains, inverses and conditionals over a small grammar of texts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from solver.bank import Bank, Bounds
from solver.by_examples import INVERSIONS, first_examples, search_by_examples
from solver.chains import Piece, PieceIndex, reach, reversed_texts
from solver.goals import Deduction, Effort
from solver.meter import BudgetSpentError, Meter
from solver.productions import Derivation, Productions, Role, Rule, derive, value_of

BOUNDS = Bounds(40, 40, 1 << 28)


def meter(limit: int = 1 << 40) -> Meter:
    return Meter(limit, lambda: False)


def substring(text: str, start: int, length: int) -> str:
    return text[start : start + length] if start >= 0 and length > 0 else ""


def index(text: str, part: str, start: int) -> int:
    return text.find(part, start) if 0 <= start <= len(text) else -1


def grammar(texts: str = "-.", *, start: str = "T") -> Productions:
    t_rules = [
        Rule("T", (), 1, lambda row: row[0], "x"),
        *(Rule("T", (), 1, lambda row, mark=mark: mark, repr(mark)) for mark in texts),
        Rule("T", ("T", "T"), 3, lambda one, other: one + other, "++", Role.CONCATENATION),
        Rule("T", ("T", "I", "I"), 1, substring, "substr", Role.SUBSTRING),
        Rule("T", ("T", "I"), 1, lambda text, place: substring(text, place, 1), "at", Role.CHARACTER),
        Rule("T", ("T", "T", "T"), 2, lambda text, part, new: text.replace(part, new, 1), "replace", Role.REPLACE),
        Rule("T", ("I",), 3, lambda number: str(number) if number >= 0 else "", "write", Role.WRITE_INTEGER),
        Rule("T", ("B", "T", "T"), 4, lambda test, yes, no: yes if test else no, "ite", Role.CHOICE),
    ]
    i_rules = [
        *(Rule("I", (), 1, lambda row, number=number: number, str(number)) for number in (0, 1)),
        Rule("I", ("I", "I"), 1, lambda one, other: one + other, "+", Role.SUM, commutative=True),
        Rule("I", ("I", "I"), 1, lambda one, other: one - other, "-", Role.DIFFERENCE),
        Rule("I", ("T",), 1, len, "len"),
        Rule("I", ("T", "T", "I"), 1, index, "indexof", Role.INDEX),
        Rule("I", ("T",), 2, lambda text: int(text) if text.isdigit() else -1, "read", Role.READ_INTEGER),
    ]
    b_rules = [Rule("B", ("T", "T"), 1, lambda text, part: part in text, "contains")]
    rules = {"T": tuple(t_rules), "I": tuple(i_rules), "B": tuple(b_rules)}
    return Productions(start, {"T": str, "I": int, "B": bool}, rules)


def grown(inputs: Sequence[str], work: int, productions: Productions | None = None) -> Bank:
    bank = Bank(productions or grammar(), [(text,) for text in inputs], BOUNDS, meter())
    for _ in bank.grow():
        if bank.cost and bank.size > work:
            break
    return bank


def spelled(term: Derivation) -> str:
    return (
        f"({' '.join([str(term.rule.label), *map(spelled, term.arguments)])})"
        if term.arguments
        else str(term.rule.label)
    )


def test_a_bank_keeps_the_cheapest_term_of_each_behaviour() -> None:
    bank = grown(["ab-c", "d-ef"], 3000)
    for terms in bank.terms.values():
        costs = [term.cost for term in terms.values()]
        assert costs == sorted(costs)
        for values, term in terms.items():
            assert values == term.values == tuple(value_of(term, row) for row in bank.rows)


def test_a_bank_ends_where_its_memory_is_used_up() -> None:
    bank = Bank(grammar(), [("abc",)], Bounds(40, 40, 50_000), meter())
    for _ in bank.grow():
        pass
    assert bank.full
    assert not bank.exhausted
    assert bank.size < 400


def test_a_bank_over_a_finite_grammar_is_exhausted() -> None:
    leaves = (Rule("T", (), 1, lambda row: row[0], "x"), Rule("T", ("L",), 1, lambda text: text + "!", "!"))
    productions = Productions(
        "T", {"T": str, "L": str}, {"T": leaves, "L": (Rule("L", (), 1, lambda row: row[0], "x"),)}
    )
    bank = grown(["a"], 100, productions)
    for _ in bank.grow():
        pass
    assert bank.exhausted
    assert [spelled(term) for term in bank.terms["T"].values()] == ["x", "(! x)"]


def pieces_of(texts: Sequence[tuple[str, ...]], costs: Sequence[int]) -> list[Piece]:
    rule = Rule("T", (), 1, lambda row: row[0], "piece")
    return [Piece(text, cost, Derivation(rule, (), cost, text)) for text, cost in zip(texts, costs, strict=True)]


def cheapest_by_trying(goal: tuple[str, ...], pieces: Sequence[Piece], joint: int) -> int | None:
    # Each piece says something on some example, so no chain is longer than what is to be said.
    costs = [
        sum(piece.cost + joint for piece in chain)
        for length in range(1, sum(map(len, goal)) + 1)
        for chain in product(pieces, repeat=length)
        if tuple(map("".join, zip(*(piece.texts for piece in chain), strict=True))) == goal
    ]
    return min(costs, default=None)


SHORT = st.text("ab", max_size=2)


@settings(max_examples=60, deadline=None)
@example([("", "aa"), ("", "a")], [4, 1, 1, 1], [0, 0, 1])
@given(
    st.lists(st.tuples(SHORT, SHORT), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(1, 9), min_size=4, max_size=4),
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
)
def test_chains_are_the_cheapest(texts: list[tuple[str, str]], costs: list[int], chain: list[int]) -> None:
    pieces = [piece for piece in pieces_of(texts, costs[: len(texts)]) if any(piece.texts)]
    assume(pieces)
    chosen = [pieces[number % len(pieces)] for number in chain]
    goal = tuple(map("".join, zip(*(piece.texts for piece in chosen), strict=True)))
    reached = reach(PieceIndex(goal, pieces, 1), 10_000, meter())
    end = tuple(map(len, goal))
    assert reached.last[end][0] <= sum(piece.cost + 1 for piece in chosen)
    found = reached.pieces(end)
    assert tuple(map("".join, zip(*(piece.texts for piece in found), strict=True))) == goal
    if sum(map(len, goal)) <= 5:
        assert reached.last[end][0] == cheapest_by_trying(goal, pieces, 1)


def test_chains_are_followed_from_the_end_too() -> None:
    assert reversed_texts(("abc", "")) == ("cba", "")


@pytest.mark.parametrize(
    ("role", "goal"),
    [
        (Role.CONCATENATION, ("ab.c", "d.ef")),
        (Role.SUBSTRING, ("b-", "-e")),
        (Role.CHARACTER, ("b", "-")),
        (Role.REPLACE, ("ab..c", "d..ef")),
        (Role.WRITE_INTEGER, ("3", "4")),
        (Role.SUM, (6, 6)),
        (Role.DIFFERENCE, (1, 1)),
        (Role.INDEX, (2, 1)),
    ],
)
def test_inverses_meet_their_goals(role: Role, goal: tuple[object, ...]) -> None:
    bank = grown(["ab-c", "d-ef"], 150)
    deduction = Deduction(bank, range(2), INVERSIONS, Effort(60), meter())
    head = "T" if isinstance(goal[0], str) else "I"
    found = [
        term
        for rule in bank.productions.with_role(head, role)
        for term in INVERSIONS[role](deduction, rule, goal, 3)
        if term.values == goal
    ]
    assert found, goal
    for term in found:
        assert tuple(value_of(term, row) for row in bank.rows) == goal
        assert derive(term.rule, *term.arguments).cost == term.cost


def test_goals_on_some_examples_leave_the_others_open() -> None:
    bank = grown(["ab-c", "d-ef", "zz"], 150)
    deduction = Deduction(bank, [0, 1], INVERSIONS, Effort(60), meter())
    term = deduction.solve("T", ("c.", "ef."), 3)
    assert term is not None
    assert term.values[:2] == ("c.", "ef.")
    assert len(term.values) == 3


def test_a_spent_budget_is_no_answer() -> None:
    bank = grown(["ab-c", "d-ef"], 150)
    work = meter(2048)
    deduction = Deduction(bank, range(2), INVERSIONS, Effort(60), work)
    work.tick(2047)
    with pytest.raises(BudgetSpentError):
        deduction.solve("T", ("unseen", "words"), 3)


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (["ab-c", "d-ef", "-"], ["c-ab", "ef-d", "-"]),
        (["a.b", "cd", "e.", "f"], ["a", "cd-", "e", "f-"]),
        (["12-7", "3-44", "0-0"], [19, 47, 0]),
    ],
)
def test_finds_a_term_for_all_examples(inputs: list[str], outputs: list[object]) -> None:
    productions = grammar(start="T" if isinstance(outputs[0], str) else "I")
    outcome = search_by_examples(productions, [(text,) for text in inputs], outputs, BOUNDS, meter(600_000))
    assert outcome.term is not None, outcome.reason
    assert [value_of(outcome.term, (text,)) for text in inputs] == outputs


def test_examples_to_begin_with_are_spread_over_their_sizes() -> None:
    rows = [("x" * number,) for number in range(100)]
    chosen = first_examples(rows)
    assert len(chosen) == 8
    assert {0, 99} <= set(chosen)
    assert first_examples(rows[:5]) == [0, 1, 2, 3, 4]


def test_a_counterexample_joins_the_examples() -> None:
    inputs = [f"{'y' * (number % 9)}-{number}" for number in range(40)]
    outputs = [text.replace("-", ".", 1) if text != "yyy-30" else "yyy.30" for text in inputs]
    rare = [*inputs, "no"]
    outcome = search_by_examples(grammar(), [(text,) for text in rare], [*outputs, "no"], BOUNDS, meter(600_000))
    assert outcome.term is not None
    assert spelled(outcome.term) == "(replace x '-' '.')"
