"""Guarded calls: which check comes before which built-in function, type or method, and before what those call."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import groupby
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

# Methods of compiled patterns are of a type of their own.
BUILTIN_METHODS: frozenset[type[Any]] = frozenset({BuiltinFunctionType, type(re.compile("").match)})


def is_guarded_type(kind: type[Any]) -> bool:
    """Whether calling this type is checked."""
    return kind in _TYPE_CHECKS


def call_guarded(meter: Meter, function: Any, arguments: Arguments, keywords: Keywords) -> Any:
    """Call something that is not a function of the program, after the check that belongs to it."""
    if isinstance(function, type):
        type_check = _TYPE_CHECKS.get(function)
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
        value in _TYPE_CHECKS
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


_CONSUMING_METHODS = """
    difference difference_update extend extendleft from_iterable fromkeys fromlist intersection intersection_update
    isdisjoint issubset issuperset sort subtract symmetric_difference symmetric_difference_update union update
"""

METHOD_CHECKS: dict[str, Check] = {
    **dict.fromkeys(_CONSUMING_METHODS.split(), _method_consume),
    **dict.fromkeys(("zfill", "ljust", "rjust", "center", "expandtabs"), width),
    **dict.fromkeys(("index", "count", "remove"), search),
    **dict.fromkeys(("match", "search", "fullmatch", "sub", "subn", "findall", "finditer"), pattern_or(unchecked)),
    "split": pattern_or(unchecked),
    "join": join,
    "replace": replacement,
    "format": template,
    "elements": elements,
    "register": register,
    "samples": samples,
    "to_bytes": counted(1, "length"),
}
"""Checks by method name; the first argument is the object."""

_TYPE_CHECKS: dict[type[Any], Check] = {
    **dict.fromkeys((list, tuple, set, frozenset, dict, deque, Counter, OrderedDict), _consume),
    **dict.fromkeys((map, filter, zip, enumerate, reversed, groupby, partial), _bound),
    **dict.fromkeys((bytes, bytearray), _buffer),
    int: integral,
    Fraction: integral,
    type: one_argument,
}

_CONSUMING = """
    builtins.sum builtins.min builtins.max builtins.any builtins.all builtins.sorted math.prod math.fsum math.dist
    math.gcd math.lcm math.hypot heapq.heapify heapq.nlargest heapq.nsmallest heapq.merge collections.namedtuple
    statistics.mean statistics.median statistics.mode statistics.stdev statistics.variance statistics.pstdev
    statistics.pvariance statistics.fmean statistics.multimode statistics.median_low statistics.median_high
    statistics.geometric_mean statistics.harmonic_mean statistics.median_grouped statistics.correlation
    statistics.covariance statistics.linear_regression operator.contains operator.countOf operator.indexOf
    copy.copy copy.deepcopy functools.reduce random.shuffle json.dumps textwrap.wrap textwrap.fill
"""
_CALLING = """
    bisect.bisect bisect.bisect_left bisect.bisect_right bisect.insort bisect.insort_left bisect.insort_right
    functools.cache functools.lru_cache functools.cmp_to_key json.loads
"""
_PATTERN_FUNCTIONS = {
    "match": 2,
    "search": 2,
    "fullmatch": 2,
    "findall": 2,
    "finditer": 2,
    "split": 3,
    "sub": 4,
    "subn": 4,
}
"""With the place of their flags."""

FUNCTION_CHECKS: dict[str, Check] = {
    **dict.fromkeys(_CONSUMING.split(), _consume),
    **dict.fromkeys(_CALLING.split(), _bound),
    **{f"re.{name}": flagged(place, uninterruptible) for name, place in _PATTERN_FUNCTIONS.items()},
    "re.compile": flagged(1, unchecked),
    **dict.fromkeys(("builtins.getattr", "builtins.hasattr"), attribute),
    "builtins.setattr": setting,
    **dict.fromkeys(("operator.mul", "operator.imul"), operation(guards.check_multiply)),
    **dict.fromkeys(("operator.add", "operator.iadd", "operator.concat"), operation(guards.check_add)),
    **dict.fromkeys(("operator.mod", "operator.floordiv", "builtins.divmod"), operation(guards.check_percent)),
    **dict.fromkeys(("math.floor", "math.ceil", "math.trunc", "builtins.round"), integral),
    **dict.fromkeys(("random.sample", "random.choices"), counted(1, "k")),
    **dict.fromkeys(("builtins.pow", "operator.pow"), power),
    "builtins.iter": _bound,
    "builtins.format": formatted,
    "operator.lshift": operation(guards.check_shift),
    "math.factorial": factorial,
    "math.comb": combinations,
    "math.perm": permutations,
    "random.randbytes": counted(0, "n"),
    "random.getrandbits": counted(0, "k"),
    "statistics.quantiles": counted(1, "n"),
}
"""Checks by qualified name of the function."""
