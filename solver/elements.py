"""The elements of collections: what a binder's body and condition see, and what the binder makes of their values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass
from itertools import compress
from typing import TypeAlias

from solver.behaviour import FAILURE, Vector
from solver.partition import Entry
from solver.terms import Binder

_MOST_ELEMENTS = 2000


# For each input its elements and where they stand among all; ``None`` where there is no collection.
Spans: TypeAlias = Sequence[tuple[Sequence[object], int, int] | None]


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a collection that has one value an input: by input, and all in order, each with its input."""

    spans: Spans
    all: Sequence[object]
    owners: Sequence[int]

    def columns(self, bound: int) -> list[Vector] | None:
        """The bound variables' values on all elements.

        ``None`` where there are no elements, too many, or some that cannot be unpacked into so many variables.
        """
        if not 0 < len(self.all) <= _MOST_ELEMENTS:
            return None
        if bound == 1:
            return [tuple(self.all)]
        parts = [item for item in self.all if isinstance(item, Sized) and len(item) == bound]
        return list(zip(*parts, strict=True)) if len(parts) == len(self.all) else None

    def repeated(self, values: Vector) -> Vector:
        """Values that are one an input, each as often as that input has elements."""
        return tuple([values[owner] for owner in self.owners])


def elements_of(values: Vector, inputs: int) -> Elements:
    """The elements on those inputs whose bits are set; elsewhere there are none."""
    spans: list[tuple[Sequence[object], int, int] | None] = []
    together: list[object] = []
    owners: list[int] = []
    for index, value in enumerate(values):
        if value is FAILURE or not isinstance(value, Iterable):
            spans.append(None)
            continue
        row: list[object] = list(value) if inputs >> index & 1 else []
        start = len(together)
        together += row
        owners += [index] * len(row)
        spans.append((row, start, len(together)))
    return Elements(spans, together, owners)


def collected(spans: Spans, binder: Binder, body: Entry | None, condition: Entry | None) -> list[object]:
    """The binder's value on each input: the values of its inside on all elements, cut up again."""
    return [FAILURE if span is None else _collected(binder, body, condition, *span) for span in spans]


def _collected(
    binder: Binder, body: Entry | None, condition: Entry | None, elements: Sequence[object], start: int, stop: int
) -> object:
    bodies: Sequence[object] = elements if body is None else body.values[start:stop]
    if condition is not None:
        verdicts = condition.values[start:stop]
        if not condition.whole and FAILURE in verdicts:
            return FAILURE
        elements = list(compress(elements, verdicts))
        bodies = elements if body is None else list(compress(bodies, verdicts))
    if body is not None and not body.whole and FAILURE in bodies:
        return FAILURE
    try:
        return binder.collect(elements, bodies)
    except Exception:
        return FAILURE
