"""Guarded calls: which check comes before which built-in function, type or method, and before what those call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType
from typing import Any

from compiler.interpreter import guards
from compiler.interpreter.argument_checks import (
    Arguments,
    Check,
    Keywords,
    attribute,
    combinations,
    counted,
    elements,
    factorial,
    flagged,
    formatted,
    integral,
    join,
    one_argument,
    operation,
    pattern_or,
    permutations,
    power,
    register,
    replacement,
    samples,
    search,
    setting,
    template,
    unchecked,
    uninterruptible,
    width,
)
from compiler.interpreter.meter import PROGRAM_MODULE, Meter
from solver.operations.callables import GUARDS, HARMLESS

# Methods of compiled patterns are of a type of their own.
BUILTIN_METHODS: frozenset[type[Any]] = frozenset({BuiltinFunctionType, type(re.compile("").match)})


def is_guarded_type(kind: type[Any]) -> bool:
    """Whether calling this type is checked."""
    return _TYPE_CHECKS[kind] is not None


def call_guarded(meter: Meter, function: Any, arguments: Arguments, keywords: Keywords) -> Any:
    """Call something that is not a function of the program, after the check that belongs to it."""
    if isinstance(function, type):
        type_check = _TYPE_CHECKS[function]
        if type_check is not None:
            arguments = type_check(meter, arguments, keywords)
    elif _is_library_method(function):
        method_check = METHOD_CHECKS.get(getattr(function, "__name__", ""))
        if method_check is not None:
            if hasattr(function, "__self__"):
                arguments = method_check(meter, (function.__self__, *arguments), keywords)[1:]
            elif arguments:
                arguments = method_check(meter, arguments, keywords)
    return function(*arguments, **keywords)


def _is_library_method(function: Any) -> bool:
    """Whether this is a method that the program did not write, with its object or taken from the class."""
    kind = type(function)
    if kind is MethodType:
        return bool(function.__func__.__module__ != PROGRAM_MODULE)
    if kind is FunctionType:
        return function.__module__ != PROGRAM_MODULE and "." in function.__qualname__
    return kind in BUILTIN_METHODS or kind is MethodDescriptorType


def tame(meter: Meter, value: Any) -> Any:
    """A value that C code may call by itself: with its guard where it has one."""
    guarded = (
        _TYPE_CHECKS[value] is not None
        if type(value) is type
        else _is_library_method(value) and getattr(value, "__name__", "") in METHOD_CHECKS
    )
    if not guarded:
        return value
    return lambda *arguments, **keywords: call_guarded(meter, value, arguments, keywords)


def ticking(meter: Meter, make: Callable[..., Iterator[Any]]) -> Callable[..., guards.Ticking]:
    """``make``, with its iterators made to use up steps, and the functions that they call tame."""

    def made(*arguments: Any, **keywords: Any) -> guards.Ticking:
        return guards.Ticking(meter, make(*_bound(meter, arguments, keywords), **keywords))

    return made


def _consume(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    _tame_keywords(meter, keywords)
    return tuple([tame(meter, guards.consumed(meter, value)) for value in arguments])


def _bound(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    _tame_keywords(meter, keywords)
    return tuple([tame(meter, guards.bounded(meter, value)) for value in arguments])


def _tame_keywords(meter: Meter, keywords: Keywords) -> None:
    for name, value in keywords.items():
        keywords[name] = tame(meter, value)


def _method_consume(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    _tame_keywords(meter, keywords)
    return (arguments[0], *[guards.consumed(meter, value) for value in arguments[1:]])


def _buffer(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    if arguments and isinstance(arguments[0], int):
        return counted(0)(meter, arguments, keywords)
    return _consume(meter, arguments, keywords)


CHECKS: dict[str, Check] = {
    **{name: operation(check) for name, check in guards.OF_OPERATORS.items()},
    "attribute": attribute,
    "bounding": _bound,
    "buffer": _buffer,
    "combinations": combinations,
    "consuming": _consume,
    "count_k_at_0": counted(0, "k"),
    "count_k_at_1": counted(1, "k"),
    "count_length_at_1": counted(1, "length"),
    "count_n_at_0": counted(0, "n"),
    "count_n_at_1": counted(1, "n"),
    "draining": _method_consume,
    "elements": elements,
    "factorial": factorial,
    "flags_at_1": flagged(1, unchecked),
    "formatting": formatted,
    "integral": integral,
    "joining": join,
    "one_argument": one_argument,
    "pattern": pattern_or(unchecked),
    "permutations": permutations,
    "power": power,
    "regex_2": flagged(2, uninterruptible),
    "regex_3": flagged(3, uninterruptible),
    "regex_4": flagged(4, uninterruptible),
    "registering": register,
    "replacement": replacement,
    "samples": samples,
    "searching": search,
    "setting": setting,
    "template": template,
    "ticking": unchecked,
    "width": width,
}
"""The check of each guard, by its name in ``solver/operations/subset.txt``; those of ``HARMLESS`` have none.

A number is the place of a pattern's flags, or of how many items are made. What a ``ticking`` function gives uses up
steps (``ticking``).
"""

FUNCTION_CHECKS: dict[str, Check] = {
    name: CHECKS[guard] for name, guard in GUARDS.items() if guard not in HARMLESS and not name.startswith(".")
}
"""Checks by qualified name of the function or type."""

METHOD_CHECKS: dict[str, Check] = {
    name[1:]: CHECKS[guard] for name, guard in GUARDS.items() if guard not in HARMLESS and name.startswith(".")
}
"""Checks by method name; the first argument is the object."""


class _TypeChecks(dict[type[Any], Check | None]):
    """The checks of types, each looked up by its qualified name when it is first met."""

    def __missing__(self, kind: type[Any]) -> Check | None:
        module = kind.__module__
        if module == PROGRAM_MODULE or not isinstance(module, str):
            return None
        check = FUNCTION_CHECKS.get(f"{module}.{kind.__qualname__}")
        if check is not None:
            self[kind] = check
        return check


_TYPE_CHECKS = _TypeChecks()
