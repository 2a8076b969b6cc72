"""Statements of the IR as libcst nodes.

Docstrings are written as marks, which ``emit`` replaces by the texts after the layout: a formatter would change them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from compiler.emit.expressions import emit, emit_annotation, emit_bare, emit_parameters, emit_target
from compiler.emit.tokens import LOOSEST
from compiler.ir.holes import OpenHoleError
from compiler.ir.nodes import (
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    BinaryOperator,
    Block,
    BlockHole,
    Break,
    Class,
    Const,
    Continue,
    Delete,
    Display,
    Expr,
    ExprStmt,
    For,
    Function,
    Global,
    Handler,
    If,
    Import,
    ImportedName,
    Module,
    Nonlocal,
    Pass,
    Raise,
    Return,
    Stmt,
    Try,
    While,
)

_AUGMENTED: dict[BinaryOperator, type[cst.BaseAugOp]] = {
    "+": cst.AddAssign,
    "-": cst.SubtractAssign,
    "*": cst.MultiplyAssign,
    "/": cst.DivideAssign,
    "//": cst.FloorDivideAssign,
    "%": cst.ModuloAssign,
    "**": cst.PowerAssign,
    "@": cst.MatrixMultiplyAssign,
    "<<": cst.LeftShiftAssign,
    ">>": cst.RightShiftAssign,
    "&": cst.BitAndAssign,
    "|": cst.BitOrAssign,
    "^": cst.BitXorAssign,
}


@dataclass(slots=True)
class Statements:
    """Turns statements into nodes. ``marks`` are the marks that stand for docstrings, with the docstrings."""

    mark: str
    marks: list[str] = field(default_factory=list)

    def module(self, module: Module) -> cst.Module:
        """The node of a whole module."""
        body = list(map(self.statement, module.body))
        match module.body:
            case [ExprStmt(Const(str(docstring))) as first, *_]:
                body[0] = _line(self._docstring(docstring), first)
        return cst.Module(body, footer=_comment_lines(module.trailing_comments))

    def statement(self, statement: Stmt) -> cst.SimpleStatementLine | cst.BaseCompoundStatement:
        """The node of one statement with its comments. Raises ``OpenHoleError``."""
        compound = self._compound(statement)
        if compound is None:
            return _line(_simple(statement), statement)
        return compound

    def _compound(self, statement: Stmt) -> cst.BaseCompoundStatement | None:
        before = _comment_lines(statement.comments)
        match statement:
            case If():
                return self._if(statement)
            case For(target, iterable, body, otherwise):
                return cst.For(
                    emit_target(target),
                    emit(iterable),
                    self._block(body, statement.remark),
                    self._else(otherwise),
                    leading_lines=before,
                )
            case While(test, body, otherwise):
                block = self._block(body, statement.remark)
                return cst.While(emit(test, LOOSEST), block, self._else(otherwise), leading_lines=before)
            case Try():
                return cst.Try(
                    self._block(statement.body, statement.remark),
                    [self._handler(handler) for handler in statement.handlers],
                    self._else(statement.otherwise),
                    cst.Finally(self._block(statement.finally_)) if statement.finally_ else None,
                    leading_lines=before,
                )
            case Function():
                return self._function(statement)
            case Class():
                return self._class(statement)
            case _:
                return None

    def _if(self, statement: If) -> cst.If:
        otherwise: cst.If | cst.Else | None
        match statement.otherwise:
            case (If() as only,):
                otherwise = self._if(only)
            case block:
                otherwise = self._else(block)
        return cst.If(
            emit(statement.test, LOOSEST),
            self._block(statement.then, statement.remark),
            otherwise,
            leading_lines=_comment_lines(statement.comments),
        )

    def _else(self, block: Block) -> cst.Else | None:
        return cst.Else(self._block(block)) if block else None

    def _handler(self, handler: Handler) -> cst.ExceptHandler:
        return cst.ExceptHandler(
            self._block(handler.body),
            None if handler.type is None else emit(handler.type),
            None if handler.name is None else cst.AsName(cst.Name(handler.name)),
        )

    def _function(self, function: Function) -> cst.FunctionDef:
        return cst.FunctionDef(
            cst.Name(function.name),
            emit_parameters(function.parameters),
            self._block(function.body, function.remark, function.docstring),
            decorators=[cst.Decorator(emit(decorator, LOOSEST)) for decorator in function.decorators],
            returns=None if function.returns is None else emit_annotation(function.returns),
            leading_lines=_comment_lines(function.comments),
        )

    def _class(self, node: Class) -> cst.ClassDef:
        return cst.ClassDef(
            cst.Name(node.name),
            self._block(node.body, node.remark, node.docstring),
            bases=[cst.Arg(emit(base)) for base in node.bases],
            decorators=[cst.Decorator(emit(decorator, LOOSEST)) for decorator in node.decorators],
            leading_lines=_comment_lines(node.comments),
        )

    def _block(self, block: Block, remark: str | None = None, docstring: str | None = None) -> cst.IndentedBlock:
        body = [self.statement(statement) for statement in block]
        match block:
            case _ if docstring is not None:
                body.insert(0, cst.SimpleStatementLine([self._docstring(docstring)]))
            case [ExprStmt(Const(str(text))) as first, *_]:
                # A formatter lays out a text in first place as a docstring, whatever the block.
                body[0] = _line(self._docstring(text), first)
        return cst.IndentedBlock(body or [cst.SimpleStatementLine([cst.Pass()])], header=_remark(remark))

    def _docstring(self, text: str) -> cst.Expr:
        self.marks.append(text)
        return cst.Expr(cst.SimpleString(f'"""{self.mark}{len(self.marks) - 1}."""'))


def _simple(statement: Stmt) -> cst.BaseSmallStatement:
    match statement:
        case Assign(targets, value):
            return cst.Assign([cst.AssignTarget(emit_target(target)) for target in targets], emit_bare(value))
        case AugAssign(target, operator, value):
            return cst.AugAssign(emit_target(target), _AUGMENTED[operator](), emit_bare(value))
        case AnnAssign(target, annotation, value):
            right = None if value is None else emit_bare(value)
            return cst.AnnAssign(emit_target(target), emit_annotation(annotation), right)
        case ExprStmt(value):
            return cst.Expr(emit_bare(value))
        case Return(value):
            return cst.Return(None if value is None else emit_bare(value))
        case Break():
            return cst.Break()
        case Continue():
            return cst.Continue()
        case Pass():
            return cst.Pass()
        case Raise(exception, cause):
            return cst.Raise(
                None if exception is None else emit(exception), None if cause is None else cst.From(emit(cause))
            )
        case Assert(test, message):
            return cst.Assert(emit(test), None if message is None else emit(message))
        case Delete(targets):
            return cst.Del(_deleted(targets))
        case Global(names):
            return cst.Global([cst.NameItem(cst.Name(name)) for name in names])
        case Nonlocal(names):
            return cst.Nonlocal([cst.NameItem(cst.Name(name)) for name in names])
        case Import():
            return emit_import(statement)
        case BlockHole(name):
            raise OpenHoleError(name)
        case _:
            raise ValueError(f"{type(statement).__name__} is no simple statement")


def _deleted(targets: Sequence[Expr]) -> cst.BaseDelTargetExpression:
    node = emit_bare(targets[0]) if len(targets) == 1 else emit_bare(Display("tuple", tuple(targets)))
    if not isinstance(node, cst.BaseDelTargetExpression):
        raise ValueError("this cannot be deleted")
    return node


def emit_import(statement: Import) -> cst.Import | cst.ImportFrom:
    """An import statement."""
    names = [_import_alias(name) for name in statement.names]
    if statement.module is None:
        return cst.Import(names)
    return cst.ImportFrom(_dotted(statement.module), names)


def _import_alias(name: ImportedName) -> cst.ImportAlias:
    alias = None if name.alias is None else cst.AsName(cst.Name(name.alias))
    return cst.ImportAlias(_dotted(name.name), alias)


def _dotted(name: str) -> cst.Name | cst.Attribute:
    head, _, last = name.rpartition(".")
    return cst.Attribute(_dotted(head), cst.Name(last)) if head else cst.Name(last)


def _line(node: cst.BaseSmallStatement, statement: Stmt) -> cst.SimpleStatementLine:
    """A simple statement's line with the statement's comments."""
    return cst.SimpleStatementLine(
        [node], leading_lines=_comment_lines(statement.comments), trailing_whitespace=_remark(statement.remark)
    )


def _comment_lines(comments: Sequence[str]) -> list[cst.EmptyLine]:
    return [cst.EmptyLine(comment=_comment(text)) for text in comments]


def _remark(remark: str | None) -> cst.TrailingWhitespace:
    if remark is None:
        return cst.TrailingWhitespace()
    return cst.TrailingWhitespace(cst.SimpleWhitespace("  "), _comment(remark))


def _comment(text: str) -> cst.Comment:
    line = " ".join(text.splitlines())
    return cst.Comment(f"# {line}" if line else "#")
