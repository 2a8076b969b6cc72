"""Operations over columns: one operation on all inputs at once, in a loop with nothing else in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType

from solver.behaviour import FAILURE, Vector

FILE = "<operation>"
"""What tracebacks and profilers show as the file of an operation."""

NAMES = tuple("abcdefgh")
"""What the text of an operation calls its arguments."""

_SOURCE = """
def together({columns}):
    return tuple([{text} for {names} in {rows}])

def apart({columns}):
    values, some = [], False
    keep = values.append
    for {names} in {rows}:
        if {failed}:
            keep(FAILURE)
            continue
        try:
            keep({text})
            some = True
        except Exception:
            keep(FAILURE)
    return tuple(values) if some else ()
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """An operation over columns of arguments, one column for each parameter.

    ``together`` is for columns without failures; it raises what the operation raises on any input. ``apart`` takes
    failures for failures, on each input for itself, and gives no values where it fails on all of them.
    """

    together: Callable[..., Vector]
    apart: Callable[..., Vector]


def columns_of_text(text: str, arity: int, namespace: Mapping[str, object]) -> Columns:
    """Of an operation as the text of a Python expression over the first ``arity`` of ``NAMES``."""
    scope: dict[str, object] = {**namespace, "FAILURE": FAILURE}
    exec(_code(text, arity), scope)
    return Columns(scope["together"], scope["apart"])  # type: ignore[arg-type]


def columns_of(evaluate: Callable[..., object], arity: int) -> Columns:
    """Of an operation as a function of one input's arguments."""
    return columns_of_text(f"evaluate({', '.join(NAMES[:arity])})", arity, {"evaluate": evaluate})


@cache
def _code(text: str, arity: int) -> CodeType:
    names = NAMES[:arity]
    columns = [name.upper() for name in names]
    source = _SOURCE.format(
        text=text,
        columns=", ".join(columns),
        names=", ".join(names),
        rows=columns[0] if arity == 1 else f"zip({', '.join(columns)})",
        failed=" or ".join(f"{name} is FAILURE" for name in names),
    )
    return compile(source, FILE, "exec")
