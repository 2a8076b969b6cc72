"""What engines in this process share: a conversation as tokens, what is decoded together, and the text of what was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from backends.gaps import gap_tokens
from backends.protocol import BackendError, Request


def prompt_of(tokenizer: Any, request: Request, context: int, model: str = "") -> tuple[int, ...]:
    """The prompt of a request: its messages in the model's chat template, or its gap between the model's marks.

    Raises ``BackendError`` where the ``model`` has no such template or marks, or the prompt leaves no room in its
    ``context``.
    """
    prompt = _chat(tokenizer, request) if request.gap is None else gap_tokens(tokenizer, request.gap, model)
    if len(prompt) >= context:
        raise BackendError(
            f"the prompt has {len(prompt)} tokens, and the context holds {context}",
            hint="shorten the specification, or compile its functions apart",
        )
    return prompt


def _chat(tokenizer: Any, request: Request) -> tuple[int, ...]:
    if not tokenizer.chat_template:
        raise BackendError("the model has no chat template", hint="name a model that is tuned to follow instructions")
    turns = [{"role": message.role, "content": message.content} for message in request.messages]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def chat_ends(tokenizer: Any, told: int | Sequence[int] | None) -> list[int]:
    """The tokens that end an answer: the tokenizer's own first, then those that the model's configuration tells."""
    several = [told] if told is None or isinstance(told, int) else told
    return list(dict.fromkeys(token for token in (tokenizer.eos_token_id, *several) if token is not None))


def whole(text: str) -> str:
    """A decoded text without the character at its end that it was cut within: a token may hold part of one."""
    return text.rstrip("\N{REPLACEMENT CHARACTER}")


def batches(requests: Sequence[Request], most: int) -> Iterator[list[int]]:
    """The requests' numbers: each greedy one alone, the others together, those of one prompt side by side.

    In a batch the rounding of a greedy answer, and the answer with it, would depend on what else is asked.
    """
    yield from ([number] for number, request in enumerate(requests) if request.sampling.temperature <= 0)
    others = [number for number, request in enumerate(requests) if request.sampling.temperature > 0]
    prompts = [(request.messages, request.gap) for request in requests]
    first = {prompt: number for number, prompt in reversed(list(enumerate(prompts)))}
    others.sort(key=lambda number: first[prompts[number]])
    yield from (others[start : start + most] for start in range(0, len(others), most))
