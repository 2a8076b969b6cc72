"""The own benchmark suite is well formed, and its references pass their hidden tests."""

from __future__ import annotations

import ast
import collections
import json
import re
from pathlib import Path
from typing import Any

import pytest

SUITE = Path(__file__).resolve().parent.parent / "compiler" / "bench" / "suites" / "own.jsonl"
KEYS = {"id", "category", "form", "spec", "entry_point", "hidden", "reference"}
CATEGORIES = {"control", "lists", "strings", "maths", "types", "edges", "dicts", "nested"}
MODULES = {
    "bisect", "collections", "copy", "datetime", "decimal", "fractions", "functools", "heapq",
    "itertools", "json", "math", "operator", "re", "statistics", "string", "typing",
}  # fmt: skip
EXAMPLE = re.compile(r"(?:assert )?(\w+\(.*\)) (?:==|->|=>|returns) (.+)")

TASKS: list[dict[str, Any]] = [json.loads(line) for line in SUITE.read_text(encoding="utf-8").splitlines()]
each_task = pytest.mark.parametrize("task", TASKS, ids=[task["id"] for task in TASKS])


def namespace_of(task: dict[str, Any]) -> dict[str, Any]:
    """Run the reference of a task in a fresh namespace and return that namespace."""
    namespace: dict[str, Any] = {"__name__": "reference"}
    exec(task["reference"], namespace)
    return namespace


def visible_examples(spec: str) -> list[tuple[str, str]]:
    """Return the examples in a specification as pairs (expression, expected expression)."""
    lines = [line.strip() for line in spec.splitlines()]
    examples = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith(">>> "):
            silent = not following or following.startswith((">>>", '"""'))
            examples.append((line[4:], "None" if silent else following))
        elif not line.startswith(("def ", "pre:", "post:", "raises:")):
            match = EXAMPLE.fullmatch(line)
            if match:
                examples.append((match[1], match[2]))
    return examples


def test_categories_are_balanced() -> None:
    """There are at least 60 tasks, equally many for each category, and no two share an id."""
    counts = collections.Counter(task["category"] for task in TASKS)
    assert len(TASKS) >= 60
    assert set(counts) == CATEGORIES
    assert len(set(counts.values())) == 1
    assert len({task["id"] for task in TASKS}) == len(TASKS)
    assert len({task["entry_point"] for task in TASKS}) == len(TASKS)


@each_task
def test_shape(task: dict[str, Any]) -> None:
    """A task has exactly the expected keys, with sensible values."""
    assert set(task) == KEYS
    assert re.fullmatch(rf"own/{task['category']}/\d\d-[a-z0-9-]+", task["id"])
    assert task["form"] in {"text", "python"}
    assert re.search(rf"\b{task['entry_point']}\b", task["spec"])
    assert len(visible_examples(task["spec"])) <= 5
    assert len(task["hidden"]) >= 15
    for test in task["hidden"]:
        if isinstance(test, dict):
            assert set(test) == {"call", "raises"}
        source = test["call"] if isinstance(test, dict) else test
        ast.parse(source, mode="eval")
        assert task["entry_point"] in source
    assert len({str(test) for test in task["hidden"]}) == len(task["hidden"])


@each_task
def test_python_form_has_one_hole(task: dict[str, Any]) -> None:
    """A specification in Python form parses and has exactly one `...`."""
    if task["form"] == "text":
        return
    nodes = list(ast.walk(ast.parse(task["spec"])))
    assert sum(isinstance(node, ast.Constant) and node.value is ... for node in nodes) == 1
    assert task["entry_point"] in {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


@each_task
def test_reference_is_plain(task: dict[str, Any]) -> None:
    """A reference has no classes, no private attributes, and only the allowed imports."""
    for node in ast.walk(ast.parse(task["reference"])):
        assert not isinstance(node, ast.ClassDef)
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= MODULES
        if isinstance(node, ast.ImportFrom):
            assert node.module in MODULES


@each_task
def test_reference_agrees_with_visible_examples(task: dict[str, Any]) -> None:
    """The examples that a specification shows hold for the reference."""
    namespace = namespace_of(task)
    for expression, expected in visible_examples(task["spec"]):
        result, wanted = eval(expression, namespace), eval(expected, namespace)
        assert result == wanted, expression
        assert type(result) is type(wanted), expression


@each_task
def test_reference_passes_hidden_tests(task: dict[str, Any]) -> None:
    """Every hidden test of a task holds for its reference."""
    namespace = namespace_of(task)
    for test in task["hidden"]:
        if isinstance(test, dict):
            error = eval(test["raises"])
            with pytest.raises(error):
                eval(test["call"], namespace)
        else:
            assert eval(test, namespace) is True, test
