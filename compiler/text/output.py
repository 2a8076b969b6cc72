"""Writing files whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from compiler.text.diagnostics import Diagnostic, LiftcError

STANDARD = "-"


def check_writable(path: str) -> None:
    """Refuse early, before any work, a place that cannot be written. Raises ``LiftcError``."""
    if path == STANDARD:
        return
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise _refused(path, "it is a folder", "name a file in it")
    if not target.parent.is_dir():
        raise _refused(path, f"there is no folder {target.parent}", "make the folder first")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise _refused(path, f"the folder {target.parent} is not writable", "")
    if target.exists() and not os.access(target, os.W_OK):
        raise _refused(path, "the file is not writable", "")


def write_whole(path: str, text: str) -> None:
    """Write a text so that at any moment the file holds all of the old text or all of the new one.

    ``-`` is standard output. A link is followed, an existing file's permissions are kept, and a device or pipe is
    written to directly. Raises ``LiftcError``; what was there then stays as it was.
    """
    data = text.encode("utf-8", "surrogateescape")
    if path == STANDARD:
        _print(data)
        return
    check_writable(path)
    target = os.path.realpath(path)
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as device:
                device.write(data)
        else:
            _replace(target, data)
    except OSError as error:
        raise _refused(path, error.strerror or str(error), "") from error


def _print(data: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise _refused("standard output", error.strerror or str(error), "") from error


def drop_output() -> None:
    """Let what is left in standard output's buffer go nowhere, or the interpreter's last flush would complain of it."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _replace(target: str, data: bytes) -> None:
    number, draft = tempfile.mkstemp(prefix=".liftc-", dir=os.path.dirname(target))
    try:
        with open(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(number, _permissions(target))
            os.fsync(number)
        os.replace(draft, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _permissions(target: str) -> int:
    if os.path.exists(target):
        return stat.S_IMODE(os.stat(target).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _refused(path: str, reason: str, hint: str) -> LiftcError:
    return LiftcError([Diagnostic("L0701", f"cannot write {path}: {reason}", help=(hint,) if hint else ())])
