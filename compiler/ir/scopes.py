"""Scopes of the IR, by Python's rules: which names each binds, and where a name is looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from compiler.ir.nodes import (
    AnnAssign,
    Assign,
    AugAssign,
    Block,
    Class,
    Comprehension,
    Delete,
    Display,
    Expr,
    For,
    Function,
    Global,
    Handler,
    Import,
    Lambda,
    Module,
    Name,
    Nonlocal,
    Starred,
    Stmt,
    Walrus,
)
from compiler.ir.walk import Node, children, walk


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope. ``modules`` are names of imported modules, ``members`` names taken from one, as (module, name)."""

    kind: Literal["module", "class", "function"]
    bound: frozenset[str]
    parent: Scope | None = None
    global_names: frozenset[str] = frozenset()
    modules: dict[str, str] = field(default_factory=dict, compare=False)
    members: dict[str, tuple[str, str]] = field(default_factory=dict, compare=False)

    def lookup(self, name: str) -> Scope | None:
        """The scope whose name this is, or ``None`` for a built-in or unknown name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.global_names:
                scope = scope.outermost()
                return scope if name in scope.bound else None
            if name in scope.bound and (scope is self or scope.kind != "class"):
                return scope
            scope = scope.parent
        return None

    def outermost(self) -> Scope:
        """The module's scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def visible(self) -> frozenset[str]:
        """Every name that can be read here, built-ins apart."""
        outer = frozenset() if self.parent is None else self.parent.visible()
        return self.bound | outer


