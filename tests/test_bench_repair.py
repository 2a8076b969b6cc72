"""``bench repair``: one bug a problem, repaired in each setting, and scored on tests that the repair does not see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.bench.repair import SETTINGS, Repaired, bench_repair, render, to_json
from compiler.cli import main

ROW = {
    "task_id": 7,
    "text": "Write a function to count the values of a list that reach a limit.",
    "code": "def reach(xs, limit):\n    return sum(1 for x in xs if x >= limit)\n",
    "test_list": [
        "assert reach([1, 5, 9, 5], 5) == 3",
        "assert reach([2], 3) == 0",
        "assert reach([], 3) == 0",
    ],
    "test_setup_code": "",
}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "bugs.jsonl"
    path.write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    return path


def test_the_same_bug_is_repaired_in_each_setting(suite: Path) -> None:
    rows = list(bench_repair(suite, None, 60.0, lambda _: None))
    assert [row.setting for row in rows] == list(SETTINGS)
    assert len({row.mutant for row in rows}) == 1
    assert "x >= limit" not in rows[0].mutant or "sum(1 " not in rows[0].mutant
    for row in rows:
        assert row.visible or not row.hidden
        assert bool(row.program) == row.visible


def test_shares_are_told_for_each_setting() -> None:
    rows = [
        Repaired("a", "edits", "m", True, True, 10, 0.1, "p"),
        Repaired("b", "edits", "m", False, False, 30, 0.3, ""),
        Repaired("a", "reopening", "m", True, False, 100, 1.0, "p"),
    ]
    assert to_json(rows)["settings"]["edits"] == {"seeded": 2, "visible": 1, "hidden": 1, "tried": 20.0}
    lines = render(rows).splitlines()
    assert lines[1].split() == ["edits", "2", "50.0%", "50.0%", "20", "0.2"]
    assert lines[3].split()[:2] == ["both", "0"]


def test_the_command_writes_rows_and_prints_the_shares(
    suite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "rows.jsonl"
    assert main(["bench", "repair", str(suite), "--out", str(out), "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["settings"]) == set(SETTINGS)
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(SETTINGS)


def test_a_suite_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "repair", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err
