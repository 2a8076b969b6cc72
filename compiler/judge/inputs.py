"""Inputs on which candidates are compared: the examples' own arguments with small changes, from mild to wild.

Where there are no examples, values are drawn from the parameters' sorts and bounds. Everything is drawn from one seeded
generator, so that the same specification gives the same inputs in every process.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from compiler.front.spec import Example, FunctionSpec, Parameter
from compiler.judge.input_generation import Range, generate_value, range_of, respect
from compiler.judge.mutation import KEEP, InputProfile, Opaque, Value, edit, profile_of, text_of

Row: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that is known of a function's inputs: a profile and a range for each place, and what holds between places."""

    rows: tuple[Row, ...]
    parameters: tuple[Parameter, ...]
    profiles: tuple[InputProfile, ...]
    ranges: tuple[Range, ...]
    relations: tuple[tuple[str, int, int], ...]


def generate_inputs(function: FunctionSpec, count: int, seed: int) -> list[tuple[str, ...]]:
    """At most ``count`` different inputs, as texts of positional arguments; none is an example's own.

    Contracts are not evaluated here: simple pre-conditions narrow the ranges, and the caller drops what breaks one.
    A function with a keyword-only parameter that has no default, or with a parameter of a type of which no value is
    known, has no inputs.
    """
    rng = Random(f"{seed}:{function.name}")
    plan = _plan(function)
    if plan is None or not plan.parameters:
        return []
    taken = {tuple(map(text_of, row)) for row in plan.rows}
    made: list[tuple[str, ...]] = []
    for row in _stream(plan, count, rng):
        texts = tuple(map(text_of, row))
        if texts not in taken:
            taken.add(texts)
            made.append(texts)
        if len(made) == count:
            break
    return made


def _plan(function: FunctionSpec) -> _Plan | None:
    parameters = function.signature.parameters
    if any(parameter.kind == "keyword_only" and parameter.default is None for parameter in parameters):
        return None
    positional = tuple(parameter for parameter in parameters if parameter.kind == "positional")
    star = next((parameter for parameter in parameters if parameter.kind == "star"), None)
    shown = [row for example in function.examples if (row := _row(example, positional)) is not None]
    rows = tuple(shown)
    width = max([len(positional), *map(len, rows)]) if star else len(positional)
    rows = tuple(row for row in rows if len(row) <= width)
    places = positional + (star,) * (width - len(positional)) if star else positional
    profiles = tuple(_profile(function, rows, place, parameter) for place, parameter in enumerate(places))
    ranges = tuple(range_of(parameter, function.contracts) for parameter in places)
    return _Plan(rows, places, profiles, ranges, tuple(_relations(rows, len(places))))


def _row(example: Example, positional: Sequence[Parameter]) -> Row | None:
    """The example's arguments by place; ``None`` where a keyword leaves a gap."""
    texts = list(example.call.arguments)
    named = dict(example.call.keywords)
    if any(text.startswith("*") for text in texts):
        return None
    for parameter in positional[len(texts) :]:
        if parameter.name in named:
            texts.append(named.pop(parameter.name))
        elif named and parameter.default is not None:
            texts.append(parameter.default)
    return None if named else tuple(map(_parse, texts))


def _parse(text: str) -> Value:
    try:
        value: Value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return Opaque(text)
    return Opaque(text) if isinstance(value, complex) or value is Ellipsis else value


_NUMBER = re.compile(r"(?<![\w.])\d{1,6}(?:\.\d+)?(?![\w.]\w)")


def _profile(function: FunctionSpec, rows: Sequence[Row], place: int, parameter: Parameter) -> InputProfile:
    values = [row[place] for row in rows if place < len(row) and not isinstance(row[place], Opaque)]
    mention = re.compile(rf"\b{re.escape(parameter.name)}\b")
    raising = [contract.condition for contract in function.contracts if contract.kind == "raises"]
    conditions = " ".join(contract.condition for contract in function.contracts)
    numbers = [
        ast.literal_eval(text.lstrip("0") or "0") for text in _NUMBER.findall(f"{conditions} {function.prose}")[:12]
    ]
    near = [number + step for number in numbers if isinstance(number, int) for step in (0, -1, 1) if number + step >= 0]
    return profile_of(values, near, negative=not values or any(mention.search(text) for text in raising))


