"""Filling the holes of a Python file in place: every byte outside the holes and the added lines stays as it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.emit.module import emit_block, emit_expression, emit_module
from compiler.front import spec
from compiler.ir.nodes import (
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    Block,
    Break,
    Continue,
    Delete,
    Expr,
    ExprStmt,
    Global,
    Import,
    Module,
    Nonlocal,
    Pass,
    Raise,
    Return,
)
from compiler.ir.surface import line_starts, plain_lines
from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source

_SIMPLE = (
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    Break,
    Continue,
    Delete,
    ExprStmt,
    Global,
    Import,
    Nonlocal,
    Pass,
    Raise,
    Return,
)


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


def splice(
    source: Source,
    fills: Mapping[str, Expr | Block],
    holes: Sequence[spec.Hole],
    imports: Sequence[Import] = (),
    helpers: Block = (),
) -> str:
    """The file with its holes filled.

    ``fills`` holds, by the hole's name, an expression for an ``expression`` hole and statements for the others; a hole
    without a fill stays. ``imports`` come after the file's own, those it has already are left out. ``helpers`` are
    top-level definitions to put before the one that holds the first hole. Raises ``OpenHoleError``, and ``LiftcError``
    (L0231) where statements have no room, because other code follows on the hole's line.
    """
    edits = [_hole_edit(source, hole, fills[hole.name]) for hole in holes if hole.name in fills]
    newline = "\r\n" if "\r\n" in source.text else "\n"
    edits += _import_edits(source, imports, newline)
    if helpers and holes:
        edits.append(_helper_edit(source, min(hole.span.start for hole in holes), helpers, newline))
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [source.text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*pieces, source.text[done:]])


def _hole_edit(source: Source, hole: spec.Hole, fill: Expr | Block) -> _Edit:
    start, end = hole.span.start, hole.span.end
    if isinstance(fill, tuple):
        return _Edit(start, end, _statements_text(source, hole, fill))
    code = emit_expression(fill)
    bare, wrapped = (_tree(source.text[:start] + text + source.text[end:]) for text in (code, f"({code})"))
    return _Edit(start, end, code if bare is not None and bare == wrapped else f"({code})")


def _tree(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(plain_lines(text)))
    except SyntaxError:
        return None


def _statements_text(source: Source, hole: spec.Hole, block: Block) -> str:
    """The statements as they go in place of the dots, the first without its indentation."""
    text = source.text
    line_start = max(text.rfind("\n", 0, hole.span.start), text.rfind("\r", 0, hole.span.start)) + 1
    before = text[line_start : hole.span.start]
    after = re.split(r"[\r\n]", text[hole.span.end :], maxsplit=1)[0]
    newline = "\r\n" if "\r\n" in text else "\n"
    unit = _unit(text)
    block = block or (Pass(),)
    behind_docstring = hole.span.start == hole.span.end
    if behind_docstring and (indent := _docstring_indent(source, hole)) is not None:
        return newline + _as_file(emit_block(block, indent), unit, newline, indent)
    if not before.strip():
        return _as_file(emit_block(block, before), unit, newline, before)[len(before) :]
    lines = [emit_block((statement,)).rstrip("\n") for statement in block]
    simple = all(isinstance(item, _SIMPLE) and not item.comments and item.remark is None for item in block)
    if simple and not any("\n" in line for line in lines) and (len(lines) == 1 or after.lstrip().startswith(";")):
        return ("; " if behind_docstring else "") + "; ".join(lines)
    margin = before[: len(before) - len(before.lstrip())]
    if behind_docstring or (after.strip() and not after.lstrip().startswith("#")):
        raise LiftcError(
            (Diagnostic("L0231", "the statements for this hole do not fit on its line", (Label(hole.span),)),)
        )
    if ":" in before and not before.rstrip().endswith(";"):
        margin += unit
    return newline + _as_file(emit_block(block, margin), unit, newline, margin)


def _docstring_indent(source: Source, hole: spec.Hole) -> str | None:
    """The indentation of the docstring that ends at the hole; ``None`` where it stands on the line of its ``def``."""
    head = plain_lines(source.text[: hole.span.start])
    tree = ast.parse(head)
    last = max(
        (node for node in ast.walk(tree) if isinstance(node, ast.stmt)), key=lambda node: (node.lineno, node.col_offset)
    )
    line = head.split("\n")[last.lineno - 1]
    margin = line[: len(line) - len(line.lstrip())]
    return margin if last.col_offset == len(margin.encode()) else None


def _as_file(code: str, unit: str, newline: str, margin: str) -> str:
    """The block in the file's manner of indenting and ending lines, without a final line end."""
    if unit == "\t":
        lines = [
            margin + _tabbed(line[len(margin) :]) if line.startswith(margin) else line for line in code.split("\n")
        ]
        code = "\n".join(lines)
    return code.rstrip("\n").replace("\n", newline)


