"""A parsed Python file whose tree can be asked where its nodes stand in the source."""

from __future__ import annotations

import ast
import warnings

from compiler.front.passage import passage_of
from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source, Span


class PythonFile:
    """The tree of a file. Raises ``LiftcError`` where the file is not Python."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.passage = passage_of(source)
        self.text = self.passage.text
        self._lines = self.text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.tree = self._parse()

    def _parse(self) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self.text)
                compile(tree, self.source.name, "exec", dont_inherit=True)  # Some errors pass the parser.
                return tree
        except SyntaxError as error:
            raise _syntax_error(self, error) from None
        except (ValueError, RecursionError, MemoryError):
            message = "this file is nested too deeply to be read as Python"
            raise LiftcError([Diagnostic("L0102", message, (Label(self.source.span(0, 0)),))]) from None

    def index(self, line: int, column: int) -> int:
        """The index in ``text`` of a tree's line and column (which counts bytes of UTF-8)."""
        content = self._lines[line - 1]
        if content.isascii():
            return self._starts[line - 1] + column
        return self._starts[line - 1] + len(content.encode()[:column].decode(errors="ignore"))

    def stretch(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        """The indices in ``text`` between which a node stands, decorators included."""
        decorators = getattr(node, "decorator_list", [])
        line = min([node.lineno, *(item.lineno for item in decorators)])
        column = node.col_offset
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.index(line, column), self.index(end_line, end_column)

    def span(self, node: ast.stmt | ast.expr) -> Span:
        """The span of a node."""
        return self.passage.span(*self.stretch(node))

    def line_start(self, line: int) -> int:
        """The index in ``text`` at which a line starts; lines count from 1."""
        return self._starts[line - 1]


def _syntax_error(file: PythonFile, error: SyntaxError) -> LiftcError:
    lines = file.text.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    start = sum(len(item) + 1 for item in lines[: line - 1]) + max((error.offset or 1) - 1, 0)
    start = min(start, len(file.text))
    width = 1
    if error.end_lineno == error.lineno and (error.end_offset or 0) > (error.offset or 0):
        width = (error.end_offset or 0) - (error.offset or 0)
    label = Label(file.passage.span(start, min(start + width, len(file.text))), error.msg)
    return LiftcError([Diagnostic("L0102", f"{file.source.name} is not valid Python", (label,))])
