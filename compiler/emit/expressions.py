"""Expressions, parameters and annotations of the IR as libcst nodes, with the parentheses that they need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeVar, assert_never

import libcst as cst

from compiler.emit.tokens import (
    AND,
    ATOM,
    BINARY_LEVELS,
    BINARY_NODES,
    BITOR,
    COMPARISON,
    COMPARISON_NODES,
    LOOSEST,
    NOT,
    OR,
    PRIMARY,
    TEST,
    UNARY,
    UNARY_NODES,
    emit_constant,
)
from compiler.ir.holes import OpenHoleError
from compiler.ir.nodes import (
    Attribute,
    Binary,
    BoolOp,
    Call,
    Clause,
    Compare,
    Comprehension,
    Conditional,
    Const,
    ConstHole,
    DictDisplay,
    Display,
    Expr,
    ExprHole,
    FString,
    Lambda,
    Name,
    Param,
    Parameters,
    Replacement,
    Slice,
    Starred,
    Subscript,
    TypeExpr,
    TypeHole,
    Unary,
    Walrus,
    Yield,
    YieldFrom,
)
from solver.sorts import format_sort

_QUOTES: tuple[Literal['"', "'", '"""', "'''"], ...] = ('"', "'", '"""', "'''")
_EMPTY = cst.Module(body=[])
_CstExpression = TypeVar("_CstExpression", bound=cst.BaseExpression)


def code_of(node: cst.CSTNode) -> str:
    """The text of a node."""
    return _EMPTY.code_for_node(node)


def emit(expression: Expr, least: int = TEST) -> cst.BaseExpression:
    """The expression where something that binds at least as tightly as ``least`` is needed.

    Raises ``OpenHoleError``.
    """
    node, level = _shape(expression)
    return node if level >= least else _parenthesised(node)


def emit_bare(expression: Expr, least: int = TEST) -> cst.BaseExpression:
    """Like ``emit``, where a tuple and a ``yield`` may stand without parentheses."""
    match expression:
        case Display("tuple", items) if len(items) > 1:
            return cst.Tuple(_elements(items), lpar=[], rpar=[])
        case Yield(value):
            return cst.Yield(None if value is None else emit_bare(value))
        case YieldFrom(value):
            return cst.Yield(cst.From(emit(value)))
        case _:
            return emit(expression, least)


def _parenthesised(node: _CstExpression) -> _CstExpression:
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _shape(expression: Expr) -> tuple[cst.BaseExpression, int]:
    """The node without parentheses around it, and how tightly it binds."""
    match expression:
        case Const():
            return emit_constant(expression)
        case Name(name):
            return cst.Name(name), ATOM
        case Attribute(value, attribute):
            # The dot after a number would belong to the number.
            number = isinstance(value, Const) and isinstance(value.value, int | float | complex)
            return cst.Attribute(emit(value, ATOM + 1 if number else PRIMARY), cst.Name(attribute)), PRIMARY
        case Subscript(value, index):
            return cst.Subscript(emit(value, PRIMARY), _subscript_elements(index)), PRIMARY
        case Call():
            return _call(expression), PRIMARY
        case Unary("not", operand):
            return cst.UnaryOperation(cst.Not(), emit(operand, NOT)), NOT
        case Unary(operator, operand):
            return cst.UnaryOperation(UNARY_NODES[operator](), emit(operand, UNARY)), UNARY
        case Binary():
            return _binary(expression)
        case BoolOp(operator, operands):
            return _bool_op(operator == "and", operands)
        case Compare(left, operators, comparators):
            targets = [
                cst.ComparisonTarget(COMPARISON_NODES[operator](), emit(right, BITOR))
                for operator, right in zip(operators, comparators, strict=True)
            ]
            return cst.Comparison(emit(left, BITOR), targets), COMPARISON
        case Conditional(test, then, otherwise):
            return cst.IfExp(test=emit(test, OR), body=emit(then, OR), orelse=emit(otherwise, TEST)), TEST
        case Display("tuple", items):
            return cst.Tuple(_elements(items)), ATOM
        case Display("list", items):
            return cst.List(_elements(items)), ATOM
        case Display(_, items):
            # There is no display of the empty set.
            return (cst.Set(_elements(items)) if items else cst.Call(cst.Name("set"))), ATOM
        case DictDisplay(items):
            return cst.Dict([_dict_element(key, value) for key, value in items]), ATOM
        case Comprehension():
            return _comprehension(expression), ATOM
        case Lambda(parameters, body):
            return _lambda(parameters, body), TEST
        case FString():
            return emit_fstring(expression), ATOM
        case Walrus(name, value):
            return cst.NamedExpr(cst.Name(name), emit(value), lpar=[], rpar=[]), LOOSEST
        case Yield() | YieldFrom():
            return emit_bare(expression), LOOSEST
        case ConstHole(name) | ExprHole(name):
            raise OpenHoleError(name)
        case Slice() | Starred():
            raise ValueError(f"{type(expression).__name__} may not stand here")
        case _:
            assert_never(expression)


