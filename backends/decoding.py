"""Decoding with a transformers model: one prefill for each prompt, one row for each answer, all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from backends.drawing import Draw, draw_tokens
from backends.masks import Mask
from backends.protocol import Request

ToText = Callable[[Sequence[int]], str]


class Row:
    """One answer while it is decoded, of ``most`` tokens at most. One of ``ends`` ends it."""

    def __init__(
        self, request: Request, prompt: tuple[int, ...], mask: Mask | None, ends: Sequence[int], most: int
    ) -> None:
        self.prompt = prompt
        self.tokens: list[int] = []
        self.logprob = 0.0
        self.finish: Literal["stop", "length"] | None = None
        sampling = request.sampling
        self.draw = Draw(sampling.temperature, sampling.top_p, request.engine_seed, mask)
        self._stop = sampling.stop
        self._ends = ends
        self._most = most

    def take(self, token: int, logprob: float, to_text: ToText) -> None:
        """Go on behind a token, which had this log-probability."""
        self.logprob += logprob
        self.tokens.append(token)
        complete = self.draw.take(token)
        if complete or token in self._ends or self._stopped(to_text):
            self.finish = "stop"
        elif len(self.tokens) >= self._most:
            self.finish = "length"

    def text(self, to_text: ToText) -> str:
        """The answer so far, up to the first stop word."""
        text = to_text(self.tokens)
        places = [place for word in self._stop if (place := text.find(word)) >= 0]
        return text[: min(places)] if places else text

    def _stopped(self, to_text: ToText) -> bool:
        if not self._stop:
            return False
        text = to_text(self.tokens)
        return any(word in text for word in self._stop)


def decode(model: Any, rows: Sequence[Row], padding: int, to_text: ToText) -> None:
    """Decode until every row has finished. Prompts are padded on the left; rows that have finished make room."""
    import torch

    prompts = list(dict.fromkeys(row.prompt for row in rows))
    width = max(map(len, prompts))

    def tensor(values: object) -> Any:
        return torch.tensor(values, device=model.device)

    ids = tensor([[padding] * (width - len(prompt)) + list(prompt) for prompt in prompts])
    seen = tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    running, places = list(rows), [prompts.index(row.prompt) for row in rows]
    with torch.inference_mode():
        positions = (seen.cumsum(1) - 1).clamp(min=0)
        out = model(input_ids=ids, attention_mask=seen, position_ids=positions, use_cache=True, logits_to_keep=1)
        cache = out.past_key_values
        while True:
            logits = out.logits[:, -1].float().cpu()[places]
            tokens = draw_tokens(logits, [row.draw for row in running])
            logprobs = logits.log_softmax(1)[range(len(tokens)), tokens].tolist()
            for row, token, logprob in zip(running, tokens, logprobs, strict=True):
                row.take(token, logprob, to_text)
            going = [number for number, row in enumerate(running) if row.finish is None]
            if not going:
                return
            kept = [places[number] for number in going]
            if kept != list(range(len(seen))):
                cache.batch_select_indices(tensor(kept))
                seen = seen[kept]
            seen = torch.cat([seen, seen.new_ones(len(kept), 1)], dim=1)
            running, places = [running[number] for number in going], list(range(len(going)))
            out = model(
                input_ids=tensor([[tokens[number]] for number in going]),
                attention_mask=seen,
                position_ids=seen.sum(1, keepdim=True) - 1,
                past_key_values=cache,
                use_cache=True,
            )
