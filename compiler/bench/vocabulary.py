"""The vocabulary of a GGUF file, without its model: what a mask is computed over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from backends.gguf_file import read_tokens


def read_vocabulary(path: Path) -> list[bytes]:
    """The tokens of a GGUF file whose tokenizer is a byte-level BPE. Raises ``OSError`` for another file."""
    return [_bytes(token) for token in read_tokens(path)]


def tokenizer_of(vocabulary: Sequence[bytes]) -> Any:
    """Llguidance's tokenizer over these tokens; it ends answers with the last one."""
    import llguidance

    return llguidance.LLTokenizer(llguidance.TokenizerWrapper(_Tokens(vocabulary)))


class _Tokens:
    """What llguidance asks of a tokenizer."""

    def __init__(self, vocabulary: Sequence[bytes]) -> None:
        self.tokens = list(vocabulary)
        self.eos_token_id = len(self.tokens) - 1
        self.bos_token_id = None
        self._single = {token: number for number, token in enumerate(self.tokens) if len(token) == 1}

    def __call__(self, text: bytes) -> list[int]:
        return [self._single[text[index : index + 1]] for index in range(len(text))]


def _bytes(token: str) -> bytes:
    """A token of a byte-level BPE as bytes: GPT-2 writes bytes that are not visible as letters from U+0100 on."""
    codes = [_letters().get(ord(character), ord(character)) for character in token]
    return bytes(codes) if all(code < 0x100 for code in codes) else token.encode()


@cache
def _letters() -> dict[int, int]:
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(0x100) if byte not in visible]
    return {0x100 + place: byte for place, byte in enumerate(hidden)}
