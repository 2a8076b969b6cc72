"""``liftc bench sygus``: both sides under the same limits, each answer checked, rows that a later run takes up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.bench import sygus
from compiler.bench.sygus import Clock, Row, problems_in, read_rows, render, run, summarise
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

    def contest(path: Path, side: str, seconds: float, clock: str) -> dict[str, object]:
        assert (side, clock) == ("liftc", "wall")
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
