"""A request's grammar as a mask over the next token, by llguidance."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from backends.protocol import BackendError

MALFORMED = "the request's grammar is malformed"
# The line that names the dialect to engines which take more than one and would guess.
NAMED = "%llguidance {}\n"
_KEPT = 64


class Masks:
    """The masks for one tokenizer, whose model has ``width`` logits and ends an answer with one of ``ends``."""

    def __init__(self, tokenizer: Any, width: int, ends: list[int]) -> None:
        from llguidance.hf import from_tokenizer

        self._tokenizer = from_tokenizer(tokenizer, n_vocab=width, eos_token=ends)
        self._width = width
        self._ends = ends
        self._begun = lru_cache(maxsize=_KEPT)(self._read)

    def start(self, grammar: str) -> Mask:
        """The mask of an answer that begins. Raises ``BackendError`` for a malformed grammar."""
        return Mask(self._begun(grammar).deep_copy(), self._width, self._ends)

    def _read(self, grammar: str) -> Any:
        from llguidance import LLMatcher

        matcher = LLMatcher(self._tokenizer, compiled(grammar))
        if matcher.is_error():
            raise BackendError(f"{MALFORMED}: {matcher.get_error()}")
        return matcher


class Mask:
    """What may come next in one answer."""

    def __init__(self, matcher: Any, width: int, ends: list[int]) -> None:
        self._matcher = matcher
        self._width = width
        self._ends = ends

    def allows(self, token: int) -> bool:
        """Whether a token may come next."""
        if self._matcher.is_stopped():
            return token in self._ends
        return bool(self._matcher.validate_tokens([token]))

    def refused(self) -> Any:
        """A tensor that is true for every token that may not come next."""
        import numpy
        import torch

        if self._matcher.is_stopped():
            refused = torch.ones(self._width, dtype=torch.bool)
            refused[self._ends] = False
            return refused
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
