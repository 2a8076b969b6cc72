"""Every explanation is a contradiction, and none of its clauses can be spared: checked by taking them away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from compiler.cli.report import result_data
from compiler.front import read_spec
from compiler.front.spec import Contract, Equals, FunctionSpec, RaisesError, Satisfies
from compiler.judge.canonical import canonical
from compiler.pipeline.driver import compile_source
from compiler.propagation.clauses import Clause, clauses_of, only
from compiler.propagation.conflicts import MOST_OF_A_KIND, contradictory, find_conflicts
from compiler.propagation.observations import Observation, bind, observations
from compiler.text.diagnostics import Diagnostic
from compiler.text.source import Source
from solver.sorts import BOOL, FLOAT, INT, STR, DictSort, ListSort, Sort
from tests.contradictory_specifications import SPECIFICATIONS

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.*"))

INTEGERS = range(-4, 13)
TEXTS = ["", "a", "b", "c", "ab", "abc", "none"]
LISTS = [[], [1], [2, 1], [1, 2, 3], [1, 2, 3, 4]]
VALUES: Mapping[Sort, Sequence[object]] = {
    INT: INTEGERS,
    BOOL: [False, True],
    STR: TEXTS,
    FLOAT: [0.0, 0.25, 0.3, 0.75, 3.5, 11.0],
    ListSort(INT): LISTS,
}


class Agreeable:
    """What has no type may be of a class that says yes to everything."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, at_most: bool) -> None:
        self.at_most = at_most

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return True

    def __gt__(self, other: object) -> bool:
        return True

    def __le__(self, other: object) -> bool:
        return self.at_most

    def __ge__(self, other: object) -> bool:
        return True

    def __add__(self, other: object) -> Agreeable:
        return self

    __radd__ = __mul__ = __rmul__ = __mod__ = __add__

    def __len__(self) -> int:
        return 1

    def startswith(self, text: str) -> bool:
        return True


ORDINARY: Sequence[object] = [*INTEGERS, 0.3, 3.5, 0.7, *TEXTS, *LISTS, None]
ANYTHING: Sequence[object] = [*ORDINARY, Agreeable(True), Agreeable(False)]


def function(text: str) -> FunctionSpec:
    (only_one,) = read_spec(Source("spec.txt", text)).functions
    return only_one


def errors(spec: FunctionSpec) -> list[Diagnostic]:
    return [item for item in find_conflicts(spec) if item.severity == "error"]


def named_clauses(spec: FunctionSpec, diagnostic: Diagnostic) -> list[Clause]:
    by_text = {(clause.kind, clause.text): clause for clause in clauses_of(spec)}
    return [by_text[premise.kind, premise.text] for premise in diagnostic.derivation]


def holds(condition: str, variables: Mapping[str, object]) -> bool:
    scope = {"len": len, "sorted": sorted, "isinstance": isinstance, "str": str, "int": int, **variables}
    try:
        return bool(eval(condition, {"__builtins__": {}}, scope))
    except Exception:
        return False


def conditions(spec: FunctionSpec, kind: str) -> list[str]:
    return [contract.condition for contract in spec.contracts if contract.kind == kind]


def calls(spec: FunctionSpec, untyped: Sequence[object]) -> Iterator[dict[str, object]]:
    """Small arguments that the pre-conditions and bounds allow."""
    parameters = spec.signature.parameters
    for values in product(*(VALUES.get(parameter.sort, untyped) for parameter in parameters)):
        arguments = {parameter.name: value for parameter, value in zip(parameters, values, strict=True)}
        bounds = [clause.text.strip("`") for clause in clauses_of(spec) if clause.kind == "bound"]
        if all(holds(condition, arguments) for condition in [*conditions(spec, "pre"), *bounds]):
            yield arguments


def may_return(spec: FunctionSpec, arguments: Mapping[str, object], values: Iterable[object]) -> bool:
    """Whether one of these values satisfies every post-condition."""
    posts = conditions(spec, "post")
    return any(all(holds(post, {**arguments, "result": value}) for post in posts) for value in values)


def has_witness(spec: FunctionSpec, untyped: Sequence[object]) -> bool:
    """Whether some call may do something that satisfies all contracts, and every example's call may too."""
    results = VALUES.get(spec.signature.returns, untyped)
    anywhere = any(
        may_return(spec, arguments, results)
        for arguments in calls(spec, untyped)
        if not any(holds(condition, arguments) for condition in conditions(spec, "raises"))
    )
    return anywhere and all(example_has_witness(spec, item, results) for item in observations(spec))


def example_has_witness(spec: FunctionSpec, item: Observation, results: Sequence[object]) -> bool:
    same = [other for other in observations(spec) if canonical_call(spec, other) == canonical_call(spec, item)]
    raising = [contract.raises for contract in spec.contracts if raises_at(contract, item)]
    expected = [other.example.expected for other in same]
    if raising or any(isinstance(wanted, RaisesError) for wanted in expected):
        exceptions = {wanted.exception for wanted in expected if isinstance(wanted, RaisesError)} | set(raising)
        return len(exceptions) == 1 and all(isinstance(wanted, RaisesError) for wanted in expected)
    values = [other.result for other in same if other.returns] or results
    fitting = [
        value
        for value in values
        if all(
            holds(wanted.condition, {"result": value})
            if isinstance(wanted, Satisfies)
            else isinstance(wanted, Equals) and canonical(value) == canonical(other.result)
            for wanted, other in zip(expected, same, strict=True)
        )
        and is_of(value, spec.signature.returns)
    ]
    return may_return(spec, item.arguments, fitting)


