"""Costs of operations fitted to proposed programs, even wrong ones: a grammar with probabilities, as costs.

After Barke et al. 2024 ("HySynth"): what the proposals use is likely, and the cost of an operation is the negative
logarithm of its probability. Probabilities are smoothed by adding one, so that nothing becomes impossible.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2

from compiler.emit.module import emit_plain
from compiler.enumerate.usage import Usage, usage_of
from compiler.ir.nodes import Module, Scalar

_DEAREST = 3
_USED = 1


@dataclass(frozen=True, slots=True)
class Weights:
    """What to add to the cost of an operation, by its text; ``unused`` is for all that no proposal uses.

    ``constants`` are those that the proposals use, with their costs.
    """

    operations: Mapping[str, int] = field(default_factory=dict)
    unused: int = 0
    constants: tuple[tuple[Scalar, int], ...] = ()

    def cost(self, operation: str, base: int) -> int:
        """The fitted cost of an operation whose cost is ``base`` without proposals."""
        return max(1, base + self.operations.get(operation, self.unused))

    def constant_cost(self, value: Scalar, base: int) -> int:
        """The cost of a constant that programs usually need: one more where the proposals do without it."""
        used = not self.constants or any(repr(value) == repr(known) for known, _ in self.constants)
        return base if used else base + 1

    def uses(self, operation: str) -> bool:
        """Whether some proposal uses the operation."""
        return operation in self.operations


UNIFORM = Weights()


def fitted_to(programs: Iterable[Module]) -> Weights:
    """Weights fitted to what these programs use, each as often as it comes."""
    return fitted(usage_of(ast.parse(emit_plain(program)) for program in programs))


def fitted(usage: Usage) -> Weights:
    """Weights from what programs use; uniform ones where they use nothing.

    The likeliest operations are one cheaper than without proposals; every other is dearer by as many bits as it is
    less likely than the likeliest.
    """
    if not usage.operations:
        return UNIFORM
    most = max(usage.operations.values())
    shifts = {name: _shift(count, most) for name, count in usage.operations.items()}
    constants = [(value, 1 if _shift(count, most) <= 0 else 2) for value, count in usage.constants.values()]
    return Weights(shifts, _shift(0, most), tuple(constants))


def _shift(count: int, most: int) -> int:
    """The bits between the likeliest operation and one that was used so often, both smoothed."""
    return min(_DEAREST, round(log2((most + 1) / (count + 1)))) - _USED
