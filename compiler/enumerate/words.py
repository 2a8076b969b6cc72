"""The words of a function: its name's parts, its parameters', and its docstring's, lower-cased and without endings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHORTEST = 2
_SHORTEST_STEM = 4


def words_of(name: str, parameters: Iterable[str], prose: str) -> frozenset[str]:
    """The words, each once."""
    text = " ".join([name, *parameters, _without_examples(prose)])
    return frozenset(stem(word.lower()) for word in _WORD.findall(text) if len(word) >= _SHORTEST)


def _without_examples(prose: str) -> str:
    """The prose without the calls of doctests and without the output that follows them up to an empty line."""
    return re.sub(r"(?m)^[ \t]*>>>.*(?:\n[ \t]*\S.*)*", "", prose)


@cache
def stem(word: str) -> str:
    """The word without the endings of number and tense, so that ``sorts``, ``sorted`` and ``sorting`` are one."""
    if word.endswith("ies") and len(word) > _SHORTEST_STEM:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > _SHORTEST_STEM - 1:
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            doubled = word[-1] == word[-2] and word[-1] not in "aeioulsz"
            return word[:-1] if doubled else word.removesuffix("e")
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM else word
