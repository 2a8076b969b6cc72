"""The nodes of the IR: Python's own shapes, typed, frozen and with typed holes.

The tree is what small Python functions are made of and no more (see ``docs/ir.md``). Spans and comments take no part in
equality. A hole is a node like any other; only filling it removes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from compiler.source import Span
from solver.sorts import ANY, Sort

Scalar: TypeAlias = bool | int | float | complex | str | bytes | None

BinaryOperator: TypeAlias = Literal["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"]
UnaryOperator: TypeAlias = Literal["-", "+", "~", "not"]
ComparisonOperator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    span: Span | None = field(default=None, compare=False, repr=False)


# Types


@dataclass(frozen=True, slots=True)
class TypeHole(_Node):
    """A type that is not known yet."""

    name: str


@dataclass(frozen=True, slots=True)
class TypeRef(_Node):
    """A known type; ``text`` is the annotation as written, where it was written."""

    sort: Sort
    text: str | None = None


TypeExpr: TypeAlias = TypeRef | TypeHole


# Expressions


@dataclass(frozen=True, slots=True)
class Const(_Node):
    """A scalar literal.

    ``text`` is the literal as ``repr`` writes it and is what equality compares, so that ``1``, ``1.0``, ``True``,
    ``0.0`` and ``-0.0`` are told apart and NaN equals itself.
    """

    value: Scalar = field(compare=False)
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", repr(self.value))


@dataclass(frozen=True, slots=True)
class Name(_Node):
    id: str


@dataclass(frozen=True, slots=True)
class Attribute(_Node):
    value: Expr
    attribute: str


@dataclass(frozen=True, slots=True)
class Subscript(_Node):
    value: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Slice(_Node):
    """``lower:upper:step``, only as (part of) the index of a subscript."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None = None


@dataclass(frozen=True, slots=True)
class Starred(_Node):
    """``*value``, in a call, a display or an assignment target."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Keyword(_Node):
    """``name=value`` in a call; ``name`` is ``None`` for ``**value``."""

    name: str | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Call(_Node):
    function: Expr
    arguments: tuple[Expr, ...]
    keywords: tuple[Keyword, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary(_Node):
    operator: UnaryOperator
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(_Node):
    operator: BinaryOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class BoolOp(_Node):
    """``and`` or ``or`` over two operands or more."""

    operator: Literal["and", "or"]
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Compare(_Node):
    """A comparison chain: ``left operators[0] comparators[0] operators[1] ...``."""

    left: Expr
    operators: tuple[ComparisonOperator, ...]
    comparators: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Conditional(_Node):
    """``then if test else otherwise``."""

    test: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Display(_Node):
    """A list, tuple or set display."""

    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class DictDisplay(_Node):
    """A dict display; a key of ``None`` stands for ``**value``."""

    items: tuple[tuple[Expr | None, Expr], ...]


@dataclass(frozen=True, slots=True)
class Clause(_Node):
    """One ``for target in iterable if conditions`` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Comprehension(_Node):
    """A comprehension or generator expression; ``key`` is set for ``dict`` only."""

    kind: Literal["list", "set", "dict", "generator"]
    element: Expr
    clauses: tuple[Clause, ...]
    key: Expr | None = None


@dataclass(frozen=True, slots=True)
class Lambda(_Node):
    parameters: Parameters
    body: Expr


@dataclass(frozen=True, slots=True)
class Replacement(_Node):
    """One ``{value!conversion:format}`` of an f-string."""

    value: Expr
    conversion: Literal["s", "r", "a"] | None = None
    format: FString | None = None


@dataclass(frozen=True, slots=True)
class FString(_Node):
    """An f-string: literal pieces and replacement fields in order."""

    parts: tuple[str | Replacement, ...]


