"""Diagnostics about SyGuS problems."""

from __future__ import annotations

from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Span


def problem_error(code: str, message: str, span: Span | None, label: str = "", *help_: str) -> LiftcError:
    """An error at one place of a problem."""
    labels = () if span is None else (Label(span, label),)
    return LiftcError([Diagnostic(code, message, labels, help=help_)])
