"""Nodes of the IR that do something, and the module that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from compiler.ir.nodes.expressions import (
    ConstHole,
    Expr,
    ExprHole,
    Node,
    Parameters,
    TypeExpr,
    TypeHole,
)
from solver.operations.comparisons import BinaryOperator


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement(Node):
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
class Handler(Node):
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
class ImportedName(Node):
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
class Module(Node):
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
