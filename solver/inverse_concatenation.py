"""The inverse of concatenation: the goal spelled as a chain of pieces, with one gap that is a goal of its own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import islice
from operator import add, le, sub

from solver.chains import Piece, PieceIndex, Reached, State, reach, reversed_texts
from solver.goals import Deduction
from solver.productions import Derivation, Role, Rule, Vector, derive

_STATES = 1500
_SIDE_STATES = 60
_GAPS = 120


def split_concatenation(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    """Chains of known pieces; where none spells the goal, chains from both ends and a term for what is between."""
    left, right = rule.children
    if left == right == rule.head:
        yield from _chains(search, rule, goal, depth)
        return
    for values, term in search.terms(left).items():
        search.meter.tick(1)
        if all(map(str.startswith, goal, values)):
            rest = tuple(text[len(part) :] for text, part in zip(goal, values, strict=True))
            second = search.solve(right, rest, depth - 1)
            if second is not None:
                yield derive(rule, term, second)


def _chains(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    pieces = _known_pieces(search, rule, goal)
    end = tuple(map(len, goal))
    forward = reach(PieceIndex(goal, pieces.values(), rule.cost), _STATES, search.meter)
    if end not in forward.last or search.thorough:
        _add_slices(search, rule, goal, pieces)
        forward = reach(PieceIndex(goal, pieces.values(), rule.cost), _STATES, search.meter)
    if end in forward.last:
        yield _joined(rule, [piece.term for piece in forward.pieces(end)])
    elif depth > 1:
        yield from _bridged(search, rule, goal, depth, pieces, forward)


def _bridged(
    search: Deduction, rule: Rule, goal: Vector, depth: int, pieces: Mapping[Vector, Piece], forward: Reached
) -> Iterator[Derivation]:
    """Chains from both ends, and a term for what is between them."""
    end = tuple(map(len, goal))
    turned = [Piece(reversed_texts(piece.texts), piece.cost, piece.term) for piece in pieces.values()]
    backward = reach(PieceIndex(reversed_texts(goal), turned, rule.cost), _STATES, search.meter)
    for left, right in islice(_gaps(search, goal, forward, backward), _GAPS):
        after = tuple(map(sub, end, right))
        gap = tuple(text[begin:stop] for text, begin, stop in zip(goal, left, after, strict=True))
        middle = search.solve(rule.head, gap, depth - 1)
        if middle is not None:
            before, behind = forward.pieces(left), backward.pieces(right)
            yield _joined(rule, [piece.term for piece in before] + [middle] + [piece.term for piece in behind[::-1]])
            return


def _gaps(search: Deduction, goal: Vector, forward: Reached, backward: Reached) -> Iterator[tuple[State, State]]:
    """Pairs of a state from the left and one from the right with something between them, the cheapest first."""
    lengths = tuple(map(len, goal))
    sides = [
        (forward.last[left][0] + backward.last[right][0], left, right)
        for left in forward.settled[:_SIDE_STATES]
        for right in backward.settled[:_SIDE_STATES]
        if any(left) or any(right)
    ]
    for _, left, right in sorted(sides):
        search.meter.tick(1)
        together = tuple(map(add, left, right))
        if together != lengths and all(map(le, together, lengths)):
            yield left, right


def _joined(rule: Rule, terms: list[Derivation]) -> Derivation:
    whole = terms[-1]
    for term in reversed(terms[:-1]):
        whole = derive(rule, term, whole)
    return whole


def _known_pieces(search: Deduction, rule: Rule, goal: Vector) -> dict[Vector, Piece]:
    """The known terms whose text stands in the goal on every example."""
    search.meter.tick(len(search.terms(rule.head)) // 8)
    return {
        values: Piece(values, term.cost, term)
        for values, term in search.terms(rule.head).items()
        if values[0] in goal[0] and all(map(str.__contains__, goal, values))
    }


def _add_slices(search: Deduction, rule: Rule, goal: Vector, pieces: dict[Vector, Piece]) -> None:
    for substring in search.productions.with_role(rule.head, Role.SUBSTRING):
        for values, term in slices(search, substring, goal):
            if values not in pieces or term.cost < pieces[values].cost:
                pieces[values] = Piece(values, term.cost, term)


def slices(search: Deduction, rule: Rule, goal: Vector) -> Iterator[tuple[Vector, Derivation]]:
    """Substrings of known texts that stand in the goal, with starts, lengths and ends from among the known numbers."""
    texts, starts, lengths = rule.children
    sizes = _Sizes(search, lengths)
    for text_values, text in search.cheapest(texts, search.breadth // 8):
        shortest = min(map(len, text_values))
        for start_values, start in search.cheapest(starts, search.breadth):
            search.meter.tick(search.work)
            if not 0 <= start_values[0] < max(1, shortest) or min(start_values) < 0:
                continue
            rest = tuple(part[begin:] for part, begin in zip(text_values, start_values, strict=True))
            for values, length in sizes.fitting(rest, start_values, goal):
                yield values, derive(rule, text, start, length)


class _Sizes:
    """Known numbers as lengths and, where the grammar can subtract, as ends."""

    def __init__(self, search: Deduction, head: str) -> None:
        self._search = search
        self._lengths = _by_first(search.cheapest(head, search.breadth))
        self._differences = [
            (rule, _by_first(search.cheapest(rule.children[0], search.breadth)), search.terms(rule.children[1]))
            for rule in search.productions.with_role(head, Role.DIFFERENCE)
        ]

    def fitting(self, rest: Vector, start_values: Vector, goal: Vector) -> Iterator[tuple[Vector, Derivation]]:
        """Each way to cut the rests of the texts so that what is left stands in the goal."""
        longest = bisect_right(range(1, len(rest[0]) + 1), False, key=lambda end: rest[0][:end] not in goal[0])
        if not longest:
            return
        for first, sizes in self._lengths.items():
            if 0 < first <= longest or (first > longest == len(rest[0])):
                for values, size in sizes:
                    cut = self._cut(rest, values, goal)
                    if cut is not None:
                        yield cut, size
        for rule, ends, known in self._differences:
            begin = known.get(start_values)
            if begin is None:
                continue
            for first in range(start_values[0] + 1, start_values[0] + longest + 1):
                for values, end in ends.get(first, ()):
                    cut = self._cut(rest, tuple(map(sub, values, start_values)), goal)
                    if cut is not None:
                        yield cut, derive(rule, end, begin)

    def _cut(self, rest: Vector, sizes: Vector, goal: Vector) -> Vector | None:
        self._search.meter.tick(1)
        if min(sizes) < 0:
            return None
        cut = tuple(text[:size] for text, size in zip(rest, sizes, strict=True))
        return cut if all(map(str.__contains__, goal, cut)) else None


def _by_first(terms: list[tuple[Vector, Derivation]]) -> dict[int, list[tuple[Vector, Derivation]]]:
    groups: dict[int, list[tuple[Vector, Derivation]]] = {}
    for values, term in terms:
        groups.setdefault(values[0], []).append((values, term))
    return groups
