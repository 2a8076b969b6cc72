"""The command itself: arguments, exit codes, and what goes where."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import liftc
from compiler.cli import COMMANDS, main
from compiler.runs.store import stored
from tests.command_line import DOUBLE, ROOT, START, run

pytestmark = pytest.mark.usefixtures("own_home")


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"liftc {liftc.__version__}\n"
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(f"\n  {command} " in told for command in COMMANDS)
    assert "(default: 4096)" in told
    assert "(default: 120)" in told


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: liftc {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--nonsense"],
        ["a.txt", "--budget-tokens", "0"],
        ["a.txt", "--budget-seconds", "nan"],
        ["a.txt", "--samples", "-1"],
        ["a.txt", "--seed", "x"],
        ["models"],
        ["bench", "run"],
        ["trace"],
    ],
)
def test_wrong_use_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: liftc" in capsys.readouterr().err


def test_a_compile_writes_program_trace_and_store(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, trace = tmp_path / "double.py", tmp_path / "trace.jsonl"
    assert main([str(spec), "-o", str(out), "--trace", str(trace), "--model", "none"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "double: accepted, found by search" in told.err
    assert "double(-3) == -6" in told.err
    compile(out.read_text(), "double.py", "exec")
    assert json.loads(trace.read_text().splitlines()[0])["event"] == "compile"
    assert [item.name for item in stored()] == ["double"]


def test_no_store_leaves_the_store_alone(spec: Path, tmp_path: Path) -> None:
    assert main([str(spec), "-o", str(tmp_path / "double.py"), "--model", "none", "--no-store"]) == 0
    assert stored() == []


def test_without_an_output_the_program_goes_to_stdout(spec: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main([str(spec), "--model", "none", "--no-store"]) == 0
    first = capsysbinary.readouterr().out
    assert first.startswith(b"def double(")
    assert main([str(spec), "-o", "-", "--model", "none", "--no-store"]) == 0
    assert capsysbinary.readouterr().out == first


def test_standard_input_is_a_specification() -> None:
    ended = run(["-", "-o", "-", "--model", "none", "--no-store"], stdin=DOUBLE)
    assert ended.returncode == 0
    assert ended.stdout.startswith("def double(")
    assert "\x1b" not in ended.stderr


def test_json_is_one_object_with_the_documented_keys(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "trace.jsonl"
    assert main([str(spec), "--json", "--trace", str(trace), "--model", "none", "--no-store"]) == 0
    data = json.loads(capsys.readouterr().out)
    keys = {"status", "functions", "evidence", "ambiguities", "diagnostics", "usage", "trace"}
    assert keys <= set(data)
    assert {"prompt_tokens", "completion_tokens", "seconds"} <= set(data["usage"])
    assert data["status"] == "accepted"
    assert data["functions"][0]["source"].startswith("def double(")
    assert data["trace"] == str(trace)
    assert {item["verdict"] for item in data["evidence"]} == {"example", "unchecked"}


def test_json_tells_of_an_unreadable_specification(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "missing.txt"), "--json", "--model", "none"]) == 2
    data = json.loads(capsys.readouterr().out)
    assert (data["status"], data["diagnostics"][0]["code"]) == ("error", "L0101")


def test_nothing_is_written_where_nothing_is_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, out = tmp_path / "few.txt", tmp_path / "few.py"
    spec.write_text("g('ab') == 'xq'\n")
    out.write_text("old")
    assert main([str(spec), "-o", str(out), "--model", "none"]) == 1
    assert out.read_text() == "old"
    assert "error[L04" in capsys.readouterr().err


def test_best_effort_writes_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, out = tmp_path / "few.txt", tmp_path / "few.py"
    spec.write_text("g([2, 1]) == [1, 2]\n")
    assert main([str(spec), "-o", str(out), "--model", "none", "--best-effort"]) == 1
    assert out.read_text().startswith("# Best effort")
    assert stored() == []


def test_a_python_file_may_be_filled_in_place(tmp_path: Path) -> None:
    spec = tmp_path / "twice.py"
    checks = "assert twice(2) == 4\nassert twice(9) == 18\nassert twice(-4) == -8\n"
    text = f"LIMIT = 3  # kept\n\n\ndef twice(n: int) -> int:\n    return ...\n\n\n{checks}"
    spec.write_text(text)
    assert main([str(spec), "-o", str(spec), "--model", "none"]) == 0
    before, after = text.split("...")
    filled = spec.read_text()
    assert filled.startswith(before)
    assert filled.endswith(after)
    assert "..." not in filled


def test_tests_are_written_beside_the_program(spec: Path, tmp_path: Path) -> None:
    out, tests = tmp_path / "double.py", tmp_path / "test_double.py"
    assert main([str(spec), "-o", str(out), "--tests", str(tests), "--model", "none"]) == 0
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    assert main([str(spec), "--tests", str(tests), "--model", "none"]) == 2


@pytest.mark.parametrize("place", ["folder", "missing/out.py"])
def test_a_place_that_cannot_be_written_is_told_before_the_work(
    spec: Path, tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    assert main([str(spec), "-o", str(tmp_path / place), "--model", "none"]) == 2
    told = capsys.readouterr().err
    assert "error[L0701]" in told
    assert "accepted" not in told


def test_no_model_is_hinted_at(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(spec), "--no-store"]) == 0
    told = capsys.readouterr().err
    assert "note[L0602]" in told
    assert "liftc models pull qwen2.5-coder-0.5b" in told


def on_terminal(arguments: Sequence[str], **environment: str) -> str:
    """What the command writes to stderr when that is a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*START, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(follower)
    told = b""
    while True:
        try:
            chunk = os.read(leader, 4096)
        except OSError:
            break
        if not chunk:
            break
        told += chunk
    os.close(leader)
    process.wait(60)
    return told.decode()


def test_a_terminal_sees_progress_and_colour(spec: Path) -> None:
    told = on_terminal([str(spec), "--model", "none", "--no-store"])
    assert "\x1b[1;32maccepted" in told
    assert "searching for double" in told or "reading the specification" in told
    plain = on_terminal([str(spec), "--model", "none", "--no-store"], NO_COLOR="1")
    assert "double: accepted" in plain
