"""Summaries of runs: what they hold, how two runs compare, and the page that shows them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from compiler.bench.measures import Measure, measures_of_json
from compiler.bench.provenance import Provenance, command_line, provenance
from compiler.bench.report import plain_report
from compiler.bench.results import Summary, compare, page, read_summaries, summarise, table
from compiler.bench.rows import Row, Solved, append_row, read_rows
from compiler.bench.sygus import Row as SygusRow
from compiler.cli import main
from tests.test_bench_run import ROWS, row_of

ROOT = Path(__file__).parent.parent
MADE = Provenance("0123456789ab", "2026-01-31", "liftc bench run own", "a machine, 2 cores")
HEADS = ("measured", "side", "n")


def written(path: Path, *rows: Row) -> Path:
    for row in rows:
        append_row(path, replace(row, provenance=MADE))
    return path


def test_the_page_is_what_the_summaries_give(request: pytest.FixtureRequest) -> None:
    told = ROOT / "docs" / "results.md"
    summaries = read_summaries(ROOT / "docs" / "results")
    assert summaries
    if request.config.getoption("--update-golden"):
        told.write_text(page(summaries.values()), encoding="utf-8")
    assert told.read_text(encoding="utf-8") == page(summaries.values())
    assert all(item.provenance.date and item.provenance.commit for item in summaries.values())


def test_rows_tell_where_they_come_from(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", *ROWS)
    assert {row.provenance for row in read_rows(path)} == {MADE}
    summary = summarise([path])
    assert (summary.bench, summary.provenance) == ("run", MADE)
    by_what = {measure.what: measure for measure in summary.measures}
    assert by_what["liftc"].value == pytest.approx((1 + 1 + 0 + 1) / 4)
    assert by_what["filtered"].count == 4
    difference = by_what["liftc - filtered"]
    assert (difference.won, difference.lost, difference.unit) == (2, 1, "points")
    assert {measure.side for measure in summary.measures} == {"raw, 2 seeds"}


def test_a_row_of_a_table_tells_all(tmp_path: Path) -> None:
    heads, row = table([summarise([written(tmp_path / "rows.jsonl", *ROWS)])])
    assert heads[:3] == HEADS
    assert row[:3] == ("unit", "raw, 2 seeds", "4")
    assert row[-4:] == ("development", "0123456789ab", "2026-01-31", "`liftc bench run own`")
    assert row[heads.index("liftc")] == "75.0% [30.1, 95.4]"
    assert row[heads.index("accepted, but wrong")].endswith("of 3")


def test_our_own_suite_is_development_data(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", row_of("a", 0, Solved(True, True), suite="own"))
    (_, row) = table([summarise([path], held_out=True)])
    assert row[-4] == "our own suite: development"
    assert "development data" in plain_report(ROWS)
    other = written(tmp_path / "other.jsonl", row_of("a", 0, Solved(True, True), suite="packages"))
    assert table([summarise([other], held_out=True)])[1][-4] == "held out"


def test_two_runs_are_compared_on_what_both_have(tmp_path: Path) -> None:
    wrong, right = Solved(False, False), Solved(True, True)
    before = written(tmp_path / "old", *(row_of(name, 0, wrong) for name in "abc"), row_of("d", 0, right))
    after = tmp_path / "new"
    for row in (row_of("a", 0, right), row_of("b", 0, right), row_of("d", 0, wrong), row_of("e", 0, right)):
        append_row(after, replace(row, provenance=replace(MADE, commit="ba9876543210")))
    summary = compare([before], [after])
    assert summary.provenance.commit == "0123456789ab → ba9876543210"
    measures = {measure.what: measure for measure in summary.measures if measure.side == "raw"}
    assert (measures["before"].value, measures["after"].value) == pytest.approx((1 / 3, 2 / 3), abs=1e-4)
    assert (measures["after - before"].won, measures["after - before"].lost) == (2, 1)
    (other,) = [*tmp_path.glob("old")]
    with pytest.raises(ValueError, match="in common"):
        compare([other], [written(tmp_path / "third", row_of("z", 0, right))])


def test_other_labels_are_compared_where_each_run_has_one(tmp_path: Path) -> None:
    old, new = row_of("a", 0, Solved(False, False)), row_of("a", 0, Solved(True, True))
    new = replace(new, configuration=replace(new.configuration, title="other"))
    summary = compare([written(tmp_path / "old", old)], [written(tmp_path / "new", new)])
    assert {measure.side for measure in summary.measures} == {"raw → other", "raw → other, accepted and right"}


def test_sygus_rows_are_kept_too(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        SygusRow(side, "track", "a", side, 30.0, True, side == "liftc", "x", "", "", 1.0, 1, provenance=MADE)
        for side in ("liftc", "cvc5")
    ]
    path.write_text("".join(json.dumps({"v": 1, **asdict(row)}) + "\n" for row in rows), encoding="utf-8")
    summary = summarise([path])
    assert (summary.bench, summary.provenance) == ("sygus", MADE)
    solved = {measure.side: measure.value for measure in summary.measures if measure.what == "solved"}
    assert solved == {"liftc": 1.0, "cvc5": 0.0}


def test_what_another_bench_printed_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bench", "ir", "own", "--limit", "1", "--json"]) == 0
    Path("ir.json").write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["bench", "results", "ir.json", "--keep", "coverage", "--folder", "kept"]) == 0
    told = Path("kept.md").read_text(encoding="utf-8")
    assert "| references |  | 1 | 100.0% [20.6, 100.0] |" in told
    assert "`liftc bench ir own --limit 1 --json`" in told
    assert Path("kept.md").read_text(encoding="utf-8") == page(read_summaries(Path("kept")).values())


@pytest.mark.parametrize(
    ("bench", "data", "what", "value"),
    [
        ("replays", {"total": 4, "same": 3}, "the same", 0.75),
        ("repair", {"settings": {"edits": {"seeded": 4, "hidden": 1}}}, "repaired", 0.25),
        (
            "guidance",
            {"groups": {"all": {"uniform": {"mean": 0.2, "low": 0.1, "high": 0.3, "tasks": 9}}}},
            "expansions, geometric mean",
            0.2,
        ),
        ("batch", {"batches": [{"model": "m", "at_once": 8, "ratio": 1.6, "functions": 9}]}, "of one at a time", 1.6),
        (
            "profile",
            {"speed": {"ours": {"expansions_a_second": 7.0}}, "compiles": 2},
            "candidates a second",
            7.0,
        ),
    ],
)
def test_figures_of_other_benches(bench: str, data: dict[str, object], what: str, value: float) -> None:
    (measure,) = measures_of_json(bench, data)
    assert (measure.what, measure.value) == (what, value)


def test_files_that_hold_no_figures_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "prose.txt"
    path.write_text("not rows\n", encoding="utf-8")
    assert main(["bench", "results", str(path)]) == 2
    assert "neither rows" in capsys.readouterr().err
    assert main(["bench", "results", "--before", str(path)]) == 2
    assert "belong together" in capsys.readouterr().err
    with pytest.raises(ValueError, match="no figures"):
        measures_of_json("report", {})


def test_commands_name_no_folder_of_the_machine() -> None:
    typed = ["bench", "run", "own", "/srv/data/mbpp.jsonl", "--out=../rows.jsonl", "--model", "openai:m@http://h/v1"]
    told = "liftc bench run own PATH/mbpp.jsonl --out=PATH/rows.jsonl --model openai:m@http://h/v1"
    assert command_line(typed) == told
    made = provenance(typed)
    assert made.command == told
    assert made.machine.endswith(("core", "cores"))


def test_a_summary_reads_back(tmp_path: Path) -> None:
    summary = Summary("run", MADE, (Measure("own", "none", "liftc", 0.5, 2, low=0.1, high=0.9),), held_out=True)
    (tmp_path / "one.json").write_text(summary.to_json(), encoding="utf-8")
    assert read_summaries(tmp_path) == {"one": summary}
    (tmp_path / "one.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="no summary"):
        read_summaries(tmp_path)
