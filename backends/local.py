"""Names of models that engines load into this process: ``transformers:MODEL``, ``vllm:MODEL+ADAPTER`` and the like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backends.protocol import BackendError

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
