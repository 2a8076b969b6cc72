"""Top-down deduction: what a binder's body or condition must be on each element for the whole to meet its goal.

Where an operation can be inverted, a wish for its result becomes wishes for its parts (Polozov and Gulwani 2015,
"FlashMeta"), and a long program is found as a short one over the elements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Wishes: TypeAlias = list[object]


def wishes_of_map(elements: Sequence[object], target: object) -> Wishes | None:
    """The body's values where the target lists one for each element; a string lists its characters."""
    if not isinstance(target, (list, tuple, str)) or len(target) != len(elements):
        return None
    return list(target)


def wishes_of_filter(elements: Sequence[object], target: object) -> Wishes | None:
    """The condition's values where each element is kept wherever it occurs, or nowhere."""
    if not isinstance(target, (list, tuple, str)):
        return None
    kept, there = Counter(map(repr, target)), Counter(map(repr, elements))
    if any(kept[item] not in (0, count) for item, count in there.items()) or set(kept) - set(there):
        return None
    verdicts = [kept[repr(element)] > 0 for element in elements]
    in_order = [element for element, verdict in zip(elements, verdicts, strict=True) if verdict]
    return list(verdicts) if list(map(repr, in_order)) == list(map(repr, target)) else None


def wishes_of_mapping(elements: Sequence[object], target: object) -> Wishes | None:
    """The body's values where the target's keys are the elements."""
    return _by_key(elements, target)


def wishes_of_remapping(elements: Sequence[object], target: object) -> Wishes | None:
    """The body's values where the target's keys are the first parts of the elements."""
    return _by_key([element[0] for element in elements if isinstance(element, tuple)], target)


def _by_key(keys: Sequence[object], target: object) -> Wishes | None:
    if not isinstance(target, Mapping):
        return None
    try:
        return [target[key] for key in keys] if set(keys) == set(target) else None
    except TypeError:
        return None
