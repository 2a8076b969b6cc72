"""What a GGUF file says of its model besides the weights: names with values, the tokenizer's among them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

TOKENS = "tokenizer.ggml.tokens"
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9


def metadata(path: Path) -> Iterator[tuple[str, Any]]:
    """The names of a GGUF file with their values, in the order written. Raises ``OSError`` for another file."""
    with path.open("rb") as stream:
        magic, _, _, count = struct.unpack("<4sIQQ", stream.read(24))
        if magic != b"GGUF":
            raise OSError(f"{path} is no GGUF file")
        for _ in range(count):
            yield _text(stream), _value(stream, *struct.unpack("<I", stream.read(4)))


def read_tokens(path: Path) -> list[str]:
    """The tokens of a GGUF file, as its tokenizer writes them. Raises ``OSError`` where it has none."""
    for name, value in metadata(path):
        if name == TOKENS:
            return list(value)
    raise OSError(f"{path} has no vocabulary")


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
