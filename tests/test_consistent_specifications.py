"""Specifications that a reference function satisfies never contradict themselves."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.bench.suites import OWN, read_suite
from compiler.front import read_spec
from compiler.propagation.conflicts import find_conflicts
from compiler.text.diagnostics import LiftcError
from compiler.text.source import Source

DATA = os.environ.get("LIFTC_DATA", "")
needs_data = pytest.mark.skipif(not DATA, reason="LIFTC_DATA does not name the folder of the benchmarks' samples")


def contradictions(source: Source) -> list[str]:
    """What is said to contradict, and the number of the function's examples that were read."""
    try:
        spec = read_spec(source)
    except LiftcError:
        return []
    return [item.message for one in spec.functions for item in find_conflicts(one) if item.severity == "error"]


def signatures_with_tests(path: Path) -> Iterator[Source]:
    """The references' own ``def`` lines with all their tests that compare a call, as specifications."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        code = row.get("code") or row["prompt"] + row["canonical_solution"]
        name = row.get("entry_point") or re.search(r"(\w+) ?\(", row["test_list"][0].removeprefix("assert ")[0:])[1]  # type: ignore[index]
        definitions = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef) and node.name == name]
        tests = "\n".join(row["test_list"]) if "test_list" in row else row["test"].replace("candidate(", f"{name}(")
        asserts = [text.strip() for text in tests.splitlines() if text.strip().startswith("assert")]
        if definitions:
            definition = definitions[-1]
            definition.body = []
            head = ast.unparse(definition).rstrip(": \n")
            yield Source(f"{number}.txt", "\n".join([head, "", *asserts, ""]))


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["humaneval_dev.jsonl", "mbpp_dev.jsonl"])
def test_references_satisfy_their_own_tests(name: str) -> None:
    found = {
        source.name: told for source in signatures_with_tests(Path(DATA) / name) if (told := contradictions(source))
    }
    assert found == {}


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["humaneval_dev.jsonl", "mbpp_dev.jsonl"])
def test_what_a_compile_sees_does_not_contradict_itself(name: str) -> None:
    problems = read_suite(Path(DATA) / name)
    assert {problem.id: told for problem in problems if (told := contradictions(problem.source))} == {}


def test_the_own_suite_does_not_contradict_itself() -> None:
    assert {problem.id: told for problem in read_suite(OWN) if (told := contradictions(problem.source))} == {}
