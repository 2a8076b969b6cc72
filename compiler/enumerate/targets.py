"""Targets: what an expression is to give in an environment. One value, any of several, or whatever it likes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


class _DontCare:
    __slots__ = ()

    def __repr__(self) -> str:
        return "DONT_CARE"


DONT_CARE = _DontCare()
"""The target of an environment in which any value will do."""


@dataclass(frozen=True, slots=True)
class Accepts:
    """A target that is not one value: every value on which ``test`` holds will do; a ``test`` that raises rejects."""

    test: Callable[[object], bool]


def acceptance(target: object) -> Callable[[object], bool] | None:
    """Whether a value will do; ``None`` where every one does."""
    match target:
        case _DontCare():
            return None
        case Accepts(test):
            return _quiet(test)
        case _:
            return _quiet(lambda value: same(value, target))


def _quiet(test: Callable[[object], bool]) -> Callable[[object], bool]:
    def holds(value: object) -> bool:
        try:
            return bool(test(value))
        except Exception:
            return False

    return holds


def same(value: object, target: object) -> bool:
    """Equality as examples mean it: ``==``, with the last digits of floats left open."""
    if isinstance(target, float) or isinstance(value, float):
        return (
            isinstance(value, (int, float))
            and isinstance(target, (int, float))
            and (value == target or math.isclose(value, target, rel_tol=1e-12) or (value != value and target != target))
        )
    if isinstance(target, (list, tuple)) and type(value) is type(target):
        assert isinstance(value, (list, tuple))
        return len(value) == len(target) and all(map(same, value, target))
    return type(value) is type(target) and value == target
