"""What the interpreter must know of a scope before it compiles it: names bound, free, and captured by inner scopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from compiler.ir import nodes as ir
from compiler.ir.scopes import target_names
from compiler.ir.walk import children, walk


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one scope.

    ``bound`` are its own; ``free`` come from outside (an enclosing function or the module); ``captured`` are own names
    that an inner scope uses; ``deleted`` are own names that a ``del`` or the end of an ``except ... as`` unbinds.
    """

    bound: frozenset[str]
    free: frozenset[str]
    captured: frozenset[str]
    declared_global: frozenset[str]
    deleted: frozenset[str]


def function_names(node: ir.Function | ir.Lambda) -> Names:
    """The names of a function's or lambda's own scope."""
    collector = _Collector()
    collector.bound.update(parameter.name for parameter in node.parameters.all())
    _collect_all(node.body if isinstance(node, ir.Function) else (node.body,), collector)
    return collector.names()


def class_names(node: ir.Class) -> Names:
    """The names of a class body. ``__class__`` is captured where a method calls ``super()``."""
    collector = _Collector(in_class=True)
    _collect_all(node.body, collector)
    names = collector.names()
    captured = names.captured | ({"__class__"} & collector.nested)
    return Names(names.bound, names.free - {"__class__"}, captured, names.declared_global, names.deleted)


def comprehension_names(node: ir.Comprehension) -> Names:
    """The names of a comprehension's own scope; its first iterable belongs outside."""
    return _comprehension(node).names()


def expression_names(node: ir.Expr, variables: Iterable[str]) -> Names:
    """The names of a free-standing expression over ``variables``."""
    collector = _Collector(bound=set(variables))
    _collect(node, collector)
    return collector.names()


def module_names(module: ir.Module) -> frozenset[str]:
    """Every name that the module, or a ``global`` statement anywhere in it, may bind at module level."""
    collector = _Collector()
    _collect_all(module.body, collector)
    declared = {name for node in walk(module) if isinstance(node, ir.Global) for name in node.names}
    return frozenset(collector.bound | declared)


@dataclass(slots=True)
class _Collector:
    in_class: bool = False
    bound: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    nested: set[str] = field(default_factory=set)
    declared_global: set[str] = field(default_factory=set)
    declared_nonlocal: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)

    def names(self) -> Names:
        own = frozenset(self.bound - self.declared_global - self.declared_nonlocal)
        from_inside = self.nested if self.in_class else self.nested - own
        free = (self.uses - own) | from_inside | self.declared_nonlocal
        return Names(
            bound=own,
            free=frozenset(free - self.declared_global),
            captured=frozenset(own & self.nested) if not self.in_class else frozenset(),
            declared_global=frozenset(self.declared_global),
            deleted=frozenset(self.deleted),
        )


def _collect_all(nodes: Iterable[object], into: _Collector) -> None:
    for node in nodes:
        _collect(node, into)


def _collect(node: object, into: _Collector) -> None:
    match node:
        case ir.Name(name):
            into.uses.add(name)
            if name == "super":
                into.uses.add("__class__")
        case ir.Assign() | ir.AugAssign() | ir.AnnAssign() | ir.For() | ir.Delete() | ir.Walrus() | ir.Handler():
            _collect_binding(node, into)
        case ir.Import(_, names):
            into.bound.update(item.alias or item.name.partition(".")[0] for item in names)
        case ir.Global(names):
            into.declared_global.update(names)
        case ir.Nonlocal(names):
            into.declared_nonlocal.update(names)
        case ir.Function():
            into.bound.add(node.name)
            _collect_all((*node.decorators, *_defaults(node.parameters)), into)
            into.nested |= function_names(node).free
        case ir.Lambda():
            _collect_all(_defaults(node.parameters), into)
            into.nested |= function_names(node).free
        case ir.Class():
            into.bound.add(node.name)
            _collect_all((*node.decorators, *node.bases), into)
            into.nested |= class_names(node).free
        case ir.Comprehension():
            _collect_comprehension(node, into)
        case ir.ExprHole(_, _, scope):
            into.uses.update(scope)
        case _:
            _collect_all(children(node), into)  # type: ignore[arg-type]


def _collect_binding(node: object, into: _Collector) -> None:
    match node:
        case ir.Assign(targets, value):
            _collect(value, into)
            _bind_all(targets, into)
        case ir.AugAssign(target, _, value):
            _collect_all((target, value), into)
            _bind_all((target,), into)
        case ir.AnnAssign(target, _, value):
            _collect_all(() if value is None else (value,), into)
            _bind_all((target,), into)
        case ir.For(target, iterable, body, otherwise):
            _collect(iterable, into)
            _bind_all((target,), into)
            _collect_all((*body, *otherwise), into)
        case ir.Delete(targets):
            _bind_all(targets, into)
            into.deleted.update(name for target in targets for name in target_names(target))
        case ir.Walrus(name, value):
            into.bound.add(name)
            _collect(value, into)
        case ir.Handler(kind, caught, body):
            _collect_all(body if kind is None else (kind, *body), into)
            if caught is not None:
                into.bound.add(caught)
                into.deleted.add(caught)


def _collect_comprehension(node: ir.Comprehension, into: _Collector) -> None:
    _collect(node.clauses[0].iterable, into)
    inner = _comprehension(node)
    names = inner.names()
    into.bound |= inner.declared_nonlocal
    if node.kind == "generator" or into.in_class:
        into.nested |= names.free
    else:
        into.uses |= names.free
        into.nested |= inner.nested - names.bound


def _comprehension(node: ir.Comprehension) -> _Collector:
    inner = _Collector()
    for index, clause in enumerate(node.clauses):
        if index:
            _collect(clause.iterable, inner)
        _bind_all((clause.target,), inner)
        _collect_all(clause.conditions, inner)
    _collect_all((node.element,) if node.key is None else (node.key, node.element), inner)
    # What is bound here besides the targets is bound by ``:=``, and so belongs to the scope around.
    inner.declared_nonlocal |= inner.bound - {name for clause in node.clauses for name in target_names(clause.target)}
    return inner


def _bind_all(targets: Iterable[ir.Expr], into: _Collector) -> None:
    for target in targets:
        match target:
            case ir.Name(name):
                into.bound.add(name)
            case ir.Starred(value):
                _bind_all((value,), into)
            case ir.Display(_, items):
                _bind_all(items, into)
            case _:
                _collect(target, into)


def _defaults(parameters: ir.Parameters) -> tuple[ir.Expr, ...]:
    return tuple(parameter.default for parameter in parameters.all() if parameter.default is not None)
