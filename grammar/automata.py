"""Definitions of a grammar as automata that read characters and call other definitions, made deterministic on demand.

Together they are a recursive transition network (Woods 1970, "Transition Network Grammars"). Terminals are read in
place; a state is a set of places in a definition (Rabin and Scott 1959), built the first time that it is reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from grammar.characters import Characters
from grammar.notation import Choice, Grammar, NotationError, Part, Pattern, Reference, Repeat, Sequence, Text


@dataclass(slots=True, eq=False)
class Place:
    """A place between two parts of a definition, and where one gets from there."""

    free: list[Place] = field(default_factory=list)
    reads: list[tuple[Characters, Place]] = field(default_factory=list)
    calls: list[tuple[str, Place]] = field(default_factory=list)
    last: bool = False


@dataclass(slots=True, eq=False)
class State:
    """A set of places: what it reads, whether the definition may end here, and the definitions that it calls."""

    reads: tuple[tuple[Characters, Place], ...]
    calls: tuple[str, ...]
    accepts: bool
    places: frozenset[Place]
    read: dict[str, State | None] = field(default_factory=dict)
    called: dict[str, State] = field(default_factory=dict)


class Network:
    """The automata of a grammar. ``nullable`` are the definitions that the empty text meets."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._states: dict[frozenset[Place], State] = {}
        self._starts: dict[str, State] = {}
        self.nullable = _nullable(grammar)

    def start_of(self, name: str) -> State:
        """The state in which a definition begins."""
        if name not in self._starts:
            first = Place()
            self._lay(self._grammar[name], first).last = True
            self._starts[name] = self._state([first])
        return self._starts[name]

    def step(self, state: State, character: str) -> State | None:
        """The state after a character; ``None`` where it does not fit."""
        if character not in state.read:
            targets = [place for wanted, place in state.reads if character in wanted]
            state.read[character] = self._state(targets) if targets else None
        return state.read[character]

    def back(self, state: State, name: str) -> State:
        """The state after a call."""
        if name not in state.called:
            state.called[name] = self._state(
                to for place in state.places for callee, to in place.calls if callee == name
            )
        return state.called[name]

    def _state(self, places: Iterable[Place]) -> State:
        closed: dict[Place, None] = {}
        pending = list(places)
        while pending:
            place = pending.pop()
            if place not in closed:
                closed[place] = None
                pending += place.free
        key = frozenset(closed)
        if key not in self._states:
            self._states[key] = State(
                reads=tuple(item for place in closed for item in place.reads),
                calls=tuple(dict.fromkeys(name for place in closed for name, _ in place.calls)),
                accepts=any(place.last for place in closed),
                places=key,
            )
        return self._states[key]

    def _lay(self, part: Part, first: Place) -> Place:
        """Lay a part from ``first`` on; where it ends."""
        match part:
            case Text(text):
                for character in text:
                    first = _read(first, Characters(((ord(character), ord(character)),)))
                return first
            case Characters():
                return _read(first, part)
            case Reference(name) if name.isupper():
                return self._lay(self._grammar[name], first)
            case Reference(name):
                end = Place()
                first.calls.append((name, end))
                return end
            case Pattern(inner):
                return self._lay(inner, first)
            case Sequence(parts):
                for item in parts:
                    first = self._lay(item, first)
                return first
            case Choice(options):
                end = Place()
                for option in options:
                    start = Place()
                    first.free.append(start)
                    self._lay(option, start).free.append(end)
                return end
            case Repeat(inner, low, high):
                return self._repeat(inner, low, high, first)
        raise NotationError(f"no part of a grammar: {part!r}")

    def _repeat(self, inner: Part, low: int, high: int | None, first: Place) -> Place:
        for _ in range(low):
            first = self._lay(inner, first)
        if high is None:
            loop = Place()
            first.free.append(loop)
            self._lay(inner, loop).free.append(loop)
            end = Place()
            loop.free.append(end)
            return end
        end = Place()
        first.free.append(end)
        for _ in range(high - low):
            first = self._lay(inner, first)
            first.free.append(end)
        return end


def _read(first: Place, wanted: Characters) -> Place:
    end = Place()
    first.reads.append((wanted, end))
    return end


def _nullable(grammar: Grammar) -> frozenset[str]:
    found: set[str] = set()
    while True:
        more = {name for name, part in grammar.items() if name not in found and _may_be_empty(part, found)}
        if not more:
            return frozenset(found)
        found |= more


def _may_be_empty(part: Part, nullable: set[str]) -> bool:
    match part:
        case Text(text):
            return not text
        case Reference(name):
            return name in nullable
        case Sequence(parts):
            return all(_may_be_empty(item, nullable) for item in parts)
        case Choice(options):
            return any(_may_be_empty(item, nullable) for item in options)
        case Repeat(inner, low, _):
            return low == 0 or _may_be_empty(inner, nullable)
        case Pattern(inner):
            return _may_be_empty(inner, nullable)
        case _:
            return False
