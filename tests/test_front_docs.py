"""The page about specifications, and the examples for people, read as they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compiler.front import read_source, read_spec
from compiler.front.spec import FunctionSpec, Spec
from compiler.text.source import Source
from solver.sorts import ANY, format_sort

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "specifications.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(text|python)\n(.*?)^```\n\n^```reads\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def header(function: FunctionSpec) -> str:
    signature = function.signature
    parameters = [
        item.name
        if item.annotation is None and item.sort == ANY
        else f"{item.name}: {item.annotation or format_sort(item.sort)}"
        for item in signature.parameters
    ]
    returns = signature.returns_annotation or ("" if signature.returns == ANY else format_sort(signature.returns))
    arrow = f" -> {returns}" if returns else ""
    return f"{'' if signature.written else 'guessed '}def {signature.name}({', '.join(parameters)}){arrow}"


def reading(spec: Spec) -> str:
    lines: list[str] = []
    for function in spec.functions:
        lines.append(header(function))
        lines += [example.text for example in function.examples]
        lines += [contract.text for contract in function.contracts]
        for parameter in function.signature.parameters:
            lines += [f"bound {parameter.name} {bound.relation} {bound.value}" for bound in parameter.bounds]
        lines += [f"hole {hole.name} {hole.kind}" for hole in function.holes]
    return "\n".join(lines) + "\n"


def test_every_block_is_checked() -> None:
    assert len(BLOCKS) >= 12
    assert PAGE.count("```reads\n") == len(BLOCKS) == len(re.findall(r"^```(?:text|python)$", PAGE, re.MULTILINE))


@pytest.mark.parametrize(("language", "text", "expected"), BLOCKS)
def test_the_page_is_read_as_it_says(language: str, text: str, expected: str) -> None:
    spec = read_spec(Source("page.py" if language == "python" else "page.txt", text))
    assert reading(spec) == expected
    assert spec.warnings == ()


def test_the_examples_are_of_all_forms() -> None:
    names = [path.name for path in (ROOT / "examples").iterdir()]
    assert len(names) >= 12
    assert {Path(name).suffix for name in names} == {".txt", ".md", ".py", ".sl"}
    assert "median.txt" in names


SPECIFICATIONS = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix != ".sl")


@pytest.mark.parametrize("path", SPECIFICATIONS, ids=lambda path: path.name)
def test_the_examples_read_without_a_warning(path: Path) -> None:
    spec = read_spec(read_source(path))
    assert spec.warnings == ()
    for function in spec.functions:
        assert function.examples or path.name == "letter_grade.txt"
        assert function.prose or path.name == "bigger.txt"
