"""Python expressions, parameters and annotations to the IR."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal, cast

from compiler.ir.annotations import problem_in_annotation
from compiler.ir.nodes import (
    Attribute,
    Binary,
    BinaryOperator,
    BoolOp,
    Call,
    Clause,
    Compare,
    ComparisonOperator,
    Comprehension,
    Conditional,
    Const,
    DictDisplay,
    Display,
    Expr,
    FString,
    Keyword,
    Lambda,
    Name,
    Param,
    Parameters,
    Replacement,
    Slice,
    Starred,
    Subscript,
    TypeRef,
    Unary,
    UnaryOperator,
    Walrus,
    Yield,
    YieldFrom,
)
from compiler.ir.surface import Located, LowerError, Surface
from solver.sort_text import sort_of_annotation

BINARY_OPERATORS: dict[type[ast.operator], BinaryOperator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_UNARY_OPERATORS: dict[type[ast.unaryop], UnaryOperator] = {
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
    ast.Not: "not",
}
COMPARISONS: dict[type[ast.cmpop], ComparisonOperator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_CONVERSIONS: dict[int, Literal["s", "r", "a"]] = {115: "s", 114: "r", 97: "a"}


@dataclass(frozen=True, slots=True)
class ExpressionLowering:
    """Lowers the expressions of one surface. Every method raises ``LowerError`` for what is outside the subset."""

    surface: Surface

    def rejection(self, node: Located, reason: str, code: str = "L0202") -> LowerError:
        """The error that says why a node is outside the subset."""
        return LowerError(code, reason, self.surface.span(node))

    def expression(self, node: ast.expr) -> Expr:
        """The IR of an expression or of an assignment target."""
        span = self.surface.span(node)
        match node:
            case ast.Constant(value=value):
                return self._constant(node, value)
            case ast.Name(id=name):
                return Name(name, span=span)
            case ast.Attribute(value=value, attr=attribute):
                return Attribute(self.expression(value), attribute, span=span)
            case ast.Subscript(value=value, slice=index):
                return Subscript(self.expression(value), self.expression(index), span=span)
            case ast.Slice(lower=lower, upper=upper, step=step):
                return Slice(self.optional(lower), self.optional(upper), self.optional(step), span=span)
            case ast.Starred(value=value):
                return Starred(self.expression(value), span=span)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                words = tuple(Keyword(k.arg, self.expression(k.value), span=self.surface.span(k)) for k in keywords)
                return Call(self.expression(function), self.expressions(arguments), words, span=span)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)) if type(value) in (
                int,
                float,
            ):
                return self._constant(node, -value)
            case ast.UnaryOp(op=operator, operand=operand):
                return Unary(_UNARY_OPERATORS[type(operator)], self.expression(operand), span=span)
            case ast.BinOp(left=left, op=operator, right=right):
                return Binary(
                    BINARY_OPERATORS[type(operator)], self.expression(left), self.expression(right), span=span
                )
            case ast.BoolOp(op=operator, values=values):
                return BoolOp("and" if isinstance(operator, ast.And) else "or", self.expressions(values), span=span)
            case ast.Compare(left=left, ops=operators, comparators=comparators):
                signs = tuple(COMPARISONS[type(operator)] for operator in operators)
                return Compare(self.expression(left), signs, self.expressions(comparators), span=span)
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                return Conditional(self.expression(test), self.expression(then), self.expression(otherwise), span=span)
            case ast.List(elts=items):
                return Display("list", self.expressions(items), span=span)
            case ast.Tuple(elts=items):
                return Display("tuple", self.expressions(items), span=span)
            case ast.Set(elts=items):
                return Display("set", self.expressions(items), span=span)
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return DictDisplay(
                    tuple((self.optional(key), self.expression(value)) for key, value in pairs), span=span
                )
            case ast.Lambda(args=arguments, body=body):
                return Lambda(self.parameters(arguments), self.expression(body), span=span)
            case ast.JoinedStr():
                return self._fstring(node)
            case ast.NamedExpr(target=target, value=value):
                return Walrus(target.id, self.expression(value), span=span)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self._comprehension(node)
            case ast.Yield() | ast.YieldFrom():
                raise self.rejection(node, "`yield` may only be a whole statement or the right side of an assignment")
            case ast.Await():
                raise self.rejection(node, "`await` is outside the subset")
            case _:
                raise self.rejection(node, f"`{type(node).__name__}` expressions are outside the subset")

    def expressions(self, nodes: list[ast.expr]) -> tuple[Expr, ...]:
        """The IR of several expressions."""
        return tuple(self.expression(node) for node in nodes)

    def optional(self, node: ast.expr | None) -> Expr | None:
        """The IR of an expression that may be missing."""
        return None if node is None else self.expression(node)

    def right_side(self, node: ast.expr) -> Expr:
        """The IR of a whole right side or expression statement, where ``yield`` may stand."""
        match node:
            case ast.Yield(value=value):
                return Yield(self.optional(value), span=self.surface.span(node))
            case ast.YieldFrom(value=value):
                return YieldFrom(self.expression(value), span=self.surface.span(node))
            case _:
                return self.expression(node)

    def parameters(self, arguments: ast.arguments) -> Parameters:
        """The IR of a parameter list."""
        positional = [*arguments.posonlyargs, *arguments.args]
        padding: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults = [*padding, *arguments.defaults]
        params = [self._param(arg, default) for arg, default in zip(positional, defaults, strict=True)]
        split = len(arguments.posonlyargs)
        keyword_only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        return Parameters(
            tuple(params[:split]),
            tuple(params[split:]),
            None if arguments.vararg is None else self._param(arguments.vararg, None),
            tuple(self._param(arg, default) for arg, default in keyword_only),
            None if arguments.kwarg is None else self._param(arguments.kwarg, None),
        )

    def annotation(self, node: ast.expr) -> TypeRef:
        """The IR of an annotation, which may hold names, subscripts, literals and ``|`` only: nothing that runs."""
        problem = problem_in_annotation(node)
        if problem is not None:
            raise self.rejection(node, problem)
        return TypeRef(sort_of_annotation(node), ast.unparse(node), span=self.surface.span(node))

    def _param(self, node: ast.arg, default: ast.expr | None) -> Param:
        annotation = None if node.annotation is None else self.annotation(node.annotation)
        return Param(node.arg, annotation, self.optional(default), span=self.surface.span(node))

    def _constant(self, node: ast.expr, value: object) -> Const:
        if value is None or isinstance(value, bool | int | float | complex | str | bytes):
            try:
                return Const(value, span=self.surface.span(node))
            except ValueError:
                raise self.rejection(node, "the number has too many digits") from None
        raise self.rejection(node, "`...` is outside the subset")

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Comprehension:
        clauses = tuple(self._clause(generator) for generator in node.generators)
        span = self.surface.span(node)
        match node:
            case ast.DictComp(key=key, value=value):
                return Comprehension("dict", self.expression(value), clauses, self.expression(key), span=span)
            case ast.ListComp(elt=element):
                return Comprehension("list", self.expression(element), clauses, span=span)
            case ast.SetComp(elt=element):
                return Comprehension("set", self.expression(element), clauses, span=span)
            case ast.GeneratorExp(elt=element):
                return Comprehension("generator", self.expression(element), clauses, span=span)

    def _clause(self, node: ast.comprehension) -> Clause:
        if node.is_async:
            raise self.rejection(node.target, "`async` is outside the subset")
        return Clause(self.expression(node.target), self.expression(node.iter), self.expressions(node.ifs))

    def _fstring(self, node: ast.JoinedStr) -> FString:
        return FString(tuple(self._fstring_part(part) for part in node.values), span=self.surface.span(node))

    def _fstring_part(self, node: ast.expr) -> str | Replacement:
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
                shape = None if spec is None else self._fstring(cast(ast.JoinedStr, spec))
                return Replacement(
                    self.expression(value), _CONVERSIONS.get(conversion), shape, span=self.surface.span(node)
                )
            case _:
                raise self.rejection(node, "this part of an f-string is outside the subset")
