"""Regular expressions for words: any of some, or any name but some, since the portable dialect has no lookaround."""

from __future__ import annotations

import re
from collections.abc import Collection


def one_of(words: Collection[str]) -> str:
    """A regular expression for these words, one branch for each next letter."""
    heads = sorted({word[0] for word in words if word})
    branches = [head + one_of({word[1:] for word in words if word.startswith(head)}) for head in heads]
    if not branches:
        return ""
    is_single = len(branches) == 1 and "" not in words
    return branches[0] if is_single else f"({'|'.join(branches)}){'?' if '' in words else ''}"


def name_other_than(words: Collection[str], begun: Collection[str] = ()) -> str:
    """A regular expression for names that are none of the words and begin with none of ``begun``.

    They begin with a letter or with one underscore.
    """
    public = _going_on([word for word in words if not word.startswith("_")], begun, "a-zA-Z")
    private = _going_on([word[1:] for word in words if re.match("_[^_]", word)], (), "a-zA-Z0-9")
    return f"{public}|_{private}{'' if '_' in words else '?'}"


def _going_on(words: Collection[str], begun: Collection[str], letters: str = "") -> str:
    """What goes on after a common prefix without ending as one of the words' rests, or with one of ``begun``.

    ``letters`` are those that a name begins with.
    """
    heads = sorted({word[0] for word in (*words, *begun) if word})
    branches = [f"{_class_without(letters or 'a-zA-Z0-9_', heads)}[a-zA-Z0-9_]*"]
    branches += [
        head
        + _going_on(
            [word[1:] for word in words if word.startswith(head)], [word[1:] for word in begun if word.startswith(head)]
        )
        for head in heads
        if head not in begun
    ]
    body = f"({'|'.join(branches)})"
    return body if letters or "" in words else body + "?"


def _class_without(letters: str, heads: Collection[str]) -> str:
    """A character class, in ranges, for the letters that are not among the heads."""
    ranges = [("a", "z"), ("A", "Z"), ("0", "9"), ("_", "_")]
    spans: list[str] = []
    for low, high in ranges:
        if low not in letters:
            continue
        run = ""
        for code in range(ord(low), ord(high) + 2):
            char = chr(code)
            if code <= ord(high) and char not in heads:
                run += char
            elif run:
                spans.append(run if len(run) < 3 else f"{run[0]}-{run[-1]}")
                run = ""
    return f"[{''.join(spans)}]"
