"""Run-length encoding."""

from itertools import groupby


def encode(text: str) -> list[tuple[str, int]]:
    """The characters of a text with how often each stands in a row: encode("aab") == [("a", 2), ("b", 1)]."""
    return [(char, len(list(run))) for char, run in groupby(text)]


def decode(runs: list[tuple[str, int]]) -> str:
    """The text that has these runs, which undoes encode.

    >>> decode([("a", 2), ("b", 1)])
    'aab'
    >>> decode([])
    ''
    """
    text = ""
    for char, count in runs:
        ...
    return text
