"""Elaboration: the partial program that a specification describes, with a typed hole for everything it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compiler.front.spec import FunctionSpec, Parameter
from compiler.ir.lower import lower_expression, lower_module
from compiler.ir.nodes import (
    AnnAssign,
    BlockHole,
    Clause,
    ConstHole,
    Expr,
    ExprHole,
    For,
    Function,
    If,
    Module,
    Name,
    Param,
    Parameters,
    Return,
    Stmt,
    TypeExpr,
    TypeHole,
    TypeRef,
    While,
)
from compiler.ir.rewrite import rewrite
from compiler.ir.scopes import occurrences
from compiler.ir.walk import Node
from compiler.propagation.template import template_of
from compiler.text.source import Source
from solver.sorts import ANY, BOOL, AnySort, IterableSort, Sort


def elaborate(function: FunctionSpec, context: str = "") -> Module:
    """The function as IR with holes, after the definitions of ``context`` that it may use.

    Unknown types become ``TypeHole`` (``f.x`` for parameter ``x`` of ``f``, ``f.return`` for the result), a missing
    body ``BlockHole`` ``f.body``. A function without parameters that has examples returns a ``ConstHole`` ``f.value``.
    The holes of a Python file keep their names; their sorts come from where they stand. Raises ``LowerError`` where the
    text around the holes, or the context, is outside the subset.
    """
    around = lower_module(Source("context", context)).body if context.strip() else ()
    made = _from_file(function) if function.definition is not None else _from_text(function)
    return Module((*around, made))


def _from_text(function: FunctionSpec) -> Function:
    signature = function.signature
    return Function(
        signature.name,
        _parameters(function),
        _body(function),
        _type(signature.returns, signature.returns_annotation, f"{function.name}.return"),
        span=function.span,
    )


def _body(function: FunctionSpec) -> tuple[Stmt, ...]:
    signature = function.signature
    if signature.written and not signature.parameters and function.examples:
        return (Return(ConstHole(f"{function.name}.value", signature.returns)),)
    scope = tuple(parameter.name for parameter in signature.parameters)
    return (BlockHole(f"{function.name}.body", scope, span=function.span),)


def _parameters(function: FunctionSpec) -> Parameters:
    parameters = function.signature.parameters
    made = [(parameter.kind, _param(parameter, function.name)) for parameter in parameters]
    return Parameters(
        positional=tuple(param for kind, param in made if kind == "positional"),
        star=next((param for kind, param in made if kind == "star"), None),
        keyword_only=tuple(param for kind, param in made if kind == "keyword_only"),
        double_star=next((param for kind, param in made if kind == "double_star"), None),
    )


def _param(parameter: Parameter, function: str) -> Param:
    default = None if parameter.default is None else lower_expression(parameter.default)
    return Param(parameter.name, _type(parameter.sort, parameter.annotation, f"{function}.{parameter.name}"), default)


def _type(sort: Sort, annotation: str | None, hole: str) -> TypeExpr:
    if isinstance(sort, AnySort) and annotation is None:
        return TypeHole(hole)
    return TypeRef(sort, annotation)


def _from_file(function: FunctionSpec) -> Function:
    template = template_of(function)
    typed = rewrite(template, lambda node: _typed(node, function))
    return _scoped(typed)


def _typed(node: Node, function: FunctionSpec) -> Node:
    """The node with the sorts that its own shape gives to the holes directly in it."""
    match node:
        case Return(value=ExprHole() as hole):
            return replace(node, value=replace(hole, sort=function.signature.returns))
        case If(test=ExprHole() as hole) | While(test=ExprHole() as hole):
            return replace(node, test=replace(hole, sort=BOOL))
        case For(iterable=ExprHole() as hole) | Clause(iterable=ExprHole() as hole):
            return replace(node, iterable=replace(hole, sort=IterableSort(ANY)))
        case Clause(conditions=conditions) if any(isinstance(item, ExprHole) for item in conditions):
            return replace(node, conditions=tuple(map(_condition, conditions)))
        case AnnAssign(type=TypeRef(sort=sort), value=ExprHole() as hole):
            return replace(node, value=replace(hole, sort=sort))
        case _:
            return node


def _condition(expression: Expr) -> Expr:
    return replace(expression, sort=BOOL) if isinstance(expression, ExprHole) else expression


def _scoped(function: Function) -> Function:
    """The function with each hole told which local names it may use: all that stand bound in the text before it.

    Whether such a binding was reached is for the judge to find out.
    """
    bound: dict[str, None] = {}
    scopes: dict[str, tuple[str, ...]] = {}
    for occurrence in occurrences(Module((function,))):
        match occurrence.node:
            case Param(name=name) | Name(id=name) if isinstance(occurrence.node, Param) or occurrence.role == "store":
                bound[name] = None
            case ExprHole(name=hole) | BlockHole(name=hole):
                visible = occurrence.scope.visible() - occurrence.scope.outermost().bound
                scopes[hole] = tuple(name for name in bound if name in visible)
    return rewrite(function, lambda node: _with_scope(node, scopes))


def _with_scope(node: Node, scopes: Mapping[str, tuple[str, ...]]) -> Node:
    return replace(node, scope=scopes.get(node.name, ())) if isinstance(node, ExprHole | BlockHole) else node
