"""Top-p for vLLM on a CPU: the tokens that are drawn from, without putting the whole vocabulary in order.

vLLM sorts every token's logit for each step of each answer, which on two cores costs more than the model itself. The
tokens of the nucleus (Holtzman et al. 2020) are nearly always among the first few hundred, which are found in one pass.
"""

from __future__ import annotations

from typing import Any

import torch
from vllm.v1.sample.logits_processor import BatchUpdate, LogitsProcessor
from vllm.v1.sample.logits_processor.builtin import process_dict_updates

SHARE = "nucleus"
"""The key of a request's share of the probability in the ``extra_args`` of its ``SamplingParams``."""

_FIRST = 256


class Nucleus(LogitsProcessor):  # type: ignore[misc]
    """Keeps of each answer's tokens the fewest that hold the share of the probability which its request names."""

    def __init__(self, _config: Any, _device: torch.device, _is_pin_memory: bool) -> None:
        self._shares: dict[int, float] = {}

    def is_argmax_invariant(self) -> bool:
        """The likeliest token always stays; so this comes after the temperature, as vLLM's own top-p does."""
        return True

    def update_state(self, batch_update: BatchUpdate | None) -> None:
        """Follow the answers to their rows of the batch."""
        process_dict_updates(
            self._shares, batch_update, lambda params, _prompt, _answer: (params.extra_args or {}).get(SHARE)
        )

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """Logits of shape (answers, vocabulary), with those of all other tokens made minus infinity, in place."""
        if not self._shares:
            return logits
        rows = sorted(self._shares)
        shares = torch.tensor([self._shares[row] for row in rows], dtype=torch.float32)
        whole = len(rows) == logits.shape[0]
        kept = logits if whole else logits[rows]
        kept.masked_fill_(kept < least_kept(kept, shares).unsqueeze(1), -torch.inf)
        if not whole:
            logits[rows] = kept
        return logits


def least_kept(logits: torch.Tensor, shares: torch.Tensor, first: int = _FIRST) -> torch.Tensor:
    """For each row of logits the smallest one of the fewest that hold the row's share; equal ones are kept with it."""
    values, places = logits.topk(min(first, logits.shape[1]), dim=1)
    # Not by `logsumexp`, which takes six times as long where a grammar has made most logits minus infinity.
    masses = logits.softmax(1, dtype=torch.float32).gather(1, places).cumsum(1)
    inside = (masses < shares.unsqueeze(1)).sum(1)
    if values.shape[1] < logits.shape[1] and bool((inside == values.shape[1]).any()):
        return least_kept(logits, shares, first * 16)
    return values.gather(1, inside.clamp(max=values.shape[1] - 1).unsqueeze(1)).squeeze(1)
