"""Binding the arguments of a call to the parameters of a function, with Python's complaints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from compiler.interpreter.frames import Frame, Scope
from compiler.ir import nodes as ir

Defaults: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Binder:
    """``bind`` gives one value for each parameter, in the order written.

    ``simple`` is how many positional arguments, alone, need no binding at all; ``-1`` where none do. ``defaults``
    evaluates the defaults in the frame in which the function is made.
    """

    simple: int
    defaults: Callable[[Frame], Defaults]
    bind: Callable[[tuple[Any, ...], dict[str, Any], Defaults], tuple[Any, ...]]


def compile_binder(name: str, parameters: ir.Parameters, scope: Scope) -> Binder:
    """How to call a function of this name with these parameters."""
    written = [(item.name, scope.code(item.default)) for item in parameters.all() if item.default is not None]
    plain = parameters.star is None and parameters.double_star is None and not parameters.keyword_only
    simple = len(parameters.positional_only) + len(parameters.positional) if plain else -1
    shape = _Shape.of(name, parameters)

    def defaults(frame: Frame) -> Defaults:
        return {parameter: code(frame) for parameter, code in written}

    return Binder(simple, defaults, shape.bind)


@dataclass(frozen=True, slots=True)
class _Shape:
    name: str
    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    nameless: frozenset[str]
    star: str | None
    double_star: str | None
    order: tuple[str, ...]
    required: int

    @staticmethod
    def of(name: str, parameters: ir.Parameters) -> _Shape:
        positional = (*parameters.positional_only, *parameters.positional)
        return _Shape(
            name,
            tuple(item.name for item in positional),
            tuple(item.name for item in parameters.keyword_only),
            frozenset(item.name for item in parameters.positional_only),
            None if parameters.star is None else parameters.star.name,
            None if parameters.double_star is None else parameters.double_star.name,
            tuple(item.name for item in parameters.all()),
            sum(item.default is None for item in positional),
        )

    def bind(self, arguments: tuple[Any, ...], keywords: dict[str, Any], defaults: Defaults) -> tuple[Any, ...]:
        """Raises ``TypeError`` for arguments that do not fit."""
        values = dict(zip(self.positional, arguments, strict=False))
        self._take_keywords(values, keywords)
        if len(arguments) > len(self.positional):
            if self.star is None:
                raise TypeError(self._too_many(len(arguments)))
            values[self.star] = arguments[len(self.positional) :]
        elif self.star is not None:
            values[self.star] = ()
        self._fill(self.positional, "positional", values, defaults)
        self._fill(self.keyword_only, "keyword-only", values, defaults)
        return tuple([values[name] for name in self.order])

    def _take_keywords(self, values: dict[str, Any], keywords: dict[str, Any]) -> None:
        others: dict[str, Any] = {}
        for key, value in keywords.items():
            known = (key in self.positional and key not in self.nameless) or key in self.keyword_only
            if known:
                if key in values:
                    raise TypeError(f"{self.name}() got multiple values for argument '{key}'")
                values[key] = value
            elif self.double_star is not None:
                others[key] = value
            elif key in self.nameless:
                raise TypeError(
                    f"{self.name}() got some positional-only arguments passed as keyword arguments: '{key}'"
                )
            else:
                raise TypeError(f"{self.name}() got an unexpected keyword argument '{key}'")
        if self.double_star is not None:
            values[self.double_star] = others

    def _fill(self, names: tuple[str, ...], kind: str, values: dict[str, Any], defaults: Defaults) -> None:
        missing = []
        for name in names:
            if name not in values:
                if name in defaults:
                    values[name] = defaults[name]
                else:
                    missing.append(repr(name))
        if missing:
            plural = "" if len(missing) == 1 else "s"
            raise TypeError(
                f"{self.name}() missing {len(missing)} required {kind} argument{plural}: {_listed(missing)}"
            )

    def _too_many(self, given: int) -> str:
        most = len(self.positional)
        takes = f"{most}" if self.required == most else f"from {self.required} to {most}"
        plural = "" if most == 1 else "s"
        were = "was" if given == 1 else "were"
        return f"{self.name}() takes {takes} positional argument{plural} but {given} {were} given"


def _listed(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"
