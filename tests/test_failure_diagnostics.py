"""What is said where a compile falls short of an accepted program, and what would help."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.acceptance.evidence import Ambiguity, questions
from compiler.cli import main

pytestmark = pytest.mark.usefixtures("own_home")

CASES = {
    "undecided": ("def f(x: int) -> int\n\nf(2) == 4\n", ()),
    "undecided-best-effort": ("def f(x: int) -> int\n\nf(2) == 4\n", ("--best-effort",)),
    "prose-alone": ("def initials(name: str) -> str\n\nThe initials of a name, each with a dot.\n", ()),
    "half-best-effort": (
        "def twice(x: int) -> int\n\ntwice(2) == 4\ntwice(9) == 18\ntwice(-4) == -8\n\n"
        "def initials(name: str) -> str\n\nThe initials of a name, each with a dot.\n",
        ("--best-effort",),
    ),
    "no-tests": ("def f(x: int) -> int\n\nf(2) == 4\n", ("--tests", "test_f.py")),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(
    name: str,
    golden: Callable[[str, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text, options = CASES[name]
    monkeypatch.chdir(tmp_path)
    Path("spec.txt").write_text(text)
    assert main(["spec.txt", "-o", "out.py", "--model", "none", *options]) == 1
    told = re.sub(r"\d+\.\d s$", "S s", capsys.readouterr().err, flags=re.MULTILINE)
    written = Path("out.py").read_text() if Path("out.py").exists() else "nothing\n"
    golden(f"failure-{name}.txt", f"{told}--- out.py\n{written}")
    assert not Path("test_f.py").exists()


def test_a_budget_that_ended_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "spec.txt"
    spec.write_text("def f(x: int) -> int\n\nf(2) == 40\nf(3) == 17\nf(9) == -5\n")
    assert main([str(spec), "-o", str(tmp_path / "f.py"), "--model", "none", "--budget-seconds", "0.001"]) == 1
    told = capsys.readouterr().err
    assert "the budget of 0.001 seconds ended before everything was tried" in told


def test_a_call_is_asked_about_once() -> None:
    found = [
        Ambiguity("f(1)", "2", "3"),
        Ambiguity("f(1)", "2", "4"),
        Ambiguity("f(1)", "2", "3"),
        Ambiguity("f(0)", "0", "1"),
    ]
    assert questions(found) == [("f(1)", "2", "3 or 4"), ("f(0)", "0", "1")]


@pytest.mark.parametrize(("name", "why"), [("class", "is a keyword of Python"), ("3x", "begins with a digit")])
def test_what_is_no_name_is_refused(name: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "spec.txt"
    spec.write_text(f"Name: {name}\n\nTakes a number and returns twice it.\n")
    assert main([str(spec), "--model", "none"]) == 2
    told = capsys.readouterr().err
    assert f"error[L0104]: `{name}` cannot be a function's name" in told
    assert f"{'^' * len(name)} {why}" in told
