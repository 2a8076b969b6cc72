"""Model folders as Hugging Face lays them out: found, fetched, made from GGUF files, and named by their bytes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from backends.local import LocalModel
from backends.models import KNOWN_MODELS, ModelFile, find_model, locked, models_folder, sha256_of
from backends.protocol import BackendError

# What a model is made of. Weights in Python's own pickles can hold code, and are left alone.
_PARTS = ("*.json", "*.safetensors", "*.jinja", "*.txt", "*.model")
_ON_THE_HUB = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model that is ready to load, with the adapter to load on top of it. ``sha256`` is of both."""

    path: Path
    adapter: Path | None
    sha256: str

    @property
    def id(self) -> str:
        """What names the model in cache keys, traces and evidence."""
        return self.sha256[:16]


def find_folder(model: LocalModel, *, offline: bool = False) -> ModelFolder:
    """The folder of a model: the one at a path, one made from a GGUF file, or one of the Hub.

    A GGUF file's weights are dequantised once, and kept beside the pulled models. Raises ``BackendError`` where the
    model or the adapter is not there, or cannot be fetched or converted.
    """
    path = _path_of(model, offline)
    adapter = None if model.adapter is None else Path(model.adapter).expanduser()
    if adapter is not None and not (adapter / "adapter_config.json").is_file():
        raise BackendError(
            f"there is no adapter in `{model.adapter}`", hint="an adapter is a folder with an adapter_config.json"
        )
    digest = hashlib.sha256(_content(path).encode())
    if adapter is not None:
        digest.update(b"\nadapter\n" + _content(adapter).encode())
    return ModelFolder(path, adapter, digest.hexdigest())


def _path_of(model: LocalModel, offline: bool) -> Path:
    path = Path(model.model).expanduser()
    if (path / "config.json").is_file():
        return path
    if path.is_dir():
        raise BackendError(f"the folder {path} holds no model", hint="a model's folder has a config.json")
    if model.model in KNOWN_MODELS or path.is_file():
        return _dequantised(find_model(model.model))
    if _ON_THE_HUB.fullmatch(model.model):
        return _fetched(model.model, offline)
    names = ", ".join(KNOWN_MODELS)
    raise BackendError(
        f"there is no model `{model.model}`",
        hint=f"name a folder, a GGUF file, a model of the Hub as OWNER/NAME, or one of {names}",
    )


def _fetched(name: str, offline: bool) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=list(_PARTS), local_files_only=offline))
    except Exception as error:  # The Hub's client lets through whatever its connection raises.
        told = " ".join(str(error).split())[:200]
        raise BackendError(
            f"the model `{name}` cannot be fetched: {told}",
            hint="check its name; HF_ENDPOINT names a mirror, and a folder with the model needs no network",
            code="L0604",
        ) from error


def _dequantised(file: ModelFile) -> Path:
    target = models_folder() / f"{file.name}-{file.id}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.parent / f".{target.name}.lock"):
            if not (target / "config.json").is_file():
                partial = target.parent / f".{target.name}.partial"
                shutil.rmtree(partial, ignore_errors=True)
                _convert(file.path, partial)
                os.replace(partial, target)
    except OSError as error:
        raise BackendError(f"cannot keep the weights of {file.path} as a folder: {error}") from error
    return target


def _convert(file: Path, folder: Path) -> None:
    """Write a GGUF file's weights as safetensors of bfloat16, with its tokenizer and chat template."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    quiet()
    try:
        with redirect_stderr(StringIO()):  # A progress bar that no setting turns off.
            tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
            model: Any = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.bfloat16)
    except (ValueError, KeyError, NotImplementedError, ImportError) as error:
        raise BackendError(f"the weights of {file} cannot be dequantised: {error}") from error
    # They are plain weights from here on, and must not be read as quantised ones again.
    model.hf_quantizer, model.is_quantized = None, False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _content(folder: Path) -> str:
    files = sorted({path for pattern in _PARTS for path in folder.glob(pattern)})
    return "\n".join(f"{path.name} {sha256_of(path)}" for path in files)


def quiet() -> None:
    """Keep what the library tells of its loading off the terminal."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
