"""Whole compiles without a model: what examples and contracts decide, in every form of specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.judge.verdicts import Proved, Shown, Tested, Violated
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.task.options import Options
from compiler.text.source import Source

EXAMPLES = Path(__file__).parent.parent / "examples"
SPECIFICATIONS = sorted(path for path in EXAMPLES.iterdir() if path.suffix != ".sl")


def compiled(text: str, name: str = "spec.txt", **options: object) -> Result:
    return compile_source(Source(name, text), Options(**options))  # type: ignore[arg-type]


def test_examples_that_determine_a_function_are_enough() -> None:
    result = compiled("def f(x: int) -> int\n\nf(3) == 10\nf(5) == 26\nf(0) == 1\nf(7) == 50\n")
    assert result.status == "accepted"
    assert result.program == "def f(x: int) -> int:\n    return x * x + 1\n"
    assert all(isinstance(clause.verdict, Shown) for clause in result.functions[0].evidence)


def test_too_few_examples_accept_nothing() -> None:
    result = compiled("def f(x: int) -> int\n\nf(2) == 4\n")
    assert result.status == "rejected"
    assert result.program is None
    assert [item.code for item in result.diagnostics if item.severity == "error"] == ["L0402"]


def test_best_effort_says_so_in_the_file() -> None:
    result = compiled("def f(x: int) -> int\n\nf(2) == 4\n", best_effort=True)
    assert result.status == "best_effort"
    assert result.program is not None
    assert result.program.startswith("# Best effort")


def test_a_contract_is_evidence() -> None:
    text = (
        "def dist(a: int, b: int) -> int\n\npost: result >= 0\ndist(3, 10) == 7\ndist(10, 3) == 7\ndist(-5, 40) == 45\n"
    )
    verdicts = {clause.kind: clause.verdict for clause in compiled(text, best_effort=True).functions[0].evidence}
    assert isinstance(verdicts["post"], Proved | Tested)


def test_contradictory_examples_end_in_a_derivation() -> None:
    result = compiled("def f(x: int) -> int\n\nf(2) == 4\nf(2) == 5\n")
    assert result.status == "rejected"
    assert result.diagnostics[0].code == "L0301"
    assert len(result.diagnostics[0].labels) == 2


def test_a_file_keeps_every_byte_outside_its_holes() -> None:
    before = "import math  # kept\n\nLIMIT = 3\n\n\ndef area(r: int) -> int:\n    '''area(2) == 4, area(3) == 9'''\n"
    after = "   # here\n"
    result = compiled(f"{before}    return ...{after}", "part.py", best_effort=True)
    assert result.program is not None
    assert f"{before}    return " in result.program
    assert result.program.endswith(after)
    assert "..." not in result.program


@pytest.mark.parametrize("path", SPECIFICATIONS, ids=lambda path: path.name)
def test_every_example_compiles_or_says_why_not(path: Path) -> None:
    result = compile_source(Source(path.name, path.read_text(encoding="utf-8")), Options(budget_seconds=2))
    assert (result.program is not None) == (result.status == "accepted")
    if result.status == "accepted":
        verdicts = [clause.verdict for function in result.functions for clause in function.evidence]
        assert not any(isinstance(verdict, Violated) for verdict in verdicts)
    else:
        assert any(item.severity == "error" and item.labels for item in result.diagnostics)
