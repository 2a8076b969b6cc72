"""Reads a specification's bytes and refuses what is not one: missing, empty, huge, binary, not UTF-8."""

from __future__ import annotations

import sys
from pathlib import Path

from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source

LARGEST = 256 * 1024
"""The largest specification, in bytes."""


def read_source(path: str | Path) -> Source:
    """The text of a file, or of standard input for ``-``. Raises ``LiftcError``."""
    name = "<stdin>" if str(path) == "-" else str(path)
    try:
        data = sys.stdin.buffer.read(LARGEST + 1) if str(path) == "-" else _read_file(Path(path))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _unreadable(f"cannot read {name}: {reason}") from error
    if len(data) > LARGEST:
        raise _too_large(Source(name, data.decode("utf-8", "replace")))
    return Source(name, _decode(name, data))


def _read_file(path: Path) -> bytes:
    if path.is_dir():
        raise IsADirectoryError(21, "it is a folder, not a file")
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _decode(name: str, data: bytes) -> str:
    if b"\x00" in data:
        place = data.index(0)
        before = data[:place].decode("utf-8", "replace")
        span = Source(name, before + "\ufffd").span(len(before), len(before) + 1)
        message = f"{name} is a binary file: byte {place} is zero"
        raise LiftcError([Diagnostic("L0101", message, (Label(span, "not a character of a text"),))])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        source = Source(name, before + "\ufffd")
        raise LiftcError(
            [
                Diagnostic(
                    "L0101",
                    f"{name} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
                    (Label(source.span(len(before), len(before) + 1), "cannot be decoded"),),
                    help=("save the file as UTF-8",),
                )
            ]
        ) from None


def check_source(source: Source) -> None:
    """Refuse a text that holds no specification at all. Raises ``LiftcError``."""
    if len(source.text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise _too_large(source)
    if not source.text.strip("\ufeff \t\r\n\f\v"):
        raise LiftcError(
            [
                Diagnostic(
                    "L0101",
                    f"{source.name} is empty",
                    (Label(source.span(0, 0), "nothing to read"),),
                    help=("say what the function does, or give examples such as `double(2) == 4`",),
                )
            ]
        )
    odd = next(
        (index for index, char in enumerate(source.text) if char == "\x00" or "\ud800" <= char <= "\udfff"), None
    )
    if odd is not None:
        raise LiftcError(
            [
                Diagnostic(
                    "L0101",
                    f"{source.name} is not text: character {odd} is U+{ord(source.text[odd]):04X}",
                    (Label(source.span(odd, odd + 1), "not a character of a text"),),
                )
            ]
        )


def _too_large(source: Source) -> LiftcError:
    message = f"{source.name} is larger than liftc reads ({LARGEST // 1024} KiB)"
    help_ = ("describe the functions in one file each, and leave out what they do not need",)
    return LiftcError(
        [Diagnostic("L0101", message, (Label(source.span(0, 1), "this text goes on too long"),), (), help_)]
    )


def _unreadable(message: str) -> LiftcError:
    return LiftcError([Diagnostic("L0101", message)])