def raises_at(contract: Contract, item: Observation) -> bool:
    return contract.kind == "raises" and holds(contract.condition, item.arguments)


def canonical_call(spec: FunctionSpec, item: Observation) -> str:
    return canonical(sorted(bind(spec.signature.parameters, item.example.call).items()))


def is_of(value: object, sort: Sort) -> bool:
    match sort:
        case ListSort():
            return isinstance(value, list)
        case DictSort():
            return isinstance(value, dict)
        case _ if sort in (INT, FLOAT, BOOL):
            return isinstance(value, int | float)
        case _:
            return sort != STR or isinstance(value, str)


@pytest.mark.parametrize(("text", "code", "kinds"), SPECIFICATIONS.values(), ids=SPECIFICATIONS)
def test_an_explanation_is_minimal(text: str, code: str, kinds: str) -> None:
    spec = function(text)
    (diagnostic,) = errors(spec)
    clauses = named_clauses(spec, diagnostic)
    assert (diagnostic.code, [clause.kind for clause in clauses]) == (code, kinds.split())
    alone = only(spec, clauses)
    assert contradictory(alone)
    assert not has_witness(alone, ORDINARY)
    for clause in clauses:
        rest = only(spec, [other for other in clauses_of(spec) if other != clause])
        assert not contradictory(rest), clause.text
        assert has_witness(rest, ANYTHING), clause.text


def test_there_are_enough_of_them() -> None:
    assert len(SPECIFICATIONS) >= 40


def test_the_derivation_is_told_in_words_and_as_data() -> None:
    result = compile_source(Source("spec.txt", SPECIFICATIONS["relations"][0]))
    assert result.status == "rejected"
    (diagnostic,) = result.diagnostics
    assert diagnostic.notes == (
        "because `a`, `b` and `result` are int and line 3 says `pre: a > 0` and line 5 says `post: result > a + b` "
        "and line 6 says `post: result < b`, no function satisfies all of them",
    )
    data = result_data(result)["diagnostics"]
    assert isinstance(data, list)
    assert data[0]["derivation"][2:4] == [
        {"kind": "type", "text": "`result` is an int", "span": None},
        {
            "kind": "pre",
            "text": "`pre: a > 0`",
            "span": {"file": "spec.txt", "start": [3, 1], "end": [3, 11]},
        },
    ]


def test_intervals_are_told_step_by_step() -> None:
    (diagnostic,) = errors(function(SPECIFICATIONS["chain"][0]))
    assert diagnostic.notes[1] == (
        "step by step: `n` is any whole number (`n` is an int), so `n` is >= 1 (`pre: n > 0`), "
        "so `result` is > 1 (`post: result > n`); `post: result < 1` leaves nothing for `result`"
    )


def test_of_hundreds_of_contradictions_a_few_are_told() -> None:
    lines = [f"f(1) == {number}" for number in range(300)]
    found = errors(function("\n".join(["def f(n)", "", *lines, ""])))
    assert len(found) == MOST_OF_A_KIND
    assert [item.notes[1:] for item in found] == [(), (), ("there are 296 more of this kind",)]
    outside = [f"f({-number}) == {number}" for number in range(1, 101)]
    warned = find_conflicts(function("\n".join(["def f(n: int) -> int", "", "pre: n > 0", "", *outside, ""])))
    assert [item.code for item in warned] == ["L0302"] * MOST_OF_A_KIND
    assert warned[-1].notes == ("there are 97 more of this kind",)
    broken = [f"f({number}) == {number}" for number in range(100)]
    (one,) = errors(function("\n".join(["def f(n: int) -> int", "", "post: False", "", *broken, ""])))
    assert one.code == "L0307"


def test_an_argument_of_another_kind_is_a_warning() -> None:
    (found,) = find_conflicts(function("def f(n: int) -> int\n\nf('a') == 1\nf(2) == 2\nf(None) == 3\n"))
    assert (found.code, found.severity) == ("L0308", "warning")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_do_not_contradict_themselves(path: Path) -> None:
    spec = read_spec(Source(path.name, path.read_text(encoding="utf-8")))
    assert [item.message for one in spec.functions for item in errors(one)] == []


def test_without_results_nothing_is_claimed_of_what_may_always_raise() -> None:
    text = "def f(n: int) -> int\n\npre: n < 0\nraises: ValueError when n < 5\npost: result > 9\npost: result < 5\n"
    assert errors(function(text)) == []


def test_names_of_clauses_survive_a_change_of_place() -> None:
    spec = function(SPECIFICATIONS["chain"][0])
    moved = replace(spec, contracts=tuple(replace(contract, span=None) for contract in spec.contracts))
    assert list(clauses_of(moved)) == list(clauses_of(spec))
