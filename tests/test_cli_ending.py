"""How the command ends where something fails or interrupts it: a message, an exit code, and nothing half-written."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from compiler.trace.events import Error
from compiler.trace.trace import read_trace
from tests.command_line import ROOT, START, run

HARD = "\n\n".join(
    f"def f{k}(n: int, m: int) -> int\n\n" + "".join(f"f{k}({n}, {n * n % 7}) == {n * 7919 % 1009}\n" for n in range(9))
    for k in range(12)
)

BUSY_SECONDS = 1.5

pytestmark = pytest.mark.usefixtures("own_home")


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
            # Unbuffered, the interpreter would have nothing left to write when it ends.
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )
    assert ended.returncode == 2
    assert ended.stderr == "error[L0701]: cannot write standard output: No space left on device\n"


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
def test_an_interruption_leaves_nothing_but_the_trace(number: signal.Signals, tmp_path: Path) -> None:
    ended = interrupted(number, tmp_path)
    left = {name for name in os.listdir(tmp_path) if not name.startswith("liftc-") and name != "home"}
    assert ended.stdout == ""
    if number is signal.SIGKILL:
        assert left == {"hard.txt"}
        assert ended.returncode == -signal.SIGKILL
    else:
        assert left == {"hard.txt", "trace.jsonl"}
        last = read_trace(tmp_path / "trace.jsonl").events[-1]
        assert isinstance(last, Error)
        assert last.message == "interrupted"
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
    trace = tmp_path / "trace.jsonl"
    ended = run([spec, "-o", tmp_path / "out.py", "--model", model, "--trace", trace])
    assert ended.returncode == 3
    assert "error[L0601]" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "out.py").exists()
    shown = run(["trace", trace])
    assert shown.returncode == 0
    assert "failed: L0601: " in shown.stdout
    assert "the compile that it records failed" in run(["replay", trace]).stderr
