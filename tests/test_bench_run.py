"""Runs of a suite: rows, resumption, errors, reports. The model's part is played by answers written down here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

from backends.cache import CachedBackend
from backends.protocol import Backend, BackendError, Proposal, Request
from compiler.bench.report import by_category, contests, markdown_report, plain_report, summarise, to_json
from compiler.bench.rows import Configuration, Row, Solved, append_row, read_rows
from compiler.bench.run import prefetch, run
from compiler.bench.suites import Hidden, Problem
from compiler.task.options import Options

OPTIONS = Options(samples=2, budget_tokens=2000, budget_seconds=20)


@dataclass
class Scripted:
    """Answers by function name: greedy first, then by occurrence; the last answer repeats."""

    bodies: dict[str, Sequence[str]]
    asked: int = 0
    engine: str = "scripted"
    model: str = "0123456789abcdef"

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.asked += len(requests)
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Proposal:
        place = request.occurrence + 1 if request.sampling.temperature else 0
        name = next(name for name in self.bodies if name in request.messages[-1].content)
        if not self.bodies[name]:
            raise BackendError("out of order")
        body = self.bodies[name][min(place, len(self.bodies[name]) - 1)]
        return Proposal(f"```python\ndef {name}(x: int) -> int:\n    return {body}\n```", 20, 15, "stop")

    def close(self) -> None:
        """Nothing is held."""


def problem_of(name: str, prose: str, *visible: str, hidden: str) -> Problem:
    spec = "\n".join([prose, "", f"def {name}(x: int) -> int", "", *visible, ""])
    return Problem(name, "unit", "numbers", "text", spec, name, Hidden(hidden))


NEGATE = problem_of("negate", "Negate a number.", "negate(1) == -1", "negate(-2) == 2", hidden="assert negate(5) == -5")
TWICE = problem_of("twice", "Twice the number.", "twice(2) == 4", hidden="assert twice(3) == 6")


@pytest.fixture
def scripted() -> Scripted:
    return Scripted({"negate": ["abs(x)", "-x", "-x"], "twice": ["x * x", "x * x", "x * 2"]})


@pytest.fixture
def backend(scripted: Scripted, tmp_path: Path) -> Iterator[Backend]:
    cached = CachedBackend(scripted, tmp_path / "cache.sqlite")
    yield cached
    cached.close()


def test_rows_tell_who_solved_what(backend: Backend, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    rows = run([NEGATE, TWICE], [0], OPTIONS, backend, out, title="scripted", whole_pool=True)
    assert read_rows(out) == rows
    negate, twice = rows
    assert (negate.id, negate.suite, negate.seed, negate.error) == ("negate", "unit", 0, "")
    assert negate.configuration.model == "0123456789abcdef"
    assert negate.solved.greedy is False
    assert negate.solved.filtered is True
    assert negate.solved.best_effort is True
    assert (negate.solved.drawn, negate.solved.pool) == (True, True)
    assert negate.completion_tokens >= negate.baseline["tokens"] >= 30
    assert twice.solved.filtered is False
    assert twice.failures["greedy"].startswith("AssertionError")
    assert set(negate.phases) >= {"model", "judge"}


def test_a_run_resumes_where_it_was_cut(backend: Backend, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    whole = run([NEGATE, TWICE], [0], OPTIONS, backend, out, title="scripted")
    text = out.read_bytes()
    out.write_bytes(text[:-40])
    told: list[str] = []
    again = run([NEGATE, TWICE], [0], OPTIONS, backend, out, title="scripted", progress=told.append)
    assert len(told) == 1
    assert told[0].startswith("2/2 twice seed 0")
    assert [row.solved for row in again] == [row.solved for row in whole]
    assert again[0] == whole[0]
    assert len(read_rows(out)) == 2
    run([NEGATE, TWICE], [0], OPTIONS, backend, out, title="scripted", progress=told.append)
    assert len(told) == 1, "nothing is left to run"


def test_other_configurations_have_rows_of_their_own(backend: Backend, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    run([NEGATE], [0], OPTIONS, backend, out, title="scripted")
    run([NEGATE], [0], replace(OPTIONS, without=frozenset({"search"})), backend, out, title="scripted")
    run([NEGATE], [0, 1], OPTIONS, backend, out, title="scripted")
    labels = [(row.configuration.label, row.seed) for row in read_rows(out)]
    assert labels == [("scripted", 0), ("scripted without search", 0), ("scripted", 1)]


def test_an_error_is_a_row_and_is_tried_again(backend: Backend, scripted: Scripted, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    scripted.bodies["twice"] = []
    failed = run([TWICE, NEGATE], [0], OPTIONS, backend, out, title="scripted")
    assert (failed[0].status, failed[1].error) == ("error", "")
    assert "out of order" in failed[0].error
    assert "out of order" in plain_report(failed)
    scripted.bodies["twice"] = ["x * 2"]
    assert run([TWICE, NEGATE], [0], OPTIONS, backend, out, title="scripted")[0].solved.greedy is True
    assert len(read_rows(out)) == 2


def test_without_a_model_there_is_no_baseline(tmp_path: Path) -> None:
    (row,) = run([NEGATE], [0], OPTIONS, None, tmp_path / "rows.jsonl", title="none")
    assert (row.solved.greedy, row.solved.filtered, row.solved.drawn) == (None, None, None)
    assert row.solved.best_effort is True
    assert row.completion_tokens == 0
    (summary,) = summarise([row])
    assert (summary.filtered, summary.difference, summary.gap_closed) == (None, None, None)


def test_prefetched_answers_are_not_asked_for_again(backend: Backend, scripted: Scripted, tmp_path: Path) -> None:
    assert prefetch([NEGATE, TWICE], [0, 1], 2, backend) == 2 + 2 * 2 * 2
    asked = scripted.asked
    assert asked == 10
    run([NEGATE], [0], replace(OPTIONS, samples=1), backend, tmp_path / "rows.jsonl", title="scripted")
    assert scripted.asked == asked


def row_of(name: str, seed: int, solved: Solved, status: str = "accepted", suite: str = "unit") -> Row:
    configuration = Configuration("raw", "scripted", "m", 100, 1.0, 6, (), "0")
    return Row(f"{suite}{name}{seed}", suite, name, "numbers", seed, configuration, status, solved, seconds=2.0)


ROWS = [
    row_of("a", 0, Solved(True, True, True, True, True)),
    row_of("b", 0, Solved(True, True, False, False, True)),
    row_of("c", 0, Solved(False, False, False, True, True)),
    row_of("d", 0, Solved(False, True, False, False, True), status="best_effort"),
    row_of("d", 1, Solved(False, True, False, True, True), status="best_effort"),
]


def test_a_summary_counts() -> None:
    (summary,) = summarise(ROWS)
    assert (summary.problems, summary.rows, summary.seeds) == (4, 5, (0, 1))
    assert (summary.greedy, summary.filtered, summary.best_effort, summary.any_right) == (0.2, 0.6, 0.8, 1.0)
    assert (summary.accepted, summary.accepted_rows) == (0.4, 3)
    assert summary.accepted_wrong == pytest.approx(1 / 3)
    assert summary.gap_closed == pytest.approx(0.5)
    assert summary.difference is not None
    assert (summary.difference.won, summary.difference.lost) == (2, 1)
    assert summary.difference.mean == pytest.approx((0 + 1 - 1 + 0.5) / 4)


def test_several_suites_have_a_line_together_and_categories_their_own() -> None:
    rows = [*ROWS, row_of("a", 0, Solved(True, True, True, True, True), suite="other")]
    assert [item.suite for item in summarise(rows)] == ["unit", "other", "all"]
    assert by_category(rows) == []
    parts = by_category([*ROWS, replace(ROWS[0], category="lists", id="e")])
    assert [item.suite for item in parts] == ["unit/lists", "unit/numbers"]


def test_other_budgets_and_revisions_are_not_pooled() -> None:
    other = replace(ROWS[0], configuration=replace(ROWS[0].configuration, budget_tokens=7, revision="ab"), seed=3)
    labels = [item.configuration for item in summarise([*ROWS, other])]
    assert labels == ["raw, budget_tokens 100, revision ", "raw, budget_tokens 7, revision ab"]


def test_contests_name_won_and_lost_seeds() -> None:
    found = [(item.id, item.won, item.lost) for item in contests(ROWS)]
    assert found == [("c", (), (0,)), ("b", (0,), ()), ("d", (0,), ())]


def test_reports_hold_the_same_figures() -> None:
    plain, markdown = plain_report(ROWS), markdown_report(ROWS)
    for cell in ("4 x 2", "20.0%", "60.0%", "80.0%", "50%", "2:1"):
        assert cell in plain
        assert cell in markdown
    assert json.loads(json.dumps(to_json(ROWS)))["summaries"][0]["best_effort"] == 0.8


def test_a_torn_line_is_ended_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(ROWS[0].to_json() + "\n" + ROWS[1].to_json()[:50], encoding="utf-8")
    append_row(path, ROWS[2])
    assert read_rows(path) == [ROWS[0], ROWS[2]]
    assert read_rows(tmp_path / "absent.jsonl") == []


def test_the_documentation_names_every_field() -> None:
    text = (Path(__file__).parent.parent / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", text.split("## Rows")[1].split("## Statistics")[0]))
    assert {field.name for field in (*fields(Row), *fields(Solved))} <= named