def _relations(rows: Sequence[Row], width: int) -> Iterator[tuple[str, int, int]]:
    """What holds between two places in all examples: equal lengths, a length, an index."""
    for left in range(width):
        for right in range(width):
            pairs = [(row[left], row[right]) for row in rows if max(left, right) < len(row)]
            sized = [(a, b) for a, b in pairs if isinstance(a, (list, str)) and type(a) is type(b)]
            lengths = [(len(a), b) for a, b in pairs if isinstance(a, (list, str)) and type(b) is int]
            if left < right and len(sized) == len(pairs) > 1 and all(len(a) == len(b) for a, b in sized):
                yield "same length", left, right
            if len(lengths) == len(pairs) > 1 and all(size == number for size, number in lengths):
                yield "is length", left, right
            elif len(lengths) == len(pairs) > 1 and all(0 <= number <= size for size, number in lengths):
                yield "within length", left, right


def _stream(plan: _Plan, count: int, rng: Random) -> Iterator[Row]:
    """Rows from mild to wild: one edit, arguments of different examples together, several edits, new values."""
    tries = count * 6
    shares = {1: 0.4, 2: 0.25, 4: 0.15} if plan.rows else {}
    for edits, share in shares.items():
        seen: set[tuple[str, ...]] = set()
        for attempt in range(tries):
            row = _edited(plan.rows[attempt % len(plan.rows)], plan, edits, rng)
            key = tuple(map(text_of, row))
            if len(seen) < count * share and key not in seen:
                seen.add(key)
                yield row
        if edits == 1:
            yield from (_crossed(plan, rng) for _ in range(count // 10))
    for attempt in range(tries):
        fresh = _generate_row(plan, 1 + attempt * 12 // tries, rng)
        if fresh is not None and (not plan.rows or attempt % 3 == 0):
            yield fresh
        if plan.rows:
            yield _edited(plan.rows[attempt % len(plan.rows)], plan, 1 + attempt % 6, rng)


def _crossed(plan: _Plan, rng: Random) -> Row:
    """Each argument from an example of its own."""
    width = len(rng.choice(plan.rows))
    return tuple(rng.choice([row[place] for row in plan.rows if place < len(row)]) for place in range(width))


def _edited(row: Row, plan: _Plan, edits: int, rng: Random) -> Row:
    values = list(row)
    for _ in range(edits if values else 0):
        place = rng.randrange(len(values))
        value = values[place]
        if isinstance(value, Opaque) or value is None or rng.random() < 0.08:
            value = rng.choice([other[place] for other in plan.rows if place < len(other)] or [value])
        else:
            value = edit(value, plan.profiles[place], rng)
        values[place] = value if isinstance(value, Opaque) else respect(value, plan.ranges[place], rng)
    return tuple(_related(values, plan, rng))


def _related(values: list[Value], plan: _Plan, rng: Random) -> list[Value]:
    for kind, left, right in plan.relations:
        if max(left, right) >= len(values) or rng.random() > KEEP:
            continue
        a, b = values[left], values[right]
        if not isinstance(a, (list, str)):
            continue
        if kind == "is length" and isinstance(b, int):
            values[right] = len(a)
        elif kind == "within length" and isinstance(b, int):
            values[right] = min(max(b, 0), len(a))
        elif kind == "same length" and isinstance(b, (list, str)):
            values[right] = _of_length(b, len(a), plan.profiles[right], rng)
    return values


def _of_length(value: list[Value] | str, length: int, profile: InputProfile, rng: Random) -> Value:
    if isinstance(value, str):
        return value[:length] + "".join(rng.choice(profile.letters) for _ in range(length - len(value)))
    pool = value or [0]
    return value[:length] + [edit(rng.choice(pool), profile, rng) for _ in range(length - len(value))]


def _generate_row(plan: _Plan, size: int, rng: Random) -> Row | None:
    """New values of the parameters' sorts; an example's argument where the sort says nothing."""
    values: list[Value] = []
    for place, parameter in enumerate(plan.parameters):
        seen = [row[place] for row in plan.rows if place < len(row)]
        made = generate_value(parameter, seen, plan.profiles[place], size, rng)
        if made is None:
            if not seen:
                return None
            made = rng.choice(seen)
        else:
            made = respect(made, plan.ranges[place], rng)
        values.append(made)
    return tuple(_related(values, plan, rng))
