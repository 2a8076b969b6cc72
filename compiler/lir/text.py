"""The text form of the IR, ``.lir``: Python with typed holes.

An expression hole is ``(?cond: bool [n, xs])``, a hole for a literal ``(?limit: const int)``, a hole for statements a
line ``?body [n, xs] returns``, a hole for a type ``?T``. A type that nobody wrote is ``$(list[int])``, and
``$(list[int] as Items)`` is a written one of which more is known than its words say. Reading what ``print_module``
wrote gives the equal tree, with its comments.
"""

from __future__ import annotations

import ast
import itertools
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from compiler.emit.module import emit_plain
from compiler.ir.lower import lower_statements
from compiler.ir.nodes import (
    Block,
    BlockHole,
    Class,
    ConstHole,
    ExprHole,
    ExprStmt,
    Function,
    Module,
    Name,
    TypeHole,
    TypeRef,
)
from compiler.ir.surface import LowerError, read_surface
from compiler.ir.walk import Node, rebuild
from compiler.lir.marks import find_marks
from compiler.text.source import Source, Span
from solver.sort_text import sort_of_annotation, sort_of_text
from solver.sorts import format_sort

_Mark: TypeAlias = TypeHole | TypeRef | ConstHole | ExprHole | BlockHole


def print_module(module: Module) -> str:
    """The module as ``.lir`` text."""
    texts: dict[str, str] = {}
    names = _unused_names(repr(module), 6)

    def stand_in(node: Node) -> Node:
        match node:
            case BlockHole(comments=comments, remark=remark):
                texts[name := next(names)] = _mark_text(node)
                return ExprStmt(Name(name), comments=comments, remark=remark)
            case ConstHole() | ExprHole():
                texts[name := next(names)] = _mark_text(node)
                return Name(name)
            case TypeHole() | TypeRef() if not _is_as_written(node):
                texts[name := next(names)] = _mark_text(node)
                return TypeRef(sort_of_text(name), name)
            case _:
                return rebuild(node, stand_in)

    closed = rebuild(module, stand_in)
    pieces = [emit_plain(Module((statement,))) for statement in closed.body]
    pieces.append(emit_plain(Module((), closed.trailing_comments)).lstrip("\n"))
    text = "".join(_spaced(closed.body, pieces))
    if not texts:
        return text
    return re.sub(rf"\b({'|'.join(texts)})\b", lambda found: texts[found[1]], text)


def parse_module(text: str) -> Module:
    """The module that a ``.lir`` text describes, not yet verified. Raises ``LowerError``."""
    source = Source("module.lir", text)
    marks: dict[str, _Mark] = {}
    plain = text
    for start, end in find_marks(text):
        span = source.span(start, end)
        # A name of the same length keeps every offset of the text.
        name = next(_unused_names(plain, end - start), None)
        if name is None:
            raise LowerError("L0208", "too many holes", span)
        marks[name] = _read_mark(span)
        plain = plain[:start] + name + plain[end:]
    surface = read_surface(Source(source.name, plain))
    surface.source = source
    body = lower_statements(surface, surface.tree.body)
    return _with_marks(Module(body, surface.rest_of_comments(), span=source.span(0, len(text))), marks)


def _with_marks(module: Module, marks: dict[str, _Mark]) -> Module:
    def restore(node: Node) -> Node:
        match node:
            case ExprStmt(Name(name)) if isinstance(hole := marks.get(name), BlockHole):
                return replace(hole, comments=node.comments, remark=node.remark)
            case Name(name) if name in marks:
                hole = marks[name]
                if not isinstance(hole, ConstHole | ExprHole):
                    raise LowerError("L0208", "an expression is expected here", node.span)
                return hole
            case TypeRef(text=str(name)) if name in marks:
                known = marks[name]
                if not isinstance(known, TypeHole | TypeRef):
                    raise LowerError("L0208", "a type is expected here", node.span)
                return known
            case _:
                return rebuild(node, restore)

    return rebuild(module, restore) if marks else module


def _spaced(body: Block, pieces: list[str]) -> Iterator[str]:
    """The pieces with an empty line around functions and classes."""
    for index, piece in enumerate(pieces):
        around = body[max(index - 1, 0) : index + 1]
        if index and piece and any(isinstance(item, Function | Class) for item in around):
            yield "\n"
        yield piece


def _is_as_written(node: TypeHole | TypeRef) -> bool:
    """Whether lowering the annotation's words gives this very node."""
    if isinstance(node, TypeHole) or node.text is None:
        return False
    try:
        written = ast.parse(node.text, mode="eval").body
    except (SyntaxError, ValueError):
        return False
    return ast.unparse(written) == node.text and sort_of_annotation(written) == node.sort


def _mark_text(mark: _Mark) -> str:
    match mark:
        case TypeHole(name):
            return f"?{name}"
        case TypeRef(sort, None):
            return f"$({format_sort(sort)})"
        case TypeRef(sort, text):
            return f"$({format_sort(sort)} as {text})"
        case ConstHole(name, sort):
            return f"(?{name}: const {format_sort(sort)})"
        case ExprHole(name, sort, scope):
            return f"(?{name}: {format_sort(sort)} [{', '.join(scope)}])"
        case BlockHole(name, scope, returns):
            return f"?{name} [{', '.join(scope)}]" + (" returns" if returns else "")


def _read_mark(span: Span) -> _Mark:
    text = span.text
    if found := re.fullmatch(r"\?([\w.]+) \[([^\]]*)\]( returns)?", text):
        return BlockHole(found[1], _names(found[2]), found[3] is not None, span=span)
    if found := re.fullmatch(r"\?([\w.]+)", text):
        return TypeHole(found[1], span=span)
    if found := re.fullmatch(r"\(\?([\w.]+): const (.+)\)", text):
        return ConstHole(found[1], sort_of_text(found[2]), span=span)
    if found := re.fullmatch(r"\(\?([\w.]+): (.+) \[([^\[\]]*)\]\)", text):
        return ExprHole(found[1], sort_of_text(found[2]), _names(found[3]), span=span)
    if found := re.fullmatch(r"\$\((.+?)(?: as (.+))?\)", text):
        return TypeRef(sort_of_text(found[1]), found[2], span=span)
    raise LowerError("L0208", "this is no hole; one is written (?name: int [x, y])", span)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _unused_names(text: str, length: int) -> Iterator[str]:
    """Identifiers of a length of which no text holds any."""
    digits = string.ascii_letters + string.digits
    for size in range(min(length, 4)):
        for letters in itertools.product(digits, repeat=size):
            name = ("_" + "".join(letters)).ljust(length, "_")
            if name not in text:
                yield name
