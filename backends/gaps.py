"""Fill-in-the-middle: a text with a gap as a prompt, for models that were trained to fill one (Bavarian et al. 2022).

A model knows it by three tokens of its own that stand before the prefix, the suffix and the middle.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

from backends.protocol import BackendError, Gap, Request

Marks: TypeAlias = tuple[str, str, str]

# Qwen2.5-Coder and CodeGemma; StarCoder and Granite; DeepSeek-Coder.
MARKS: tuple[Marks, ...] = (
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),
)
# With one of these, models end a middle.
_ENDS = ("<|endoftext|>", "<|fim_pad|>", "<|file_sep|>", "<|file_separator|>")


def marks_of(tokens: Collection[str], model: str) -> Marks:
    """The marks that a model's vocabulary holds. Raises ``BackendError`` where it holds none."""
    for marks in MARKS:
        if all(mark in tokens for mark in marks):
            return marks
    raise no_gaps(f"the model {model}")


def ends_of(tokens: Collection[str]) -> tuple[str, ...]:
    """The tokens of a vocabulary with which a middle may end, besides the one that ends every answer."""
    return tuple(end for end in _ENDS if end in tokens)


def ended(grammar: str, ends: Sequence[str]) -> str:
    """A grammar as llguidance reads it, whose texts may end with one of these tokens.

    Under a grammar llguidance allows no special token but the one that ends an answer, which is seldom the one that
    ends a middle; without the latter a model writes on.
    """
    if not ends:
        return grammar
    start, rest = grammar.split("\n", 1)
    name, _, body = start.partition(":")
    return f"{name}: ({body.strip()}) ({' | '.join(ends)})?\n{rest}"


def gap_text(gap: Gap, marks: Marks) -> str:
    """A gap as a prompt. Raises ``BackendError`` where the text itself holds the marks."""
    before, behind, middle = marks
    if any(mark in gap.prefix + gap.suffix for mark in marks):
        raise BackendError("the text around the gap holds the tokens that mark a gap", code="L0613")
    return f"{before}{gap.prefix}{behind}{gap.suffix}{middle}"


def gap_tokens(tokenizer: Any, gap: Gap, model: str) -> tuple[int, ...]:
    """A gap as a prompt in the tokens of a Hugging Face tokenizer. Raises ``BackendError`` where it knows no gaps."""
    vocabulary = tokenizer.get_vocab()
    before, behind, middle = (vocabulary[mark] for mark in marks_of(vocabulary, model))
    prefix, suffix = (
        tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        for text in (gap.prefix, gap.suffix)
    )
    return (before, *prefix, behind, *suffix, middle)


def refuse_gaps(requests: Sequence[Request], engine: str) -> None:
    """Raise ``BackendError`` for requests with a gap, which an engine does not take."""
    if any(request.gap is not None for request in requests):
        raise no_gaps(engine)


def no_gaps(whose: str) -> BackendError:
    """What to say where a gap cannot be asked for."""
    return BackendError(
        f"{whose} knows no fill-in-the-middle", hint="leave out `--fim`, or name a model for code", code="L0613"
    )
