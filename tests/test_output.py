from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.text.diagnostics import LiftcError
from compiler.text.output import check_writable, write_whole

ROOT = Path(__file__).parent.parent


def test_a_file_is_written_with_the_usual_permissions(tmp_path: Path) -> None:
    target = tmp_path / "out.py"
    write_whole(str(target), "a = 1\r\n\ufeff")
    mask = os.umask(0)
    os.umask(mask)
    assert target.read_bytes() == b"a = 1\r\n\xef\xbb\xbf"
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask
    assert os.listdir(tmp_path) == ["out.py"]


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "real.py", tmp_path / "link.py"
    target.write_text("old")
    target.chmod(0o750)
    link.symlink_to(target)
    write_whole(str(link), "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o750


def test_a_device_is_written_to(tmp_path: Path) -> None:
    write_whole("/dev/null", "text")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(LiftcError, match="No space left"):
        write_whole("/dev/full", "text" * 10_000)


@pytest.mark.parametrize("place", ["", "missing/out.py"])
def test_a_place_that_cannot_be_written_is_refused_early(tmp_path: Path, place: str) -> None:
    with pytest.raises(LiftcError, match="L0701"):
        check_writable(str(tmp_path / place))


def test_what_was_there_stays_when_the_new_does_not_fit(tmp_path: Path) -> None:
    target = tmp_path / "out.py"
    target.write_text("old")
    program = (
        "import sys; from compiler.text.output import write_whole; from compiler.text.diagnostics import LiftcError\n"
        "try:\n    write_whole(sys.argv[1], 'x' * 100_000)\n"
        "except LiftcError as error:\n    print(error)\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    result = subprocess.run(
        [sys.executable, "-B", "-c", program, str(target)],
        cwd=ROOT,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "File too large" in result.stdout
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.py"]
