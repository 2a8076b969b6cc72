"""Random texts of a grammar, and near misses: texts that one small change may have put outside of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from grammar.characters import Characters
from grammar.notation import START, Choice, Grammar, Part, Pattern, Reference, Repeat, Sequence, Text

_STRANGE = "é中😀\u00a0\u2028ſ"
_COMMON = " \n()[]{}\"'`:,.=<>+-*/%#_0123456789abcdefinorst"
_NEVER = 10**6
_AGAIN = 0.45


@dataclass(slots=True)
class Writer:
    """Writes random texts of a grammar. After ``size`` definitions it takes the shortest way to an end."""

    grammar: Grammar
    size: int = 40
    _heights: Mapping[str, int] = field(init=False)
    _shortest: dict[int, tuple[Part, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._heights = _heights(self.grammar)

    def text(self, random: Random) -> str:
        """One text of the grammar."""
        return "".join(self._write(Reference(START), random, [random.randint(1, self.size)]))

    def _write(self, part: Part, random: Random, left: list[int]) -> Iterator[str]:
        match part:
            case Text(text):
                yield text
            case Characters():
                yield _character(part, random)
            case Reference(name):
                left[0] -= not name.isupper()
                yield from self._write(self.grammar[name], random, left)
            case Pattern(inner):
                yield from self._write(inner, random, left)
            case Sequence(parts):
                for item in parts:
                    yield from self._write(item, random, left)
            case Choice(options):
                within = options if left[0] > 0 else self._lowest(part)
                yield from self._write(random.choice(within), random, left)
            case Repeat(inner, low, high):
                times = low
                while (high is None or times < high) and left[0] > 0 and random.random() < _AGAIN:
                    times += 1
                for _ in range(times):
                    yield from self._write(inner, random, left)

    def _lowest(self, part: Choice) -> tuple[Part, ...]:
        if id(part) not in self._shortest:
            heights = [_height(option, self._heights) for option in part.options]
            pairs = zip(part.options, heights, strict=True)
            self._shortest[id(part)] = tuple(option for option, height in pairs if height == min(heights))
        return self._shortest[id(part)]


def near_miss(text: str, random: Random) -> str:
    """The text with a character or a few left out, put in, doubled, changed or swapped."""
    place = random.randrange(len(text))
    width = random.choice((1, 1, 1, 2, 4))
    before, cut, after = text[:place], text[place : place + width], text[place + width :]
    other = random.choice(random.choice((_COMMON, _COMMON, text, _STRANGE)))
    match random.randrange(6):
        case 0:
            return before + after
        case 1:
            return before + other + cut + after
        case 2:
            return before + cut + cut + after
        case 3:
            return before + other + cut[1:] + after
        case 4:
            return before + cut[::-1] + after
        case _:
            return before


def _character(wanted: Characters, random: Random) -> str:
    pool = _STRANGE if random.random() < 0.05 else [chr(code) for code in range(0x20, 0x7F)]
    fitting = [character for character in pool if character in wanted]
    low, high = random.choice(wanted.ranges)
    return random.choice(fitting) if fitting else chr(random.randint(low, min(high, low + 0x60)))


def _heights(grammar: Grammar) -> dict[str, int]:
    """How many definitions must nest at least for each definition to end."""
    heights = dict.fromkeys(grammar, _NEVER)
    changed = True
    while changed:
        changed = False
        for name, part in grammar.items():
            height = _height(part, heights) + (not name.isupper())
            if height < heights[name]:
                heights[name], changed = height, True
    return heights


def _height(part: Part, heights: Mapping[str, int]) -> int:
    match part:
        case Reference(name):
            return heights[name]
        case Sequence(parts):
            return max((_height(item, heights) for item in parts), default=0)
        case Choice(options):
            return min(_height(item, heights) for item in options)
        case Repeat(inner, low, _):
            return _height(inner, heights) if low else 0
        case Pattern(inner):
            return _height(inner, heights)
        case _:
            return 0
