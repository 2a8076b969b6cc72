"""The checks before calls of built-in functions, types and methods that could take long or grow without end."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, UserString, deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import groupby
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType
from typing import Any, TypeAlias

from compiler.ir import guards, subset
from compiler.ir.meter import PROGRAM_MODULE, Meter, Refused

Arguments: TypeAlias = tuple[Any, ...]
Keywords: TypeAlias = dict[str, Any]
# Methods of compiled patterns are of a type of their own.
BUILTIN_METHODS: frozenset[type[Any]] = frozenset({BuiltinFunctionType, type(re.compile("").match)})

Check: TypeAlias = Callable[[Meter, Arguments, Keywords], Arguments]


def permitted_attribute(name: str) -> bool:
    """Whether the interpreter reads this attribute at all; the check of names says more, and says it better."""
    if name.startswith("__"):
        return name in subset.ALLOWED_DUNDERS
    return name not in subset.NEVER_ATTRIBUTES


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


def _search(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if len(arguments) > 1:
        guards.check_contains(meter, arguments[1], arguments[0])
    return arguments


def _operator(check: Callable[[Meter, Any, Any], None]) -> Check:
    def checked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
        del keywords
        if len(arguments) >= 2:
            check(meter, arguments[0], arguments[1])
        return arguments

    return checked


def _power(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    if len(arguments) == 2 and "mod" not in keywords:
        guards.check_power(meter, *arguments)
    elif len(arguments) == 3 and all(isinstance(value, int) for value in arguments):
        guards.charge(meter, sum(value.bit_length() for value in arguments) ** 2 >> 10)
    return arguments


def _count(position: int, keyword: str | None = None) -> Check:
    """The argument at ``position`` (or ``keyword``) is a number of items that are made at once."""

    def checked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
        value = arguments[position] if len(arguments) > position else keywords.get(keyword or "")
        if isinstance(value, int):
            guards.charge(meter, value)
        return arguments

    return checked


def _factorial(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if arguments and isinstance(arguments[0], int) and arguments[0] > 0:
        guards.charge(meter, arguments[0] * arguments[0].bit_length())
    return arguments


def _combinations(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if all(isinstance(value, int) for value in arguments):
        chosen = arguments[1] if len(arguments) > 1 else arguments[0]
        chosen = min(chosen, max(arguments[0] - chosen, 0)) if len(arguments) > 1 else chosen
        guards.charge(meter, max(chosen, 0) * arguments[0].bit_length())
    return arguments


def _permutations(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if all(isinstance(value, int) for value in arguments) and arguments:
        guards.charge(meter, max(arguments[-1], 0) * arguments[0].bit_length())
    return arguments


def _attribute(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del meter, keywords
    if len(arguments) > 1 and isinstance(arguments[1], str):
        if permitted_attribute(arguments[1]) and arguments[1] != "format":
            return arguments
        raise Refused(f"the attribute {arguments[1]} is outside the subset")
    return arguments


def _setting(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    if arguments:
        guards.check_owner(meter, arguments[0])
    return _attribute(meter, arguments, keywords)


def _register(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    """``Sequence.register`` makes every program's ``isinstance`` answer otherwise."""
    del keywords
    if isinstance(arguments[0], type):
        guards.check_owner(meter, arguments[0])
    return arguments


