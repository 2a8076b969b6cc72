"""``liftc bench sygus``: both sides under the same limits, each answer checked, rows that a later run takes up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.protocol import BackendError, Proposal, Request
from compiler.bench import sygus
from compiler.bench.sygus import Clock, Row, problems_in, read_rows, render, run, summarise
from compiler.bench.sygus_guide import Guide
from compiler.cli import main

MAXIMUM = """(set-logic LIA)
(synth-fun larger ((x Int) (y Int)) Int)
(declare-var x Int)
(declare-var y Int)
(constraint (and (>= (larger x y) x) (>= (larger x y) y) (or (= (larger x y) x) (= (larger x y) y))))
(check-synth)
"""
FIRST = """(set-logic SLIA)
(synth-fun first ((s String)) String ((S String) (I Int)) ((S String (s (str.at S I))) (I Int (0 1))))
(constraint (= (first "ab") "a"))
(constraint (= (first "xy") "x"))
(check-synth)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    track = tmp_path / "track"
    track.mkdir()
    (track / "larger.sl").write_text(MAXIMUM)
    (track / "first.sl").write_text(FIRST)
    return track


def test_both_sides_are_run_and_checked(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("cvc5", reason="cvc5 is in the extra `bench`")
    rows = run(problems_in([folder]), 20.0, sygus.SIDES, tmp_path / "rows.jsonl")
    assert [(row.id, row.side, row.solved) for row in rows] == [
        ("first", "liftc", True),
        ("first", "cvc5", True),
        ("larger", "liftc", True),
        ("larger", "cvc5", True),
    ]
    assert all(row.peak_bytes > 0 and row.program.endswith("\n") for row in rows)
    (summary,) = summarise(rows)
    assert summary.solved == {"liftc": 2, "cvc5": 2}
    assert summary.difference is not None
    assert summary.difference.mean == 0.0


def test_a_missing_solver_is_told_before_anything_is_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sygus, "find_spec", lambda name: None)
    assert main(["bench", "sygus", str(folder), "--out", str(tmp_path / "rows.jsonl")]) == 2
    told = capsys.readouterr().err
    assert "error[L0609]" in told
    assert "pip install 'liftc[bench]'" in told
    assert "--sides liftc" in told
    assert not (tmp_path / "rows.jsonl").exists()


def test_a_run_goes_on_where_it_stopped(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "rows.jsonl"
    first = run(problems_in([folder], limit=1), 20.0, ("liftc",), out)
    with out.open("a") as stream:
        stream.write('{"v": 1, "torn')
    asked: list[str] = []

    def contest(path: Path, side: str, seconds: float, clock: str, answers: Sequence[str]) -> dict[str, object]:
        assert (side, clock, answers) == ("liftc", "wall", ())
        asked.append(path.stem)
        return {"ending": "time", "seconds": seconds}

    monkeypatch.setattr(sygus, "_contest", contest)
    rows = run(problems_in([folder]), 20.0, ("liftc",), out)
    assert asked == ["larger"]
    assert rows[0] == first[0]
    assert (rows[1].found, rows[1].reason) == (False, "time")
    assert read_rows(out) == rows


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("(define-fun first ((s String)) String (str.at s 1))", "wrong: "),
        ("(define-fun first ((s String)) String (str.substr s 0 1))", "not derivable from the grammar"),
        ("(define-fun second ((s String)) String s)", "L0502: "),
    ],
)
def test_an_answer_that_fails_a_check_is_wrong(
    answer: str, reason: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sygus, "_contest", lambda *_: {"answer": answer, "seconds": 1.0, "peak_bytes": 1})
    (row,) = run(problems_in([folder], ids=["first"]), 5.0, ("cvc5",), tmp_path / "rows.jsonl")
    assert (row.found, row.solved) == (True, False)
    assert row.reason.startswith(reason)
    assert "wrong: cvc5 on first: " in render([row])


@pytest.mark.parametrize("clock", ["wall", "processor"])
def test_time_that_is_over_ends_a_side(clock: Clock, folder: Path, tmp_path: Path) -> None:
    (row,) = run(problems_in([folder], ids=["first"]), 0.01, ("liftc",), tmp_path / "rows.jsonl", clock=clock)
    assert (row.found, row.reason, row.clock) == (False, "time", clock)


