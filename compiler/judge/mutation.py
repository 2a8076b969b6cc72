"""Small edits of argument values, in the manner of the values that the examples show.

An edit keeps what all examples of a parameter have in common (signs, alphabets, formats, sorted or rectangular lists)
most of the time, because inputs that every correct program rejects tell nothing about a candidate.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeAlias

Value: TypeAlias = object
KEEP = 0.85
"""How often an edit keeps a profile that the examples show."""
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Opaque:
    """An argument that is no literal, such as ``Decimal("1.2")`` or a lambda: kept as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class InputProfile:
    """What the values of one parameter have in common.

    ``lowest`` and ``highest`` bound numbers; ``numbers`` are worth trying as they are. ``letters`` is the alphabet of
    new characters, and ``formats`` holds the strings' shapes where all have one. ``words`` are the values of a
    parameter that takes a few fixed strings. ``newcomers`` may stand in a list that was empty. ``rising``,
    ``rectangular`` and ``fixed_length`` tell how lists and tuples look.
    """

    lowest: float = -20
    highest: float = 100
    numbers: tuple[int | float, ...] = (0, 1)
    letters: str = string.ascii_lowercase
    formats: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    newcomers: tuple[Value, ...] = (0, 1)
    rising: bool = False
    rectangular: bool = False
    fixed_length: bool = True


def profile_of(values: Sequence[Value], numbers: Iterable[int | float], *, negative: bool) -> InputProfile:
    """The profile of a parameter whose examples have these values; ``negative`` permits numbers below all seen."""
    leaves = [leaf for value in values for leaf in _leaves(value)]
    seen = [leaf for leaf in leaves if isinstance(leaf, (int, float)) and not isinstance(leaf, bool) and leaf == leaf]
    texts = [leaf for leaf in leaves if isinstance(leaf, str)]
    lists = [item for value in values for item in _lists(value)]
    low, high = min(seen, default=-20), max(seen, default=50)
    shapes = {_shape(text) for text in texts}
    items = [element for item in lists for element in item]
    return InputProfile(
        lowest=min(low, -abs(high), -5) if negative or low < 0 else min(low, 0),
        highest=high * 2 + 5 if high > 0 else 10,
        numbers=tuple(dict.fromkeys([*seen[:20], *numbers])) or (0, 1),
        letters=_alphabet(texts),
        formats=frozenset(shapes) if len(texts) > 1 and _are_formats(shapes) else frozenset(),
        words=_fixed_words(values),
        newcomers=() if any(isinstance(item, (list, tuple, dict)) for item in items) else tuple(items[:20]) or (0, 1),
        rising=_all_rising([item for item in lists if len(item) > 1]),
        rectangular=bool(lists) and all(_is_rectangular(value) for value in values),
        fixed_length=len({len(value) for value in values if isinstance(value, tuple)}) < 2,
    )


def _leaves(value: Value) -> Iterator[Value]:
    match value:
        case list() | tuple() | set() | frozenset():
            for item in sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value:
                yield from _leaves(item)
        case dict():
            for key, item in value.items():
                yield from _leaves(key)
                yield from _leaves(item)
        case _:
            yield value


def _lists(value: Value) -> Iterator[list[Value]]:
    if isinstance(value, (list, tuple)):
        if isinstance(value, list):
            yield value
        for item in value:
            yield from _lists(item)


def _shape(text: str) -> str:
    """The text with each run of digits, small and capital letters as one character."""
    kinds = ["0" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c for c in text]
    return "".join(
        kind for kind, before in zip(kinds, ["", *kinds], strict=False) if kind != before or kind not in "0aA"
    )


def _are_formats(shapes: set[str]) -> bool:
    """Whether strings of these shapes are dates, fractions, decimal numbers and the like."""
    if len(shapes) == 1:
        return any(not char.isalnum() for char in min(shapes))
    return len(shapes) == 2 and all("0" in shape and not any(char.isalpha() for char in shape) for shape in shapes)


def _alphabet(texts: Sequence[str]) -> str:
    seen = "".join(sorted(set("".join(texts))))
    if texts and not any(char.isalpha() for char in seen):
        return seen or string.ascii_lowercase
    if len(seen) <= 4 and sum(map(len, texts)) > 12:
        return seen
    extra = string.ascii_uppercase[:3] if any(char.isupper() for char in seen) else ""
    return seen + "abcxyz" + extra


