"""Frames: where a name of the program is kept while it runs, decided once for each scope.

A frame is a list. Slot 0 takes the value that a ``return`` gives; parameters, other locals and captured variables
follow. A variable that an inner scope shares lives in a cell, a list of one item, so that both see it change.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal, TypeAlias

from compiler.interpreter.bindings import Names
from compiler.interpreter.meter import Meter, Refused
from compiler.interpreter.surroundings import MISSING, Surroundings
from compiler.ir import nodes as ir

Frame: TypeAlias = list[Any]
Code: TypeAlias = Callable[[Frame], Any]
Store: TypeAlias = Callable[[Frame, Any], None]


def constant(value: Any) -> Code:
    """Code that gives this value."""
    return lambda _frame: value


class Unbound:
    """The content of a slot before its variable is assigned."""

    def __repr__(self) -> str:
        return "<unbound>"


UNBOUND: Any = Unbound()

# From 3.12 on, comprehensions are part of the function around them, error messages included.
_INLINED_COMPREHENSIONS = sys.version_info >= (3, 12)


@dataclass(slots=True)
class Unit:
    """What all code of one program shares: its meter, its globals and the built-ins it sees.

    ``expression`` and ``definition`` compile an expression and a ``def`` or ``class``. ``nodes`` counts the expressions
    compiled in the statement at hand, for its cost.
    """

    meter: Meter
    surroundings: Surroundings
    globals: dict[str, Any]
    module_names: frozenset[str]
    expression: Callable[[ir.Expr, Scope], Code]
    definition: Callable[[ir.Function | ir.Class, Scope], Code]
    observing: bool = False
    nodes: int = 0


@dataclass(slots=True)
class Layout:
    """The size of a frame, which grows while the code of its scopes is compiled."""

    size: int = 1

    def add(self) -> int:
        self.size += 1
        return self.size - 1


Home: TypeAlias = Literal["plain", "cell", "free", "global", "class"]


@dataclass(slots=True)
class Scope:
    """A scope during compilation. A comprehension's scope shares the layout of the scope around it.

    ``receiver`` is a function's first parameter, which ``super()`` means.
    """

    unit: Unit
    kind: Literal["module", "function", "class", "comprehension"]
    layout: Layout = field(default_factory=Layout)
    parent: Scope | None = None
    slots: dict[str, tuple[int, Home]] = field(default_factory=dict)
    declared_global: frozenset[str] = frozenset()
    always_bound: frozenset[str] = frozenset()
    class_body: frozenset[str] = frozenset()
    receiver: str | None = None

    def code(self, node: ir.Expr) -> Code:
        """The code of an expression in this scope."""
        return self.unit.expression(node, self)

    def find(self, name: str, *, skip_class: bool = False) -> tuple[Home, int, bool]:
        """Where a name lives, its slot, and whether that belongs to this very scope (and not to one around it)."""
        scope: Scope | None = self
        while scope is not None and scope.layout is self.layout:
            if name in scope.declared_global:
                return "global", 0, True
            if name in scope.class_body and scope is self and not skip_class:
                return "class", 0, True
            if name in scope.slots:
                slot, home = scope.slots[name]
                return home, slot, scope is self
            scope = scope.parent
        return "global", 0, True

    def is_always_bound(self, name: str) -> bool:
        scope: Scope | None = self
        while scope is not None and scope.layout is self.layout:
            if name in scope.slots:
                return name in scope.always_bound
            scope = scope.parent
        return False

    def first_parameter(self) -> Code:
        """How to read the first parameter of the function around. Raises ``Refused`` where there is none."""
        scope: Scope | None = self
        while scope is not None and scope.layout is self.layout:
            if scope.receiver is not None:
                return peek(self, scope.receiver)
            scope = scope.parent
        raise Refused("super() stands outside a method")

    def lend(self, names: Iterable[str]) -> list[tuple[str, int]]:
        """Of these names, those that an inner scope takes from this frame, with their slots here."""
        lent = []
        for name in sorted(names):
            home, slot, _ = self.find(name, skip_class=True)
            if home in ("cell", "free"):
                lent.append((name, slot))
        return lent

    def declare(self, names: Names, first: Iterable[str] = ()) -> None:
        """Give each bound name a slot, those in ``first`` before the others."""
        ordered = list(dict.fromkeys(first))
        for name in [*ordered, *sorted(names.bound - set(ordered))]:
            self.slots[name] = (self.layout.add(), "cell" if name in names.captured else "plain")

    def visible(self) -> dict[str, Code]:
        """How to read each variable of the function (not of the module) that is in scope here."""
        found: dict[str, Code] = {}
        scope: Scope | None = self
        while scope is not None and scope.layout is self.layout:
            for name in scope.slots:
                found.setdefault(name, peek(self, name))
            scope = scope.parent
        return found


def peek(scope: Scope, name: str) -> Code:
    """Read a variable, ``UNBOUND`` where it has no value."""
    home, slot, _ = scope.find(name)
    unit = scope.unit
    match home:
        case "plain":
            return itemgetter(slot)
        case "cell" | "free":
            return lambda frame: frame[slot][0]
        case "class":
            return lambda frame: frame[0].get(name, UNBOUND)
        case "global":
            return lambda _frame: unit.globals.get(name, UNBOUND)


def load(scope: Scope, name: str) -> Code:
    """Read a variable as an expression does: an unbound one raises what Python raises."""
    home, slot, own = scope.find(name)
    match home:
        case "global":
            return _load_global(scope.unit, name)
        case "class":
            return _load_from_class(_load_global(scope.unit, name), name)
        case "plain" if scope.is_always_bound(name):
            return itemgetter(slot)
    complain = _complain(name, home != "free" and (own or _INLINED_COMPREHENSIONS))
    if home == "plain":

        def load_plain(frame: Frame) -> Any:
            value = frame[slot]
            return complain() if value is UNBOUND else value

        return load_plain

    def load_cell(frame: Frame) -> Any:
        value = frame[slot][0]
        return complain() if value is UNBOUND else value

    return load_cell


def store(scope: Scope, name: str) -> Store:
    """Assign to a variable."""
    home, slot, _ = scope.find(name)
    match home:
        case "plain":

            def store_plain(frame: Frame, value: Any) -> None:
                frame[slot] = value

            return store_plain
        case "cell" | "free":

            def store_cell(frame: Frame, value: Any) -> None:
                frame[slot][0] = value

            return store_cell
        case "class":

            def store_in_class(frame: Frame, value: Any) -> None:
                frame[0][name] = value

            return store_in_class
    namespace = scope.unit.globals

    def store_global(_frame: Frame, value: Any) -> None:
        namespace[name] = value

    return store_global


def remove(scope: Scope, name: str) -> Code:
    """Unbind a variable; an unbound one raises what Python raises."""
    home, _, own = scope.find(name)
    match home:
        case "plain" | "cell" | "free":
            read, write = peek(scope, name), store(scope, name)
            complain = _complain(name, home != "free" and own)

            def remove_local(frame: Frame) -> None:
                if read(frame) is UNBOUND:
                    complain()
                write(frame, UNBOUND)

            return remove_local
        case "class":
            return lambda frame: frame[0].pop(name) if name in frame[0] else _complain_global(name)
    namespace = scope.unit.globals
    return lambda _frame: namespace.pop(name) if name in namespace else _complain_global(name)


def known_builtin(scope: Scope, name: str) -> Any:
    """The built-in that a name surely means here, or ``MISSING``."""
    home, _, _ = scope.find(name)
    if home != "global" or name in scope.unit.module_names:
        return MISSING
    return scope.unit.surroundings.builtin(name)


def _load_global(unit: Unit, name: str) -> Code:
    namespace = unit.globals
    builtin = unit.surroundings.builtin(name)
    if name not in unit.module_names and builtin is not MISSING:
        return constant(builtin)

    def load_global(_frame: Frame) -> Any:
        try:
            return namespace[name]
        except KeyError:
            return _complain_global(name) if builtin is MISSING else builtin

    return load_global


def _load_from_class(otherwise: Code, name: str) -> Code:
    def load_from_class(frame: Frame) -> Any:
        namespace = frame[0]
        return namespace[name] if name in namespace else otherwise(frame)

    return load_from_class


def _complain(name: str, own: bool) -> Callable[[], Any]:
    def complain() -> Any:
        if own:
            raise UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")
        raise NameError(
            f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        )

    return complain


def _complain_global(name: str) -> Any:
    raise NameError(f"name '{name}' is not defined", name=name)
