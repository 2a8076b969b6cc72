"""Hugging Face transformers in this process: PyTorch models, LoRA adapters by PEFT, and grammars by llguidance."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from time import monotonic
from typing import Any

from backends.chat import batches, chat_ends, prompt_of, whole
from backends.decoding import Row, decode
from backends.folders import ModelFolder, find_folder, quiet
from backends.local import LocalModel
from backends.masks import Masks, compiled
from backends.protocol import BackendError, Proposal, Request
from backends.wire import check_installed

PACKAGES = ("torch", "transformers", "llguidance")
_SHOWN = 300


class Transformers:
    """A local model in Hugging Face's layout. It is loaded at the first request, on a GPU where there is one.

    Samples are decoded ``parallel`` at a time, a greedy request alone. No code that comes with a model is run.
    """

    engine = "transformers"

    def __init__(self, folder: ModelFolder, *, parallel: int = 8) -> None:
        self._folder = folder
        self._parallel = parallel
        self._loaded: _Loaded | None = None
        self._busy = threading.Lock()

    @classmethod
    def of(cls, model: LocalModel, *, offline: bool = False) -> Transformers:
        """The engine for a model as users name it. Raises ``BackendError`` for what is not installed or not there."""
        check_installed(cls.engine, *PACKAGES, *(["peft"] if model.adapter is not None else []))
        return cls(find_folder(model, offline=offline))

    @property
    def model(self) -> str:
        return self._folder.id

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order.

        Raises ``BackendError`` where the model does not load, a prompt is too long or a grammar is malformed.
        """
        for request in requests:
            if request.grammar is not None:
                compiled(request.grammar)
        with self._busy:
            if not requests:
                return []
            if self._loaded is None:
                self._loaded = _Loaded(self._folder)
            rows = [self._loaded.row(request) for request in requests]
            seconds: dict[int, float] = {}
            for batch in batches(requests, self._parallel):
                begun = monotonic()
                self._loaded.decode([rows[number] for number in batch])
                seconds |= dict.fromkeys(batch, monotonic() - begun)
            return [self._loaded.proposal(row, seconds[number]) for number, row in enumerate(rows)]

    def close(self) -> None:
        """Free the model."""
        with self._busy:
            self._loaded = None


class _Loaded:
    """The model and its tokenizer."""

    def __init__(self, folder: ModelFolder) -> None:
        self._model, self._tokenizer = load(folder)
        self._name = folder.path.name
        self._context = context_of(self._model)
        self._ends = chat_ends(self._tokenizer, getattr(self._model.generation_config, "eos_token_id", None))
        width = self._model.get_output_embeddings().weight.shape[0]
        self._masks = Masks(self._tokenizer, width, self._ends)

    def row(self, request: Request) -> Row:
        prompt = prompt_of(self._tokenizer, request, self._context, self._name)
        mask = None if request.grammar is None else self._masks.start(request.grammar)
        return Row(request, prompt, mask, self._ends, min(request.sampling.max_tokens, self._context - len(prompt)))

    def decode(self, rows: Sequence[Row]) -> None:
        padding = self._tokenizer.pad_token_id
        decode(self._model, rows, self._ends[0] if padding is None else padding, self._text)

    def proposal(self, row: Row, seconds: float) -> Proposal:
        return Proposal(
            text=whole(row.text(self._text)),
            prompt_tokens=len(row.prompt),
            completion_tokens=len(row.tokens),
            finish=row.finish or "stop",
            logprob=row.logprob,
            seconds=seconds,
        )

    def _text(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False))


def load(folder: ModelFolder) -> tuple[Any, Any]:
    """A folder's model, with its adapter, and its tokenizer. Raises ``BackendError`` where they do not load."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    quiet()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder.path)
        model = AutoModelForCausalLM.from_pretrained(folder.path, dtype="auto", use_safetensors=True)
        if folder.adapter is not None:
            model.load_adapter(str(folder.adapter))
        return model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer
    except Exception as error:  # Files that are damaged make it raise errors of many kinds.
        told = " ".join(str(error).split())[:_SHOWN]
        raise BackendError(f"transformers cannot load {folder.path}: {told}", hint="check the folder") from error


def context_of(model: Any) -> int:
    """How many tokens a prompt and its answer may have together."""
    return int(getattr(model.config, "max_position_embeddings", None) or sys.maxsize)
