"""Inverses of the operations that give texts: concatenation, substrings, replacement and written numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import inf, prod
from typing import TypeAlias

from solver.goals import Deduction
from solver.productions import Derivation, Rule, Vector, derive

_STARTS = 4
_EXACT_STARTS = 6

Range: TypeAlias = tuple[float, float]
ANYTHING = object()


def cut_substring(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    """A known text that holds the goal on every example, a start where it stands, and a length."""
    texts, starts, lengths = rule.children
    for text_values, text in _holding(search, texts, goal):
        for start_values, start in _starts(search, starts, text_values, goal, depth):
            ranges = [_lengths(*each) for each in zip(text_values, start_values, goal, strict=True)]
            length = _within(search, lengths, ranges)
            if length is None:
                length = search.solve(lengths, tuple(map(len, goal)), depth - 1)
            if length is not None:
                yield derive(rule, text, start, length)


def pick_character(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    """A known text and the position of the goal, which is at most one character long."""
    if max(map(len, goal)) > 1:
        return
    texts, starts = rule.children
    for text_values, text in _holding(search, texts, goal):
        for _, start in _starts(search, starts, text_values, goal, depth):
            yield derive(rule, text, start)


def undo_replacement(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    """A known text and a known part of it; what replaces the part is what the goal has in its place."""
    texts, parts, replacements = rule.children
    for text_values, text in search.cheapest(texts, search.breadth // 4):
        search.meter.tick(search.work)
        if text_values == goal or not _share_an_end(text_values, goal):
            continue
        for part_values, part in search.cheapest(parts, search.breadth):
            search.meter.tick(search.work)
            wanted = [_replaced(*each) for each in zip(text_values, part_values, goal, strict=True)]
            if None in wanted:
                continue
            if ANYTHING in wanted:
                new = _matching(search, replacements, wanted)
            else:
                new = search.solve(replacements, tuple(wanted), depth - 1)
            if new is not None:
                yield derive(rule, text, part, new)


def write_number(search: Deduction, rule: Rule, goal: Vector, depth: int) -> Iterator[Derivation]:
    """The numbers that the goal writes; an empty text is a number below 0."""
    if all(text == "" or (text.isascii() and text.isdigit() and str(int(text)) == text) for text in goal):
        number = search.solve(rule.children[0], tuple(int(text) if text else -1 for text in goal), depth - 1)
        if number is not None:
            yield derive(rule, number)


def _holding(search: Deduction, head: str, goal: Vector) -> Iterator[tuple[Vector, Derivation]]:
    for values, text in search.cheapest(head, search.breadth // 4):
        search.meter.tick(search.work)
        if values != goal and all(map(str.__contains__, values, goal)):
            yield values, text


def _starts(
    search: Deduction, head: str, texts: Vector, goal: Vector, depth: int
) -> Iterator[tuple[Vector, Derivation]]:
    """Positions at which the goal stands in the texts; where the goal is empty, any."""
    places = [None if not part else _occurrences(text, part) for text, part in zip(texts, goal, strict=True)]
    found = 0
    for values, start in search.cheapest(head, 8 * search.breadth):
        if all(where is None or place in where for place, where in zip(values, places, strict=True)):
            yield values, start
            found += 1
            if found == _STARTS:
                return
    search.meter.tick(search.work * search.breadth)
    definite = [(len(text),) if where is None else where for text, where in zip(texts, places, strict=True)]
    if found or depth <= 1 or prod(map(len, definite)) > _EXACT_STARTS:
        return
    for goal_text in product(*definite):
        term = search.solve(head, goal_text, depth - 1)
        if term is not None:
            yield goal_text, term


def _occurrences(text: str, part: str) -> tuple[int, ...]:
    places: list[int] = []
    place = text.find(part)
    while place >= 0:
        places.append(place)
        place = text.find(part, place + 1)
    return tuple(places)


def _lengths(text: str, start: int, part: str) -> Range:
    """The lengths that cut this part out of the text, from this start on."""
    if not 0 <= start < len(text):
        return (-inf, inf)
    if not part:
        return (-inf, 0)
    return (len(part), inf if start + len(part) == len(text) else len(part))


def _within(search: Deduction, head: str, ranges: Sequence[Range]) -> Derivation | None:
    lows, highs = zip(*ranges, strict=True)
    first_low, first_high = ranges[0]
    for values, term in search.cheapest(head, 8 * search.breadth):
        if first_low <= values[0] <= first_high and all(
            low <= value <= high for low, value, high in zip(lows, values, highs, strict=True)
        ):
            return term
    search.meter.tick(search.work * search.breadth)
    return None


def _matching(search: Deduction, head: str, wanted: Sequence[object]) -> Derivation | None:
    for values, term in search.cheapest(head, search.breadth):
        search.meter.tick(search.work)
        if all(goal_text is ANYTHING or value == goal_text for value, goal_text in zip(values, wanted, strict=True)):
            return term
    return None


def _share_an_end(texts: Vector, goal: Vector) -> bool:
    """Whether some part of each text can have been replaced: what stands before or after it is still there."""
    return all(
        text == goal_text
        or (text and goal_text and (text[0] == goal_text[0] or text[-1] == goal_text[-1]))
        or not goal_text
        for text, goal_text in zip(texts, goal, strict=True)
    )


def _replaced(text: str, part: str, goal_text: str) -> object:
    """What must replace the first such part for the text to become the goal; ``None`` where nothing does."""
    place = text.find(part)
    if place < 0:
        return ANYTHING if text == goal_text else None
    before, after = text[:place], text[place + len(part) :]
    if len(goal_text) < len(before) + len(after) or not goal_text.startswith(before) or not goal_text.endswith(after):
        return None
    return goal_text[place : len(goal_text) - len(after)]
