"""Python text as lowering reads it: its syntax tree, the spans of its nodes, and its comments in order."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source, Span

Located: TypeAlias = ast.expr | ast.stmt | ast.arg | ast.keyword | ast.excepthandler | ast.alias


class LowerError(LiftcError):
    """Python text that the IR cannot hold; the message of its one diagnostic is the reason."""

    def __init__(self, code: str, reason: str, span: Span | None = None, help: tuple[str, ...] = ()) -> None:  # noqa: A002
        labels = () if span is None else (Label(span),)
        super().__init__((Diagnostic(code, reason, labels, help=help),))
        self.code = code
        self.reason = reason
        self.span = span


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its ``#``; ``alone`` where nothing else stands on its line."""

    line: int
    text: str
    alone: bool


@dataclass
class Surface:
    """A source with its syntax tree. Comments are handed out once, in the order of the text."""

    source: Source
    tree: ast.Module
    _next_comment: int = field(default=0, repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        return line_starts(self.source.text)

    @cached_property
    def _comments(self) -> list[Comment]:
        return _read_comments(plain_lines(self.source.text))

    def offset(self, line: int, column: int) -> int:
        """The offset of a syntax tree's position, whose columns count UTF-8 bytes."""
        text = self.source.text
        if line > len(self._line_starts):
            return len(text)
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(text)
        whole = text[start:end]
        if whole.isascii():
            return min(start + column, end)
        return start + len(whole.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def span(self, node: Located) -> Span:
        """The span of a node of the tree."""
        end_line = node.end_lineno if node.end_lineno is not None else node.lineno
        end_column = node.end_col_offset if node.end_col_offset is not None else node.col_offset
        return Span(self.source, self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column))

    def take_comments(self, first_line: int, header_end: int) -> tuple[tuple[str, ...], str | None]:
        """The comments of a statement whose own lines (for a compound one, its header) run up to ``header_end``.

        Gives those before it and the remark on its own line. What stands between its lines counts as before it.
        """
        before: list[str] = []
        remark: str | None = None
        while self._next_comment < len(self._comments):
            comment = self._comments[self._next_comment]
            if comment.line > header_end or (comment.alone and comment.line == header_end):
                break
            self._next_comment += 1
            if comment.line >= first_line and not comment.alone and remark is None:
                remark = comment.text
            else:
                before.append(comment.text)
        return tuple(before), remark

    def skip_comments(self, line: int) -> None:
        """Passes over the comments up to and including a line: they belong to something that is dropped."""
        while self._next_comment < len(self._comments) and self._comments[self._next_comment].line <= line:
            self._next_comment += 1

    def rest_of_comments(self) -> tuple[str, ...]:
        """The comments that no statement took."""
        rest = tuple(comment.text for comment in self._comments[self._next_comment :])
        self._next_comment = len(self._comments)
        return rest


def read_surface(source: Source) -> Surface:
    """The syntax tree of a source. Raises ``LowerError`` (L0201) for what is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Surface(source, ast.parse(plain_lines(source.text)))
    except SyntaxError as error:
        raise LowerError("L0201", f"not Python: {error.msg}", _span_of_syntax_error(source, error)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError | MemoryError) else str(error)
        raise LowerError("L0201", f"not Python: {reason}", Span(source, 0, min(1, len(source.text)))) from None


def plain_lines(text: str) -> str:
    """The text with line feeds for every kind of line end, as Python itself reads it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def line_starts(text: str) -> list[int]:
    """Where each line starts, whatever ends the lines."""
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


def _span_of_syntax_error(source: Source, error: SyntaxError) -> Span:
    starts = line_starts(source.text)
    line = min(max(error.lineno or 1, 1), len(starts))
    start = min(starts[line - 1] + max((error.offset or 1) - 1, 0), len(source.text))
    return Span(source, start, min(start + 1, len(source.text)))


def _read_comments(text: str) -> list[Comment]:
    if "#" not in text:
        return []
    found: list[Comment] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                words = token.string[1:].rstrip()
                alone = not token.line[: token.start[1]].strip()
                found.append(Comment(token.start[0], words[1:] if words.startswith(" ") else words, alone))
    except (tokenize.TokenError, SyntaxError):
        # The parser accepts a little more than the tokenizer; comments are then kept as far as they were read.
        pass
    return found
