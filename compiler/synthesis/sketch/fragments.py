"""Fragments: what a hole may hold, from answers or from search, and what may stand together."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from compiler.interpreter.meter import HoleFiller
from compiler.ir.nodes import (
    Assign,
    Attribute,
    AugAssign,
    Block,
    BlockHole,
    Call,
    Delete,
    ExprStmt,
    For,
    Function,
    If,
    Import,
    Module,
    Name,
    Raise,
    Return,
    Subscript,
    Try,
    Walrus,
    While,
    Yield,
    YieldFrom,
)
from compiler.ir.scopes import target_names
from compiler.ir.walk import Node, walk
from compiler.synthesis.problem.template import Fill
from solver.combination import Constraint

_CHANGING = frozenset(
    [
        "append",
        "appendleft",
        "extend",
        "extendleft",
        "insert",
        "pop",
        "popleft",
        "popitem",
        "remove",
        "clear",
        "sort",
        "reverse",
        "rotate",
        "add",
        "discard",
        "update",
        "setdefault",
        "subtract",
        "difference_update",
        "intersection_update",
        "symmetric_difference_update",
        "heappush",
        "heappop",
        "heapify",
        "heappushpop",
        "heapreplace",
        "insort",
        "insort_left",
        "insort_right",
        "shuffle",
    ]
)

Written: TypeAlias = "tuple[Fill, tuple[Import, ...]]"


@dataclass(frozen=True, slots=True)
class Fragment:
    """One thing that a hole may hold; ``written`` gives it as code, with the imports that it needs.

    ``cost`` orders the fragments of a hole, the likeliest first. ``value`` evaluates an expression in an environment;
    ``None`` where only a run of the whole function tells what the fragment does.
    """

    written: Callable[[], Written] = field(repr=False)
    cost: int = 0
    value: HoleFiller | None = None

    @property
    def content(self) -> Fill:
        """The fragment as code."""
        return self.written()[0]

    @property
    def text(self) -> str:
        """The fragment as Python text."""
        from compiler.emit.expressions import code_of, emit
        from compiler.emit.module import emit_plain

        content = self.content
        return (emit_plain(Module(content)).strip() or "pass") if isinstance(content, tuple) else code_of(emit(content))


def fragment(fill: Fill, value: HoleFiller | None) -> Fragment:
    """A fragment that is known as code."""
    return Fragment(lambda: (fill, ()), 0, value)


def parts(fill: Fill) -> tuple[Node, ...]:
    """The nodes at the top of a fragment."""
    return fill if isinstance(fill, tuple) else (fill,)


def runs_alone(fill: Fill, template: Function) -> bool:
    """Whether a fragment is an expression that the data in sight decide: it binds nothing and calls nothing local."""
    if isinstance(fill, tuple):
        return False
    local = {node.name for node in walk(template) if isinstance(node, Function)}
    return not any(
        isinstance(node, (Walrus, Yield, YieldFrom))
        or (isinstance(node, Name) and node.id in local)
        or may_change(node)
        for node in walk(fill)
    )


def may_change(node: Node) -> bool:
    """Whether a statement or call may change a value in place."""
    match node:
        case AugAssign() | Delete() | ExprStmt(value=Call()) | BlockHole():
            return True
        case Assign(targets=targets):
            return any(isinstance(target, (Subscript, Attribute)) for target in targets)
        case Call(function=Name(id=name)):
            return name == "next"
        case Call(function=Attribute(attribute=name)):
            return name in _CHANGING
        case _:
            return False


def binding_constraints(
    domains: Mapping[str, Sequence[Fragment]], template: Function, module: Module
) -> Iterator[Constraint]:
    """Between two holes: a variable that only a fragment of the other hole binds must be bound there.

    A variable that nothing else binds, wherever it may stand, cannot be bound before it is used.
    """
    known = _bound(template) | _bound(module) | set(dir(builtins))
    bound = {hole: [_bound_in(item.content) for item in items] for hole, items in domains.items()}
    used = {hole: [_used_in(item.content) - known for item in items] for hole, items in domains.items()}
    for hole, needs in used.items():
        binders = {
            name: [other for other in domains if any(name in names for names in bound[other])]
            for name in sorted(set().union(*needs))
        }
        missing = [
            {name for name in need - own if not binders[name]} for need, own in zip(needs, bound[hole], strict=True)
        ]
        if any(missing):
            yield Constraint((hole,), lambda place, missing=tuple(missing): not missing[place])
        for name, others in binders.items():
            others = [other for other in others if other != hole]
            if len(others) == 1 and not any(name in names for names in bound[hole]):
                needed = tuple(name in need for need in needs)
                offered = tuple(name in names for names in bound[others[0]])
                yield Constraint(
                    (hole, others[0]), lambda a, b, needed=needed, offered=offered: not needed[a] or offered[b]
                )


def return_constraints(domains: Mapping[str, Sequence[Fragment]], last: str) -> Iterator[Constraint]:
    """A hole that ends a function which always gives a value must leave it on every path."""
    leaving = tuple(not isinstance(item.content, tuple) or always_leaves(item.content) for item in domains[last])
    yield Constraint((last,), lambda place: leaving[place])


def always_leaves(block: Block) -> bool:
    """Whether no path runs through a block to its end, as far as its branches tell: loops may always leave."""
    match block[-1] if block else None:
        case Return() | Raise():
            return True
        case If(then=then, otherwise=otherwise):
            return always_leaves(then) and always_leaves(otherwise)
        case While() | For() | Try():
            # What a loop or a handler does, a run tells.
            return True
        case _:
            return False


def _used_in(fill: Fill) -> set[str]:
    return {node.id for part in parts(fill) for node in walk(part) if isinstance(node, Name)} - _bound_in(fill)


def _bound_in(fill: Fill) -> set[str]:
    return set().union(*map(_bound, parts(fill)))


def _bound(tree: Node) -> set[str]:
    """Every name that something under a node binds, in whatever scope."""
    found: set[str] = set()
    for node in walk(tree):
        for place in ("target", "targets"):
            targets = getattr(node, place, ())
            for target in targets if isinstance(targets, tuple) else (targets,):
                found |= set(target_names(target))
        for place in ("name", "alias"):
            name = getattr(node, place, None)
            found |= {name} if isinstance(name, str) else set()
    return found
