"""General English about whole operations, kept by hand: what plainly asks for one, characters and numbers by name.

Which words go with which operations is learned (``association``); how often these entries help the functions that were
counted there stands beside it, and a test holds each to it.
"""

from __future__ import annotations

import re

# Words that leave little doubt: a program without one of these operations is probably not what was meant.
PLAIN_WORDS = (
    (("set(", "dict.fromkeys("), r"distinct|unique|duplicates?\b"),
    (("sorted(",), r"alphabetical order|\bsort(?:ed|s)?\b|ascending|descending"),
    (("min(", "sorted("), r"\blowest|\bsmallest|\bminimum"),
    (("max(", "sorted("), r"\bhighest|\blargest|\bmaximum"),
    ((".upper(", ".capitalize(", ".title("), r"upper-?case"),
    ((".lower(",), r"lower-?case"),
    (("Counter(", ".count(", "sum(1 for"), r"most frequent|how often|occurrences"),
    (("[::-1]", "reverse=True"), r"revers"),
)

CHARACTERS = {
    "dot": ".",
    "period": ".",
    "comma": ",",
    "hyphen": "-",
    "underscore": "_",
    "colon": ":",
    "slash": "/",
    "asterisk": "*",
    "newline": "\n",
}
NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}

_DENIED = re.compile(r"\b(?:not|never)\s+(?:(?:be|in|into|necessarily)\s+)*[\w-]+", re.IGNORECASE)


def plainly_meant(text: str) -> list[tuple[str, ...]]:
    """What a text plainly asks for: of each group of operations, one should be used. What it denies does not count."""
    return [held for held, words in PLAIN_WORDS if asks_for(words, text)]


def asks_for(words: str, text: str) -> bool:
    """Whether a text holds plain words that it does not deny."""
    return re.search(words, _DENIED.sub("-", text), re.IGNORECASE) is not None


def named_constants(text: str) -> list[str | int]:
    """The characters that a text names, and the numbers that it writes as words, but for zero and one."""
    named: dict[str, str | int] = {**CHARACTERS, **NUMBERS}
    return [value for word, value in named.items() if value not in (0, 1) and names_constant(word, text)]


def names_constant(word: str, text: str) -> bool:
    """Whether a text holds a word for a constant, or its plural."""
    return re.search(rf"\b{word}s?\b", text, re.IGNORECASE) is not None
