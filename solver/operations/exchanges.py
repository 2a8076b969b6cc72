"""Callables that may have been meant where another stands: those that take and give the same sorts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from solver.operations.entries import Operation, operations
from solver.sorts import IterableSort

_MOST = 2


def exchanges_of(called: str, arguments: int) -> tuple[str, ...]:
    """At most two callables, the nearest in the table first: ``.lower`` of ``.upper``, ``min`` of ``max``.

    ``arguments`` counts the object of a method too.
    """
    return _exchanges().get((called, arguments), ())


@cache
def conversions() -> tuple[str, ...]:
    """The built-in functions of one argument that search builds, the cheapest first: ``len``, ``sorted``, ``str``."""
    built = [row for row in operations() if row.cost is not None and len(row.parameters) == 1 and _is_bare_call(row)]
    cheapest = sorted((row for row in built if not isinstance(row.result, IterableSort)), key=lambda row: row.cost or 0)
    return tuple(dict.fromkeys(row.called for row in cheapest if row.called and "." not in row.called))


@cache
def _exchanges() -> Mapping[tuple[str, int], tuple[str, ...]]:
    alike: dict[object, list[Operation]] = {}
    for operation in operations():
        if _is_bare_call(operation):
            alike.setdefault(_form(operation), []).append(operation)
    found: dict[tuple[str, int], dict[str, None]] = {}
    for group in alike.values():
        for place, operation in enumerate(group):
            others = sorted(group, key=lambda other: abs(group.index(other) - place))
            names = found.setdefault((operation.called or "", len(operation.parameters)), {})
            names |= dict.fromkeys(other.called or "" for other in others if other.called != operation.called)
    return {key: tuple(names)[:_MOST] for key, names in found.items()}


def _form(operation: Operation) -> object:
    """What operations share that differ by their callable only: sorts, and how they are written."""
    called = operation.called or ""
    written = operation.text.replace(called, "", 1)
    return called.rpartition(".")[0] if called[0] != "." else ".", written, operation.parameters, operation.result


def _is_bare_call(operation: Operation) -> bool:
    return operation.called is not None and operation.text.count("(") == 1
