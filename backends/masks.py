"""A request's grammar as a mask over the next token, by llguidance."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from backends.protocol import BackendError

MALFORMED = "the request's grammar is malformed"
# The line that names the dialect to engines which take more than one and would guess.
NAMED = "%llguidance {}\n"


class Masks:
    """The masks for one tokenizer, whose model has ``width`` logits and ends an answer with one of ``ends``."""

    def __init__(self, tokenizer: Any, width: int, ends: list[int]) -> None:
        from llguidance.hf import from_tokenizer

        self._tokenizer = from_tokenizer(tokenizer, n_vocab=width, eos_token=ends)
        self._width = width

    def start(self, grammar: str) -> Mask:
        """The mask of an answer that begins. Raises ``BackendError`` for a malformed grammar."""
        from llguidance import LLMatcher

        matcher = LLMatcher(self._tokenizer, compiled(grammar))
        if matcher.is_error():
            raise BackendError(f"{MALFORMED}: {matcher.get_error()}")
        return Mask(matcher, self._width)


class Mask:
    """What may come next in one answer."""

    def __init__(self, matcher: Any, width: int) -> None:
        self._matcher = matcher
        self._width = width

    def refused(self) -> Any:
        """A tensor that is true for every token that may not come next."""
        import numpy
        import torch

        bits = numpy.frombuffer(self._matcher.compute_bitmask(), dtype=numpy.uint8)
        allowed = numpy.unpackbits(bits, bitorder="little")[: self._width]
        return torch.from_numpy(allowed == 0)

    def take(self, token: int) -> bool:
        """Take the next token; whether the answer is complete and nothing may follow."""
        if not self._matcher.consume_token(token):
            raise BackendError(f"the grammar cannot go on: {self._matcher.get_error()}")
        return bool(self._matcher.is_stopped())


@lru_cache(maxsize=256)
def compiled(grammar: str) -> str:
    """A grammar as llguidance keeps it, its dialect named. Raises ``BackendError`` for a malformed one."""
    from llguidance import LLMatcher

    try:
        spec = LLMatcher.grammar_from_lark(grammar)
    except ValueError as error:
        raise BackendError(f"{MALFORMED}: {error}") from error
    if problem := LLMatcher.validate_grammar(spec):
        raise BackendError(f"{MALFORMED}: {problem}")
    return str(spec)
