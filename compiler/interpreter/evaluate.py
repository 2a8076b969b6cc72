"""Expressions as code: each node becomes a Python closure over a frame, once, and is then called as often as needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler.interpreter import guards
from compiler.interpreter.argument_checks import permitted_attribute
from compiler.interpreter.calls import compile_call, compile_items
from compiler.interpreter.checks import METHOD_CHECKS, tame
from compiler.interpreter.comprehensions import compile_comprehension
from compiler.interpreter.frames import UNBOUND, Code, Frame, Scope, constant, load, peek, store
from compiler.interpreter.functions import compile_lambda
from compiler.interpreter.meter import Meter, Refused
from compiler.interpreter.operations import binary, comparer, comparison, unary
from compiler.ir import nodes as ir


def compile_expression(node: ir.Expr, scope: Scope) -> Code:
    """The code of an expression, watched where the unit is compiled for watching."""
    scope.unit.nodes += 1
    code = _compile(node, scope)
    if not scope.unit.observing:
        return code
    meter = scope.unit.meter

    def observed(frame: Frame) -> Any:
        value = code(frame)
        if meter.observe is not None:
            meter.observe(node, value)
        return value

    return observed


def _compile(node: ir.Expr, scope: Scope) -> Code:
    meter = scope.unit.meter
    match node:
        case ir.Const(value):
            return constant(value)
        case ir.Name(name):
            return load(scope, name)
        case ir.Call():
            return compile_call(node, scope)
        case ir.Binary(symbol, left, right):
            return binary(symbol, scope.code(left), scope.code(right), meter)
        case ir.Compare(left, (symbol,), (right,)):
            return comparison(symbol, scope.code(left), scope.code(right), meter)
        case ir.Compare():
            return _chain(node, scope)
        case ir.Subscript():
            return _subscript(node, scope)
        case ir.Attribute(value, name):
            return _attribute(scope.code(value), name, meter)
        case ir.BoolOp(symbol, operands):
            return _junction(symbol, tuple([scope.code(item) for item in operands]))
        case ir.Unary(symbol, operand):
            return unary(symbol, scope.code(operand))
        case ir.Conditional(test, then, otherwise):
            return _conditional(*(scope.code(part) for part in (test, then, otherwise)))
        case ir.Display(kind, items):
            return _display(kind, items, scope)
        case ir.DictDisplay(items):
            return _dict_display(items, scope)
        case ir.Comprehension():
            return compile_comprehension(node, scope)
        case ir.Lambda():
            return compile_lambda(node, scope)
        case ir.FString(parts):
            return _fstring(parts, scope)
        case ir.Walrus(name, value):
            return _walrus(store(scope, name), scope.code(value))
        case ir.Slice(lower, upper, step):
            return _slice(*(_optional(part, scope) for part in (lower, upper, step)))
        case ir.ConstHole(name):
            return _hole(name, scope, ())
        case ir.ExprHole(name, _, visible):
            return _hole(name, scope, visible)
        case ir.Starred() | ir.Yield() | ir.YieldFrom():
            raise Refused(f"{type(node).__name__} cannot stand here")


def _optional(node: ir.Expr | None, scope: Scope) -> Code:
    return constant(None) if node is None else scope.code(node)


def _chain(node: ir.Compare, scope: Scope) -> Code:
    first = scope.code(node.left)
    links = [
        (comparer(symbol, scope.unit.meter), scope.code(operand))
        for symbol, operand in zip(node.operators, node.comparators, strict=True)
    ]
    *middle, (last_compare, last_operand) = links

    def chain(frame: Frame) -> Any:
        left = first(frame)
        for compare, operand in middle:
            right = operand(frame)
            result = compare(left, right)
            if not result:
                return result
            left = right
        return last_compare(left, last_operand(frame))

    return chain


def _subscript(node: ir.Subscript, scope: Scope) -> Code:
    value, index = scope.code(node.value), scope.code(node.index)
    if not isinstance(node.index, ir.Slice):
        return lambda frame: value(frame)[index(frame)]
    meter = scope.unit.meter

    def take_slice(frame: Frame) -> Any:
        taken = value(frame)[index(frame)]
        if type(taken) in guards.SIZED:
            guards.charge(meter, len(taken))
        return taken

    return take_slice


def _slice(lower: Code, upper: Code, step: Code) -> Code:
    return lambda frame: slice(lower(frame), upper(frame), step(frame))


def _attribute(value: Code, name: str, meter: Meter) -> Code:
    if not permitted_attribute(name):
        raise Refused(f"the attribute {name} is outside the subset")
    if name in METHOD_CHECKS:
        # Whoever calls this method in the end, its guard goes with it.
        return lambda frame: tame(meter, getattr(value(frame), name))
    return lambda frame: getattr(value(frame), name)


def _junction(symbol: str, operands: tuple[Code, ...]) -> Code:
    if len(operands) == 2:
        left, right = operands
        if symbol == "and":
            return lambda frame: left(frame) and right(frame)
        return lambda frame: left(frame) or right(frame)
    *first, last = operands
    ends = symbol == "or"

    def junction(frame: Frame) -> Any:
        for operand in first:
            value = operand(frame)
            if bool(value) is ends:
                return value
        return last(frame)

    return junction


def _conditional(test: Code, then: Code, otherwise: Code) -> Code:
    return lambda frame: then(frame) if test(frame) else otherwise(frame)


def _display(kind: str, items: tuple[ir.Expr, ...], scope: Scope) -> Code:
    if kind == "tuple" and len(items) == 2 and not any(isinstance(item, ir.Starred) for item in items):
        first, second = scope.code(items[0]), scope.code(items[1])
        return lambda frame: (first(frame), second(frame))
    collect = compile_items(items, scope)
    match kind:
        case "list":
            return collect
        case "set":
            return lambda frame: set(collect(frame))
    return lambda frame: tuple(collect(frame))


def _dict_display(items: tuple[tuple[ir.Expr | None, ir.Expr], ...], scope: Scope) -> Code:
    pairs = [(None if key is None else scope.code(key), scope.code(value)) for key, value in items]

    def make_dict(frame: Frame) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key, value in pairs:
            if key is not None:
                name = key(frame)
                made[name] = value(frame)
            else:
                mapping = value(frame)
                if not hasattr(mapping, "keys"):
                    raise TypeError(f"'{type(mapping).__name__}' object is not a mapping")
                made.update(mapping)
        return made

    return make_dict


_CONVERSIONS: dict[str, Callable[[Any], str]] = {"s": str, "r": repr, "a": ascii}


def _fstring(parts: tuple[str | ir.Replacement, ...], scope: Scope) -> Code:
    pieces = [constant(part) if isinstance(part, str) else _replacement(part, scope) for part in parts]
    return lambda frame: "".join([piece(frame) for piece in pieces])


def _replacement(part: ir.Replacement, scope: Scope) -> Code:
    value = scope.code(part.value)
    convert = _CONVERSIONS[part.conversion] if part.conversion is not None else None
    specification = constant("") if part.format is None else _fstring(part.format.parts, scope)
    meter = scope.unit.meter

    def replacement(frame: Frame) -> str:
        content = value(frame)
        if convert is not None:
            content = convert(content)
        shape = specification(frame)
        if shape:
            guards.check_format(meter, content, shape)
        return format(content, shape)

    return replacement


def _walrus(assign: Callable[[Frame, Any], None], value: Code) -> Code:
    def walrus(frame: Frame) -> Any:
        result = value(frame)
        assign(frame, result)
        return result

    return walrus


def _hole(name: str, scope: Scope, visible: tuple[str, ...]) -> Code:
    readers = {item: peek(scope, item) for item in visible} if visible else scope.visible()
    meter = scope.unit.meter

    def ask(frame: Frame) -> Any:
        filler = meter.holes.get(name)
        if filler is None:
            raise Refused(f"the hole ?{name} is open")
        values = {item: read(frame) for item, read in readers.items()}
        return filler({item: value for item, value in values.items() if value is not UNBOUND})

    return ask