def row(name: str, side: sygus.Side, solved: bool) -> Row:
    return Row(f"{name}{side}", "track", name, side, 30.0, solved, solved, "", "", "", 2.0, 50_000_000, 10)


def test_the_report_compares_the_sides() -> None:
    rows = [row("a", "liftc", True), row("a", "cvc5", False), row("b", "liftc", True), row("b", "cvc5", True)]
    assert render(rows).splitlines() == [
        "track: 2 problems",
        "  liftc     2 solved 100.0%, 0 wrong, median 2.0 s, peak 50 MB, 20 expansions",
        "  cvc5      1 solved  50.0%, 0 wrong, median 2.0 s, peak 50 MB",
        "  difference +50.0% (+0.0% to +100.0%), p = 1.000",
        "  only liftc: a",
    ]


def test_the_command_prints_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["bench", "sygus", str(folder), "--ids", "larger", "--sides", "liftc", "--seconds", "20", "--json"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["summaries"][0]["solved"]["liftc"] == 1
    assert told["rows"][0]["answer"].startswith("(define-fun larger ")


@pytest.mark.parametrize("arguments", [["nowhere"], ["."]])
def test_folders_without_problems_are_refused(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bench", "sygus", *arguments]) == 2
    assert "error[L0707]" in capsys.readouterr().err


class Answering:
    engine = "test"
    model = "test"

    def __init__(self, text: str) -> None:
        self.text = text
        self.batches: list[int] = []

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.batches.append(len(requests))
        return [Proposal(self.text, 1, 1, "stop") for _ in requests]

    def close(self) -> None:
        """There is nothing to free."""


@pytest.mark.parametrize("clock", ["wall", "processor"])
def test_a_models_answers_are_drawn_first_and_guide_the_search(clock: Clock, folder: Path, tmp_path: Path) -> None:
    out, told = tmp_path / "rows.jsonl", list[str]()
    (folder / "torn.sl").write_text("(set-logic SLIA")
    backend = Answering("def f(s):\n    return s[0]")
    rows = run(problems_in([folder]), 20.0, ("liftc",), out, told.append, clock, Guide("a model", backend))
    assert backend.batches == [3]
    assert told[0] == "3 of 3 answers"
    assert [(row.id, row.solved, row.model, row.answers) for row in rows] == [
        ("first", True, "a model", 3),
        ("larger", True, "a model", 0),
        ("torn", False, "a model", 0),
    ]
    assert "  liftc guided by a model on 1 of them: 3 answers, drawn before the seconds of both sides began" in (
        render(rows).splitlines()
    )
    again = run(problems_in([folder]), 20.0, ("liftc",), out, None, clock, Guide("a model", backend))
    assert again == rows
    assert backend.batches == [3]
    assert run(problems_in([folder], ids=["first"]), 20.0, ("liftc",), out, None, clock)[0].model == ""


def test_only_one_side_is_told_the_answers(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Sequence[str]] = {}

    def contest(path: Path, side: str, seconds: float, clock: str, answers: Sequence[str]) -> dict[str, object]:
        told[side] = answers
        return {"ending": "time", "seconds": seconds}

    monkeypatch.setattr(sygus, "_contest", contest)
    guide = Guide("a model", Answering("def f(s): return s"))
    rows = run(problems_in([folder], ids=["first"]), 5.0, sygus.SIDES, tmp_path / "rows.jsonl", guide=guide)
    assert told == {"liftc": ("def f(s): return s",) * 3, "cvc5": ()}
    assert [row.model for row in rows] == ["a model", ""]


def test_a_model_that_fails_ends_the_run_before_anything_is_measured(folder: Path, tmp_path: Path) -> None:
    class Failing(Answering):
        def propose(self, requests: Sequence[Request]) -> list[Proposal]:
            raise BackendError("down")

    with pytest.raises(BackendError):
        run(problems_in([folder]), 5.0, ("liftc",), tmp_path / "rows.jsonl", guide=Guide("a model", Failing("")))
    assert not (tmp_path / "rows.jsonl").exists()
