"""Generated inputs: near the examples, within the bounds, and the same in every process."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from compiler.front.spec import Bound, Call, Contract, Equals, Example, FunctionSpec, Parameter, Signature
from compiler.judge.inputs import generate_inputs
from compiler.judge.mutation import text_of
from solver.sorts import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    STR,
    DictSort,
    FunctionSort,
    ListSort,
    NamedSort,
    SetSort,
    Sort,
    TupleSort,
)


def spec(
    parameters: dict[str, Sort], calls: Sequence[tuple[str, ...]], contracts: tuple[Contract, ...] = (), prose: str = ""
) -> FunctionSpec:
    signature = Signature("f", tuple(Parameter(name, sort=sort) for name, sort in parameters.items()))
    examples = tuple(Example(Call("f", call), Equals("0")) for call in calls)
    return FunctionSpec(signature, prose=prose, examples=examples, contracts=contracts)


def values(function: FunctionSpec, count: int = 40, seed: int = 0) -> list[tuple[Any, ...]]:
    return [tuple(map(ast.literal_eval, row)) for row in generate_inputs(function, count, seed)]


def test_same_seed_same_inputs_whatever_the_hash_seed() -> None:
    build = (
        "from compiler.front.spec import *\nfrom solver.sorts import *\n"
        "from compiler.judge.inputs import generate_inputs\n"
        "s = Signature('f', (Parameter('a', sort=SetSort(STR)), Parameter('b', sort=DictSort(STR, INT))))\n"
        "e = Example(Call('f', (\"{'x', 'yy', 'z'}\", \"{'k': 1, 'l': 2}\")), Equals('0'))\n"
        "print(generate_inputs(FunctionSpec(s, examples=(e,)), 30, 7))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", build], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_no_duplicates_and_no_examples() -> None:
    function = spec({"xs": ListSort(INT), "k": INT}, [("[1, 2, 3]", "2"), ("[4,5]", "1")])
    made = values(function, 50)
    assert len(made) == 50
    assert len({repr(row) for row in made}) == 50
    assert ([1, 2, 3], 2) not in made
    assert ([4, 5], 1) not in made


def test_edges_are_among_them() -> None:
    made = values(spec({"xs": ListSort(INT)}, [("[3, 1, 2]",), ("[5, 6, 7, 8]",)]), 60)
    lists = [row[0] for row in made]
    assert [] in lists
    assert any(len(xs) == 1 for xs in lists)
    assert any(len(set(xs)) < len(xs) for xs in lists)


def test_signs_are_those_of_the_examples() -> None:
    assert all(n >= 0 for (n,) in values(spec({"n": INT}, [("3",), ("10",)]), 15))
    assert any(n < 0 for (n,) in values(spec({"n": INT}, [("3",), ("-10",)]), 15))
    raising = Contract("raises", "n < 0", "ValueError")
    assert any(n < 0 for (n,) in values(spec({"n": INT}, [("3",), ("10",)], (raising,)), 15))


def test_types_stay() -> None:
    sorts: dict[str, Sort] = {
        "s": STR,
        "x": FLOAT,
        "b": BOOL,
        "t": TupleSort((INT, STR)),
        "d": DictSort(STR, ListSort(INT)),
    }
    rows = [("'abc'", "1.5", "True", "(1, 'a')", "{'k': [1, 2]}"), ("'de f'", "2.0", "False", "(3, 'b')", "{'m': [3]}")]
    for s, x, b, t, d in values(spec(sorts, rows), 60):
        assert (type(s), type(x), type(b), type(t), type(d)) == (str, float, bool, tuple, dict)
        assert (type(t[0]), type(t[1])) == (int, str)
        assert all(type(key) is str and type(item) is list for key, item in d.items())


def test_fixed_words_are_swapped_and_formats_kept() -> None:
    calls = [("'add'", "'2020-01-02'"), ("'sub'", "'2021-10-12'"), ("'add'", "'1999-12-31'")]
    made = values(spec({"op": STR, "day": STR}, calls), 40)
    assert sum(op in {"add", "sub"} for op, _ in made) > 25
    assert sum(day.count("-") == 2 for _, day in made) > 25


def test_relations_between_parameters_mostly_hold() -> None:
    calls = [("[1, 2]", "[3, 4]", "2"), ("[5, 6, 7]", "[8, 9, 1]", "3")]
    made = values(spec({"a": ListSort(INT), "b": ListSort(INT), "n": INT}, calls), 40)
    assert sum(len(a) == len(b) for a, b, _ in made) > 24
    assert sum(len(a) == n for a, _, n in made) > 24


def test_tables_stay_rectangular_and_lists_sorted() -> None:
    tables = values(spec({"rows": ListSort(ListSort(INT))}, [("[[1, 2], [3, 4]]",), ("[[5, 6, 7], [8, 9, 1]]",)]), 40)
    assert sum(len({len(row) for row in rows}) <= 1 for (rows,) in tables) > 24
    lists = values(spec({"xs": ListSort(INT)}, [("[1, 2, 5]",), ("[3, 4, 9, 12]",)]), 40)
    assert sum(xs == sorted(xs) for (xs,) in lists) > 28


def test_bounds_and_simple_preconditions_are_respected() -> None:
    bounds = (Bound("gt", "0"), Bound("le", "10"))
    function = FunctionSpec(Signature("f", (Parameter("n", sort=INT, bounds=bounds),)))
    assert {n for (n,) in values(function, 40)} == set(range(1, 11))
    pre = (Contract("pre", "len(xs) > 1 and 0 <= k < 5"), Contract("pre", "x > 0"))
    sorts: dict[str, Sort] = {"xs": ListSort(INT), "k": INT, "x": FLOAT}
    for function in (spec(sorts, [("[1, 2]", "3", "0.5")], pre), spec(sorts, [], pre)):
        for xs, k, x in values(function, 30):
            assert len(xs) > 1
            assert 0 <= k < 5
            assert x > 0


@pytest.mark.parametrize(
    "sort", [INT, FLOAT, STR, BOOL, ListSort(STR), SetSort(INT), DictSort(STR, INT), ANY, ListSort(ANY)]
)
def test_without_examples_the_sort_decides(sort: Sort) -> None:
    assert values(spec({"value": sort, "n": INT}, []), 20)


def test_numbers_of_the_prose_are_tried() -> None:
    made = {n for (n,) in values(spec({"score": INT}, [("50",)], prose="A is 90+, B is 80+."), 40)}
    assert {89, 90, 79, 80} & made


def test_what_is_no_literal_is_kept() -> None:
    made = generate_inputs(spec({"f": ANY, "n": INT}, [("lambda x: x + 1", "3"), ("abs", "4")]), 20, 0)
    assert len(made) > 5
    assert {row[0] for row in made} == {"lambda x: x + 1", "abs"}
    functions = generate_inputs(spec({"g": FunctionSort((INT,), INT), "n": INT}, []), 5, 0)
    assert all(row[0].startswith("lambda") for row in functions)
    assert generate_inputs(spec({"g": NamedSort("Account")}, []), 5, 0) == []


def test_stars_and_keywords() -> None:
    star = Signature("f", (Parameter("a", sort=INT), Parameter("rest", "star", sort=INT)))
    function = FunctionSpec(star, examples=(Example(Call("f", ("1", "2", "3")), Equals("6")),))
    assert all(1 <= len(row) <= 3 for row in generate_inputs(function, 20, 0))
    named = Signature("f", (Parameter("a", sort=INT), Parameter("b", sort=INT, default="2")))
    function = FunctionSpec(named, examples=(Example(Call("f", ("1",), (("b", "3"),)), Equals("6")),))
    assert all(len(row) == 2 for row in generate_inputs(function, 10, 0))
    needed = FunctionSpec(Signature("f", (Parameter("a", "keyword_only", sort=INT),)))
    assert generate_inputs(needed, 10, 0) == []
    assert generate_inputs(FunctionSpec(Signature("f", ())), 10, 0) == []


def test_texts_read_back() -> None:
    value = [1.5, (1,), {"a": {2, 1}}, set(), (), "é\n", b"x", None, True, {3: [4]}]
    assert ast.literal_eval(text_of(value)) == value
    assert text_of(float("inf")) == "float('inf')"
    assert eval(text_of(frozenset({1}))) == frozenset({1})
