"""Python to the IR.

What is outside the subset (``docs/ir.md``) raises ``LowerError`` with the reason and its place. Docstrings and comments
are kept for emission; ``if __name__ == "__main__":`` blocks are dropped.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from compiler.ir.allowed import forbidden_names
from compiler.ir.imports import missing_imports, without_unused_imports
from compiler.ir.lower_expressions import BINARY_OPERATORS, ExpressionLowering
from compiler.ir.lower_match import match_as_ifs
from compiler.ir.nodes import (
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    Block,
    Break,
    Class,
    Continue,
    Delete,
    Expr,
    ExprStmt,
    For,
    Function,
    Global,
    Handler,
    If,
    Import,
    ImportedName,
    Lambda,
    Module,
    Name,
    Nonlocal,
    Pass,
    Raise,
    Return,
    Stmt,
    Try,
    While,
)
from compiler.ir.reach import is_main_block, reachable
from compiler.ir.stars import expand_stars
from compiler.ir.surface import LowerError, Surface, read_surface
from compiler.text.source import Source

__all__ = ["LowerError", "lower_candidate", "lower_expression", "lower_module", "lower_statements", "missing_imports"]

_DEEPEST = 150


def lower_module(source: Source) -> Module:
    """The whole module as IR. Raises ``LowerError``."""
    surface = read_surface(source)
    kept = [statement for statement in surface.tree.body if not is_main_block(statement)]
    module = Module(lower_statements(surface, kept), surface.rest_of_comments(), span=source.span(0, len(source.text)))
    return _checked(expand_stars(module))


def lower_candidate(text: str, entry: str, context: str = "", used: Collection[str] = ()) -> Module:
    """The part of ``text`` that the function ``entry`` needs, as IR, in the order written.

    Prints, tests, ``__main__`` blocks and unused helpers and imports are dropped, and need not be in the subset.
    ``context`` is module text whose definitions ``text`` may use; what is needed of it comes first, and where both
    define a name, ``text`` wins. ``used`` are further names that are needed. Raises ``LowerError`` for what is needed
    and outside the subset, and (L0206) where ``text`` does not define ``entry``.
    """
    surface = read_surface(Source("candidate.py", text))
    around = read_surface(Source("context.py", context))
    try:
        kept_around, kept = reachable(around, surface, entry, used)
    except RecursionError:
        raise LowerError("L0202", "nested too deeply", surface.source.span(0, len(text))) from None
    body = (*lower_statements(around, kept_around), *lower_statements(surface, kept))
    module = expand_stars(Module(_named_functions(_future_first(body), entry)))
    return _checked(without_unused_imports(module))


def lower_expression(text: str, around: Module | None = None) -> Expr:
    """One expression as IR, which may name attributes that the module ``around`` it defines. Raises ``LowerError``."""
    source = Source("expression", text)
    surface = read_surface(source)
    match surface.tree.body:
        case [ast.Expr(value=value)]:
            expression = ExpressionLowering(surface).expression(value)
        case _:
            raise LowerError("L0202", "one expression is expected here", source.span(0, len(text)))
    _checked(Module((*(around.body if around is not None else ()), ExprStmt(expression))))
    return expression


def _checked(module: Module) -> Module:
    for diagnostic in forbidden_names(module):
        span = diagnostic.labels[0].span if diagnostic.labels else None
        raise LowerError(diagnostic.code, diagnostic.message, span, diagnostic.help)
    return module


def _future_first(body: Block) -> Block:
    future = tuple(item for item in body if isinstance(item, Import) and item.module == "__future__")
    return (*dict.fromkeys(future), *(item for item in body if item not in future))


def _named_functions(body: Block, entry: str) -> Block:
    """``entry = lambda ...`` as a function, which is what it is."""

    def as_function(statement: Stmt) -> Stmt:
        match statement:
            case Assign(targets=(Name(id=name),), value=Lambda(parameters=parameters, body=result)) if name == entry:
                given = (Return(result, span=result.span),)
                return Function(name, parameters, given, comments=statement.comments, span=statement.span)
            case _:
                return statement

    return tuple(map(as_function, body))


def lower_statements(surface: Surface, kept: Sequence[ast.stmt]) -> Block:
    """Lowers some of a surface's top-level statements; the comments of the others are passed over."""
    lowering = _StatementLowering(surface)
    wanted = {id(statement) for statement in kept}
    body: list[Stmt] = []
    for statement in surface.tree.body:
        if id(statement) in wanted:
            if _is_deep(statement):
                raise LowerError("L0202", "nested too deeply", surface.span(statement))
            body.append(lowering.statement(statement))
        else:
            surface.skip_comments(statement.end_lineno or statement.lineno)
    return tuple(body)


def _is_deep(statement: ast.stmt) -> bool:
    """Whether a statement has more than ``_DEEPEST`` nodes one in another; the passes are recursive."""
    level: list[ast.AST] = [statement]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


