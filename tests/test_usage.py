"""Which operations programs use, and the weights that are fitted to them."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.enumerate.guidance import guidance_of
from compiler.enumerate.search import Effort, ExpressionProblem, search_expressions
from compiler.enumerate.usage import Usage, usage_of
from compiler.enumerate.weights import UNIFORM, fitted
from solver.sorts import INT, ListSort


def used(text: str) -> Usage:
    return usage_of([ast.parse(text)])


@pytest.mark.parametrize(
    ("expression", "operations"),
    [
        ("sorted(xs)[1:]", ["sorted(a)", "a[1:]", "a[b:]"]),
        ("[x * 2 for x in xs if x % 2 == 0]", ["[e for x in s if p]", "a % b == 0", "a * b"]),
        ("[y for y in xs if y > 3]", ["[x for x in s if p]", "a < b"]),
        ("sum([n * n for n in xs])", ["sum(e for x in s)", "[e for x in s]"]),
        ("max(xs, key=lambda row: row[0])", ["max(s, key=lambda x: e)", "a[0]"]),
        ("0 < n <= 9", ["a < b", "a <= b"]),
        ("a and b and c", ["a and b"]),
        ("f'{n}!'", ["a + b", "str(a)"]),
    ],
)
def test_operations_are_recognised(expression: str, operations: list[str]) -> None:
    assert set(operations) <= set(used(f"value = {expression}").operations)


def test_a_name_stands_for_one_thing_in_a_pattern() -> None:
    assert "a[b:] + a[:b]" in used("value = xs[n:] + xs[:n]").operations
    assert "a[b:] + a[:b]" not in used("value = xs[n:] + xs[:k]").operations


@pytest.mark.parametrize(
    ("body", "binder"),
    [
        ("if x > 1:\n            found.append(x)", "[x for x in s if p]"),
        ("found.append(x + 1)", "[e for x in s]"),
        ("if x > 1:\n            total += 1", "sum(1 for x in s if p)"),
        ("total += x * x", "sum(e for x in s)"),
        ("if x > 1:\n            return True", "any(e for x in s)"),
        ("if x > best:\n            best = x", "max(e for x in s)"),
    ],
)
def test_loops_count_as_what_they_do(body: str, binder: str) -> None:
    text = f"def f(xs, found, total, best):\n    for x in xs:\n        {body}\n    return total\n"
    assert binder in used(text).operations


def test_constants_are_counted_and_docstrings_are_not() -> None:
    usage = used('def f(s):\n    """Long words."""\n    return [c for c in s if c in "aeiou"] + [2, 2]\n')
    assert usage.constants["2"] == (2, 2)
    assert "'aeiou'" in usage.constants
    assert len(usage.constants) == 2


def test_what_is_used_becomes_cheaper_than_what_is_not() -> None:
    weights = fitted(used("value = sorted(xs)[0] + sorted(ys)[0] + len(xs)"))
    assert weights.cost("sorted(a)", 2) < weights.cost("len(a)", 2) < weights.cost("set(a)", 2)
    assert weights.uses("sorted(a)")
    assert not weights.uses("set(a)")


def test_nothing_used_fits_uniform_weights() -> None:
    assert fitted(usage_of([])) is UNIFORM
    assert UNIFORM.cost("sorted(a)", 2) == 2


@given(st.dictionaries(st.sampled_from(["len(a)", "sum(a)", "a + b", "a[0]"]), st.integers(1, 40), min_size=1))
def test_more_use_never_costs_more(counts: dict[str, int]) -> None:
    weights = fitted(Usage(counts, {}))
    ordered = sorted(counts, key=lambda name: -counts[name])
    costs = [weights.cost(name, 3) for name in ordered]
    assert costs == sorted(costs)
    assert all(1 <= cost <= weights.cost("set(a)", 3) for cost in costs)


def test_wrong_programs_save_expansions() -> None:
    wrong = used("def f(xs):\n    best = xs[0]\n    for x in xs:\n        if x * x > best:\n            best = x * x\n")
    rows = [{"xs": [3, -4, 1]}, {"xs": [2]}, {"xs": [-1, 0, 5, -7]}]
    targets = [16, 4, 49]

    def expansions(weights: object) -> int:
        guidance = guidance_of("f", "The result for a list.", weights=fitted(wrong) if weights else UNIFORM)
        report = search_expressions(
            ExpressionProblem([("xs", ListSort(INT))], rows, targets, INT, ()), Effort(40_000, lambda: False), guidance
        )
        assert report.found
        return report.expansions

    assert expansions(True) < 0.7 * expansions(False)
