"""The verifier: what every pass and every ``.lir`` text must keep to.

Errors are for what Python would refuse to compile, for names outside the subset and for holes that cannot be filled.
A name that nothing binds is a warning only: Python raises when it reaches it, and may never reach it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from keyword import iskeyword

from compiler.ir.allowed import forbidden_names
from compiler.ir.allowed_facts import FORBIDDEN_BUILTINS
from compiler.ir.nodes import (
    AnnAssign,
    Assign,
    Attribute,
    AugAssign,
    Block,
    BlockHole,
    BoolOp,
    Break,
    Call,
    Class,
    Clause,
    Compare,
    Comprehension,
    ConstHole,
    Continue,
    Delete,
    Display,
    Expr,
    ExprHole,
    ExprStmt,
    For,
    Function,
    Global,
    Hole,
    If,
    Import,
    Module,
    Name,
    Nonlocal,
    Return,
    Slice,
    Starred,
    Stmt,
    Subscript,
    Try,
    TypeHole,
    While,
    Yield,
    YieldFrom,
)
from compiler.ir.scopes import Occurrence, occurrences
from compiler.ir.subset import ALLOWED_BUILTINS
from compiler.ir.walk import Node, children
from compiler.text.diagnostics import Diagnostic, Label, Severity


def verify(module: Module) -> list[Diagnostic]:
    """What is wrong with a module, in the order of the text; ``[]`` when nothing is.

    Codes: L0202 to L0205 for what is outside the subset, L0211 for shape, L0212 for assignment targets, L0213 for
    holes; L0214, a warning, for names that nothing binds.
    """
    found = list(_block(module.body, _Place()))
    everything = list(occurrences(module))
    found += _scope_problems(everything)
    found += _hole_problems(everything)
    found += forbidden_names(module)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a statement stands."""

    in_function: bool = False
    in_loop: bool = False


def _problem(code: str, message: str, node: Node, severity: Severity = "error") -> Diagnostic:
    return Diagnostic(code, message, () if node.span is None else (Label(node.span),), severity=severity)


def _block(block: Block, place: _Place) -> Iterator[Diagnostic]:
    for statement in block:
        yield from _statement(statement, place)


def _statement(statement: Stmt, place: _Place) -> Iterator[Diagnostic]:
    yield from _own_shape(statement, place)
    yield from _targets(statement)
    for expression in _expressions_of(statement):
        yield from _expression(expression)
    match statement:
        case Function(body=body):
            yield from _block(body, _Place(in_function=True))
        case Class(body=body):
            yield from _block(body, _Place())
        case For(body=body, otherwise=otherwise) | While(body=body, otherwise=otherwise):
            yield from _block(body, replace(place, in_loop=True))
            yield from _block(otherwise, place)
        case If(then=then, otherwise=otherwise):
            yield from _block((*then, *otherwise), place)
        case Try(body=body, handlers=handlers, otherwise=otherwise, finally_=final):
            inner = [item for handler in handlers for item in handler.body]
            yield from _block((*body, *inner, *otherwise, *final), place)


def _own_shape(statement: Stmt, place: _Place) -> Iterator[Diagnostic]:
    """What is wrong with a statement itself, apart from what stands in it."""
    match statement:
        case Break() | Continue() if not place.in_loop:
            yield _problem("L0211", f"`{type(statement).__name__.lower()}` outside a loop", statement)
        case Return() if not place.in_function:
            yield _problem("L0211", "`return` outside a function", statement)
        case Nonlocal() if not place.in_function:
            yield _problem("L0211", "`nonlocal` outside a function", statement)
        case BlockHole(returns=True) if not place.in_function:
            yield _problem("L0213", "a hole that returns stands outside a function", statement)
        case If(then=()) | For(body=()) | While(body=()) | Try(body=()):
            yield _problem("L0211", "an empty block", statement)
        case Try(handlers=(), finally_=()):
            yield _problem("L0211", "`try` without `except` and `finally`", statement)
        case Try(handlers=handlers) if any(handler.type is None for handler in handlers[:-1]):
            yield _problem("L0211", "a bare `except` must be the last", statement)
        case Assign(targets=()) | Delete(targets=()) | Import(names=()) | Global(names=()) | Nonlocal(names=()):
            yield _problem("L0211", f"an empty `{type(statement).__name__}`", statement)
        case Function(parameters=parameters):
            names = [parameter.name for parameter in parameters.all()]
            if len(set(names)) < len(names):
                yield _problem("L0211", f"`{statement.name}` has two parameters of one name", statement)
    for name in _declared_names(statement):
        if not _is_name(name):
            yield _problem("L0211", f"`{name}` is no name", statement)
    right = _right_side(statement)
    if isinstance(right, Yield | YieldFrom) and not place.in_function:
        yield _problem("L0211", "`yield` outside a function", right)


def _declared_names(statement: Stmt) -> Iterator[str]:
    match statement:
        case Function(name=name, parameters=parameters):
            yield name
            yield from (parameter.name for parameter in parameters.all())
        case Class(name=name):
            yield name
        case Global(names=names) | Nonlocal(names=names):
            yield from names
        case Import(module=module, names=imported):
            for item in imported:
                yield from item.name.split(".")
                yield item.alias or "_"
            yield from (module or "_").split(".")
        case Try(handlers=handlers):
            yield from (handler.name for handler in handlers if handler.name is not None)


