"""Calls: of the program's own functions directly, of everything else past the guards."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from compiler.interpreter import guards
from compiler.interpreter.argument_checks import permitted_attribute
from compiler.interpreter.checks import METHOD_CHECKS, call_guarded, is_guarded_type
from compiler.interpreter.frames import Code, Frame, Scope, known_builtin
from compiler.interpreter.meter import Meter, Refused
from compiler.interpreter.surroundings import MISSING
from compiler.ir import nodes as ir

_DIRECT = frozenset({FunctionType, BuiltinFunctionType, MethodType})
_OWN = frozenset({FunctionType, MethodType})
_NONE: frozenset[type[Any]] = frozenset()


def compile_call(node: ir.Call, scope: Scope) -> Code:
    """The code of a call."""
    plain = not node.keywords and not any(isinstance(item, ir.Starred) for item in node.arguments)
    match node.function:
        case ir.Name("super") if not node.arguments and known_builtin(scope, "super") is not MISSING:
            return _super(scope)
        case ir.Name(name) if plain and known_builtin(scope, name) is not MISSING:
            scope.unit.nodes += 1
            return _call_builtin(known_builtin(scope, name), [scope.code(item) for item in node.arguments], scope)
        case ir.Attribute(value, name) if plain and len(node.arguments) <= 2:
            scope.unit.nodes += 1
            return _call_method(scope.code(value), name, [scope.code(item) for item in node.arguments], scope)
        case function if plain and len(node.arguments) <= 3:
            return _call_plain(scope.code(function), [scope.code(item) for item in node.arguments], scope)
    return _call_any(node, scope)


def compile_items(items: tuple[ir.Expr, ...], scope: Scope) -> Callable[[Frame], list[Any]]:
    """The values of a display or of positional arguments, stars expanded."""
    meter = scope.unit.meter
    if not any(isinstance(item, ir.Starred) for item in items):
        codes = [scope.code(item) for item in items]
        return lambda frame: [code(frame) for code in codes]
    parts = [
        (True, scope.code(item.value)) if isinstance(item, ir.Starred) else (False, scope.code(item)) for item in items
    ]

    def collect(frame: Frame) -> list[Any]:
        values: list[Any] = []
        for starred, code in parts:
            if starred:
                values.extend(guards.consumed(meter, code(frame)))
            else:
                values.append(code(frame))
        return values

    return collect


def _call_builtin(function: Any, arguments: list[Code], scope: Scope) -> Code:
    """A call of what surely is this built-in: functions carry their guard themselves, some types have one."""
    if isinstance(function, type) and is_guarded_type(function):
        meter = scope.unit.meter
        return lambda frame: call_guarded(meter, function, tuple([code(frame) for code in arguments]), {})
    match arguments:
        case []:
            return lambda _frame: function()
        case [only]:
            return lambda frame: function(only(frame))
        case [first, second]:
            return lambda frame: function(first(frame), second(frame))
    return lambda frame: function(*[code(frame) for code in arguments])


def _call_method(value: Code, name: str, arguments: list[Code], scope: Scope) -> Code:
    if not permitted_attribute(name):
        raise Refused(f"the attribute {name} is outside the subset")
    meter = scope.unit.meter
    direct = _NONE if name in METHOD_CHECKS else _DIRECT
    match arguments:
        case []:

            def call_method_0(frame: Frame) -> Any:
                method = getattr(value(frame), name)
                if type(method) in direct:
                    return method()
                return call_guarded(meter, method, (), {})

            return call_method_0
        case [only]:

            def call_method_1(frame: Frame) -> Any:
                method = getattr(value(frame), name)
                argument = only(frame)
                if type(method) in direct:
                    return method(argument)
                return call_guarded(meter, method, (argument,), {})

            return call_method_1
    first, second = arguments

    def call_method_2(frame: Frame) -> Any:
        method = getattr(value(frame), name)
        argument = first(frame)
        other = second(frame)
        if type(method) in direct:
            return method(argument, other)
        return call_guarded(meter, method, (argument, other), {})

    return call_method_2


def _call_plain(function: Code, arguments: list[Code], scope: Scope) -> Code:
    meter = scope.unit.meter
    match arguments:
        case []:

            def call_0(frame: Frame) -> Any:
                called = function(frame)
                return called() if type(called) in _OWN else call_guarded(meter, called, (), {})

            return call_0
        case [only]:

            def call_1(frame: Frame) -> Any:
                called = function(frame)
                argument = only(frame)
                return called(argument) if type(called) in _OWN else call_guarded(meter, called, (argument,), {})

            return call_1
        case [first, second]:

            def call_2(frame: Frame) -> Any:
                called = function(frame)
                argument = first(frame)
                other = second(frame)
                if type(called) in _OWN:
                    return called(argument, other)
                return call_guarded(meter, called, (argument, other), {})

            return call_2
    first, second, third = arguments

    def call_3(frame: Frame) -> Any:
        called = function(frame)
        values = (first(frame), second(frame), third(frame))
        return called(*values) if type(called) in _OWN else call_guarded(meter, called, values, {})

    return call_3


def _call_any(node: ir.Call, scope: Scope) -> Code:
    function = scope.code(node.function)
    positional = compile_items(node.arguments, scope)
    keywords = [(keyword.name, scope.code(keyword.value)) for keyword in node.keywords]
    meter: Meter = scope.unit.meter

    def call(frame: Frame) -> Any:
        called = function(frame)
        values = tuple(positional(frame))
        named: dict[str, Any] = {}
        for name, code in keywords:
            if name is not None:
                _add_keyword(named, name, code(frame))
            else:
                _add_mapping(named, code(frame))
        if type(called) in _OWN:
            return called(*values, **named)
        return call_guarded(meter, called, values, named)

    return call


def _add_keyword(named: dict[str, Any], name: str, value: Any) -> None:
    if name in named:
        raise TypeError(f"got multiple values for keyword argument '{name}'")
    named[name] = value


def _add_mapping(named: dict[str, Any], mapping: Any) -> None:
    if not hasattr(mapping, "keys"):
        raise TypeError(f"argument after ** must be a mapping, not {type(mapping).__name__}")
    for name in mapping.keys():  # noqa: SIM118
        if not isinstance(name, str):
            raise TypeError("keywords must be strings")
        _add_keyword(named, name, mapping[name])


def _super(scope: Scope) -> Code:
    home, slot, _ = scope.find("__class__")
    if home != "free":
        raise Refused("super() stands outside a method")
    first = scope.first_parameter()
    return lambda frame: super(frame[slot][0], first(frame))
