"""Banks of terms as a trace holds and shows them: how many terms search kept, by sort and cost."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.trace.tree import Tree
from solver.sorts import Sort, format_sort


def recorded(sizes: Mapping[tuple[Sort, int], int]) -> dict[str, dict[str, int]]:
    """For each sort, as text, the number of terms at each cost, the lowest first."""
    banks: dict[str, dict[str, int]] = {}
    for (sort, cost), count in sorted(sizes.items(), key=lambda item: (item[0][1], format_sort(item[0][0]))):
        banks.setdefault(format_sort(sort), {})[str(cost)] = count
    return banks


def shown(banks: Mapping[str, Mapping[str, int]]) -> list[Tree]:
    """One line a sort, the fullest first."""
    ordered = sorted(banks.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return [Tree(f"{sort}: {_counts(by_cost)}") for sort, by_cost in ordered]


def _counts(by_cost: Mapping[str, int]) -> str:
    ordered = sorted((int(cost), count) for cost, count in by_cost.items())
    costs = ", ".join(f"{count} of cost {cost}" for cost, count in ordered)
    return f"{sum(by_cost.values())} terms, {costs}"