Role: TypeAlias = Literal["load", "store"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A node in its scope; ``store`` for an assignment target, also one of ``del``."""

    node: Node
    scope: Scope
    role: Role = "load"


def occurrences(module: Module) -> Iterator[Occurrence]:
    """Every statement, expression, parameter and annotation under a module with its scope, parents first."""
    through_global = {
        name
        for function in walk(module)
        if isinstance(function, Function)
        for name in _declared(function.body, Global) & _assigned(function.body)
    }
    scope = _scope("module", module.body, None, bound=frozenset(through_global))
    yield from _in_block(module.body, scope)


def _scope(
    kind: Literal["module", "class", "function"], body: Block, parent: Scope | None, bound: frozenset[str] = frozenset()
) -> Scope:
    global_names = _declared(body, Global)
    elsewhere = global_names | _declared(body, Nonlocal)
    modules: dict[str, str] = {}
    members: dict[str, tuple[str, str]] = {}
    for statement in _own_statements(body):
        if isinstance(statement, Import):
            for item in statement.names:
                if statement.module is not None:
                    members[item.alias or item.name] = (statement.module, item.name)
                else:
                    name = item.alias or item.name.partition(".")[0]
                    modules[name] = item.name if item.alias else name
    return Scope(kind, bound | (_assigned(body) - elsewhere), parent, global_names, modules, members)


def _declared(body: Block, kind: type[Global] | type[Nonlocal]) -> frozenset[str]:
    return frozenset(name for item in _own_statements(body) if isinstance(item, kind) for name in item.names)


def _own_statements(body: Block) -> Iterator[Stmt]:
    """The statements of a block and of the blocks in it, but not of functions and classes in it."""
    for statement in body:
        yield statement
        if not isinstance(statement, Function | Class):
            yield from _own_statements(tuple(_inner_statements(statement)))


def _inner_statements(statement: Stmt) -> Iterator[Stmt]:
    for child in children(statement):
        if isinstance(child, Handler):
            yield from child.body
        elif isinstance(child, Stmt):
            yield child


def _assigned(body: Block) -> frozenset[str]:
    """The names that a block binds in its own scope."""
    names: set[str] = set()
    for statement in _own_statements(body):
        match statement:
            case Function(name=name) | Class(name=name):
                names.add(name)
            case Import(names=imported):
                names |= {item.alias or item.name.partition(".")[0] for item in imported}
            case Assign(targets=targets) | Delete(targets=targets):
                names |= {name for target in targets for name in target_names(target)}
            case AugAssign(target=target) | AnnAssign(target=target) | For(target=target):
                names |= set(target_names(target))
        names |= {child.name for child in children(statement) if isinstance(child, Handler) and child.name}
        names |= _walrus_names(statement)
    return frozenset(names)


def _walrus_names(statement: Stmt) -> set[str]:
    """The names that ``:=`` binds in a statement's own expressions."""
    parts = (child for child in children(statement) if not isinstance(child, Stmt | Handler))
    caught = (child.type for child in children(statement) if isinstance(child, Handler) and child.type is not None)
    return {name for part in (*parts, *caught) for name in _walrus_names_in(part)}


def _walrus_names_in(node: Node) -> Iterator[str]:
    """The names that ``:=`` binds around a node: a comprehension binds outside itself, a lambda inside."""
    if isinstance(node, Walrus):
        yield node.name
    inner = node.parameters if isinstance(node, Lambda) else node
    for child in children(inner):
        yield from _walrus_names_in(child)


def target_names(target: Expr) -> Iterator[str]:
    """The names that assigning to a target binds."""
    match target:
        case Name(id=name):
            yield name
        case Starred(value=value):
            yield from target_names(value)
        case Display(items=items):
            for item in items:
                yield from target_names(item)


def _in_block(body: Block, scope: Scope) -> Iterator[Occurrence]:
    for statement in body:
        yield from _in_statement(statement, scope)


def _in_statement(statement: Stmt, scope: Scope) -> Iterator[Occurrence]:
    yield Occurrence(statement, scope)
    match statement:
        case Function():
            yield from _in_function(statement, scope)
        case Class():
            for expression in (*statement.decorators, *statement.bases):
                yield from _in_expression(expression, scope)
            yield from _in_block(statement.body, _scope("class", statement.body, scope))
        case Assign(targets=targets, value=value):
            yield from _in_expression(value, scope)
            for target in targets:
                yield from _in_expression(target, scope, "store")
        case AugAssign(target=target, value=value):
            yield from _in_expression(value, scope)
            yield from _in_expression(target, scope, "store")
        case AnnAssign(target=target, type=annotation, value=value):
            yield Occurrence(annotation, scope)
            if value is not None:
                yield from _in_expression(value, scope)
            yield from _in_expression(target, scope, "store")
        case For(target=target, iterable=iterable, body=body, otherwise=otherwise):
            yield from _in_expression(iterable, scope)
            yield from _in_expression(target, scope, "store")
            yield from _in_block((*body, *otherwise), scope)
        case Delete(targets=targets):
            for target in targets:
                yield from _in_expression(target, scope, "store")
        case _:
            yield from _in_children(statement, scope)


def _in_children(node: Node, scope: Scope) -> Iterator[Occurrence]:
    for child in children(node):
        if isinstance(child, Stmt):
            yield from _in_statement(child, scope)
        elif isinstance(child, Expr):
            yield from _in_expression(child, scope)
        else:
            yield Occurrence(child, scope)
            yield from _in_children(child, scope)


def _in_function(function: Function, scope: Scope) -> Iterator[Occurrence]:
    for decorator in function.decorators:
        yield from _in_expression(decorator, scope)
    if function.returns is not None:
        yield Occurrence(function.returns, scope)
    yield from _in_children(function.parameters, scope)
    names = frozenset(parameter.name for parameter in function.parameters.all())
    yield from _in_block(function.body, _scope("function", function.body, scope, names))


def _in_expression(expression: Expr, scope: Scope, role: Role = "load") -> Iterator[Occurrence]:
    yield Occurrence(expression, scope, role)
    match expression:
        case Lambda(parameters=parameters, body=body):
            yield from _in_children(parameters, scope)
            names = frozenset((*(parameter.name for parameter in parameters.all()), *_walrus_names_in(body)))
            yield from _in_expression(body, Scope("function", names, scope))
        case Comprehension(clauses=clauses):
            yield from _in_expression(clauses[0].iterable, scope)
            names = frozenset(name for clause in clauses for name in target_names(clause.target))
            inside = Scope("function", names, scope)
            for index, clause in enumerate(clauses):
                yield from _in_expression(clause.target, inside, "store")
                for part in (*(() if index == 0 else (clause.iterable,)), *clause.conditions):
                    yield from _in_expression(part, inside)
            for result in (expression.element, *(() if expression.key is None else (expression.key,))):
                yield from _in_expression(result, inside)
        case Display(items=items) if role == "store":
            for item in items:
                yield from _in_expression(item, scope, "store")
        case Starred(value=value) if role == "store":
            yield from _in_expression(value, scope, "store")
        case _:
            yield from _in_children(expression, scope)
