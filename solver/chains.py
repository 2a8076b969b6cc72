"""Concatenations: the cheapest chain of pieces that spells a text on every example at once.

A state is how far the text of each example is spelled; a piece leads from one state to the next where its value comes
next in every example. This is the intersection of one graph for each example (Gulwani 2011, "FlashFill"), searched
from the most promising state on (A*: Hart, Nilsson and Raphael 1968) instead of being built: what is left to spell
costs at least what it costs on any one example alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import TypeAlias

from solver.meter import Meter
from solver.productions import Derivation

State: TypeAlias = tuple[int, ...]
Texts: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A term with its text on each example."""

    texts: Texts
    cost: int
    term: Derivation


@dataclass(slots=True)
class Reached:
    """The states that chains reach from the beginning, each with its cost, its last piece and the state before."""

    last: dict[State, tuple[int, Piece | None, State]] = field(default_factory=dict)
    settled: list[State] = field(default_factory=list)

    def pieces(self, state: State) -> list[Piece]:
        """The pieces of the cheapest chain to a state, in order."""
        pieces: list[Piece] = []
        while True:
            _, piece, before = self.last[state]
            if piece is None:
                return pieces[::-1]
            pieces.append(piece)
            state = before


class PieceIndex:
    """Pieces by their text on the first example, and the cheapest for each text on each example."""

    def __init__(self, goal: Texts, pieces: Iterable[Piece], joint: int) -> None:
        self.goal = goal
        self.joint = joint
        self._by_text: dict[str, list[Piece]] = {}
        costs: list[dict[str, int]] = [{} for _ in goal]
        for piece in pieces:
            if not any(piece.texts):
                continue
            self._by_text.setdefault(piece.texts[0], []).append(piece)
            for known, text in zip(costs, piece.texts, strict=True):
                known[text] = min(piece.cost + joint, known.get(text, piece.cost + joint))
        self._longest = max(map(len, self._by_text), default=0)
        self._left = [_costs_to_spell(text, known) for text, known in zip(goal, costs, strict=True)]

    def following(self, state: State) -> Iterable[tuple[Piece, State]]:
        """Each piece that comes next in every example, with the state after it."""
        first, begin = self.goal[0], state[0]
        for end in range(begin, min(len(first), begin + self._longest) + 1):
            for piece in self._by_text.get(first[begin:end], ()):
                if all(map(str.startswith, self.goal, piece.texts, state)):
                    yield piece, tuple(place + len(text) for place, text in zip(state, piece.texts, strict=True))

    def left(self, state: State) -> float:
        """At least what it costs to spell the rest from a state on."""
        return max(map(list.__getitem__, self._left, state))


def _costs_to_spell(text: str, costs: Mapping[str, int]) -> list[float]:
    """For each place of a text, the least cost of pieces that spell the rest from there on."""
    left: list[float] = [inf] * len(text) + [0]
    longest = max(map(len, costs), default=0)
    for begin in range(len(text) - 1, -1, -1):
        for end in range(begin + 1, min(len(text), begin + longest) + 1):
            cost = costs.get(text[begin:end])
            if cost is not None and cost + left[end] < left[begin]:
                left[begin] = cost + left[end]
    return left


def reach(pieces: PieceIndex, most: int, meter: Meter) -> Reached:
    """Follows chains, the most promising first, until the whole goal is spelled or ``most`` states were settled.

    Where no chain spells the goal on each example alone, the cheapest come first. Raises ``BudgetSpentError``.
    """
    begin, end = (0,) * len(pieces.goal), tuple(map(len, pieces.goal))
    meter.tick(sum(end) // 4)
    hopeless = pieces.left(begin) == inf
    reached = Reached()
    reached.last[begin] = (0, None, begin)
    queue: list[tuple[float, int, int, State]] = [(0, 0, 0, begin)]
    number = 0
    while queue and len(reached.settled) < most:
        _, cost, _, state = heappop(queue)
        if -cost > reached.last[state][0]:
            continue
        reached.settled.append(state)
        if state == end:
            break
        meter.tick(4)
        for piece, after in pieces.following(state):
            meter.tick(1)
            its_cost = piece.cost + pieces.joint - cost
            if after not in reached.last or its_cost < reached.last[after][0]:
                reached.last[after] = (its_cost, piece, state)
                number += 1
                left = 0 if hopeless else pieces.left(after)
                if left < inf:
                    heappush(queue, (its_cost + left, -its_cost, number, after))
    return reached


def reversed_texts(texts: Sequence[str]) -> Texts:
    """The texts read from their ends, so that chains are followed from the end of a goal."""
    return tuple(text[::-1] for text in texts)
