"""Parameters said in words: ``takes a list of integers and a string``, ``given two integers a and b``."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Sequence

from solver.sorts import ANY, BOOL, FLOAT, INT, STR, DictSort, ListSort, SetSort, Sort

_TAKES = re.compile(
    r"\b(?:takes?|accepts?|receives?|given|gets)\s+(?:in\s+)?(?:as\s+(?:its\s+)?(?:input|arguments?|parameters?)\s+)?"
    r"(?P<phrase>(?:an?|the|two|three|one)\s[^.;:]{1,400})",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\([^()]*\)")
_ARTICLE = r"(?:an?|the|two|three|one)\s"
_END = re.compile(
    rf"\s*(?:,\s*)?\b(?:and|then)\s+(?!{_ARTICLE})(?:it\s+)?(?!(?:[a-z]\w{{0,2}}|\w+)\s*(?:,|$)).*"
    r"|,\s*(?:returns?|finds?|computes?|outputs?|checks?|determines?|writes?|sorts?|counts?|an?\s+function|the\s+function)\b.*",
    re.DOTALL | re.IGNORECASE,
)
_BETWEEN = re.compile(rf",\s+and\s+(?={_ARTICLE})|\s+and\s+(?={_ARTICLE})|,\s+(?={_ARTICLE})", re.IGNORECASE)
_ADJECTIVE = (
    r"(?:(?:non-?empty|positive|negative|non-?negative|sorted|given|natural|whole|single|real|square|nested|optional|large"
    r"|small|valid|lowercase|uppercase|unsorted|distinct|unique)\s+)*"
)
_PHRASE = re.compile(
    rf"(?P<count>an?|the|two|three|one)\s+{_ADJECTIVE}(?P<noun>[^\W\d]\w*)(?:\s+of\s+(?:the\s+)?{_ADJECTIVE}(?P<inner>[^\W\d]\w*))?"
    r"(?:,?\s+(?:called\s+|named\s+)?(?P<names>`?[^\W\d]\w*`?(?:(?:,\s*|,?\s+and\s+)`?[^\W\d]\w*`?)*)(?=\s*(?:,?\s*$)))?"
    r"(?P<rest>,?\s*$|,?\s+(?:that|which|in|from|with|on|to|between|whose|for|where|as|representing|of|by|at|per)\b)",
    re.IGNORECASE,
)
_ITEMS: dict[str, tuple[str, Sort]] = {
    "integer": ("numbers", INT),
    "int": ("numbers", INT),
    "number": ("numbers", FLOAT),
    "float": ("numbers", FLOAT),
    "string": ("words", STR),
    "word": ("words", STR),
    "character": ("characters", STR),
    "boolean": ("flags", BOOL),
    "list": ("rows", ListSort(ANY)),
}
_NOUNS: dict[str, tuple[str, Sort]] = {
    "list": ("items", ListSort(ANY)),
    "array": ("items", ListSort(ANY)),
    "string": ("text", STR),
    "text": ("text", STR),
    "word": ("word", STR),
    "sentence": ("sentence", STR),
    "character": ("char", STR),
    "integer": ("n", INT),
    "int": ("n", INT),
    "number": ("n", FLOAT),
    "float": ("x", FLOAT),
    "year": ("year", INT),
    "boolean": ("flag", BOOL),
    "dictionary": ("mapping", DictSort(ANY, ANY)),
    "dict": ("mapping", DictSort(ANY, ANY)),
    "set": ("items", SetSort(ANY)),
    "matrix": ("matrix", ListSort(ListSort(ANY))),
    "grid": ("grid", ListSort(ListSort(ANY))),
}


def spoken_parameters(prose: str) -> list[tuple[str, Sort]]:
    """Names and sorts of the parameters that the words tell; none where a part of the phrase is not understood."""
    taken = _TAKES.search(prose)
    if taken is None:
        return []
    phrase = _END.sub("", _ASIDE.sub("", taken["phrase"])).strip()
    separators = _BETWEEN.findall(phrase)
    chunks = _BETWEEN.split(phrase)
    if separators and "and" not in separators[-1]:
        # ``a grid, a list of rows`` says one thing twice.
        chunks = chunks[:1]
    found: list[tuple[str, Sort]] = []
    for chunk in chunks:
        match = _PHRASE.match(chunk.strip())
        if match is None:
            return []
        for name, sort in _read(match):
            found.append((unused(name, [earlier for earlier, _ in found]), sort))
    return found


def _read(match: re.Match[str]) -> list[tuple[str, Sort]]:
    noun = match["noun"].lower()
    count = {"two": 2, "three": 3}.get(match["count"].lower(), 1)
    name, sort = _NOUNS.get(noun) or _NOUNS.get(noun.removesuffix("s")) or (noun, ANY)
    if isinstance(sort, ListSort) and match["inner"]:
        inner = match["inner"].lower()
        name, element = _ITEMS.get(inner.removesuffix("s"), (inner, ANY))
        sort = ListSort(element)
    names = re.findall(r"[^\W\d]\w*", re.sub(r"\band\b|\bcalled\b|\bnamed\b", " ", match["names"] or ""))
    if len(names) == count and all(map(is_usable, names)):
        return [(item, sort) for item in names]
    if count > 1 and sort in (INT, FLOAT):
        return [(item, sort) for item in "abc"[:count]]
    base = name if is_usable(name) else "value"
    return [(base if index == 0 else f"{base}{index + 1}", sort) for index in range(count)]


def is_usable(name: str) -> bool:
    """Whether a word can name a function or a parameter."""
    return name.isidentifier() and not keyword.iskeyword(name) and not hasattr(builtins, name) and name != "result"


def unused(name: str, taken: Sequence[str]) -> str:
    """The name, with a number behind it where it is taken."""
    count = 2
    chosen = name
    while chosen in taken:
        chosen = f"{name}{count}"
        count += 1
    return chosen
