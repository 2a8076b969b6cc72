"""What the check of names has to know of a whole module before it looks at single nodes."""

from __future__ import annotations

import builtins
import string
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.ir.nodes import (
    AnnAssign,
    Assign,
    Attribute,
    Call,
    Class,
    Const,
    Delete,
    Expr,
    For,
    Function,
    Global,
    Import,
    Module,
    Name,
    Stmt,
)
from compiler.ir.scopes import target_names
from compiler.ir.subset import ALLOWED_BUILTINS, NEVER_ATTRIBUTES
from compiler.ir.walk import Node, walk

FORBIDDEN_BUILTINS: frozenset[str] = frozenset(dir(builtins)) - ALLOWED_BUILTINS


@dataclass(frozen=True, slots=True)
class Facts:
    """``own_attributes`` are names of attributes that the module itself defines.

    ``formatters`` are the module's classes whose instances are no texts and have a ``format`` of their own;
    ``formatting`` the names that only ever stand for such an instance or for a text with harmless format fields.
    ``shadows`` are the names of forbidden built-ins that are safely redefined, ``vouched`` the identities of nodes that
    their parent has checked.
    """

    own_attributes: frozenset[str]
    formatters: frozenset[str]
    formatting: frozenset[str]
    shadows: frozenset[str]
    vouched: set[int]

    @staticmethod
    def of(module: Module) -> Facts:
        nodes = list(walk(module))
        own = frozenset(name for node in nodes for name in _defined_attributes(node)) - NEVER_ATTRIBUTES
        formatters = _formatters(module, nodes)
        return Facts(own, formatters, _formatting(nodes, formatters), _safe_shadows(module), set())

    def may_format(self, value: Expr) -> bool:
        """Whether ``value.format`` surely reads no attribute by a name that stands in a text."""
        match value:
            case Const(value=str(text)):
                return is_plain_format(text)
            case Name(id=name):
                return name in self.formatting
            case _:
                return _makes_one_of(value, self.formatters)


def is_plain_format(text: str) -> bool:
    """Whether a format text has only fields such as ``{}``, ``{0}``, ``{name}`` and ``{:>{width}}``."""
    try:
        return all(
            (not field or field.isidentifier() or field.isdecimal()) and (not shape or is_plain_format(shape))
            for _, field, shape, _ in string.Formatter().parse(text)
        )
    except ValueError:
        # A fault ends formatting as it ends parsing: the fields before it are read, and they are plain.
        return True


def _formatters(module: Module, nodes: list[Node]) -> frozenset[str]:
    """Classes without bases that define ``format``, where nothing but the class ever has its name."""
    own = [node for node in module.body if isinstance(node, Class) and _has_plain_instances(node)]
    bound = [name for node in nodes for name in _all_bound_by(node)]
    return frozenset(node.name for node in own if bound.count(node.name) == 1)


def _has_plain_instances(node: Class) -> bool:
    defined = {name for item in node.body for name in _class_attributes(item)}
    return not node.bases and not node.decorators and "format" in defined and "__new__" not in defined


def _makes_one_of(value: Expr, classes: frozenset[str]) -> bool:
    return isinstance(value, Call) and isinstance(value.function, Name) and value.function.id in classes


def _formatting(nodes: list[Node], formatters: frozenset[str]) -> frozenset[str]:
    """Names to which the module never binds anything but literal texts with plain fields, or such instances."""
    good: set[str] = set()
    other: set[str] = set()
    for node in nodes:
        match node:
            case Assign(targets=(Name(id=name),), value=value) | AnnAssign(target=Name(id=name), value=value) if (
                isinstance(value, Const) and isinstance(value.value, str) and is_plain_format(value.value)
            ) or (value is not None and _makes_one_of(value, formatters)):
                good.add(name)
            case _:
                other |= _all_bound_by(node)
    return frozenset(good - other)


def _all_bound_by(node: Node) -> set[str]:
    match node:
        case Assign(targets=targets) | Delete(targets=targets):
            return {name for target in targets for name in target_names(target)}
        case _:
            return _bound_by(node)


def _bound_by(node: Node) -> set[str]:
    """Names that a node other than a plain assignment may bind."""
    found: set[str] = set()
    target = getattr(node, "target", None)
    if target is not None:
        found |= set(target_names(target))
    if isinstance(node, Import):
        found |= {item.alias or item.name for item in node.names}
    else:
        name = getattr(node, "name", None)
        if isinstance(name, str):
            found.add(name)
    return found


def _safe_shadows(module: Module) -> frozenset[str]:
    """Names of forbidden built-ins that the module binds before anything can run that reads them."""
    unsafe = {
        name
        for node in walk(module)
        if isinstance(node, Global | Delete)
        for name in (node.names if isinstance(node, Global) else _deleted(node))
    }
    safe: set[str] = set()
    mentioned: set[str] = set()
    only_definitions = True
    for statement in module.body:
        for name in _binds_at_top(statement) & FORBIDDEN_BUILTINS:
            if name not in unsafe and (only_definitions or name not in mentioned):
                safe.add(name)
        mentioned |= {node.id for node in walk(statement) if isinstance(node, Name)}
        only_definitions = only_definitions and _runs_nothing(statement)
    return frozenset(safe)


def _deleted(node: Delete) -> list[str]:
    return [name for target in node.targets for name in target_names(target)]


def _binds_at_top(statement: Stmt) -> frozenset[str]:
    match statement:
        case Function(name=name, decorators=()) | Class(name=name, decorators=()):
            return frozenset({name})
        case Assign(targets=targets, value=value):
            names = frozenset(name for target in targets for name in target_names(target))
            return names - {node.id for node in walk(value) if isinstance(node, Name)}
        case _:
            return frozenset()


def _runs_nothing(statement: Stmt) -> bool:
    match statement:
        case Import() | Assign(value=Const()):
            return True
        case Function(decorators=(), parameters=parameters):
            return all(isinstance(item.default, Const | None) for item in parameters.all())
        case _:
            return False


def _defined_attributes(node: Node) -> Iterator[str]:
    """Attribute names that a node gives to the module's own values."""
    match node:
        case Assign(targets=targets):
            for target in targets:
                yield from _stored_attributes(target)
        case AnnAssign(target=target) | For(target=target):
            yield from _stored_attributes(target)
        case Class(body=body):
            for item in body:
                yield from _class_attributes(item)
        case Call(function=Name(id=kind) | Attribute(attribute=kind), arguments=arguments, keywords=keywords):
            if kind in ("namedtuple", "NamedTuple", "Enum", "IntEnum"):
                yield from (word for item in arguments for word in _literal_words(item))
            elif kind == "SimpleNamespace":
                yield from (item.name for item in keywords if item.name is not None)
            elif kind == "setattr" and len(arguments) == 3:
                yield from _literal_words(arguments[1])


def _stored_attributes(target: Expr) -> Iterator[str]:
    for node in walk(target):
        if isinstance(node, Attribute):
            yield node.attribute


def _class_attributes(item: Stmt) -> Iterator[str]:
    match item:
        case Function(name=name):
            yield name
        case Assign(targets=targets):
            yield from (name for target in targets for name in target_names(target))
        case AnnAssign(target=target):
            yield from target_names(target)


def _literal_words(expression: Expr) -> Iterator[str]:
    for node in walk(expression):
        if isinstance(node, Const) and isinstance(node.value, str):
            yield from node.value.replace(",", " ").split()
