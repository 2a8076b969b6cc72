"""The other commands beside the compile: explain, ir, models, bench."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import pytest

from compiler.bench.profile import Profile
from compiler.bench.speed import Side, Speed
from compiler.cli import main
from compiler.cli.commands import bench

pytestmark = pytest.mark.usefixtures("own_home")


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "l0101"]) == 0
    assert capsys.readouterr().out.startswith("L0101: ")
    assert main(["explain"]) == 0
    assert "L0301  " in capsys.readouterr().out
    assert main(["explain", "L9999"]) == 2
    assert "error[L0704]" in capsys.readouterr().err


@pytest.mark.parametrize(("stage", "words"), [("spec", '"double"'), ("holes", "?double.body"), ("propagated", "# ?")])
def test_ir_prints_stages(spec: Path, stage: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ir", str(spec), "--stage", stage]) == 0
    assert words in capsys.readouterr().out


def test_ir_prints_python_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "f.py"
    path.write_text("def f(n):\n    return n + 1\n")
    assert main(["ir", str(path)]) == 0
    assert "return n + 1" in capsys.readouterr().out
    path.write_text("import os\n")
    assert main(["ir", str(path), "--stage", "module"]) == 2
    assert "error[L0204]" in capsys.readouterr().err


def test_the_stage_module_is_for_python_code(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ir", str(spec), "--stage", "module"]) == 2
    told = capsys.readouterr().err
    assert "error[L0703]: the stage `module` is for Python code" in told
    assert "--stage holes" in told


def test_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    listed = capsys.readouterr().out
    page = (Path(__file__).parent.parent / "docs" / "models.md").read_text(encoding="utf-8")
    for name, size in re.findall(r"^\| `([\w.-]+)` .*?\| ([\d,]+ MiB) \|", page, re.MULTILINE):
        assert re.search(rf"^{re.escape(name)} +{size} ", listed, re.MULTILINE), name
    assert main(["models", "list", "--json"]) == 0
    assert {row["state"] for row in json.loads(capsys.readouterr().out)} == {"absent"}
    assert main(["models", "pull", "nonsense"]) == 3
    assert "error[L0601]" in capsys.readouterr().err


def test_bench_measures_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.jsonl"
    arguments = ["bench", "run", "own", "--limit", "2", "--model", "none", "--budget-seconds", "2", "--out", str(rows)]
    assert main([*arguments, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["summaries"][0]["problems"] == 2
    written = rows.read_text()
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert rows.read_text() == written
    assert main(["bench", "report", str(rows)]) == 0
    assert "own" in capsys.readouterr().out


def test_bench_refuses_what_is_no_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "suite.jsonl").write_text("not json\n")
    for suite in (tmp_path / "suite.jsonl", tmp_path / "missing.jsonl"):
        assert main(["bench", "run", str(suite), "--model", "none", "--out", str(tmp_path / "rows.jsonl")]) == 2
        assert "error[L0707]" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["bench", "run", "own", "--without", "everything", "--out", "rows.jsonl"])


def test_every_action_of_bench_is_declared_and_done() -> None:
    parser = ArgumentParser()
    bench.add_arguments(parser)
    (actions,) = (action for action in parser._actions if isinstance(action.choices, dict))
    assert set(actions.choices or ()) == set(bench.actions())
    assert actions.metavar == "|".join(actions.choices or ())
    for name in bench.actions():
        with pytest.raises(SystemExit) as ended:
            main(["bench", name, "--help"])
        assert ended.value.code == 0


def test_bench_profile_takes_a_limit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def profile(problems: Sequence[object], rounds: int, against: Path | None, say: object) -> Profile:
        assert (rounds, against) == (5, Path("there"))
        return Profile(len(problems), 1, 1, (), Speed(Side("here", (0, 0), ((0.1, 0.1),))))

    monkeypatch.setattr("compiler.bench.profile.profile", profile)
    assert main(["bench", "profile", "--limit", "2", "--rounds", "5", "--against", "there", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["compiles"] == 2


LIMITED = (
    "run",
    "ir",
    "overheads",
    "replays",
    "sygus",
    "batch",
    "repair",
    "guidance",
    "proposals",
    "constrained",
    "profile",
)


@pytest.mark.parametrize(
    "arguments",
    [
        *([name, "--limit", "0"] for name in LIMITED),
        ["proposals", "--proposals", "-1"],
        ["narrowing", "--proposals", "0"],
        ["grammars", "--texts", "0"],
        ["overheads", "--runs", "0"],
        ["overheads", "--at-once", "8,0"],
        ["overheads", "--rounds", "0"],
        ["batch", "--at-once", "0"],
    ],
)
def test_bench_refuses_to_measure_nothing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", *arguments])
    assert ended.value.code == 2
    assert "expected a number of at least 1" in capsys.readouterr().err


def test_bench_ir_reads_the_own_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "ir", "own", "--limit", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 1
    assert main(["bench", "ir", str(tmp_path / "missing.jsonl")]) == 2
    told = capsys.readouterr().err
    assert "missing.jsonl: No such file or directory" in told
    assert "JSON Lines with reference solutions" in told


def test_no_model_is_none_beside_others(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(spec), "--models", "none,qwen2.5-coder-0.5b"])
    assert ended.value.code == 2
    assert "`none` is no model beside others" in capsys.readouterr().err