def _samples(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    """``NormalDist.samples`` without a seed draws on the random numbers of the whole process."""
    if keywords.get("seed") is None:
        meter.stop("state")
    return _count(1, "n")(meter, arguments, keywords)


def _flags(position: int, check: Check) -> Check:
    """The flag ``DEBUG`` prints, past the program's own ``print``."""

    def checked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
        flags = arguments[position] if len(arguments) > position else keywords.get("flags")
        if isinstance(flags, int) and flags & re.DEBUG:
            meter.stop("output")
        return check(meter, arguments, keywords)

    return checked


def _uninterruptible(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if not meter.unbounded:
        meter.stop("time")
    return arguments


def _pattern_or(check: Check) -> Check:
    """Methods of compiled patterns cannot be interrupted; those of that name of anything else have their own check."""

    def checked(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
        if type(arguments[0]).__name__ == "Pattern":
            return _uninterruptible(meter, arguments, keywords)
        return check(meter, arguments, keywords)

    return checked


def _format(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if len(arguments) > 1 and isinstance(arguments[1], str):
        guards.check_format(meter, arguments[0], arguments[1])
    return arguments


def _template(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    if isinstance(arguments[0], str | UserString):
        guards.check_template(meter, str(arguments[0]), (*arguments[1:], *keywords.values()))
    return arguments


def _join(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if len(arguments) != 2 or not isinstance(arguments[0], str | bytes):
        return arguments
    separator, pieces = arguments[0], arguments[1]
    if type(pieces) not in (list, tuple, str):
        pieces = list(guards.bounded(meter, pieces))
    total = sum(len(piece) for piece in pieces if isinstance(piece, str | bytes))
    guards.charge(meter, total + len(separator) * len(pieces))
    return (separator, pieces)


def _replace(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if len(arguments) >= 3 and all(isinstance(value, str) for value in arguments[:3]):
        text, old, new = arguments[:3]
        if (len(text) + 1) * len(new) > guards.MAX_ITEMS // 64:
            guards.charge(meter, len(text) + text.count(old) * len(new))
    return arguments


def _width(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    for value in (*arguments[1:], *keywords.values()):
        if isinstance(value, int):
            size = len(arguments[0]) if isinstance(arguments[0], str) else 1
            guards.charge(meter, value * (size if "\t" in str(arguments[0]) else 1))
    return arguments


def _plain(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del meter, keywords
    return arguments


def _elements(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    counter = arguments[0]
    if isinstance(counter, dict):
        guards.charge(meter, sum(value for value in counter.values() if isinstance(value, int) and value > 0))
    return arguments


def _buffer(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    if arguments and isinstance(arguments[0], int):
        return _count(0)(meter, arguments, keywords)
    return _consume(meter, arguments, keywords)


def _integer(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del keywords
    if arguments:
        guards.check_integral(meter, arguments[0])
    return arguments


def _one_argument(meter: Meter, arguments: Arguments, keywords: Keywords) -> Arguments:
    del meter
    if len(arguments) != 1 or keywords:
        raise Refused("type() with more than one argument is outside the subset")
    return arguments


_CONSUMING_METHODS = """
    difference difference_update extend extendleft from_iterable fromkeys fromlist intersection intersection_update
    isdisjoint issubset issuperset sort subtract symmetric_difference symmetric_difference_update union update
"""

METHOD_CHECKS: dict[str, Check] = {
    **dict.fromkeys(_CONSUMING_METHODS.split(), _method_consume),
    **dict.fromkeys(("zfill", "ljust", "rjust", "center", "expandtabs"), _width),
    **dict.fromkeys(("index", "count", "remove"), _search),
    **dict.fromkeys(("match", "search", "fullmatch", "sub", "subn", "findall", "finditer"), _pattern_or(_plain)),
    "split": _pattern_or(_plain),
    "join": _join,
    "replace": _replace,
    "format": _template,
    "elements": _elements,
    "register": _register,
    "samples": _samples,
    "to_bytes": _count(1, "length"),
}
"""Checks by method name; the first argument is the object."""

_TYPE_CHECKS: dict[type[Any], Check] = {
    **dict.fromkeys((list, tuple, set, frozenset, dict, deque, Counter, OrderedDict), _consume),
    **dict.fromkeys((map, filter, zip, enumerate, reversed, groupby, partial), _bound),
    **dict.fromkeys((bytes, bytearray), _buffer),
    int: _integer,
    Fraction: _integer,
    type: _one_argument,
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
    **{f"re.{name}": _flags(place, _uninterruptible) for name, place in _PATTERN_FUNCTIONS.items()},
    "re.compile": _flags(1, _plain),
    **dict.fromkeys(("builtins.getattr", "builtins.hasattr"), _attribute),
    "builtins.setattr": _setting,
    **dict.fromkeys(("operator.mul", "operator.imul"), _operator(guards.check_multiply)),
    **dict.fromkeys(("operator.add", "operator.iadd", "operator.concat"), _operator(guards.check_add)),
    **dict.fromkeys(("operator.mod", "operator.floordiv", "builtins.divmod"), _operator(guards.check_percent)),
    **dict.fromkeys(("math.floor", "math.ceil", "math.trunc", "builtins.round"), _integer),
    **dict.fromkeys(("random.sample", "random.choices"), _count(1, "k")),
    **dict.fromkeys(("builtins.pow", "operator.pow"), _power),
    "builtins.iter": _bound,
    "builtins.format": _format,
    "operator.lshift": _operator(guards.check_shift),
    "math.factorial": _factorial,
    "math.comb": _combinations,
    "math.perm": _permutations,
    "random.randbytes": _count(0, "n"),
    "random.getrandbits": _count(0, "k"),
    "statistics.quantiles": _count(1, "n"),
}
"""Checks by qualified name of the function."""
