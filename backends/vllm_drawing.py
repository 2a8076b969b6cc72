"""Drawing tokens for vLLM on a CPU, where its own sampling puts the whole vocabulary in order, and makes a whole mask
for each token of each answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from vllm.v1.sample.logits_processor import BatchUpdate, LogitsProcessor
from vllm.v1.sample.logits_processor.builtin import process_dict_updates

from backends.chat import chat_ends
from backends.drawing import Draw, draw_tokens
from backends.masks import Masks
from backends.protocol import Request

ASKED = "drawing"
"""The key of how to draw in the ``extra_args`` of a request's ``SamplingParams``."""


def asked_of(request: Request, grammar: str | None) -> dict[str, Any] | None:
    """The ``extra_args`` for a request; ``None`` where the likeliest token is asked for, which vLLM takes."""
    sampling = request.sampling
    if sampling.temperature <= 0 and grammar is None:
        return None
    how = {"temperature": sampling.temperature, "top_p": sampling.top_p, "seed": request.engine_seed}
    return {ASKED: how | ({} if grammar is None else {"grammar": grammar})}


@dataclass(frozen=True, slots=True)
class _Answer:
    """How to draw an answer's tokens, and those that it has, which vLLM adds to."""

    draw: Draw
    tokens: Sequence[int]

    def caught_up(self) -> Draw:
        for token in self.tokens[self.draw.taken :]:
            self.draw.take(token)
        return self.draw


class Drawing(LogitsProcessor):  # type: ignore[misc]
    """Draws each answer's next token, and makes it the likeliest one, which vLLM then takes."""

    def __init__(self, config: Any, _device: torch.device, _is_pin_memory: bool) -> None:
        self._config = config.model_config
        self._masks: Masks | None = None
        self._answers: dict[int, _Answer] = {}

    def is_argmax_invariant(self) -> bool:
        """To change the likeliest token is what this does."""
        return False

    def update_state(self, batch_update: BatchUpdate | None) -> None:
        """Follow the answers to their rows of the batch."""
        process_dict_updates(self._answers, batch_update, self._answer)

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """Logits of shape (answers, vocabulary), with that of the drawn tokens made infinite, in place."""
        if self._answers:
            rows = sorted(self._answers)
            draws = [self._answers[row].caught_up() for row in rows]
            tokens = draw_tokens(logits if len(rows) == logits.shape[0] else logits[rows], draws)
            logits[rows, tokens] = torch.inf
        return logits

    def _answer(self, parameters: Any, _prompt: Sequence[int] | None, tokens: Sequence[int]) -> _Answer | None:
        how: Mapping[str, Any] | None = (parameters.extra_args or {}).get(ASKED)
        if how is None:
            return None
        grammar = how.get("grammar")
        mask = None if grammar is None else self._all_masks().start(grammar)
        return _Answer(Draw(how["temperature"], how["top_p"], how["seed"], mask), tokens)

    def _all_masks(self) -> Masks:
        if self._masks is None:
            from transformers import AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(self._config.tokenizer)
            told = (self._config.try_get_generation_config() or {}).get("eos_token_id")
            self._masks = Masks(tokenizer, self._config.get_vocab_size(), chat_ends(tokenizer, told))
        return self._masks
