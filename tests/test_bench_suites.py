"""Suites become problems whose references pass their own hidden tests."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.bench.score import score
from compiler.bench.suites import Problem, SuiteError, read_suite, read_suites

HUMANEVAL = {
    "task_id": "HumanEval/900",
    "prompt": 'from math import floor\n\n\ndef low(x: float):\n    """Low.\n    >>> low(1.5)\n    1\n    """\n',
    "entry_point": "low",
    "canonical_solution": "    return floor(x)\n",
    "test": "\n\ndef check(candidate):\n    assert candidate(1.5) == 1\n    assert candidate(-0.5) == -1\n",
}
MBPP = {
    "task_id": 900,
    "text": "Write a function to double a number.\r\n",
    "code": "def helper(x):\r\n    return x\r\ndef double(x):\r\n    return 2 * helper(x)",
    "test_setup_code": "",
    "test_list": ["assert double(2) == 4", "assert double(0) == 0"],
    "challenge_test_list": ["assert double(-3) == -6"],
}
EVALPLUS = {
    "task_id": "HumanEval/901",
    "prompt": 'def half(x):\n    """Half of x.\n    >>> half(3.0)\n    1.5\n    """\n',
    "entry_point": "half",
    "canonical_solution": "    return x / 2\n",
    "base_input": [[3.0]],
    "plus_input": [[1e300], [-7.0], [0.1]],
    "atol": 0,
}
MBPP_PLUS = {
    "task_id": "Mbpp/901",
    "prompt": '"""\nWrite a function to sort a list.\nassert ordered([2, 1]) == [1, 2]\n"""\n',
    "entry_point": "ordered",
    "canonical_solution": "\ndef ordered(items):\n    items.sort()\n    return items\n",
    "base_input": [[[2, 1]]],
    "plus_input": [[[]], [[3, 3, 1]]],
    "atol": 0,
}


def suite_of(tmp_path: Path, *rows: Mapping[str, Any]) -> Path:
    path = tmp_path / "some_suite.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def only(tmp_path: Path, row: Mapping[str, Any]) -> Problem:
    (problem,) = read_suite(suite_of(tmp_path, row))
    return problem


def test_humaneval_shows_the_stub_with_a_hole(tmp_path: Path) -> None:
    problem = only(tmp_path, HUMANEVAL)
    assert problem.spec == HUMANEVAL["prompt"].rstrip() + "\n    ...\n"
    assert (problem.source.name, problem.suite) == ("HumanEval/900.py", "some_suite")
    assert problem.preamble == "from math import floor"
    assert score(problem, "from math import floor\ndef low(x):\n    return floor(x)\n").passed
    assert score(problem, "def low(x):\n    return int(x)\n").failure == "AssertionError"


def test_mbpp_shows_the_text_and_the_first_assertion(tmp_path: Path) -> None:
    problem = only(tmp_path, MBPP)
    assert problem.spec == "Write a function to double a number.\n\nassert double(2) == 4\n"
    assert (problem.entry_point, problem.source.name) == ("double", "mbpp/900.txt")
    assert score(problem, "def double(x):\n    return x + x\n").passed
    assert "double(-3) == -6" in score(problem, "def double(x):\n    return abs(x) * 2\n").failure


def test_evalplus_compares_with_the_reference(tmp_path: Path) -> None:
    problem = only(tmp_path, EVALPLUS)
    assert problem.form == "python"
    assert score(problem, "def half(x):\n    return x * 0.5\n").passed
    assert score(problem, "def half(x):\n    return x * 0.5 + 1e-9\n").passed, "floats are compared within a tolerance"
    assert "[3.0] gives 1.0, not 1.5" in score(problem, "def half(x):\n    return x // 2\n").failure


def test_evalplus_of_mbpp_is_prose(tmp_path: Path) -> None:
    problem = only(tmp_path, MBPP_PLUS)
    assert problem.spec == "Write a function to sort a list.\nassert ordered([2, 1]) == [1, 2]\n"
    assert score(problem, "def ordered(items):\n    return sorted(items)\n").passed
    assert not score(problem, "def ordered(items):\n    return sorted(set(items))\n").passed


def test_ids_may_stand_in_any_of_several_suites(tmp_path: Path) -> None:
    problems = read_suites(["own", suite_of(tmp_path, HUMANEVAL, MBPP)], ids={"mbpp/900"})
    assert [problem.id for problem in problems] == ["mbpp/900"]


def test_limit_and_ids() -> None:
    problems = read_suite("own")
    assert read_suite("own", limit=3) == problems[:3]
    assert read_suite("own", ids={problems[5].id}) == [problems[5]]
    with pytest.raises(SuiteError, match="no problem nowhere"):
        read_suite("own", ids={"nowhere"})


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"task_id": 1}', '{"task_id": 1, "text": 2, "code": "", "test_list": []}']
)
def test_other_rows_are_refused_with_their_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f"\n{text}\n", encoding="utf-8")
    with pytest.raises(SuiteError, match=r"bad\.jsonl, line 2"):
        read_suite(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="cannot read the suite"):
        read_suite(tmp_path / "absent.jsonl")


def test_hanging_and_dying_programs_only_fail(tmp_path: Path) -> None:
    problem = only(tmp_path, MBPP)
    assert not score(problem, "import sys\nsys.exit(0)\n").passed
    assert not score(problem, "def double(x:\n").passed


def test_references_of_the_own_suite_pass() -> None:
    text = Path(__file__).parent.parent.joinpath("compiler/bench/suites/own.jsonl").read_text(encoding="utf-8")
    references = {row["id"]: row["reference"] for row in map(json.loads, text.splitlines())}
    problems = read_suite("own")[::4]
    assert [(item.id, score(item, references[item.id]).failure) for item in problems] == [(i.id, "") for i in problems]


@pytest.mark.parametrize("name", ["humaneval_dev", "mbpp_dev"])
def test_references_of_the_public_suites_pass(name: str) -> None:
    folder = os.environ.get("LIFTC_DATA")
    if not folder:
        pytest.skip("LIFTC_DATA does not name a folder with the public suites")
    path = Path(folder) / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()][::10]
    programs = [row["prompt"] + row["canonical_solution"] if "prompt" in row else row["code"] for row in rows]
    failures = [
        (problem.id, result.failure)
        for problem, program in zip(read_suite(path)[::10], programs, strict=True)
        if not (result := score(problem, program)).passed
    ]
    assert failures == []
