"""The operations at the sorts of one hole: those that begin an expression, and those that follow a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from grammar.bound_names import Scope
from grammar.operations import Written, operations_giving
from grammar.sorts_in_play import instances
from solver.sorts import Sort

Form: TypeAlias = tuple[tuple[Sort, ...], tuple[str | Sort, ...]]
"""What operations share that differ by their first words only: the sorts of their slots, and what follows the words."""


@dataclass(slots=True)
class Ways:
    """Operations by the sort that they give; ``steps`` by the sort of what they follow at first.

    Built-in functions that one of the ``names`` hides are left out.
    """

    sorts: tuple[Sort, ...]
    names: frozenset[str]
    heads: dict[Sort, dict[Form, list[str]]] = field(default_factory=dict)
    steps: dict[Sort, dict[Sort, dict[Form, list[str]]]] = field(default_factory=dict)
    _reached: dict[tuple[Sort, int], set[Sort]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for result in self.sorts:
            for operation in operations_giving(result):
                if operation.called not in self.names:
                    for slots in instances(operation, result, self.sorts):
                        self._add(operation, slots, result)

    def reached(self, here: Sort, scope: Scope) -> set[Sort]:
        """The sorts in play in a scope that steps lead to from a value of one."""
        key = here, scope.number
        if key not in self._reached:
            found: set[Sort] = set()
            pending = [here]
            while pending:
                new = {after for after in self.steps.get(pending.pop(), {}) if after in scope.sorts} - found
                found |= new
                pending += new
            self._reached[key] = found
        return self._reached[key]

    def _add(self, operation: Written, slots: tuple[Sort, ...], result: Sort) -> None:
        first, *rest = operation.parts
        if isinstance(first, str):
            forms = self.heads.setdefault(result, {})
        else:
            forms = self.steps.setdefault(slots[0], {}).setdefault(result, {})
            first, *rest = rest
        words = forms.setdefault((slots, tuple(rest)), [])
        if first not in words:
            words.append(str(first))