def _fixed_words(values: Sequence[Value]) -> tuple[str, ...]:
    texts = [value for value in values if isinstance(value, str) and value.isidentifier()]
    distinct = tuple(dict.fromkeys(texts))
    few = len(texts) == len(values) >= 3 and len(distinct) * 3 <= len(texts) * 2
    return distinct if few and len(distinct) > 1 else ()


def _all_rising(lists: Sequence[list[Value]]) -> bool:
    try:
        return len(lists) > 1 and all(item == sorted(item) for item in lists)  # type: ignore[type-var]
    except TypeError:
        return False


def _is_rectangular(value: Value) -> bool:
    if not isinstance(value, list) or not value or not all(isinstance(row, list) for row in value):
        return False
    return len(value[0]) > 0 and len({len(row) for row in value}) == 1


def edit(value: Value, profile: InputProfile, rng: Random) -> Value:
    """The value with one small change somewhere; the value itself is left as it is."""
    match value:
        case bool():
            return not value
        case int() | float():
            return _edit_number(value, profile, rng)
        case str():
            return _edit_text(value, profile, rng)
        case bytes():
            return _edit_text(value.decode("latin-1"), profile, rng).encode("latin-1", "ignore")
        case list():
            return _edit_list(value, profile, rng)
        case tuple():
            return _edit_tuple(value, profile, rng)
        case set() | frozenset():
            return type(value)(_hashable(_edit_list(sorted(value, key=repr), replace(profile, rising=False), rng)))
        case dict():
            return _edit_dict(value, profile, rng)
        case _:
            return value


def _edit_number(value: int | float, profile: InputProfile, rng: Random) -> int | float:
    ways: list[Callable[[], int | float]] = [
        lambda: value + 1,
        lambda: value - 1,
        lambda: value * 2,
        lambda: value // 2 if isinstance(value, int) else value / 2,
        lambda: rng.choice(profile.numbers),
        lambda: rng.choice((0, 1, 2)),
        lambda: -value,
        lambda: rng.randint(int(max(profile.lowest, -1000)), int(min(profile.highest, 10**6))),
    ]
    if isinstance(value, float):
        ways += [lambda: value + 0.5, lambda: round(value), lambda: round(value + rng.uniform(-1, 1), 2)]
    for _ in range(8):
        made = rng.choice(ways)()
        number = float(made) if isinstance(value, float) else int(made)
        if number != value and profile.lowest <= number <= profile.highest:
            return number
    return value


def _edit_text(text: str, profile: InputProfile, rng: Random) -> str:
    if text in profile.words and rng.random() < KEEP:
        return rng.choice(profile.words)
    if profile.formats and _shape(text) in profile.formats and rng.random() < 0.95:
        return _same_shape(text, rng)
    place, letter = rng.randrange(len(text) + 1), rng.choice(profile.letters)
    words = text.split(" ")
    ways: list[Callable[[], str]] = [
        lambda: text[:place] + letter + text[place:],
        lambda: text[:place] + text[place + 1 :],
        lambda: text[:place] + letter + text[place + 1 :],
        lambda: text[:place] + text[place : place + 1] * 2 + text[place + 1 :],
        lambda: text[:place] + text[place : place + 2][::-1] + text[place + 2 :],
        lambda: text[:place] + text[place : place + 1].swapcase() + text[place + 1 :],
        lambda: text[:place] or letter,
        lambda: text[::-1],
        lambda: text + text[:place],
        lambda: "",
    ]
    if len(words) > 1:
        ways += [lambda: " ".join(rng.sample(words, len(words))), lambda: " ".join(words[1:])] * 3
        ways += [lambda: " ".join([*words, rng.choice(words)])] * 3
    for _ in range(4):
        made = rng.choice(ways)()
        if made != text and len(made) <= 4 * _LONGEST:
            return made
    return text + letter


def _same_shape(text: str, rng: Random) -> str:
    """The text with one digit or letter replaced, doubled or, out of a run, dropped."""
    places = [place for place, char in enumerate(text) if char.isalnum()]
    if not places:
        return text
    place = rng.choice(places)
    kind = _shape(text[place])
    pool = {"0": string.digits, "a": string.ascii_lowercase, "A": string.ascii_uppercase}.get(kind, kind)
    made = rng.choice([rng.choice(pool), rng.choice(pool), text[place] + rng.choice(pool), ""])
    edited = text[:place] + made + text[place + 1 :]
    return edited if _shape(edited) == _shape(text) else text[:place] + rng.choice(pool) + text[place + 1 :]


