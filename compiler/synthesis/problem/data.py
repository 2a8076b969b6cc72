"""Values that are plain data: copies of them, and one text for each that does not depend on the order of a set."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from itertools import islice

MOST_DATA = 2000
_UNCHANGING = (int, bool, str, float, bytes, complex, type(None))


def snapshot(environment: Mapping[str, object]) -> dict[str, object] | None:
    """The variables that hold data, as they are now; functions, iterators and modules are left out.

    ``None`` where that is too much to keep.
    """
    sizes = {name: size_of_data(value) for name, value in environment.items()}
    if sum(size for size in sizes.values() if size is not None) > MOST_DATA:
        return None
    return {name: fresh(value) for name, value in environment.items() if sizes[name] is not None}


def fresh(value: object) -> object:
    """A copy that a run may change; the value itself where it cannot change or be copied."""
    if type(value) in _UNCHANGING:
        return value
    try:
        return deepcopy(value)
    except Exception:
        return value


def is_unchanging(value: object) -> bool:
    """Whether nothing can change the value, so that copies of it are as good as itself."""
    return type(value) in _UNCHANGING or (isinstance(value, (tuple, frozenset)) and all(map(is_unchanging, value)))


def size_of_data(value: object) -> int | None:
    """How much there is of a value that is data, counted until it is too much; ``None`` where it is not all data."""
    if isinstance(value, _UNCHANGING):
        return 1 + len(value) // 64 if isinstance(value, (str, bytes)) else 1
    if isinstance(value, dict):
        parts = [part for item in islice(value.items(), MOST_DATA) for part in item]
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = list(islice(value, MOST_DATA))
    else:
        return None
    total = 1
    for part in parts:
        size = size_of_data(part)
        if size is None or total > MOST_DATA:
            return None if size is None else total
        total += size
    return total


def text_of_data(value: object) -> str:
    """A text that two values share exactly when they are of the same types and equal."""
    match value:
        case set() | frozenset():
            return f"{type(value).__name__}({', '.join(sorted(map(text_of_data, value)))})"
        case list() | tuple():
            return f"{type(value).__name__}({', '.join(map(text_of_data, value))})"
        case dict():
            items = (f"{text_of_data(key)}: {text_of_data(item)}" for key, item in value.items())
            return f"{type(value).__name__}({', '.join(items)})"
        case _:
            return repr(value)
