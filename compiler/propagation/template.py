"""Templates: a Python file's functions as IR, with its holes in place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from compiler.front.spec import FunctionSpec, Hole
from compiler.ir.lower import lower_module
from compiler.ir.nodes import BlockHole, ExprHole, ExprStmt, Function, Name
from compiler.ir.rewrite import rewrite
from compiler.ir.walk import Node
from compiler.text.source import Source, Span


def template_of(function: FunctionSpec) -> Function:
    """The function of a Python file as IR, with an ``ExprHole`` or ``BlockHole`` for each of its holes.

    Raises ``LowerError`` where the text around the holes is outside the subset.
    """
    span = function.definition
    if span is None:
        raise ValueError(f"{function.name} does not come from a Python file")
    text, markers = _mark(span, function.holes)
    module = lower_module(Source(span.source.name, text))
    return rewrite(module.function(function.name), lambda node: _unmark(node, markers))


def _mark(definition: Span, holes: tuple[Hole, ...]) -> tuple[str, Mapping[str, Hole]]:
    """The definition's text, dedented, with a name that nothing else has for each hole."""
    text = definition.text
    stem = "hole"
    while re.search(rf"\b{stem}_\d", text):
        stem += "_"
    markers = {f"{stem}_{number}": hole for number, hole in enumerate(holes)}
    for marker, hole in sorted(markers.items(), key=lambda item: -item[1].span.start):
        start = hole.span.start - definition.start
        end = hole.span.end - definition.start
        behind_docstring = "; " if start == end else ""
        text = text[:start] + behind_docstring + marker + text[end:]
    return text, markers


def _unmark(node: Node, markers: Mapping[str, Hole]) -> Node:
    match node:
        case ExprStmt(value=ExprHole(name=name)):
            return BlockHole(name, returns=any(hole.name == name and hole.kind == "body" for hole in markers.values()))
        case Name(id=marker) if marker in markers:
            return ExprHole(markers[marker].name, span=markers[marker].span)
        case _:
            return node
