"""What is tried: a model's answers, search and repair, and the candidates that come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from compiler.trace.events.event import Event, Timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(Event):
    """A model's answer: request key, occurrence, text, tokens.

    ``engine`` and ``model`` tell which of them answered. ``key`` is the SHA-256 of the whole request, engine and
    model, ``occurrence`` the how-manieth identical request of the compile it is, from 0. ``few_shot`` counts the
    similar functions before the question, ``constrained`` tells whether a grammar held. ``prompt`` is the last
    message; for a gap it is what stands before it, and ``suffix`` what stands behind it. ``logprob`` is the sum over
    the tokens, ``null`` where the engine does not tell. ``waited`` counts the time until answers came once for those
    that came together.
    """

    unit: str
    engine: str
    model: str
    key: str
    occurrence: int
    temperature: float
    few_shot: int
    constrained: bool
    prompt: str
    suffix: str | None = None
    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: Literal["stop", "length"]
    logprob: float | None
    seconds: Timed[float] = 0.0
    waited: Timed[float] = 0.0
    cached: Timed[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity(Event):
    """How many answers there are and how many behaviours, and the temperature of the next ones.

    ``answers`` became candidates, with as many different ``behaviours`` among them. ``temperature`` is that of the last
    samples, ``next`` that of further ones: higher where no answer is right and fewer than half of them differ in what
    they do.
    """

    unit: str
    answers: int
    behaviours: int
    temperature: float
    next: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure(Event):
    """An engine failed: the requests that it left unanswered, and what was told of it.

    ``keys`` are those of the unanswered requests. What it did answer stands as ``proposal`` before; a replay meets the
    same failure.
    """

    unit: str
    engine: str
    model: str
    keys: tuple[str, ...]
    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Event):
    """An answer that did not become a candidate, and why.

    ``text`` is the code in the answer.
    """

    unit: str
    occurrence: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Event):
    """A program to judge: its origin and its emitted text.

    ``index`` is its number in the unit, from 0. ``repeats`` tells whether an equal program was there already; then
    ``index`` is that one's, and there is no ``program``. ``parent`` is the candidate that it was made from.
    """

    unit: str
    index: int
    origin: Literal["forced", "search", "model", "repair"]
    repeats: bool = False
    parent: int | None = None
    program: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Event):
    """What a candidate did on each example and contract, and its behaviour.

    ``examples`` tell for each its text, how it ended, and what the call gave; ``violations`` are contract, call, and
    what it gave. ``vector`` is the behaviour on each generated input: a canonical value, ``!Exception``, ``?limit``,
    or ``~`` where a pre-condition excludes the input.
    """

    unit: str
    index: int
    examples: tuple[tuple[str, Literal["holds", "fails", "unknown"], str], ...]
    violations: tuple[tuple[str, str, str], ...]
    vector: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Event):
    """A search step: limit, expansions, bank sizes and what it found.

    ``limit`` and ``expansions`` count terms or edits, ``terms`` those of different behaviour. ``bank`` tells for each
    sort the number of terms kept at each cost, at the end of the last round; of sketches, the terms tried in their
    holes. ``exhausted`` tells whether nothing was left to try, ``full`` whether as many terms were kept as memory
    allows, ``contested`` whether a program about as simple fits as well but behaves differently elsewhere. ``hole`` is
    named where the terms of one of several holes are listed, for combining them.
    """

    unit: str
    limit: int
    expansions: int
    terms: int = 0
    bank: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    found: int = 0
    exhausted: bool = False
    full: bool = False
    contested: bool = False
    hole: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nogood(Event):
    """Fills that cannot stand together: no combination that holds them is run again.

    ``holes`` has the fill of each hole that explains the failure, ``alike``, for each of these holes, how many of its
    fills fail alike and are meant too, ``example`` the one that fails.
    """

    unit: str
    holes: Mapping[str, str]
    alike: Mapping[str, int]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination(Event):
    """What became of the combinations of several holes' fills: run, of how many, and how many pass.

    ``holes`` tells how many fills each has, ``exhausted`` whether every combination was run or is forbidden.
    """

    unit: str
    holes: Mapping[str, int]
    possible: int
    run: int
    nogoods: int
    found: int
    exhausted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """A near-miss's expression that was suspected: whether a value of it could help, and what was found.

    ``parent`` is the near-miss, ``suspicion`` Ochiai's, from 0 to 1. ``angelic`` is ``unknown`` where not all values
    could be tried. ``demanded`` are values that make examples pass, for each example that fails, ``tried`` counts the
    fills run in its place, and ``fills`` are those that pass every example.
    """

    unit: str
    parent: int
    expression: str
    suspicion: float
    angelic: Literal["found", "none", "unknown"]
    demanded: Mapping[str, tuple[str, ...]]
    tried: int
    fills: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect(Event):
    """An example that every candidate fails."""

    unit: str
    example: str