@dataclass(frozen=True, slots=True)
class Walrus(_Node):
    """``name := value``."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Yield(_Node):
    """``yield value``; only as a whole statement or the whole right side of an assignment."""

    value: Expr | None


@dataclass(frozen=True, slots=True)
class YieldFrom(_Node):
    """``yield from value``; where ``Yield`` may stand."""

    value: Expr


@dataclass(frozen=True, slots=True)
class ConstHole(_Node):
    """A literal that is not known yet."""

    name: str
    sort: Sort = ANY


@dataclass(frozen=True, slots=True)
class ExprHole(_Node):
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


# Parameters


@dataclass(frozen=True, slots=True)
class Param(_Node):
    name: str
    type: TypeExpr | None = None
    default: Expr | None = None


@dataclass(frozen=True, slots=True)
class Parameters(_Node):
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


# Statements


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement(_Node):
    """``comments`` are the comment lines before the statement, ``remark`` the one on its line; without ``#``."""

    comments: tuple[str, ...] = field(default=(), compare=False, repr=False)
    remark: str | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Assign(_Statement):
    """``targets[0] = targets[1] = ... = value``."""

    targets: tuple[Expr, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class AugAssign(_Statement):
    target: Expr
    operator: BinaryOperator
    value: Expr


@dataclass(frozen=True, slots=True)
class AnnAssign(_Statement):
    """``target: type = value``; ``value`` may be missing."""

    target: Expr
    type: TypeExpr
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class ExprStmt(_Statement):
    value: Expr


@dataclass(frozen=True, slots=True)
class Return(_Statement):
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class If(_Statement):
    test: Expr
    then: Block
    otherwise: Block = ()


@dataclass(frozen=True, slots=True)
class For(_Statement):
    target: Expr
    iterable: Expr
    body: Block
    otherwise: Block = ()


@dataclass(frozen=True, slots=True)
class While(_Statement):
    test: Expr
    body: Block
    otherwise: Block = ()


@dataclass(frozen=True, slots=True)
class Break(_Statement):
    pass


@dataclass(frozen=True, slots=True)
class Continue(_Statement):
    pass


@dataclass(frozen=True, slots=True)
class Pass(_Statement):
    pass


@dataclass(frozen=True, slots=True)
class Raise(_Statement):
    exception: Expr | None = None
    cause: Expr | None = None


@dataclass(frozen=True, slots=True)
class Handler(_Node):
    """``except type as name: body``; ``type`` is ``None`` for a bare ``except``."""

    type: Expr | None
    name: str | None
    body: Block


@dataclass(frozen=True, slots=True)
class Try(_Statement):
    body: Block
    handlers: tuple[Handler, ...]
    otherwise: Block = ()
    finally_: Block = ()


@dataclass(frozen=True, slots=True)
class Assert(_Statement):
    test: Expr
    message: Expr | None = None


@dataclass(frozen=True, slots=True)
class Delete(_Statement):
    targets: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Global(_Statement):
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nonlocal(_Statement):
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedName(_Node):
    name: str
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Import(_Statement):
    """``import name as alias`` (``module`` is ``None``) or ``from module import names``."""

    module: str | None
    names: tuple[ImportedName, ...]


@dataclass(frozen=True, slots=True)
class Function(_Statement):
    """A function, at module level or nested. The docstring is not part of ``body``."""

    name: str
    parameters: Parameters
    body: Block
    returns: TypeExpr | None = None
    docstring: str | None = None
    decorators: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Class(_Statement):
    """A plain helper class: methods and class attributes; bases are names of classes and exceptions in scope."""

    name: str
    bases: tuple[Expr, ...]
    body: Block
    docstring: str | None = None
    decorators: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockHole(_Statement):
    """Statements that are not known yet. ``returns`` tells whether they must return on every path."""

    name: str
    scope: tuple[str, ...] = ()
    returns: bool = True


Stmt: TypeAlias = (
    Assign
    | AugAssign
    | AnnAssign
    | ExprStmt
    | Return
    | If
    | For
    | While
    | Break
    | Continue
    | Pass
    | Raise
    | Try
    | Assert
    | Delete
    | Global
    | Nonlocal
    | Import
    | Function
    | Class
    | BlockHole
)

Block: TypeAlias = tuple[Stmt, ...]
Hole: TypeAlias = TypeHole | ConstHole | ExprHole | BlockHole


@dataclass(frozen=True, slots=True)
class Module(_Node):
    """A module's statements (imports, constants, classes, functions) in order.

    ``trailing_comments`` are the comment lines after the last statement.
    """

    body: Block
    trailing_comments: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def function(self, name: str) -> Function:
        """The last top-level function of this name. Raises ``KeyError`` where there is none."""
        for statement in reversed(self.body):
            if isinstance(statement, Function) and statement.name == name:
                return statement
        raise KeyError(name)
