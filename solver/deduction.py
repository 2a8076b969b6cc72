"""Top-down deduction: what a binder's body or condition must be on each element for the whole to meet its goal.

Where an operation can be inverted, an example of its result becomes examples of its parts (Polozov and Gulwani 2015,
"FlashMeta"), and a long program is found as a short one over the elements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

InverseExamples: TypeAlias = list[object]

# The example where any value will do.
ANYTHING = object()


def inverse_map(elements: Sequence[object], target: object) -> InverseExamples | None:
    """The body's values where the target lists one for each element; a string lists its characters."""
    if not isinstance(target, (list, tuple, str)) or len(target) != len(elements):
        return None
    return list(target)


def inverse_filter(elements: Sequence[object], target: object) -> InverseExamples | None:
    """The condition's values where each element is kept wherever it occurs, or nowhere."""
    if not isinstance(target, (list, tuple, str)):
        return None
    kept, there = Counter(map(repr, target)), Counter(map(repr, elements))
    if any(kept[item] not in (0, count) for item, count in there.items()) or set(kept) - set(there):
        return None
    verdicts = [kept[repr(element)] > 0 for element in elements]
    in_order = [element for element, verdict in zip(elements, verdicts, strict=True) if verdict]
    return list(verdicts) if list(map(repr, in_order)) == list(map(repr, target)) else None


def inverse_mapping(elements: Sequence[object], target: object) -> InverseExamples | None:
    """The body's values where the target's keys are the elements."""
    return _by_key(elements, target)


def inverse_remapping(elements: Sequence[object], target: object) -> InverseExamples | None:
    """The body's values where the target's keys are the first parts of the elements."""
    return _by_key([element[0] for element in elements if isinstance(element, tuple)], target)


def inverse_first(elements: Sequence[object], target: object) -> InverseExamples | None:
    """The condition's values up to the first element that is the target; false everywhere where that is ``None``."""
    if target is None:
        return [False] * len(elements)
    texts = [repr(element) for element in elements]
    if repr(target) not in texts:
        return None
    place = texts.index(repr(target))
    return [*[False] * place, True, *[ANYTHING] * (len(elements) - place - 1)]


def inverse_groups(elements: Sequence[object], target: object) -> InverseExamples | None:
    """The key of each element where the target lists every element under exactly one key."""
    if not isinstance(target, Mapping) or not all(isinstance(group, list) for group in target.values()):
        return None
    keys = {repr(item): key for key, group in target.items() for item in group}
    if sum(map(len, target.values())) != len(elements) or any(repr(element) not in keys for element in elements):
        return None
    return [keys[repr(element)] for element in elements]


def inverse_kept_items(elements: Sequence[object], target: object) -> InverseExamples | None:
    """The condition's values where the target is a dictionary of some of the elements, which are pairs."""
    if not isinstance(target, Mapping):
        return None
    pairs = [element for element in elements if isinstance(element, tuple) and len(element) == 2]
    try:
        verdicts: InverseExamples = [key in target and repr(target[key]) == repr(value) for key, value in pairs]
    except TypeError:
        return None
    return verdicts if len(pairs) == len(elements) and sum(map(bool, verdicts)) == len(target) else None


def words_of(text: object) -> object:
    """The words that the target joins with spaces."""
    return text.split(" ") if isinstance(text, str) and " " in text else None


INVERSES: Mapping[str, Callable[[Sequence[object], object], InverseExamples | None]] = {
    "map": inverse_map,
    "filter": inverse_filter,
    "mapping": inverse_mapping,
    "remapping": inverse_remapping,
    "first": inverse_first,
    "groups": inverse_groups,
    "kept_items": inverse_kept_items,
}
"""Of binders, by the names that the table of operations uses: what their inside must be."""

ARGUMENTS: Mapping[str, Callable[[object], object]] = {"words": words_of}
"""Of operations, likewise: what their argument must be."""


def _by_key(keys: Sequence[object], target: object) -> InverseExamples | None:
    if not isinstance(target, Mapping):
        return None
    try:
        return [target[key] for key in keys] if set(keys) == set(target) else None
    except TypeError:
        return None
