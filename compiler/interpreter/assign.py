"""Assignment: to names, attributes, subscripts, and to several of these by unpacking."""

from __future__ import annotations

from typing import Any, NoReturn

from compiler.interpreter import guards
from compiler.interpreter.argument_checks import permitted_attribute
from compiler.interpreter.frames import Code, Frame, Scope, Store, load, remove, store
from compiler.interpreter.meter import Meter, Refused
from compiler.interpreter.operations import in_place
from compiler.ir import nodes as ir

_LONGEST_PRECISION = 100_000


def compile_target(target: ir.Expr, scope: Scope) -> Store:
    """The code that assigns a value to a target."""
    match target:
        case ir.Name(name):
            return store(scope, name)
        case ir.Subscript(value, index):
            return _store_item(scope.code(value), scope.code(index), scope.unit.meter)
        case ir.Attribute(value, name):
            return _store_attribute(scope.code(value), name, scope.unit.meter)
        case ir.Display(_, items):
            return _unpack(items, scope)
        case _:
            raise Refused(f"{type(target).__name__} cannot be assigned to")


def compile_update(node: ir.AugAssign, scope: Scope) -> Code:
    """``target operator= value``: the parts of the target are evaluated once."""
    meter = scope.unit.meter
    value, combine = scope.code(node.value), in_place(node.operator, meter)
    match node.target:
        case ir.Name(name):
            read, write = load(scope, name), store(scope, name)

            def update_name(frame: Frame) -> None:
                old = read(frame)
                write(frame, combine(old, value(frame)))

            return update_name
        case ir.Subscript(holder, index):
            container, key = scope.code(holder), scope.code(index)

            def update_item(frame: Frame) -> None:
                inside = container(frame)
                place = key(frame)
                old = inside[place]
                inside[place] = combine(old, value(frame))

            return update_item
        case ir.Attribute(holder, name):
            if not permitted_attribute(name):
                raise Refused(f"the attribute {name} is outside the subset")
            owner = scope.code(holder)

            def update_attribute(frame: Frame) -> None:
                inside = owner(frame)
                guards.check_owner(meter, inside)
                old = getattr(inside, name)
                setattr(inside, name, combine(old, value(frame)))

            return update_attribute
    raise Refused(f"{type(node.target).__name__} cannot be assigned to")


def compile_removal(target: ir.Expr, scope: Scope) -> Code:
    """``del target``."""
    match target:
        case ir.Name(name):
            return remove(scope, name)
        case ir.Subscript(value, index):
            container, key = scope.code(value), scope.code(index)

            def remove_item(frame: Frame) -> None:
                inside = container(frame)
                del inside[key(frame)]

            return remove_item
        case ir.Attribute(value, name):
            if not permitted_attribute(name):
                raise Refused(f"the attribute {name} is outside the subset")
            owner, meter = scope.code(value), scope.unit.meter

            def remove_attribute(frame: Frame) -> None:
                inside = owner(frame)
                guards.check_owner(meter, inside)
                delattr(inside, name)

            return remove_attribute
        case ir.Display(_, items):
            removals = [compile_removal(item, scope) for item in items]

            def remove_all(frame: Frame) -> None:
                for removal in removals:
                    removal(frame)

            return remove_all
    raise Refused(f"{type(target).__name__} cannot be deleted")


def _store_item(container: Code, index: Code, meter: Meter) -> Store:
    def store_item(frame: Frame, value: Any) -> None:
        inside = container(frame)
        place = index(frame)
        inside[place] = guards.consumed(meter, value) if type(place) is slice else value

    return store_item


def _store_attribute(owner: Code, name: str, meter: Meter) -> Store:
    if not permitted_attribute(name):
        raise Refused(f"the attribute {name} is outside the subset")

    def store_attribute(frame: Frame, value: Any) -> None:
        if name == "prec" and isinstance(value, int) and value > _LONGEST_PRECISION:
            meter.stop("time")
        inside = owner(frame)
        guards.check_owner(meter, inside)
        setattr(inside, name, value)

    return store_attribute


def _unpack(items: tuple[ir.Expr, ...], scope: Scope) -> Store:
    starred = [index for index, item in enumerate(items) if isinstance(item, ir.Starred)]
    stores = [compile_target(item.value if isinstance(item, ir.Starred) else item, scope) for item in items]
    if starred:
        return _unpack_starred(stores, starred[0], scope.unit.meter)
    if len(stores) == 2:
        first_store, second_store = stores

        def unpack_pair(frame: Frame, value: Any) -> None:
            first, second = value
            first_store(frame, first)
            second_store(frame, second)

        return unpack_pair
    wanted = len(stores)

    def unpack(frame: Frame, value: Any) -> None:
        values = _take(value, wanted)
        for assign, item in zip(stores, values, strict=True):
            assign(frame, item)

    return unpack


def _take(value: Any, wanted: int) -> list[Any]:
    if not hasattr(value, "__iter__") and not hasattr(value, "__getitem__"):
        raise TypeError(f"cannot unpack non-iterable {type(value).__name__} object")
    values: list[Any] = []
    for item in value:
        if len(values) == wanted:
            raise ValueError(f"too many values to unpack (expected {wanted})")
        values.append(item)
    if len(values) < wanted:
        _too_few(f"{wanted}", len(values))
    return values


def _unpack_starred(stores: list[Store], star: int, meter: Meter) -> Store:
    after = len(stores) - star - 1

    def unpack_starred(frame: Frame, value: Any) -> None:
        values = list(guards.consumed(meter, value))
        if len(values) < star + after:
            _too_few(f"at least {star + after}", len(values))
        end = len(values) - after
        taken = [*values[:star], values[star:end], *values[end:]]
        for assign, item in zip(stores, taken, strict=True):
            assign(frame, item)

    return unpack_starred


def _too_few(wanted: str, got: int) -> NoReturn:
    raise ValueError(f"not enough values to unpack (expected {wanted}, got {got})")
