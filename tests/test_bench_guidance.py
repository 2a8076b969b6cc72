"""``bench guidance``: the same search with uniform and with fitted weights, and what guidance saves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.protocol import Proposal, Request
from compiler.bench.guidance import Amount, Row, bench_guidance, render, saving, to_json
from compiler.bench.guidance_tasks import SETTINGS

TASK = {
    "task_id": 7,
    "text": "Write a function to double what a list holds.",
    "code": "def twice(xs):\n    return [x * 2 for x in sorted(xs)]\n",
    "test_list": ["assert twice([5, 1]) == [2, 10]", "assert twice([]) == []", "assert twice([3]) == [6]"],
    "test_setup_code": "",
}
PROBLEM = """(set-logic SLIA)
(synth-fun f ((s String)) String ((S String) (I Int)) (
  (S String (s " " (str.++ S S) (str.substr S I I)))
  (I Int (0 1 (+ I I) (str.len S) (str.indexof S S I)))))
(constraint (= (f "one two") "one"))
(constraint (= (f "three four") "three"))
(check-synth)
"""


class Wrong:
    """A model whose answers are nearly right."""

    engine = "test"
    model = "test"

    def __init__(self) -> None:
        self.asked = 0

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.asked += len(requests)
        texts = [
            "def f(s):\n    return s.split(' ')[0]\n"
            if "def " not in request.messages[-1].content and "assert f(" in request.messages[-1].content
            else "```python\ndef twice(xs):\n    return [x * x for x in sorted(xs)]\n```"
            for request in requests
        ]
        return [Proposal(text, 1, 1, "stop") for text in texts]

    def close(self) -> None:
        """There is nothing to free."""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.jsonl"
    path.write_text(json.dumps(TASK) + "\n", encoding="utf-8")
    return path


def run(path: Path, out: Path, told: list[str]) -> list[Row]:
    return bench_guidance([path], Wrong(), out, Amount(samples=1, holes=1, expansions=20_000), None, told.append)


def test_each_task_runs_in_each_setting_and_no_row_twice(suite: Path, tmp_path: Path) -> None:
    told: list[str] = []
    rows = run(suite, tmp_path / "rows.jsonl", told)
    assert [(row.task.split()[0], row.setting) for row in rows] == [
        (task, setting) for task in ("body", "hole") for setting in SETTINGS
    ]
    assert all(not row.passing and row.proposals == 2 for row in rows)
    assert any(row.right for row in rows)
    assert run(suite, tmp_path / "rows.jsonl", told) == rows
    assert len(told) == len(rows)


def test_sygus_problems_are_searched_with_fitted_costs(tmp_path: Path) -> None:
    path = tmp_path / "first.sl"
    path.write_text(PROBLEM, encoding="utf-8")
    uniform, fitted = run(path, tmp_path / "rows.jsonl", [])
    assert (uniform.setting, fitted.setting) == ("uniform", "fitted")
    assert uniform.right
    assert fitted.right
    assert "define-fun f" in fitted.answer


def row(name: str, setting: str, after: int | None, *, right: bool = True) -> Row:
    return Row(f"{name}{setting}", "s", name, "body", setting, 99, "x" if after else "", right, after, 99, 3, False)


def test_savings_count_tasks_that_both_settings_answer_rightly() -> None:
    rows = [
        *(row("a", setting, after) for setting, after in (("uniform", 100), ("words", 80), ("fitted", 50))),
        *(row("b", setting, after) for setting, after in (("uniform", 300), ("words", 80), ("fitted", 30))),
        row("c", "uniform", 5),
        row("c", "fitted", None, right=False),
    ]
    found = saving(rows, "uniform", "fitted")
    assert found is not None
    assert (found.tasks, found.before, found.after) == (2, 400, 80)
    assert found.total == pytest.approx(0.2)
    assert found.median == pytest.approx(0.3)
    assert found.low <= found.mean <= found.high
    assert saving(rows[-1:], "uniform", "fitted") is None
    assert "fitted over uniform where both are right (2 tasks): 400 to 80 expansions (-80%)" in render(rows)
    assert set(to_json(rows)) == {"groups", "rows"}
