"""Diagnostics in rustc's manner: a code, a message, labelled spans, notes and help.

The codes and their long explanations stand in ``catalogue.toml``, which ``liftc explain`` prints.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from compiler.text.paint import Paint, painter
from compiler.text.source import Span

Severity: TypeAlias = Literal["error", "warning", "note"]


class ExitCode(IntEnum):
    """What the command returns to the shell."""

    ACCEPTED = 0
    NOT_ACCEPTED = 1
    BAD_INPUT = 2
    BACKEND_FAILED = 3


@dataclass(frozen=True, slots=True)
class Label:
    """A span with what there is to say of it; an empty message draws the caret alone."""

    span: Span
    message: str = ""


@dataclass(frozen=True, slots=True)
class Premise:
    """One clause of a derivation: its kind, its words, and its place where it has one."""

    kind: str
    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message to the user. The first label is the primary one.

    ``derivation`` are the clauses that cannot hold together, where the message is about such.
    """

    code: str
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    severity: Severity = "error"
    derivation: tuple[Premise, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The diagnostic as JSON data; positions are lines and columns from 1."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "labels": [{**_place(label.span), "message": label.message} for label in self.labels],
            "notes": list(self.notes),
            "help": list(self.help),
            "derivation": [
                {"kind": item.kind, "text": item.text, "span": _place(item.span) if item.span else None}
                for item in self.derivation
            ],
        }


def _place(span: Span) -> dict[str, object]:
    return {
        "file": span.source.name,
        "start": list(span.source.position(span.start)),
        "end": list(span.source.position(span.end)),
    }


class LiftcError(Exception):
    """Ends a compile with diagnostics and an exit code."""

    def __init__(self, diagnostics: Sequence[Diagnostic], exit_code: ExitCode = ExitCode.BAD_INPUT) -> None:
        super().__init__("; ".join(f"{item.code}: {item.message}" for item in diagnostics))
        self.diagnostics = tuple(diagnostics)
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type[LiftcError], tuple[tuple[Diagnostic, ...], ExitCode]]:
        return type(self), (self.diagnostics, self.exit_code)


def render(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """The diagnostic as text of several lines, without a trailing newline."""
    paint = painter(colour)
    tint = {"error": "1;31", "warning": "1;33", "note": "1;36"}[diagnostic.severity]
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", tint) + paint(f": {diagnostic.message}", "1")
    lines = [head]
    width = max((len(str(label.span.line)) for label in diagnostic.labels), default=1)
    for index, label in enumerate(diagnostic.labels):
        lines += _render_label(label, width, "^" if index == 0 else "-", paint)
    lines += [f"{' ' * width} {paint('=', '1;34')} note: {note}" for note in diagnostic.notes]
    lines += [f"{' ' * width} {paint('=', '1;34')} help: {text}" for text in diagnostic.help]
    return "\n".join(lines)


def _render_label(label: Label, width: int, mark: str, paint: Paint) -> list[str]:
    span = label.span
    line_number, column = span.source.position(span.start)
    text = span.source.line(line_number)
    length = max(1, min(span.end - span.start, len(text) - column + 1))
    shown, column = _clip(text, column)
    length = max(1, min(length, len(shown) - column + 1))
    bar = paint("|", "1;34")
    caret = " " * (column - 1) + paint(mark * length + (f" {label.message}" if label.message else ""), "1;31")
    return [
        f"{' ' * width}{paint('-->', '1;34')} {span}",
        f"{' ' * width} {bar}",
        f"{paint(str(line_number).rjust(width), '1;34')} {bar} {shown}",
        f"{' ' * width} {bar} {caret}",
    ]


_LONGEST_LINE = 120


def _clip(text: str, column: int) -> tuple[str, int]:
    """A long line's part around a column, with the column in that part; control characters become spaces."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    if len(clean) <= _LONGEST_LINE:
        return clean, column
    start = max(0, column - _LONGEST_LINE // 2)
    return clean[start : start + _LONGEST_LINE], column - start


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every code with its ``title`` and ``text``."""
    return tomllib.loads((files("compiler.text") / "catalogue.toml").read_text(encoding="utf-8"))


def explain(code: str) -> str | None:
    """The long explanation of a code, or ``None`` for an unknown one."""
    entry = catalogue().get(code.upper())
    return None if entry is None else f"{code.upper()}: {entry['title']}\n\n{entry['text'].strip()}\n"
