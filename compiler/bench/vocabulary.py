"""The vocabulary of a GGUF file, without its model: what a mask is computed over."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9


def read_vocabulary(path: Path) -> list[bytes]:
    """The tokens of a GGUF file whose tokenizer is a byte-level BPE. Raises ``OSError`` for another file."""
    with path.open("rb") as stream:
        magic, _, _, count = struct.unpack("<4sIQQ", stream.read(24))
        if magic != b"GGUF":
            raise OSError(f"{path} is no GGUF file")
        for _ in range(count):
            key = _text(stream)
            value = _value(stream, *struct.unpack("<I", stream.read(4)))
            if key == "tokenizer.ggml.tokens":
                return [_bytes(token) for token in value]
    raise OSError(f"{path} has no vocabulary")


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


def _value(stream: BinaryIO, kind: int) -> Any:
    if kind == _TEXT:
        return _text(stream)
    if kind == _ARRAY:
        inner, length = struct.unpack("<IQ", stream.read(12))
        return [_value(stream, inner) for _ in range(length)]
    format_ = "<" + _NUMBERS[kind]
    return struct.unpack(format_, stream.read(struct.calcsize(format_)))[0]


def _text(stream: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", stream.read(8))
    return stream.read(length).decode(errors="replace")


def _bytes(token: str) -> bytes:
    """A token of a byte-level BPE as bytes: GPT-2 writes bytes that are not visible as letters from U+0100 on."""
    codes = [_letters().get(ord(character), ord(character)) for character in token]
    return bytes(codes) if all(code < 0x100 for code in codes) else token.encode()


@cache
def _letters() -> dict[int, int]:
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(0x100) if byte not in visible]
    return {0x100 + place: byte for place, byte in enumerate(hidden)}
