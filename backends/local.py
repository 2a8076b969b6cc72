"""Models that a named engine loads into this process: ``transformers:MODEL``, ``vllm:MODEL+ADAPTER`` and the like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backends.protocol import BackendError

if TYPE_CHECKING:
    from backends.protocol import Backend

LOCAL_ENGINES = ("transformers", "vllm", "outlines")


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model for an engine in this process.

    ``model`` is a known model's name, a GGUF file, a folder in Hugging Face's layout or a name on the Hub; ``adapter``
    is the folder of a LoRA adapter in PEFT's layout.
    """

    engine: str
    model: str
    adapter: str | None = None

    @property
    def name(self) -> str:
        """The model as users write it."""
        return f"{self.engine}:{self.model}" + (f"+{self.adapter}" if self.adapter is not None else "")


def parse_local(text: str) -> LocalModel | None:
    """Read ``ENGINE:MODEL`` or ``ENGINE:MODEL+ADAPTER``; ``None`` for anything that names no such engine.

    A plus sign belongs to the model where there is a folder or file so named. Raises ``BackendError`` where the model
    or the adapter is missing from the text.
    """
    engine, colon, rest = text.partition(":")
    if not colon or engine not in LOCAL_ENGINES:
        return None
    model, plus, adapter = rest.rpartition("+")
    if not plus or Path(rest).expanduser().exists():
        model, adapter = rest, ""
    if not model.strip() or (plus and model != rest and not adapter.strip()):
        raise BackendError(
            f"`{text}` names no {'adapter' if model.strip() else 'model'}",
            hint=f"write `{engine}:MODEL` or `{engine}:MODEL+ADAPTER`",
            code="L0608",
        )
    return LocalModel(engine, model, adapter or None)


def open_local(model: LocalModel, *, offline: bool = False) -> Backend:
    """The engine with the model, which is loaded at the first request.

    ``offline`` takes a model of the Hub only where it has been fetched before. Raises ``BackendError`` for a package
    that is not installed, and for a model or an adapter that is not there.
    """
    match model.engine:
        case "transformers":
            from backends.transformers import Transformers

            return Transformers.of(model, offline=offline)
        case "vllm":
            from backends.vllm import VLLM

            return VLLM.of(model, offline=offline)
        case _:
            from backends.outlines import Outlines

            return Outlines.of(model, offline=offline)
