"""Probes: inputs near the examples, on which programs that fit the examples may still differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_COUNT = 5
_FEW = 4


def probes_of(inputs: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """A few inputs like these, the same ones each time: signs, kinds of characters and types stay as they are."""
    if not inputs:
        return []
    known = {repr(row) for row in inputs}
    made = [_varied(inputs[number % len(inputs)], number) for number in range(_COUNT)]
    unique = {repr(row): row for row in made}
    return [row for text, row in unique.items() if text not in known]


def boundary_probes(inputs: Sequence[Mapping[str, object]], constants: Sequence[object]) -> list[dict[str, object]]:
    """Inputs like the first, with each integer at and around the constants of a specification, and far beyond them."""
    numbers = [value for value in constants if isinstance(value, int) and not isinstance(value, bool)]
    if not inputs or not numbers:
        return []
    values = list(dict.fromkeys([near for number in numbers[:_FEW] for near in (number, number + 1, number - 1)]))
    values += [5 * max(map(abs, numbers)) + 3, -1, 0]
    made = [
        {**inputs[0], name: value}
        for name, given in inputs[0].items()
        if isinstance(given, int) and not isinstance(given, bool)
        for value in values
    ]
    return list({repr(row): row for row in made}.values())


def _varied(row: Mapping[str, object], number: int) -> dict[str, object]:
    # Each parameter changes in its own way, so that equal values of two parameters part.
    return {name: _vary(value, number + place) for place, (name, value) in enumerate(row.items())}


def _vary(value: object, number: int) -> object:
    match value:
        case bool():
            return number % 2 == 0
        case int():
            return (value + 1, value * 2, value + 3, value * 3 + 1, value + 7)[number % _COUNT]
        case float():
            return (value + 1.0, value * 2.0, value + 0.5, value * 3.0 + 1.0, value + 7.25)[number % _COUNT]
        case str():
            return _rearranged(value, number)
        case list() | tuple():
            items = [_vary(item, number + place) for place, item in enumerate(value)] if number % 2 else value
            changed = _rearranged(list(items), number)
            return changed if isinstance(value, list) else tuple(changed)
        case dict():
            keys = list(value)
            kept = keys[1:] if number % 3 == 2 else keys
            return {key: _vary(value[key], number + place) for place, key in enumerate(kept)}
        case set():
            return {_vary(item, number) for item in value}
        case _:
            return value


def _rearranged(items: str | list[object], number: int) -> str | list[object]:
    """The items turned round, without the first, with some of them twice, or two longer."""
    match number % _COUNT:
        case 0:
            return items[::-1]
        case 1:
            return items[1:]
        case 2:
            return items + items[:1]  # type: ignore[operator]
        case 3:
            return items[1:] + items[:2] + items[:2]  # type: ignore[operator]
        case _:
            return items[:1] + items  # type: ignore[operator]