def _edit_list(items: list[Value], profile: InputProfile, rng: Random) -> list[Value]:
    if profile.rectangular and _is_rectangular(items) and rng.random() < KEEP:
        return _edit_table(items, profile, rng)
    if items and rng.random() < 0.45:
        place = rng.randrange(len(items))
        made = [*items[:place], edit(items[place], profile, rng), *items[place + 1 :]]
    else:
        made = _rearrange(items, profile, rng)
    if profile.rising and rng.random() < KEEP:
        made = _sorted_if_possible(made)
    return made[:_LONGEST]


def _rearrange(items: list[Value], profile: InputProfile, rng: Random) -> list[Value]:
    if not items:
        return [rng.choice(profile.newcomers)] if profile.newcomers else []
    place, other = rng.randrange(len(items)), rng.randrange(len(items))
    ways: list[Callable[[], list[Value]]] = [
        lambda: items[:place] + items[place + 1 :],
        lambda: [*items[:place], items[other], *items[place:]],
        lambda: [*items[:place], edit(items[other], profile, rng), *items[place:]],
        lambda: [*items[:place], items[other], *items[place + 1 :]],
        lambda: rng.sample(items, len(items)),
        lambda: items[::-1],
        lambda: items[: place + 1],
        lambda: [*items, edit(items[-1], profile, rng)],
        lambda: [items[place]],
        list,
    ]
    return rng.choice(ways)()


def _edit_table(rows: list[Value], profile: InputProfile, rng: Random) -> list[Value]:
    table = [list(row) for row in rows if isinstance(row, list)]
    height, width = len(table), len(table[0])
    row, column = rng.randrange(height), rng.randrange(width)
    match rng.randrange(7):
        case 0 if height > 1:
            del table[row]
        case 1 if height < _LONGEST:
            table.insert(row, [edit(cell, profile, rng) for cell in table[row]])
        case 2 if width > 1:
            table = [[*line[:column], *line[column + 1 :]] for line in table]
        case 3 if width < _LONGEST:
            table = [[*line[:column], line[column], *line[column:]] for line in table]
        case 4:
            table[0], table[row] = table[row], table[0]
        case _:
            table[row][column] = edit(table[row][column], profile, rng)
    return list(table)


def _edit_tuple(items: tuple[Value, ...], profile: InputProfile, rng: Random) -> tuple[Value, ...]:
    if not items or not profile.fixed_length:
        return tuple(_rearrange(list(items), profile, rng))
    if rng.random() < 0.05:
        return items[::-1]
    place = rng.randrange(len(items))
    return (*items[:place], edit(items[place], profile, rng), *items[place + 1 :])


def _edit_dict(items: dict[Value, Value], profile: InputProfile, rng: Random) -> dict[Value, Value]:
    pairs = list(items.items())
    if not pairs:
        return items
    place, other = rng.randrange(len(pairs)), rng.randrange(len(pairs))
    key, value = pairs[place]
    match rng.randrange(8):
        case 0:
            return dict(pairs[:place] + pairs[place + 1 :])
        case 1:
            return {**items, _hashable([edit(key, profile, rng)])[0]: value}
        case 2:
            return {**items, key: pairs[other][1]}
        case 3:
            return dict(pairs[: place + 1])
        case 4:
            return dict(rng.sample(pairs, len(pairs)))
        case _:
            return {**items, key: edit(value, profile, rng)}


def _hashable(items: list[Value]) -> list[Value]:
    return [tuple(item) if isinstance(item, list) else item for item in items]


def _sorted_if_possible(items: list[Value]) -> list[Value]:
    try:
        return sorted(items)  # type: ignore[type-var]
    except TypeError:
        return items


def text_of(value: Value) -> str:
    """The value as source text, equal from run to run: sets are ordered, and ``inf`` and ``nan`` can be read back."""
    match value:
        case Opaque(text):
            return text
        case float() if value != value or value in (float("inf"), float("-inf")):
            return f"float({str(value)!r})"
        case list():
            return f"[{', '.join(map(text_of, value))}]"
        case tuple():
            return f"({', '.join(map(text_of, value))}{',' if len(value) == 1 else ''})"
        case set() | frozenset():
            inside = f"{{{', '.join(sorted(map(text_of, value)))}}}" if value else "set()"
            return inside if isinstance(value, set) else f"frozenset({inside if value else ''})"
        case dict():
            return f"{{{', '.join(f'{text_of(key)}: {text_of(item)}' for key, item in value.items())}}}"
        case _:
            return repr(value)
