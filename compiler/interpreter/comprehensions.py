"""Comprehensions, which run in the frame around them with variables of their own, and generator expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from compiler.interpreter.assign import compile_target
from compiler.interpreter.bindings import Names, comprehension_names
from compiler.interpreter.frames import UNBOUND, Code, Frame, Scope, Store
from compiler.interpreter.meter import Meter
from compiler.ir import nodes as ir

Loop: TypeAlias = Callable[[Frame, Any], None]


def compile_comprehension(node: ir.Comprehension, scope: Scope) -> Code:
    """The code of a comprehension or generator expression."""
    names = comprehension_names(node)
    first = scope.code(node.clauses[0].iterable)
    if node.kind == "generator":
        return _generator(node, names, first, scope)
    single = len(node.clauses) == 1
    inner = Scope(scope.unit, "comprehension", scope.layout, scope, always_bound=names.bound if single else frozenset())
    inner.declare(names)
    stores = _clause_stores(node, inner)
    before = scope.unit.nodes
    element = inner.code(node.element)
    key = None if node.key is None else inner.code(node.key)
    conditions = [_conditions(clause, inner) for clause in node.clauses]
    iterables = [inner.code(clause.iterable) for clause in node.clauses[1:]]
    cost = 1 + scope.unit.nodes - before
    meter = scope.unit.meter
    cells = [slot for slot, home in inner.slots.values() if home == "cell"]
    if single and not conditions[0] and node.kind == "list" and not cells:
        return _simple_list(first, stores[0], element, cost, meter)
    loop = _nest(stores, conditions, iterables, _adder(node.kind, element, key), cost, meter)
    make: Callable[[], Any] = {"list": list, "set": set, "dict": dict}[node.kind]
    fresh = [slot for slot, home in inner.slots.values() if home == "plain"] if not single else []

    def comprehension(frame: Frame) -> Any:
        source = first(frame)
        for slot in cells:
            frame[slot] = [UNBOUND]
        for slot in fresh:
            frame[slot] = UNBOUND
        made = make()
        meter.depth += 1
        try:
            loop(frame, (source, made))
        finally:
            meter.depth -= 1
        return made

    return comprehension


def _simple_list(first: Code, assign: Store, element: Code, cost: int, meter: Meter) -> Code:
    def list_comprehension(frame: Frame) -> list[Any]:
        made: list[Any] = []
        meter.depth += 1
        try:
            for item in first(frame):
                meter.left -= cost
                if meter.left < 0:
                    meter.stop("steps")
                assign(frame, item)
                made.append(element(frame))
        finally:
            meter.depth -= 1
        return made

    return list_comprehension


def _clause_stores(node: ir.Comprehension, inner: Scope) -> list[Store]:
    return [compile_target(clause.target, inner) for clause in node.clauses]


def _conditions(clause: ir.Clause, inner: Scope) -> list[Code]:
    return [inner.code(condition) for condition in clause.conditions]


def _adder(kind: str, element: Code, key: Code | None) -> Loop:
    if key is not None:

        def add_pair(frame: Frame, made: dict[Any, Any]) -> None:
            name = key(frame)
            made[name] = element(frame)

        return add_pair
    if kind == "set":
        return lambda frame, made: made.add(element(frame))
    return lambda frame, made: made.append(element(frame))


def _nest(
    stores: list[Store], conditions: list[list[Code]], iterables: list[Code], add: Loop, cost: int, meter: Meter
) -> Loop:
    """The loops of all clauses; each takes its iterable with what is being made."""
    assign, tests = stores[0], conditions[0]
    following = _nest(stores[1:], conditions[1:], iterables[1:], add, cost, meter) if iterables else None
    next_iterable = iterables[0] if iterables else None

    def loop(frame: Frame, work: tuple[Any, Any]) -> None:
        source, made = work
        for item in source:
            meter.left -= cost
            if meter.left < 0:
                meter.stop("steps")
            assign(frame, item)
            for test in tests:
                if not test(frame):
                    break
            else:
                if following is None or next_iterable is None:
                    add(frame, made)
                else:
                    following(frame, (next_iterable(frame), made))

    return loop


def _generator(node: ir.Comprehension, names: Names, first: Code, scope: Scope) -> Code:
    inner = Scope(scope.unit, "function")
    lent = scope.lend(names.free)
    inner.declare(names)
    for name, _ in lent:
        inner.slots[name] = (inner.layout.add(), "free")
    stores = _clause_stores(node, inner)
    before = scope.unit.nodes
    element = inner.code(node.element)
    conditions = [_conditions(clause, inner) for clause in node.clauses]
    iterables = [inner.code(clause.iterable) for clause in node.clauses[1:]]
    cost = 1 + scope.unit.nodes - before
    run = _nest_generators(stores, conditions, iterables, element, cost, scope.unit.meter)
    own = [slot for slot, home in inner.slots.values() if home == "cell"]
    shared = [(inner.slots[name][0], slot) for name, slot in lent]

    def make(frame: Frame) -> Iterator[Any]:
        source = iter(first(frame))
        inside: Frame = [UNBOUND] * inner.layout.size
        for slot in own:
            inside[slot] = [UNBOUND]
        for slot, outer in shared:
            inside[slot] = frame[outer]
        return run(inside, source)

    return make


def _nest_generators(
    stores: list[Store], conditions: list[list[Code]], iterables: list[Code], element: Code, cost: int, meter: Meter
) -> Callable[[Frame, Any], Iterator[Any]]:
    assign, tests = stores[0], conditions[0]
    rest = _nest_generators(stores[1:], conditions[1:], iterables[1:], element, cost, meter) if iterables else None
    next_iterable = iterables[0] if iterables else None

    def generator(frame: Frame, source: Any) -> Iterator[Any]:
        for item in source:
            meter.left -= cost
            if meter.left < 0:
                meter.stop("steps")
            assign(frame, item)
            for test in tests:
                if not test(frame):
                    break
            else:
                if rest is None or next_iterable is None:
                    yield element(frame)
                else:
                    yield from rest(frame, next_iterable(frame))

    return generator
