"""Diagnostics about pieces of a specification, moved to where the user wrote them."""

from __future__ import annotations

from dataclasses import replace

from compiler.diagnostics import Diagnostic, Label, LiftcError
from compiler.source import Source, Span


def relocated(error: LiftcError, source: Source) -> LiftcError:
    """The error with every label in the user's own text, and at its beginning where the words are not found there."""
    return LiftcError([_relocated(item, source) for item in error.diagnostics], error.exit_code)


def _relocated(diagnostic: Diagnostic, source: Source) -> Diagnostic:
    labels = tuple(Label(_moved(label.span, source), label.message) for label in diagnostic.labels)
    derivation = tuple(
        item if item.span is None else replace(item, span=_moved(item.span, source)) for item in diagnostic.derivation
    )
    return replace(diagnostic, labels=labels, derivation=derivation)


def _moved(span: Span, source: Source) -> Span:
    if span.source == source:
        return span
    line, column = span.source.position(span.start)
    written = span.source.line(line)
    found = source.text.find(written) if written.strip() else -1
    if found >= 0:
        start = found + column - 1
        return source.span(start, min(start + max(1, span.end - span.start), found + len(written)))
    found = source.text.find(span.text) if span.text.strip() else -1
    return source.span(found, found + len(span.text)) if found >= 0 else source.span(0, 0)
