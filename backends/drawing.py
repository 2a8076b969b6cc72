"""How engines of this process draw tokens: at a temperature, from a nucleus, and inside a grammar.

A grammar's mask over a whole vocabulary costs more than to ask whether one token may come. So a token is drawn as if
there were no grammar, and only where that one may not come is the mask made, and drawn from what it leaves. A greedy
answer is the same as under the mask; a sample is one of the nucleus of all tokens, or where that one is refused, of the
nucleus of those that may come, as llama.cpp draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from backends.masks import Mask

if TYPE_CHECKING:
    import torch

_FIRST = 256


@dataclass(slots=True)
class Draw:
    """How an answer's next token is drawn, behind so many ``taken`` ones.

    ``mask`` knows what may come; ``None`` where anything may.
    """

    temperature: float
    top_p: float
    seed: int
    mask: Mask | None = None
    taken: int = 0

    def take(self, token: int) -> bool:
        """Go on behind a token; whether the answer is complete and nothing may follow."""
        self.taken += 1
        return self.mask is not None and self.mask.take(token)

    @property
    def chances(self) -> Random:
        """Chance for the next token, and for no other."""
        return Random((self.seed << 32) + self.taken)


def draw_tokens(logits: torch.Tensor, draws: Sequence[Draw]) -> list[int]:
    """A token for each row of logits, which are of single precision and of shape (answers, vocabulary)."""
    chances = [draw.chances for draw in draws]
    tokens = _drawn(logits, draws, chances)
    for row, draw in enumerate(draws):
        if draw.mask is not None and not draw.mask.allows(tokens[row]):
            left = logits[row : row + 1].masked_fill(draw.mask.refused(), -float("inf"))
            [tokens[row]] = _drawn(left, [draw], [chances[row]])
    return tokens


def _drawn(logits: torch.Tensor, draws: Sequence[Draw], chances: Sequence[Random]) -> list[int]:
    tokens: list[int] = logits.argmax(1).tolist()
    for inside in (True, False):
        rows = [row for row, draw in enumerate(draws) if draw.temperature > 0 and (draw.top_p < 1) is inside]
        if not rows:
            continue
        places = logits.new_tensor([[chances[row].random()] for row in rows])
        scaled = logits[rows] / logits.new_tensor([[draws[row].temperature] for row in rows])
        if inside:
            found = _of_nucleus(scaled, logits.new_tensor([[draws[row].top_p] for row in rows]), places)
        else:
            found = _of_all(scaled, places)
        for row, token in zip(rows, found, strict=True):
            tokens[row] = token
    return tokens


def _of_all(logits: torch.Tensor, places: torch.Tensor) -> list[int]:
    """For each row the token at a place from 0 to 1 of the probability."""
    sums = logits.softmax(1).cumsum(1)
    return _at(sums, sums[:, -1:], places).squeeze(1).tolist()  # type: ignore[no-any-return]


def _of_nucleus(logits: torch.Tensor, shares: torch.Tensor, places: torch.Tensor, first: int = _FIRST) -> list[int]:
    """For each row the token at a place from 0 to 1 of its nucleus (Holtzman et al. 2020): the fewest, likeliest tokens
    that hold a share of the probability, nearly always among the first few hundred, which are found in one pass.
    """
    _, tokens = logits.topk(min(first, logits.shape[1]), dim=1)
    # Not by `logsumexp`, which takes six times as long where a grammar has made most logits minus infinity.
    sums = logits.softmax(1).gather(1, tokens).cumsum(1)
    if tokens.shape[1] < logits.shape[1] and bool((sums[:, -1:] < shares).any()):
        return _of_nucleus(logits, shares, places, first * 16)
    # The token that reaches the share still belongs to it.
    last = (sums < shares).sum(1, keepdim=True).clamp(max=tokens.shape[1] - 1)
    chosen = _at(sums, sums.gather(1, last), places)
    return tokens.gather(1, chosen).squeeze(1).tolist()  # type: ignore[no-any-return]


def _at(sums: torch.Tensor, whole: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Which of the growing sums is the first above a place from 0 to 1 of the whole."""
    # Rounded, the last place could be the whole itself, above which there is nothing.
    place = (places * whole).minimum(whole.nextafter(whole.new_zeros(())))
    return (sums <= place).sum(1, keepdim=True)