def _binary(expression: Binary) -> tuple[cst.BaseExpression, int]:
    level = BINARY_LEVELS[expression.operator]
    if expression.operator == "**":
        # It binds more tightly than a sign on its left and less tightly than one on its right.
        left, right = emit(expression.left, PRIMARY), emit(expression.right, UNARY)
    else:
        left, right = emit(expression.left, level), emit(expression.right, level + 1)
    return cst.BinaryOperation(left, BINARY_NODES[expression.operator](), right), level


def _bool_op(is_and: bool, operands: Sequence[Expr]) -> tuple[cst.BaseExpression, int]:
    level = AND if is_and else OR
    nodes = [emit(operand, level + 1) for operand in operands]
    result = nodes[0]
    for node in nodes[1:]:
        result = cst.BooleanOperation(result, cst.And() if is_and else cst.Or(), node)
    return result, level


def _elements(items: Sequence[Expr]) -> list[cst.BaseElement]:
    return [
        cst.StarredElement(emit(item.value, BITOR)) if isinstance(item, Starred) else cst.Element(emit(item, TEST))
        for item in items
    ]


def _dict_element(key: Expr | None, value: Expr) -> cst.BaseDictElement:
    if key is None:
        return cst.StarredDictElement(emit(value, BITOR))
    return cst.DictElement(emit(key), emit(value))


def _subscript_elements(index: Expr) -> list[cst.SubscriptElement]:
    match index:
        case Display("tuple", items) if len(items) > 1 and not any(isinstance(item, Starred) for item in items):
            return [cst.SubscriptElement(_index(item)) for item in items]
        case Display("tuple", (Slice() as only,)):
            return [cst.SubscriptElement(_index(only), comma=cst.Comma())]
        case _:
            return [cst.SubscriptElement(_index(index))]


def _index(index: Expr) -> cst.BaseSlice:
    match index:
        case Slice(lower, upper, step):
            first, last, stride = (None if bound is None else emit(bound) for bound in (lower, upper, step))
            return cst.Slice(first, last, stride)
        case _:
            return cst.Index(emit(index))


def _call(call: Call) -> cst.Call:
    arguments: list[cst.Arg] = []
    for argument in call.arguments:
        if isinstance(argument, Starred):
            arguments.append(cst.Arg(emit(argument.value, TEST), star="*"))
        else:
            arguments.append(cst.Arg(emit(argument, LOOSEST)))
    if len(call.arguments) == 1 and not call.keywords and isinstance(arguments[0].value, cst.GeneratorExp):
        arguments = [cst.Arg(arguments[0].value.with_changes(lpar=[], rpar=[]))]
    for keyword in call.keywords:
        if keyword.name is None:
            arguments.append(cst.Arg(emit(keyword.value), star="**"))
        else:
            arguments.append(cst.Arg(emit(keyword.value), keyword=cst.Name(keyword.name), equal=cst.AssignEqual()))
    return cst.Call(emit(call.function, PRIMARY), arguments)


def _comprehension(node: Comprehension) -> cst.BaseExpression:
    clauses: cst.CompFor | None = None
    for clause in reversed(node.clauses):
        clauses = _clause(clause, clauses)
    if clauses is None:
        raise ValueError("a comprehension has at least one clause")
    if node.kind == "dict":
        if node.key is None:
            raise ValueError("a dict comprehension has a key")
        return cst.DictComp(emit(node.key), emit(node.element), clauses)
    kinds: dict[str, type[cst.ListComp | cst.SetComp | cst.GeneratorExp]] = {
        "list": cst.ListComp,
        "set": cst.SetComp,
        "generator": cst.GeneratorExp,
    }
    return kinds[node.kind](emit(node.element), clauses)


