"""Nodes of the IR that have a value, with the types and parameters that stand in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from compiler.text.source import Span
from solver.operations.comparisons import BinaryOperator, ComparisonOperator
from solver.sorts import ANY, Sort

Scalar: TypeAlias = bool | int | float | complex | str | bytes | None

UnaryOperator: TypeAlias = Literal["-", "+", "~", "not"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has: its place, which takes no part in equality."""

    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TypeHole(Node):
    """A type that is not known yet."""

    name: str


@dataclass(frozen=True, slots=True)
class TypeRef(Node):
    """A known type; ``text`` is the annotation as written, where it was written."""

    sort: Sort
    text: str | None = None


TypeExpr: TypeAlias = TypeRef | TypeHole


@dataclass(frozen=True, slots=True)
class Const(Node):
    """A scalar literal.

    ``text`` is the literal as ``repr`` writes it and is what equality compares, so that ``1``, ``1.0``, ``True``,
    ``0.0`` and ``-0.0`` are told apart and NaN equals itself.
    """

    value: Scalar = field(compare=False)
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", repr(self.value))


@dataclass(frozen=True, slots=True)
class Name(Node):
    id: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    value: Expr
    attribute: str


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    value: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """``lower:upper:step``, only as (part of) the index of a subscript."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None = None


@dataclass(frozen=True, slots=True)
class Starred(Node):
    """``*value``, in a call, a display or an assignment target."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Keyword(Node):
    """``name=value`` in a call; ``name`` is ``None`` for ``**value``."""

    name: str | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Expr
    arguments: tuple[Expr, ...]
    keywords: tuple[Keyword, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary(Node):
    operator: UnaryOperator
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    operator: BinaryOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class BoolOp(Node):
    """``and`` or ``or`` over two operands or more."""

    operator: Literal["and", "or"]
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A comparison chain: ``left operators[0] comparators[0] operators[1] ...``."""

    left: Expr
    operators: tuple[ComparisonOperator, ...]
    comparators: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``then if test else otherwise``."""

    test: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Display(Node):
    """A list, tuple or set display."""

    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class DictDisplay(Node):
    """A dict display; a key of ``None`` stands for ``**value``."""

    items: tuple[tuple[Expr | None, Expr], ...]


@dataclass(frozen=True, slots=True)
class Clause(Node):
    """One ``for target in iterable if conditions`` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """A comprehension or generator expression; ``key`` is set for ``dict`` only."""

    kind: Literal["list", "set", "dict", "generator"]
    element: Expr
    clauses: tuple[Clause, ...]
    key: Expr | None = None


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    parameters: Parameters
    body: Expr


@dataclass(frozen=True, slots=True)
class Replacement(Node):
    """One ``{value!conversion:format}`` of an f-string."""

    value: Expr
    conversion: Literal["s", "r", "a"] | None = None
    format: FString | None = None


@dataclass(frozen=True, slots=True)
class FString(Node):
    """An f-string: literal pieces and replacement fields in order."""

    parts: tuple[str | Replacement, ...]


@dataclass(frozen=True, slots=True)
class Walrus(Node):
    """``name := value``."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Yield(Node):
    """``yield value``; only as a whole statement or the whole right side of an assignment."""

    value: Expr | None


@dataclass(frozen=True, slots=True)
class YieldFrom(Node):
    """``yield from value``; where ``Yield`` may stand."""

    value: Expr


@dataclass(frozen=True, slots=True)
class ConstHole(Node):
    """A literal that is not known yet."""

    name: str
    sort: Sort = ANY


@dataclass(frozen=True, slots=True)
class ExprHole(Node):
    """An expression that is not known yet, over ``scope`` and the module's own names."""

    name: str
    sort: Sort = ANY
    scope: tuple[str, ...] = ()


Expr: TypeAlias = (
    Const
    | Name
    | Attribute
    | Subscript
    | Slice
    | Starred
    | Call
    | Unary
    | Binary
    | BoolOp
    | Compare
    | Conditional
    | Display
    | DictDisplay
    | Comprehension
    | Lambda
    | FString
    | Walrus
    | Yield
    | YieldFrom
    | ConstHole
    | ExprHole
)


@dataclass(frozen=True, slots=True)
class Param(Node):
    name: str
    type: TypeExpr | None = None
    default: Expr | None = None


@dataclass(frozen=True, slots=True)
class Parameters(Node):
    """A parameter list, in the order of Python's grammar."""

    positional_only: tuple[Param, ...] = ()
    positional: tuple[Param, ...] = ()
    star: Param | None = None
    keyword_only: tuple[Param, ...] = ()
    double_star: Param | None = None

    def all(self) -> tuple[Param, ...]:
        """Every parameter, in the order written."""
        star = () if self.star is None else (self.star,)
        double = () if self.double_star is None else (self.double_star,)
        return (*self.positional_only, *self.positional, *star, *self.keyword_only, *double)