class _StatementLowering:
    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.expressions = ExpressionLowering(surface)

    def block(self, nodes: Sequence[ast.stmt]) -> Block:
        return tuple(self.statement(node) for node in nodes)

    def statement(self, node: ast.stmt) -> Stmt:
        """One statement with its comments and span."""
        first = min((d.lineno for d in getattr(node, "decorator_list", ())), default=node.lineno)
        comments, remark = self.surface.take_comments(first, _header_end(node))
        lowered = self._shape(node)
        return replace(lowered, comments=comments, remark=remark, span=self.surface.span(node))

    def _shape(self, node: ast.stmt) -> Stmt:
        lower = self.expressions
        match node:
            case ast.FunctionDef():
                return self._function(node)
            case ast.ClassDef():
                return self._class(node)
            case ast.Return(value=value):
                return Return(lower.optional(value))
            case ast.Assign(targets=targets, value=value):
                return Assign(lower.expressions(targets), lower.right_side(value))
            case ast.AugAssign(target=target, op=operator, value=value):
                return AugAssign(lower.expression(target), BINARY_OPERATORS[type(operator)], lower.right_side(value))
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                right = None if value is None else lower.right_side(value)
                return AnnAssign(lower.expression(target), lower.annotation(annotation), right)
            case ast.Expr(value=value):
                return ExprStmt(lower.right_side(value))
            case ast.If(test=test, body=body, orelse=otherwise):
                return If(lower.expression(test), self.block(body), self.block(otherwise))
            case ast.For(target=target, iter=iterable, body=body, orelse=otherwise):
                return For(
                    lower.expression(target), lower.expression(iterable), self.block(body), self.block(otherwise)
                )
            case ast.While(test=test, body=body, orelse=otherwise):
                return While(lower.expression(test), self.block(body), self.block(otherwise))
            case ast.Try(body=body, handlers=handlers, orelse=otherwise, finalbody=final):
                caught = self.block(body), tuple(map(self._handler, handlers))
                return Try(*caught, self.block(otherwise), self.block(final))
            case ast.Raise(exc=exception, cause=cause):
                return Raise(lower.optional(exception), lower.optional(cause))
            case ast.Assert(test=test, msg=message):
                return Assert(lower.expression(test), lower.optional(message))
            case ast.Delete(targets=targets):
                return Delete(lower.expressions(list(_single_targets(targets))))
            case ast.Import(names=names):
                return Import(None, self._imported(names))
            case ast.ImportFrom(module=str(module), names=names, level=0):
                return Import(module, self._imported(names))
            case ast.Global(names=names):
                return Global(tuple(names))
            case ast.Nonlocal(names=names):
                return Nonlocal(tuple(names))
            case ast.Break():
                return Break()
            case ast.Continue():
                return Continue()
            case ast.Pass():
                return Pass()
            case ast.Match():
                return self._shape(match_as_ifs(node, lower.rejection))
            case _:
                raise self._rejection(node)

    def _rejection(self, node: ast.stmt) -> LowerError:
        reasons = {
            ast.AsyncFunctionDef: "`async` is outside the subset",
            ast.With: "`with` is outside the subset",
            ast.ImportFrom: "a relative import is outside the subset",
            ast.TryStar: "`except*` is outside the subset",
        }
        kind = f"`{type(node).__name__}` statements are outside the subset"
        return self.expressions.rejection(node, reasons.get(type(node), kind))

    def _function(self, node: ast.FunctionDef) -> Function:
        lower = self.expressions
        decorators = lower.expressions(node.decorator_list)
        parameters = lower.parameters(node.args)
        returns = None if node.returns is None else lower.annotation(node.returns)
        docstring, rest = _split_docstring(node.body)
        return Function(node.name, parameters, self.block(rest), returns, docstring, decorators)

    def _class(self, node: ast.ClassDef) -> Class:
        if node.keywords:
            raise self.expressions.rejection(node, "keywords in a class statement are outside the subset")
        lower = self.expressions
        docstring, rest = _split_docstring(node.body)
        bases = lower.expressions(node.bases)
        return Class(node.name, bases, self.block(rest), docstring, lower.expressions(node.decorator_list))

    def _handler(self, node: ast.ExceptHandler) -> Handler:
        caught = self.expressions.optional(node.type)
        return Handler(caught, node.name, self.block(node.body), span=self.surface.span(node))

    def _imported(self, names: Sequence[ast.alias]) -> tuple[ImportedName, ...]:
        return tuple(ImportedName(name.name, name.asname, span=self.surface.span(name)) for name in names)


def _single_targets(targets: Sequence[ast.expr]) -> Iterator[ast.expr]:
    """The targets of ``del (a, b), c`` one by one."""
    for target in targets:
        match target:
            case ast.Tuple(elts=items) | ast.List(elts=items):
                yield from _single_targets(items)
            case _:
                yield target


def _split_docstring(body: Sequence[ast.stmt]) -> tuple[str | None, Sequence[ast.stmt]]:
    match body[0]:
        case ast.Expr(value=ast.Constant(value=str(docstring))):
            return docstring, body[1:]
        case _:
            return None, body


def _header_end(node: ast.stmt) -> int:
    """The last line of a simple statement, or of what stands before a compound one's first block."""
    match node:
        case ast.If(test=head) | ast.While(test=head) | ast.For(iter=head):
            return head.end_lineno or node.lineno
        case ast.Match(subject=head):
            return head.end_lineno or node.lineno
        case ast.FunctionDef(args=arguments, returns=returns):
            parts: list[ast.arg | ast.expr | None] = [
                *arguments.args,
                *arguments.kwonlyargs,
                *arguments.defaults,
                returns,
            ]
            return max(node.lineno, *(part.end_lineno or 0 for part in parts if part is not None), 0)
        case ast.Try() | ast.ClassDef():
            return node.lineno
        case _:
            return node.end_lineno or node.lineno
