"""Inverses of the operations that give integers: sums, differences, positions, and numbers read from text."""

from __future__ import annotations

from collections.abc import Iterator
from operator import add, sub

from solver.goals import Deduction
from solver.productions import Derivation, Role, Rule, Vector, derive

_CHEAP_SUMMANDS = 12


def split_sum(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    """One summand is known; the other is what is missing."""
    left, right = rule.children
    for index, (values, term) in enumerate(search.cheapest(left, 4 * search.breadth)):
        search.meter.tick(search.work)
        rest = _other(search, right, tuple(map(sub, goal, values)), depth, index)
        if rest is not None:
            yield derive(rule, term, rest)


def split_difference(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    """What is subtracted is known; the other is the goal and that together."""
    left, right = rule.children
    for index, (values, term) in enumerate(search.cheapest(right, 4 * search.breadth)):
        search.meter.tick(search.work)
        whole = _other(search, left, tuple(map(add, goal, values)), depth, index)
        if whole is not None:
            yield derive(rule, whole, term)


def _other(search: Deduction, head: str, goal: Vector, depth: int, index: int) -> Derivation | None:
    """The other operand: anything beside one of the first known, beside the others only numbers read from a text."""
    if index < _CHEAP_SUMMANDS:
        return search.solve(head, goal, depth - 1)
    return search.solve(head, goal, depth - 1, Role.READ_INTEGER) if min(goal) >= 0 else search.solve(head, goal, 0)


def find_index(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:  # noqa: ARG001
    """A part that stands at the wanted places of a text; the start is any that finds it there."""
    texts, parts, starts = rule.children
    places = [max(place, 0) for place in goal]
    if min(goal) < -1:
        return
    for text_values, text in search.cheapest(texts, search.breadth // 8):
        for part_values, part in search.cheapest(parts, search.breadth // 2):
            search.meter.tick(search.work)
            there = map(str.startswith, text_values, part_values, places)
            if not all(stands or place < 0 for stands, place in zip(there, goal, strict=True)):
                continue
            for start_values, start in search.cheapest(starts, search.breadth):
                search.meter.tick(search.work)
                if tuple(map(rule.evaluate, text_values, part_values, start_values)) == goal:
                    yield derive(rule, text, part, start)
                    break


def read_text(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    """The digits of the wanted numbers."""
    if min(goal) >= 0:
        digits = search.solve(rule.children[0], tuple(map(str, goal)), depth - 1)
        if digits is not None:
            yield derive(rule, digits)
