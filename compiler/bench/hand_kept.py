"""How often words that are kept by hand help the functions that ``liftc bench associate`` counts.

An entry helps a function whose prose holds it, and whose body does what it says. What chance would give is how often
the bodies of other functions do that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from compiler.bench.examples import Example
from compiler.enumerate.lexicon import CHARACTERS, NUMBERS, PLAIN_WORDS, asks_for, names_constant
from compiler.enumerate.phrases import ENTRIES, opposite, phrases_like, without_asides
from compiler.enumerate.usage import code_under, uses
from compiler.synthesis.sketch.loops import OF_STEPS

_OTHERS = 20

Test = Callable[[Example], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """Words by the label that they go by, and what a prose that holds them says of a body: one test each."""

    label: str
    said: Callable[[str], list[Test]]


def entries() -> Iterator[Entry]:
    """All words that are kept by hand."""
    for held, words in PLAIN_WORDS:
        yield Entry(words, partial(_said_by_words, asks_for, words, partial(_uses_one_of, held)))
    for entry in ENTRIES:
        yield Entry(entry, partial(_phrases_said, entry))
    for word, character in CHARACTERS.items():
        yield Entry(word, partial(_constants_said, {word: character}))
    yield Entry("numbers", partial(_constants_said, NUMBERS))
    yield Entry(OF_STEPS, partial(_said_by_words, _is_in, OF_STEPS, _loops))


def helped(examples: Sequence[Example]) -> Mapping[str, tuple[int, int, float]]:
    """For each entry, how many functions hold it, how many of these it helps, and how many it would help by chance."""
    examples = [example for example in examples if example.prose]
    proses = [without_asides(example.prose) for example in examples]
    return {entry.label: _helped(entry, examples, proses) for entry in entries()}


def _helped(entry: Entry, examples: Sequence[Example], proses: Sequence[str]) -> tuple[int, int, float]:
    told = used = by_chance = 0
    for place, (example, prose) in enumerate(zip(examples, proses, strict=True)):
        tests = entry.said(prose)
        if tests:
            told += 1
            used += any(test(example) for test in tests)
            step = len(examples) // (_OTHERS + 1)
            others = [examples[(place + step * number) % len(examples)] for number in range(1, _OTHERS + 1)]
            by_chance += sum(any(test(other) for test in tests) for other in others)
    return told, used, round(by_chance / _OTHERS, 1)


def _said_by_words(holds: Callable[[str, str], bool], words: str, test: Test, prose: str) -> list[Test]:
    return [test] if holds(words, prose) else []


def _constants_said(named: Mapping[str, object], prose: str) -> list[Test]:
    return [partial(_holds, repr(value)) for word, value in named.items() if names_constant(word, prose)]


def _is_in(words: str, prose: str) -> bool:
    return re.search(words, prose, re.IGNORECASE) is not None


def _uses_one_of(held: Sequence[str], example: Example) -> bool:
    return any(part in operation for operation in example.operations for part in held)


def _phrases_said(entry: str, prose: str) -> list[Test]:
    return [
        partial(_applies, said.operation)
        for phrase in phrases_like(entry, prose)
        for said in (phrase, opposite(phrase))
        if said is not None
    ]


def _applies(operation: str, example: Example) -> bool:
    return any(uses(node, operation) for statement in example.body for node in code_under(statement))


def _holds(constant: str, example: Example) -> bool:
    return constant in example.constants


def _loops(example: Example) -> bool:
    return any(isinstance(node, (ast.For, ast.While)) for statement in example.body for node in ast.walk(statement))
