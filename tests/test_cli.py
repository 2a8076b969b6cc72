"""The command itself: arguments, exit codes, what goes where, and what an interruption leaves."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import liftc
from compiler.cli import COMMANDS, main
from compiler.store import stored

ROOT = Path(__file__).parent.parent
START = [sys.executable, "-c", "import sys; from compiler.cli import main; sys.exit(main())"]
DOUBLE = "Twice a number.\n\ndouble(2) == 4\ndouble(5) == 10\ndouble(-3) == -6\n"
HARD = "\n\n".join(
    f"def f{k}(n: int, m: int) -> int\n\n" + "".join(f"f{k}({n}, {n * n % 7}) == {n * 7919 % 1009}\n" for n in range(9))
    for k in range(12)
)

BUSY_SECONDS = 1.5

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "double.txt"
    path.write_text(DOUBLE, encoding="utf-8")
    return path


def run(
    arguments: Sequence[str | Path], *, stdin: str = "", limits: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*START, *map(str, arguments)],
        cwd=ROOT,
        input=stdin,
        preexec_fn=limits,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


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
        ["a.txt", "b.txt"],
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


def test_a_full_disk_leaves_what_was_there(spec: Path, tmp_path: Path) -> None:
    out = tmp_path / "double.py"
    out.write_text("old")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    before = sorted(os.listdir(tmp_path))
    ended = run([spec, "-o", out, "--model", "none", "--no-store"], limits=limit)
    assert ended.returncode in (2, 3)
    assert "Traceback" not in ended.stderr
    assert out.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == before


def test_a_full_standard_output_is_an_error(spec: Path) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [*START, str(spec), "--model", "none", "--no-store"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 2
    assert "error[L0701]: cannot write standard output: No space left" in ended.stderr


def test_a_closed_pipe_is_no_error_of_ours() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [*START, "explain"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert ended.stderr == ""
    assert ended.returncode == 141


def wait_until_busy(process: subprocess.Popen[str]) -> None:
    """Return once a process has worked for longer than it takes to start."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        if (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") > BUSY_SECONDS:
            return
        time.sleep(0.02)


def interrupted(number: signal.Signals, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """A compile that would take long, sent a signal once it is at work."""
    spec, trace = tmp_path / "hard.txt", tmp_path / "trace.jsonl"
    spec.write_text(HARD)
    process = subprocess.Popen(
        [*START, str(spec), "-o", str(tmp_path / "out.py"), "--trace", str(trace), "--model", "none", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        start_new_session=True,
    )
    wait_until_busy(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out, err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interruption_leaves_no_file(number: signal.Signals, tmp_path: Path) -> None:
    ended = interrupted(number, tmp_path)
    left = {name for name in os.listdir(tmp_path) if not name.startswith("liftc-") and name != "home"}
    assert ended.stdout == ""
    assert left == {"hard.txt"}
    if number is signal.SIGKILL:
        assert ended.returncode == -signal.SIGKILL
    else:
        assert ended.returncode == 130
        assert ended.stderr == "liftc: interrupted; no file was left half-written\n"
        assert not list(tmp_path.glob("liftc-*"))


def test_a_model_that_is_not_there_is_exit_code_3(spec: Path, tmp_path: Path, own_home: Path) -> None:
    short = own_home / "models" / "qwen2.5-coder-0.5b.gguf"
    for model, words in [
        ("no-such-model", "there is no model or file"),
        ("qwen2.5-coder-0.5b", "has not been pulled"),
        (str(tmp_path / "double.txt"), "is no model file"),
    ]:
        ended = run([spec, "-o", tmp_path / "out.py", "--model", model])
        assert (ended.returncode, ended.stdout) == (3, "")
        assert words in ended.stderr
    short.parent.mkdir(parents=True)
    short.write_bytes(b"GGUF" + b"\x00" * 1000)
    for model in ("qwen2.5-coder-0.5b", "auto"):
        ended = run([spec, "-o", tmp_path / "out.py", "--model", model])
        assert (ended.returncode, ended.stdout) == (3, "")
        assert "has 1004 bytes" in ended.stderr
        assert "liftc models pull" in ended.stderr
    assert not (tmp_path / "out.py").exists()


def test_a_damaged_model_file_by_path_is_exit_code_3(tmp_path: Path) -> None:
    spec, model = tmp_path / "prose.txt", tmp_path / "broken.gguf"
    spec.write_text("Return the median of a list of numbers.")
    model.write_bytes(b"GGUF" + b"\x00" * 1000)
    ended = run([spec, "-o", tmp_path / "out.py", "--model", model])
    assert ended.returncode == 3
    assert "error[L0601]" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "out.py").exists()


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


def test_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    assert "qwen2.5-coder-0.5b" in capsys.readouterr().out
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