def _tabbed(line: str) -> str:
    width = len(line) - len(line.lstrip(" "))
    return "\t" * (width // 4) + " " * (width % 4) + line[width:]


def _unit(text: str) -> str:
    """One step of indentation in a file."""
    found = re.search(r"(?m)^(\t| +)\S", text)
    return found[1] if found else "    "


def _import_edits(source: Source, imports: Sequence[Import], newline: str) -> list[_Edit]:
    from compiler.emit.expressions import code_of
    from compiler.emit.statements import emit_import

    tree = ast.parse(plain_lines(source.text))
    present = {line for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) for line in _lines_of(node)}
    wanted = [line for item in imports for line in _import_lines(item, present)]
    if not wanted:
        return []
    text = newline.join(code_of(emit_import(item)) for item in wanted)
    place, after_imports = _import_place(source, tree)
    if place and source.text[place - 1] not in "\r\n":
        return [_Edit(place, place, newline + text)]
    return [_Edit(place, place, text + newline + ("" if after_imports else _gap(source.text[place:], newline)))]


def _gap(following: str, newline: str) -> str:
    """Empty lines between new imports and what follows them."""
    if not following or following[0] in "\r\n":
        return ""
    return newline * (2 if re.match(r"def |class |@|async ", following) else 1)


def _lines_of(node: ast.Import | ast.ImportFrom) -> list[tuple[str | None, str, str | None]]:
    module = node.module if isinstance(node, ast.ImportFrom) else None
    return [(module, name.name, name.asname) for name in node.names]


def _import_lines(item: Import, present: set[tuple[str | None, str, str | None]]) -> list[Import]:
    names = tuple(name for name in item.names if (item.module, name.name, name.alias) not in present)
    present |= {(item.module, name.name, name.alias) for name in names}
    return [Import(item.module, names)] if names else []


def _import_place(source: Source, tree: ast.Module) -> tuple[int, bool]:
    """Where new import lines start, and whether imports stand before that place."""
    last: ast.stmt | None = None
    for index, node in enumerate(tree.body):
        match node:
            case ast.Import() | ast.ImportFrom():
                last = node
            case ast.Expr(value=ast.Constant(value=str())) if index == 0:
                last = node
            case _:
                break
    starts = line_starts(source.text)
    if last is not None:
        line = last.end_lineno or last.lineno
        return (starts[line] if line < len(starts) else len(source.text)), not isinstance(last, ast.Expr)
    line = 0
    while line < len(starts) and source.text[starts[line] :].lstrip("\ufeff").startswith("#"):
        line += 1
    return (starts[line] if line < len(starts) else len(source.text)), False


def _helper_edit(source: Source, offset: int, block: Block, newline: str) -> _Edit:
    """Definitions before the top-level statement around an offset, its decorators and the comments above it."""
    starts = line_starts(source.text)
    line = next(index for index in range(len(starts) - 1, -1, -1) if starts[index] <= offset)
    for node in ast.parse(plain_lines(source.text)).body:
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))]) - 1
        if first <= line <= (node.end_lineno or node.lineno) - 1:
            line = first
            break
    while line and source.text[starts[line - 1] :].startswith("#"):
        line -= 1
    text = emit_module(Module(block)).rstrip("\n").replace("\n", newline)
    return _Edit(starts[line], starts[line], text + newline * 3)
