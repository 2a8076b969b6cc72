"""The built-in names and modules as a program sees them: what the subset lists, behind guards."""

from __future__ import annotations

import builtins
import enum
import importlib
import random
from collections.abc import Callable
from functools import wraps
from typing import Any

from compiler.interpreter.argument_checks import Check
from compiler.interpreter.checks import FUNCTION_CHECKS, ticking
from compiler.interpreter.meter import PROGRAM_MODULE, RECURSION_LIMIT, Meter, Refused
from compiler.ir import subset
from solver.operations.callables import GUARDS

MISSING: Any = object()

# A program's own, so that the user's Ctrl-C is never taken for it.
_PROGRAM_INTERRUPT = type("KeyboardInterrupt", (BaseException,), {"__module__": "builtins"})

# What makes iterators that C code alone could run for ever; theirs use up steps.
_TICKING_SOURCES = frozenset(name for name, guard in GUARDS.items() if guard == "ticking")


class _Asking(type):
    """The metaclass of ``Type``, which asks for a type and makes none."""

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        if len(arguments) != 1 or keywords:
            raise Refused("type() with more than one argument is outside the subset")
        kind = type(arguments[0])
        return Type if issubclass(kind, type) else kind

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, type)

    def __subclasscheck__(cls, kind: type) -> bool:
        return kind is Type or issubclass(kind, type)


class Type(metaclass=_Asking):
    """``type`` as a program sees it, and the type of every class: it makes no class, however it is come by."""


Type.__name__ = Type.__qualname__ = "type"
Type.__module__ = "builtins"


class _Naming(enum.EnumMeta):
    """The metaclass of a program's enumerations: names that only the run knows name members, and nothing else."""

    def __call__(cls, value: Any, names: Any = None, **keywords: Any) -> Any:
        if names is None:
            return super().__call__(value, **keywords)
        return super().__call__(value, _members(names), **{"module": PROGRAM_MODULE, **keywords})


def _members(names: Any) -> list[Any]:
    if isinstance(names, str):
        names = str.split(str.replace(names, ",", " "))
    members = [
        name if isinstance(name, str) else tuple(name) for name in (names.items() if isinstance(names, dict) else names)
    ]
    for member in members:
        name = member if isinstance(member, str) else member[0]
        if isinstance(name, str) and str.startswith(name, "_"):
            raise Refused("members of an enumeration with a leading underscore are outside the subset")
    return members


class Enum(enum.Enum, metaclass=_Naming):
    """``enum.Enum`` as a program sees it."""


class IntEnum(enum.IntEnum, Enum, metaclass=_Naming):
    """``enum.IntEnum`` as a program sees it."""


for _kind in (Enum, IntEnum):
    _kind.__module__ = "enum"


_ENUMERATIONS = {"Enum": Enum, "IntEnum": IntEnum}


class Namespace:
    """A module as a program sees it: the listed names and nothing else."""

    def __init__(self, surroundings: Surroundings, name: str) -> None:
        self.__dict__["_resolve"] = lambda attribute: surroundings.member(name, attribute)

    def __getattr__(self, attribute: str) -> Any:
        value = self.__dict__["_resolve"](attribute)
        self.__dict__[attribute] = value
        return value


class Surroundings:
    """The built-in names and modules for one program, bound to its meter."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.random = random.Random(0)
        self._builtins: dict[str, Any] = {}
        self._modules: dict[str, Namespace] = {}
        self._members: dict[tuple[str, str], Any] = {}

    def seed(self) -> None:
        """Start the random numbers afresh, as every run does."""
        self.random.seed(0)

    def builtin(self, name: str) -> Any:
        """The built-in value, or ``MISSING``."""
        if name not in self._builtins:
            self._builtins[name] = self._make_builtin(name)
        return self._builtins[name]

    def module(self, name: str) -> Namespace:
        """Raises ``Refused`` for a module that is not listed."""
        if name not in self._modules:
            if name not in subset.ALLOWED_MODULES:
                raise Refused(f"the module {name} is outside the subset")
            self._modules[name] = Namespace(self, name)
        return self._modules[name]

    def member(self, module: str, name: str) -> Any:
        """One name of a module. Raises ``Refused`` for one that is not listed."""
        key = (module, name)
        if key not in self._members:
            self._members[key] = self._make_member(module, name)
        return self._members[key]

    def _make_builtin(self, name: str) -> Any:
        if name == "print":
            return _swallowing_print(self.meter)
        if name == "KeyboardInterrupt":
            return _PROGRAM_INTERRUPT
        if name == "type":
            return Type
        if name == "__name__":
            return "__candidate__"
        if name not in subset.ALLOWED_BUILTINS:
            return MISSING
        return self._guarded(f"builtins.{name}", getattr(builtins, name))

    def _make_member(self, module: str, name: str) -> Any:
        if f"{module}.{name}" in subset.ALLOWED_MODULES:
            return self.module(f"{module}.{name}")
        if name not in subset.ALLOWED_MODULES.get(module, ()):
            raise Refused(f"{module}.{name} is outside the subset")
        if module == "random":
            return self._guarded(f"random.{name}", getattr(self.random, name, None) or getattr(random, name))
        if module == "enum" and name in _ENUMERATIONS:
            return _ENUMERATIONS[name]
        if (module, name) == ("sys", "setrecursionlimit"):
            return _recursion_limit(self.meter)
        value = getattr(importlib.import_module(module), name)
        return value.copy() if isinstance(value, list) else self._guarded(f"{module}.{name}", value)

    def _guarded(self, name: str, value: Any) -> Any:
        meter = self.meter
        if name in _TICKING_SOURCES:
            made = ticking(meter, value)
            if name == "itertools.chain":
                made.from_iterable = ticking(meter, value.from_iterable)  # type: ignore[attr-defined]
            return made
        check = FUNCTION_CHECKS.get(name)
        if check is None or isinstance(value, type):
            return value
        return _checked(meter, value, check)


def _checked(meter: Meter, function: Callable[..., Any], check: Check) -> Callable[..., Any]:
    @wraps(function)
    def checked(*arguments: Any, **keywords: Any) -> Any:
        return function(*check(meter, arguments, keywords), **keywords)

    return checked


def _swallowing_print(meter: Meter) -> Callable[..., None]:
    def print_nothing(*values: Any, sep: str | None = " ", end: str | None = "\n", flush: bool = False) -> None:
        del sep, end, flush
        meter.print(sum(len(str(value)) + 1 for value in values) + 1)

    return print_nothing


def _recursion_limit(meter: Meter) -> Callable[[int], None]:
    def setrecursionlimit(limit: int) -> None:
        if limit < 1:
            raise ValueError("recursion limit must be greater or equal than 1")
        meter.limit = min(max(limit - (1000 - RECURSION_LIMIT), 50), 10_000)

    return setrecursionlimit
