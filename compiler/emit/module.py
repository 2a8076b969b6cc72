"""The IR as Python text: libcst builds it, black lays it out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compiler.ir.imports import missing_annotation_imports, with_imports, without_unused_imports
from compiler.ir.nodes import Block, Const, Expr, Function, Module, Parameters
from compiler.ir.walk import walk

if TYPE_CHECKING:
    from compiler.emit.statements import Statements

_WIDTH = 88
_STEP = 4
_UNBROKEN = 1_000_000


def emit_module(module: Module) -> str:
    """The module as formatted Python, with exactly the imports that it needs.

    Type hints, docstrings and comments are kept. Raises ``OpenHoleError`` where a hole is open.
    """
    used = without_unused_imports(module)
    return _emit(with_imports(used, missing_annotation_imports(used)))


def emit_expression(expression: Expr) -> str:
    """The expression as Python on one line. Raises ``OpenHoleError``."""
    from compiler.emit.expressions import code_of, emit

    return _laid_out(code_of(emit(expression)) + "\n", _UNBROKEN).strip()


def emit_block(block: Block, indent: str = "") -> str:
    """Statements as formatted Python, each line after ``indent``, with a final line feed. Raises ``OpenHoleError``."""
    from compiler.emit.statements import Statements

    function = Function("_", Parameters(), block)
    statements = Statements(_unused_mark(block))
    code = statements.module(Module((function,))).code
    lines = _laid_out(code, max(_WIDTH + _STEP - len(indent.expandtabs(_STEP)), _WIDTH // 2)).splitlines()[1:]
    while lines and not lines[0].strip():
        del lines[0]
    moved = [indent + line[_STEP:] if line else "" for line in lines]
    return _with_docstrings("\n".join(moved) + "\n", statements)


def emit_plain(module: Module) -> str:
    """The module as Python without any layout, imports as they are. Raises ``OpenHoleError``."""
    from compiler.emit.statements import Statements

    statements = Statements(_unused_mark(module.body))
    return _with_docstrings(statements.module(module).code, statements)


def _emit(module: Module) -> str:
    from compiler.emit.statements import Statements

    statements = Statements(_unused_mark(module.body))
    return _with_docstrings(_laid_out(statements.module(module).code, _WIDTH), statements)


def _laid_out(code: str, width: int) -> str:
    """The code as black lays it out, or as it is where black cannot read it."""
    import black
    from black.parsing import InvalidInput

    try:
        return black.format_str(code, mode=black.Mode(line_length=width))
    except InvalidInput:
        return code


def _unused_mark(block: Block) -> str:
    """A text that the block does not hold."""
    texts = [node.text for node in walk(Module(block)) if isinstance(node, Const)]
    mark = "docstring"
    while any(mark in text for text in texts):
        mark += "_"
    return mark


def _with_docstrings(code: str, statements: Statements) -> str:
    """Puts each docstring for its mark, to the letter."""
    pattern = re.compile(rf'"""{re.escape(statements.mark)}(\d+)\."""')
    return pattern.sub(lambda found: _docstring_literal(statements.marks[int(found[1])]), code)


def _docstring_literal(text: str) -> str:
    plain = "".join(
        char if char.isprintable() or char in "\n\t" else repr(char)[1:-1] for char in text.replace("\\", "\\\\")
    )
    plain = plain.replace('"""', '\\"\\"\\"')
    # A quote at the end would close the text early.
    if re.search(r'(?<!\\)(?:\\\\)*"\Z', plain):
        plain = plain[:-1] + '\\"'
    return f'"""{plain}"""'
