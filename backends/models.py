"""Model files on this machine: finding them, naming them by their bytes, pulling the known ones."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from backends.download import Progress, fetch, silent
from backends.home import home
from backends.protocol import BackendError
from backends.registry import DEFAULT_MODEL, KNOWN_MODELS, KnownModel

__all__ = [
    "DEFAULT_MODEL",
    "KNOWN_MODELS",
    "KnownModel",
    "ListedModel",
    "ModelFile",
    "Progress",
    "find_model",
    "is_pulled",
    "list_models",
    "models_folder",
    "pull",
]

State: TypeAlias = Literal["pulled", "absent", "damaged"]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file that is ready to load. ``known`` is absent for a file given by path."""

    name: str
    path: Path
    sha256: str
    known: KnownModel | None = None

    @property
    def id(self) -> str:
        """What names the model in cache keys, traces and evidence: the first 16 digits of its hash."""
        return self.sha256[:16]


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A known model with its state on this machine, which is told by the file's size alone."""

    known: KnownModel
    path: Path
    state: State


def models_folder() -> Path:
    """The folder that holds the pulled models."""
    return home() / "models"


def list_models() -> list[ListedModel]:
    """Every known model, the default one first."""
    return [_listed(known) for known in KNOWN_MODELS.values()]


def is_pulled(name: str) -> bool:
    """Whether a known model's file is here in its full length."""
    return name in KNOWN_MODELS and _listed(KNOWN_MODELS[name]).state == "pulled"


def find_model(name_or_path: str | Path) -> ModelFile:
    """The file of a known model, or the one at a path.

    Raises ``BackendError`` where the model has not been pulled, is damaged, is no GGUF file, or is unknown.
    """
    known = KNOWN_MODELS.get(str(name_or_path))
    if known is not None:
        return _find_known(known)
    path = Path(name_or_path).expanduser()
    if not path.is_file():
        names = ", ".join(KNOWN_MODELS)
        raise BackendError(f"there is no model or file `{name_or_path}`", hint=f"the known models are {names}")
    _check_magic(path, hint="liftc loads GGUF files")
    return ModelFile(path.stem, path, sha256_of(path))


def pull(name: str, progress: Progress = silent) -> ModelFile:
    """Fetch a known model unless it is here already. An interrupted pull goes on where it stopped.

    Several processes may pull at once: one fetches, the others wait for it. ``progress`` gets the bytes done, the
    bytes in all and the source. Raises ``BackendError``; the file appears under its name only whole and verified.
    """
    known = KNOWN_MODELS.get(name)
    if known is None:
        raise BackendError(f"there is no known model `{name}`", hint=f"the known models are {', '.join(KNOWN_MODELS)}")
    path = _path_of(known)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.with_name(f".{name}.lock")):
            if not _is_whole(known, path):
                partial = path.with_name(f".{name}.partial")
                fetch(known, partial, progress)
                os.replace(partial, path)
                _record_hash(path, known.sha256)
    except OSError as error:
        raise BackendError(
            f"cannot write the model: {error}", hint=f"liftc keeps its models in {path.parent}"
        ) from error
    return ModelFile(name, path, known.sha256, known)


def _path_of(known: KnownModel) -> Path:
    return models_folder() / f"{known.name}.gguf"


def _listed(known: KnownModel) -> ListedModel:
    path = _path_of(known)
    if not path.is_file():
        return ListedModel(known, path, "absent")
    return ListedModel(known, path, "pulled" if path.stat().st_size == known.bytes else "damaged")


def _find_known(known: KnownModel) -> ModelFile:
    path = _path_of(known)
    again = f"run `liftc models pull {known.name}`"
    if not path.is_file():
        raise BackendError(f"the model `{known.name}` has not been pulled", hint=again)
    size = path.stat().st_size
    if size != known.bytes:
        raise BackendError(f"the file of model `{known.name}` has {size} bytes, not {known.bytes}", hint=again)
    if sha256_of(path) != known.sha256:
        raise BackendError(f"the file of model `{known.name}` is not the one that was published", hint=again)
    return ModelFile(known.name, path, known.sha256, known)


def _is_whole(known: KnownModel, path: Path) -> bool:
    return path.is_file() and path.stat().st_size == known.bytes and sha256_of(path) == known.sha256


def _check_magic(path: Path, hint: str) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise BackendError(f"cannot read the model file {path}: {error.strerror}") from error
    if magic != b"GGUF":
        raise BackendError(f"{path} is no model file", hint=hint)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sha256_of(path: Path) -> str:
    """The file's hash, computed once and remembered for as long as path, size and time of change stay."""
    known = _read_hashes().get(_fingerprint(path))
    if known is not None:
        return known
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BackendError(f"cannot read the model file {path}: {error.strerror}") from error
    _record_hash(path, digest)
    return digest


def _fingerprint(path: Path) -> str:
    status = path.stat()
    return f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"


def _hashes_path() -> Path:
    return home() / "hashes.json"


def _read_hashes() -> dict[str, str]:
    try:
        data = json.loads(_hashes_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _record_hash(path: Path, digest: str) -> None:
    """Remember a hash. What another process writes meanwhile may be lost, which costs one more hashing."""
    hashes = {**_read_hashes(), _fingerprint(path): digest}
    target = _hashes_path()
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=target.parent, prefix=".hashes-", delete=False) as file:
            file.write(json.dumps(hashes, indent=1, sort_keys=True))
        os.replace(file.name, target)