def _is_name(text: str) -> bool:
    return text.isidentifier() and not iskeyword(text)


def _right_side(statement: Stmt) -> Expr | None:
    """The expression of a statement that may be a ``yield``."""
    match statement:
        case Assign(value=value) | AugAssign(value=value) | ExprStmt(value=value):
            return value
        case AnnAssign(value=value):
            return value
        case _:
            return None


def _expressions_of(node: Node) -> Iterator[Expr]:
    """The outermost expressions of a statement, without those of the statements in it."""
    for child in children(node):
        if isinstance(child, Expr):
            right = isinstance(node, Stmt) and child is _right_side(node)
            if right and isinstance(child, Yield | YieldFrom):
                yield from _expressions_of(child)
            else:
                yield child
        elif not isinstance(child, Stmt):
            yield from _expressions_of(child)


def _targets(statement: Stmt) -> Iterator[Diagnostic]:
    match statement:
        case Assign(targets=targets):
            for target in targets:
                yield from _target(target)
        case For(target=target):
            yield from _target(target)
        case AugAssign(target=target) | AnnAssign(target=target):
            if not isinstance(target, Name | Attribute | Subscript):
                yield _problem("L0212", "this target takes one value only", target)
        case Delete(targets=targets):
            for target in targets:
                if not isinstance(target, Name | Attribute | Subscript):
                    yield _problem("L0212", "this cannot be deleted", target)


def _target(target: Expr) -> Iterator[Diagnostic]:
    match target:
        case Name() | Attribute() | Subscript():
            return
        case Display("list" | "tuple", items):
            if sum(isinstance(item, Starred) for item in items) > 1:
                yield _problem("L0212", "two starred targets", target)
            for item in items:
                yield from _target(item.value if isinstance(item, Starred) else item)
        case _:
            yield _problem("L0212", "this cannot be assigned to", target)


def _expression(expression: Expr, starred: bool = False, sliced: bool = False) -> Iterator[Diagnostic]:
    """What is wrong in an expression; ``starred`` and ``sliced`` tell whether ``*x`` and ``a:b`` may stand here."""
    match expression:
        case Name(id=name) | Attribute(attribute=name) if not _is_name(name):
            yield _problem("L0211", f"`{name}` is no name", expression)
        case Starred() if not starred:
            yield _problem("L0211", "`*` may not stand here", expression)
        case Slice() if not sliced:
            yield _problem("L0211", "a slice may stand in a subscript only", expression)
        case Yield() | YieldFrom():
            yield _problem("L0211", "`yield` may only be a whole statement or right side", expression)
        case BoolOp(operands=operands) if len(operands) < 2:
            yield _problem("L0211", f"`{expression.operator}` over fewer than two operands", expression)
        case Compare(operators=operators, comparators=comparators):
            if not operators or len(operators) != len(comparators):
                yield _problem("L0211", "a comparison without its operands", expression)
        case Comprehension(kind=kind, key=key, clauses=clauses):
            if not clauses or (kind == "dict") is (key is None):
                yield _problem("L0211", "a comprehension without its parts", expression)
            for clause in clauses:
                yield from _target(clause.target)
    for child in children(expression):
        yield from _in_expression(expression, child)


def _in_expression(parent: Expr, child: Node) -> Iterator[Diagnostic]:
    if isinstance(child, Expr):
        takes_star = isinstance(parent, Display) or (isinstance(parent, Call) and child is not parent.function)
        takes_slice = isinstance(parent, Subscript) and child is parent.index
        if takes_slice and isinstance(child, Display) and child.kind == "tuple":
            for item in child.items:
                yield from _expression(item, starred=True, sliced=True)
        else:
            yield from _expression(child, takes_star, takes_slice)
        return
    if isinstance(child, Clause):
        yield from _expression(child.iterable)
        for condition in child.conditions:
            yield from _expression(condition)
        return
    for expression in _expressions_of(child):
        yield from _expression(expression)


def _scope_problems(everything: list[Occurrence]) -> Iterator[Diagnostic]:
    for occurrence in everything:
        node, scope = occurrence.node, occurrence.scope
        match node:
            case Name(id=name) if occurrence.role == "load" and scope.lookup(name) is None:
                if name not in ALLOWED_BUILTINS and name not in FORBIDDEN_BUILTINS:
                    yield _problem("L0214", f"nothing binds the name `{name}`", node, "warning")
            case Nonlocal(names=names):
                for name in names:
                    home = None if scope.parent is None else scope.parent.lookup(name)
                    if home is None or home.kind != "function":
                        yield _problem("L0211", f"`nonlocal {name}` names nothing of a function around", node)


def _hole_problems(everything: list[Occurrence]) -> Iterator[Diagnostic]:
    seen: dict[str, Hole] = {}
    for occurrence in everything:
        node = occurrence.node
        if not isinstance(node, TypeHole | ConstHole | ExprHole | BlockHole):
            continue
        if seen.setdefault(node.name, node) != node:
            yield _problem("L0213", f"two different holes are called ?{node.name}", node)
        if occurrence.role == "store":
            yield _problem("L0213", f"the hole ?{node.name} stands where something is assigned to", node)
        if isinstance(node, ExprHole | BlockHole):
            unknown = [name for name in node.scope if name not in occurrence.scope.visible() | ALLOWED_BUILTINS]
            if unknown:
                yield _problem("L0213", f"the scope of ?{node.name} holds `{unknown[0]}`, which nothing binds", node)