def _clause(clause: Clause, inner: cst.CompFor | None) -> cst.CompFor:
    return cst.CompFor(
        target=emit_target(clause.target),
        iter=emit(clause.iterable, OR),
        ifs=[cst.CompIf(emit(condition, OR)) for condition in clause.conditions],
        inner_for_in=inner,
    )


def emit_target(target: Expr) -> cst.BaseAssignTargetExpression:
    """An assignment target; a tuple stands bare."""
    node = emit_bare(target)
    if not isinstance(node, cst.BaseAssignTargetExpression):
        raise ValueError(f"{type(target).__name__} is no assignment target")
    return node


def _lambda(parameters: Parameters, body: Expr) -> cst.Lambda:
    nodes = emit_parameters(parameters)
    space = cst.SimpleWhitespace(" " if parameters.all() else "")
    return cst.Lambda(nodes, emit(body, TEST), whitespace_after_lambda=space)


def emit_parameters(parameters: Parameters) -> cst.Parameters:
    """A parameter list, of a function or a lambda."""
    star: cst.Param | cst.ParamStar | cst.MaybeSentinel = cst.MaybeSentinel.DEFAULT
    if parameters.star is not None:
        star = _param(parameters.star, "*")
    elif parameters.keyword_only:
        star = cst.ParamStar()
    return cst.Parameters(
        posonly_params=[_param(item) for item in parameters.positional_only],
        params=[_param(item) for item in parameters.positional],
        star_arg=star,
        kwonly_params=[_param(item) for item in parameters.keyword_only],
        star_kwarg=None if parameters.double_star is None else _param(parameters.double_star, "**"),
    )


def _param(parameter: Param, star: str = "") -> cst.Param:
    return cst.Param(
        cst.Name(parameter.name),
        annotation=None if parameter.type is None else emit_annotation(parameter.type),
        default=None if parameter.default is None else emit(parameter.default),
        star=star,
    )


def emit_annotation(annotation: TypeExpr) -> cst.Annotation:
    """An annotation as it was written, or as its sort is written."""
    if isinstance(annotation, TypeHole):
        raise OpenHoleError(annotation.name)
    text = annotation.text if annotation.text is not None else format_sort(annotation.sort)
    return cst.Annotation(cst.parse_expression(text))


def emit_fstring(node: FString) -> cst.FormattedString:
    """An f-string; before Python 3.12 its quote may not occur in its fields."""
    parts = _fstring_parts(node, '"')
    fields = "".join(code_of(part) for part in parts if isinstance(part, cst.FormattedStringExpression))
    quote = next((quote for quote in _QUOTES if quote not in fields), _QUOTES[0])
    return cst.FormattedString(_fstring_parts(node, quote), start=f"f{quote}", end=quote)


def _fstring_parts(node: FString, quote: str) -> list[cst.BaseFormattedStringContent]:
    return [
        cst.FormattedStringText(_escaped(part, quote)) if isinstance(part, str) else _field(part, quote)
        for part in node.parts
    ]


def _field(part: Replacement, quote: str) -> cst.FormattedStringExpression:
    expression = emit(part.value, OR)
    braced = code_of(expression).startswith("{")
    return cst.FormattedStringExpression(
        expression,
        conversion=part.conversion,
        format_spec=None if part.format is None else _fstring_parts(part.format, quote),
        whitespace_before_expression=cst.SimpleWhitespace(" " if braced else ""),
    )


def _escaped(text: str, quote: str) -> str:
    """The literal part of an f-string between quotes of a kind."""
    # repr escapes single quotes where the text holds quotes of both kinds.
    plain = repr("'\"" + text)[4:-1]
    if quote[0] == '"':
        plain = re.sub(r"\\(.)", lambda pair: "'" if pair[1] == "'" else pair[0], plain).replace('"', '\\"')
    return plain.replace("{", "{{").replace("}", "}}")
