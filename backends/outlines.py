"""Outlines in this process: its models over transformers, held to grammars by its own backend for llguidance."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from backends.chat import prompt_of, whole
from backends.folders import find_folder
from backends.gaps import refuse_gaps
from backends.local import LocalModel
from backends.masks import NAMED, compiled
from backends.protocol import BackendError, Proposal, Request
from backends.recheck import conforms
from backends.transformers import PACKAGES, context_of, load
from backends.wire import check_installed


class Outlines:
    """A model of Outlines over transformers, for those who have one already; or what makes one at the first request.

    ``name`` stands for the model in cache keys, traces and evidence. Outlines samples a batch with one seed, so
    requests are answered one after the other; ``transformers`` batches the same model. It tells no log-probabilities.
    """

    engine = "outlines"

    def __init__(self, model: Any | Callable[[], Any], name: str) -> None:
        self._given = model
        self._name = name
        self._model: Any = None
        self._grammars: Any = None
        self._busy = threading.Lock()

    @classmethod
    def of(cls, model: LocalModel, *, offline: bool = False) -> Outlines:
        """The engine for a model as users name it. Raises ``BackendError`` for what is not installed or not there."""
        check_installed(cls.engine, cls.engine, *PACKAGES, *(["peft"] if model.adapter is not None else []))
        folder = find_folder(model, offline=offline)

        def opened() -> Any:
            from outlines import from_transformers

            return from_transformers(*load(folder))

        return cls(opened, folder.id)

    @property
    def model(self) -> str:
        return self._name

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order.

        Raises ``BackendError`` where the model does not load or is of another kind, a prompt is too long or a grammar
        is malformed.
        """
        refuse_gaps(requests, "Outlines")
        for request in requests:
            if request.grammar is not None:
                compiled(request.grammar)
        with self._busy:
            if requests and self._model is None:
                self._open()
            return [self._answer(request) for request in requests]

    def close(self) -> None:
        """Free the model."""
        with self._busy:
            self._model = self._grammars = None

    def _open(self) -> None:
        from outlines.backends.llguidance import LLGuidanceBackend
        from outlines.models import Transformers

        model = self._given if isinstance(self._given, Transformers) else self._given()
        if not isinstance(model, Transformers):
            raise BackendError(f"`{type(model).__name__}` is no model of Outlines over transformers")
        self._model, self._grammars = model, LLGuidanceBackend(model)

    def _answer(self, request: Request) -> Proposal:
        import torch
        from outlines import Generator
        from outlines.inputs import Chat

        begun = monotonic()
        context = context_of(self._model.model)
        prompt = prompt_of(self._model.hf_tokenizer, request, context)
        most = min(request.sampling.max_tokens, context - len(prompt))
        held = None if request.grammar is None else self._grammars.get_cfg_logits_processor(NAMED + request.grammar)
        counter = _Counter(held)
        torch.manual_seed(request.engine_seed)
        chat = Chat([{"role": message.role, "content": message.content} for message in request.messages])
        text = Generator(self._model, processor=counter)(chat, **self._how(request), max_new_tokens=most)
        cut = _before(text, request.sampling.stop)
        ended = counter.steps < most or cut != text or (held is not None and conforms(text, request.grammar or ""))
        return Proposal(
            text=whole(cut),
            prompt_tokens=len(prompt),
            completion_tokens=counter.steps,
            finish="stop" if ended else "length",
            seconds=monotonic() - begun,
        )

    def _how(self, request: Request) -> dict[str, Any]:
        """The request's sampling in transformers' words, in the place of what the model's folder recommends."""
        sampling = request.sampling
        stops = {"stop_strings": list(sampling.stop), "tokenizer": self._model.hf_tokenizer} if sampling.stop else {}
        if sampling.temperature <= 0:
            return {"do_sample": False, "repetition_penalty": 1.0, **stops}
        chances = {"temperature": float(sampling.temperature), "top_p": sampling.top_p, "top_k": 0}
        return {"do_sample": True, "repetition_penalty": 1.0, **chances, **stops}


class _Counter:
    """A processor of logits that counts its steps, which are the answer's tokens: Outlines only gives the text."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.steps = 0

    def __call__(self, tokens: Any, logits: Any) -> Any:
        self.steps += 1
        return logits if self._inner is None else self._inner(tokens, logits)

    def reset(self) -> None:
        self.steps = 0
        if self._inner is not None:
            self._inner.reset()


def _before(text: str, stops: Sequence[str]) -> str:
    """The text up to the first stop word."""
    return text[: min((place for word in stops if (place := text.find(word)) >= 0), default=len(text))]
