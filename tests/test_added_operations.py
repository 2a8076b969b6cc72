"""Ten lines of the table, each all that search, grammar, guards, edits and mutants know of its operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from compiler.emit.expressions import code_of, emit
from compiler.enumerate.rendering import to_text
from compiler.enumerate.search import Effort, ExpressionProblem, search_expressions
from compiler.interpreter.checks import CHECKS
from compiler.interpreter.interpreter import Program
from compiler.ir.lower import lower_module
from compiler.ir.nodes import Function, Return
from compiler.judge.outcome import Stopped
from compiler.synthesis.problem.known_sorts import members_of
from compiler.synthesis.repair.edits import edits
from compiler.testfile.mutants import mutants
from compiler.text.source import Source
from grammar.acceptor import accepts
from grammar.specialise import Blank, template_grammar
from solver.operations.callables import HARMLESS
from solver.operations.entries import operations
from solver.operations.guards import guard_of, guarded
from solver.sorts import BOOL, FLOAT, INT, STR, ListSort, Sort


@dataclass(frozen=True)
class Added:
    """An operation, what it is found from, and what the table makes of it: its guard, and its mutant if it has one.

    ``hostile`` are arguments with which the interpreter stops it.
    """

    text: str
    parameters: tuple[Sort, ...]
    result: Sort
    rows: Sequence[tuple[object, ...]]
    guard: str
    mutant: str | None
    hostile: str | None = None


FLOATS = ListSort(FLOAT)
ADDED = [
    Added("oct(a)", (INT,), STR, [(8,), (0,), (-9,), (64,)], "harmless", "hex(a)"),
    Added("a.bit_length()", (INT,), INT, [(0,), (1,), (5,), (8,), (255,)], "harmless", "a.bit_count()"),
    Added("a.bit_count()", (INT,), INT, [(0,), (7,), (5,), (8,), (254,)], "harmless", "a.bit_length()"),
    Added(
        "math.copysign(a, b)",
        (FLOAT, FLOAT),
        FLOAT,
        [(1.5, -2.0), (-1.5, -0.5), (-3.0, 4.0), (2.0, 1.0), (0.5, -7.0)],
        "harmless",
        "math.pow(a, b)",
    ),
    Added("math.cbrt(a)", (FLOAT,), FLOAT, [(27.0,), (8.0,), (-8.0,), (0.0,), (2.0,)], "harmless", "math.sqrt(a)"),
    Added(
        "math.isclose(a, b)",
        (FLOAT, FLOAT),
        BOOL,
        [(0.1 + 0.2, 0.3), (1.0, 1.01), (5.5, 5.5), (2.0, -2.0), (100.2, 100.7), (7.0, 7.0 + 1e-12)],
        "harmless",
        None,
    ),
    Added(
        "math.dist(a, b)",
        (FLOATS, FLOATS),
        FLOAT,
        [([0.0, 0.0], [3.0, 4.0]), ([1.5], [0.5]), ([1.0, 2.0, 3.0], [2.0, 4.0, 5.0])],
        "consuming",
        None,
        "range(10 ** 9), range(10 ** 9)",
    ),
    Added("a.casefold()", (STR,), STR, [("Straße",), ("ABC",), ("",), ("\u03b1\u03c2",)], "harmless", "a.swapcase()"),
    Added(
        "a.istitle()", (STR,), BOOL, [("Ab C",), ("ab",), ("AB",), ("",), ("12",), ("X1",)], "harmless", "a.isspace()"
    ),
    Added(
        "a.expandtabs(b)",
        (STR, INT),
        STR,
        [("a\tb", 4), ("\t", 2), ("ab", 8), ("a\tb\tc", 3)],
        "width",
        "a.center(b)",
        "'\\t', 10 ** 9",
    ),
]
each = pytest.mark.parametrize("added", ADDED, ids=lambda added: added.text)
IMPORTS = "import math\n"


def function_of(text: str, names: str) -> Function:
    return lower_module(Source("f.py", f"{IMPORTS}def f({names}):\n    return {text}\n")).function("f")


def returned(function: Function) -> str:
    last = function.body[-1]
    return code_of(emit(last.value)) if isinstance(last, Return) and last.value is not None else ""


def names_of(added: Added) -> str:
    return ", ".join("ab"[: len(added.parameters)])


@each
def test_search_finds_it(added: Added) -> None:
    import math

    names = names_of(added).split(", ")
    inputs = [dict(zip(names, row, strict=True)) for row in added.rows]
    report = search_expressions(
        ExpressionProblem(
            list(zip(names, added.parameters, strict=True)),
            inputs,
            [eval(added.text, {"math": math}, dict(row)) for row in inputs],
            added.result,
            (),
        ),
        Effort(100_000, lambda: False),
    )
    assert [to_text(found.term) for found in report.found] == [added.text]


@each
def test_the_narrowed_grammar_derives_it(added: Added) -> None:
    scope = dict(zip(names_of(added).split(", "), added.parameters, strict=True))
    scope |= {f"math.{name}": sort for name, sort in members_of("math").items()}
    grammar = template_grammar([Blank("expression", sort=added.result, scope=tuple(scope.items()))])
    assert accepts(grammar, f"```python\n{added.text}```")
    assert not accepts(grammar, f"```python\n{added.text.replace(')', ', a)')}```")


@each
def test_it_is_guarded(added: Added) -> None:
    [operation] = [operation for operation in operations() if operation.text == added.text]
    assert guard_of(operation) == added.guard
    assert (added.guard in HARMLESS) is (added.guard not in CHECKS)
    if added.guard == "width":
        assert "too_large" in guarded(operation)
    if added.hostile is not None:
        names = names_of(added)
        program = Program(lower_module(Source("f.py", f"{IMPORTS}def f({names}):\n    return {added.text}\n")))
        hostile = eval(f"({added.hostile})")
        assert isinstance(program.call("f", hostile).outcome, Stopped)


@each
def test_it_is_mutated(added: Added) -> None:
    names = names_of(added)
    mutated = {text.rpartition("return ")[2] for text in mutants(f"def f({names}):\n    return {added.text}")}
    edited = {returned(function) for function in edits(function_of(added.text, names))}
    assert mutated - {"None"} == ({added.mutant} if added.mutant else set())
    assert added.mutant is None or added.mutant in edited
