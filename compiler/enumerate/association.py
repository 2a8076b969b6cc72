"""What words tell of operations and constants, learned from functions of installed packages.

``association.json`` counts, for each operation of the table, the functions that use it, and of those the functions
that hold each word that goes with it; ``liftc bench associate`` writes it. Given the words of a function, these counts
make a code for operations: what the words speak of takes fewer bits than without them, and everything else more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import exp2, log2

FILE = "association.json"
_SMOOTHING = 8.0
_MOST_TOLD = 4.0
# Chosen by what tells most of the operations in reference solutions: samples of HumanEval and MBPP, and the suite of
# other people's functions, all of which are development data for these two numbers.
_TRUST = 0.7
_LIKELY = 0.9


@dataclass(frozen=True, slots=True)
class Tally:
    """How many functions use something, and how many of those hold each of the words that go with it."""

    uses: int
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Association:
    """Counts over ``functions`` functions: of each word, and of each operation and constant with its words."""

    functions: int
    words: Mapping[str, int]
    operations: Mapping[str, Tally]
    constants: Mapping[str, Tally]

    def surprise(self, operation: str, words: frozenset[str]) -> float:
        """The bits that an operation takes more, or below zero less, given words than without them.

        The probabilities of all operations keep their sum: what is said of some makes the others dearer. Nothing is
        known of an operation that was not counted.
        """
        return _surprises(self, words).get(operation, 0.0)

    def likely(self, words: frozenset[str]) -> frozenset[str]:
        """The likeliest operations given words, which together have most of the probability."""
        surprises = _surprises(self, words)
        weights = {name: tally.uses * exp2(-surprises[name]) for name, tally in self.operations.items()}
        left = _LIKELY * sum(weights.values())
        found = set()
        for name in sorted(weights, key=lambda name: (-weights[name], name)):
            if left > 0:
                found.add(name)
            left -= weights[name]
        return frozenset(found)

    def told_constants(self, words: frozenset[str]) -> list[str]:
        """The constants, as text, of which words speak, the likeliest first."""
        told = {text: self.told(tally, words) for text, tally in self.constants.items()}
        return sorted(filter(told.__getitem__, told), key=lambda text: (-told[text], text))

    def told(self, tally: Tally, words: frozenset[str]) -> float:
        """What words tell for a use, in bits. Words go together: each after the most telling one counts less."""
        ratios = sorted(
            (
                likelihood_ratio(tally.words[word], tally.uses, self.words[word], self.functions)
                for word in words.intersection(tally.words)
            ),
            reverse=True,
        )
        return min(_MOST_TOLD, _TRUST * sum(ratio / place**2 for place, ratio in enumerate(ratios, start=1)))


@lru_cache(maxsize=64)
def _surprises(association: Association, words: frozenset[str]) -> Mapping[str, float]:
    told = {name: association.told(tally, words) for name, tally in association.operations.items()}
    uses = {name: tally.uses for name, tally in association.operations.items()}
    others = log2(sum(uses[name] * exp2(bits) for name, bits in told.items()) / sum(uses.values()))
    return {name: others - bits for name, bits in told.items()}


def likelihood_ratio(both: int, uses: int, known: int, functions: int) -> float:
    """How much likelier a word is where something is used than elsewhere, in bits; smoothed by what chance would add.

    Of so many ``functions``, so many hold the word, so many use the thing, and so many do both.
    """
    by_chance = _SMOOTHING * known / functions
    among = (both + by_chance) / (uses + _SMOOTHING)
    elsewhere = (known - both + by_chance) / (functions - uses + _SMOOTHING)
    return log2(among / elsewhere)


@cache
def learned() -> Association:
    """The association that comes with liftc."""
    return read_association((files("compiler.enumerate") / FILE).read_text(encoding="utf-8"))


def read_association(text: str) -> Association:
    """The counts of a file that ``liftc bench associate`` wrote."""
    data = json.loads(text)
    operations, constants = (
        {name: Tally(uses, words) for name, (uses, words) in data[kind].items()} for kind in ("operations", "constants")
    )
    return Association(data["functions"], data["words"], operations, constants)
