"""Diagnostics about pieces of a specification, moved to where the user wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source, Span


def relocated(error: LiftcError, sources: Sequence[Source]) -> LiftcError:
    """The error with every label in the user's own files: at the first's beginning where the words stand in none."""
    return LiftcError([_relocated(item, sources) for item in error.diagnostics], error.exit_code)


def _relocated(diagnostic: Diagnostic, sources: Sequence[Source]) -> Diagnostic:
    labels = tuple(Label(_moved(label.span, sources), label.message) for label in diagnostic.labels)
    derivation = tuple(
        item if item.span is None else replace(item, span=_moved(item.span, sources)) for item in diagnostic.derivation
    )
    return replace(diagnostic, labels=labels, derivation=derivation)


def _moved(span: Span, sources: Sequence[Source]) -> Span:
    if span.source in sources:
        return span
    places = (place for find in (_by_line, _by_words) for source in sources if (place := find(span, source)))
    return next(places, sources[0].span(0, 0))


def _by_line(span: Span, source: Source) -> Span | None:
    line, column = span.source.position(span.start)
    written = span.source.line(line)
    found = source.text.find(written) if written.strip() else -1
    if found < 0:
        return None
    start = found + column - 1
    return source.span(start, min(start + max(1, span.end - span.start), found + len(written)))


def _by_words(span: Span, source: Source) -> Span | None:
    found = source.text.find(span.text) if span.text.strip() else -1
    return source.span(found, found + len(span.text)) if found >= 0 else None
