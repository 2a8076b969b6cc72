"""``liftc bench associate``: how often functions of installed packages use each operation, given their words."""

from __future__ import annotations

import datetime
import json
import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log
from operator import attrgetter
from pathlib import Path
from typing import Any

from compiler.bench.examples import Example, examples_of
from compiler.bench.hand_kept import helped
from compiler.bench.packages import find_distributions
from compiler.enumerate.association import likelihood_ratio

STANDARD = "stdlib"
_TOO_RARE, _TOO_COMMON = 10, 0.1


def associate(
    packages: Sequence[str],
    folder: Path | None,
    without: Collection[str],
    command: str,
    progress: Callable[[str], None],
) -> dict[str, object]:
    """The data of ``association.json``, with their provenance. Raises ``SuiteError``.

    ``packages`` are distributions in ``folder``, or else in this environment, and modules of the standard library, all
    of which ``stdlib`` stands for; those ``without`` are left out.
    """
    standard = [name for name in sys.stdlib_module_names if not name.startswith("_")] if STANDARD in packages else []
    names = {*packages, *standard} - {STANDARD, *without}
    examples: list[Example] = []
    counted = []
    seen: set[str] = set()
    for distribution in find_distributions(sorted(names), folder):
        own = list(examples_of(distribution, seen))
        examples += own
        counted.append([distribution.name, distribution.version, distribution.licence, len(own)])
        progress(f"{distribution.name} {distribution.version}: {len(own)} functions")
    return {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "packages": counted,
        "without": sorted(without),
        **count([example for example in examples if example.counted]),
        "by_hand": helped(examples),
    }


def written(data: Mapping[str, object]) -> str:
    """The data as JSON, one operation, constant or package a line."""
    lines = []
    for name, value in data.items():
        if isinstance(value, dict) and name != "words":
            inside = ",\n".join(f"{json.dumps(key)}:{_dense(part)}" for key, part in value.items())
            lines.append(f"{json.dumps(name)}:{{\n{inside}\n}}")
        elif name == "packages" and isinstance(value, list):
            lines.append(f"{json.dumps(name)}:[\n" + ",\n".join(map(_dense, value)) + "\n]")
        else:
            lines.append(f"{json.dumps(name)}:{_dense(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _dense(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def render(data: Mapping[str, Any]) -> str:
    """What was counted, and the entries kept by hand that help no more functions than chance would."""
    pairs = sum(len(words) for _, words in data["operations"].values())
    lines = [f"{data['functions']} functions; {pairs} pairs of a word and an operation"]
    for entry, (told, used, by_chance) in data["by_hand"].items():
        lines.append(f"  {used:>5} of {told:>5} use it, {by_chance:>7} by chance  {entry}")
    return "\n".join(lines)


def count(examples: Sequence[Example]) -> dict[str, object]:
    """The counts that go with one another more often than chance."""
    known = Counter(word for example in examples for word in example.words)
    often = len(examples) * _TOO_COMMON
    words = {word: number for word, number in known.items() if _TOO_RARE <= number <= often}
    operations = _tallies(examples, words, attrgetter("operations"), _OPERATIONS)
    constants = _tallies(examples, words, attrgetter("constants"), _CONSTANTS)
    telling = {word for tallies in (operations, constants) for _, with_it in tallies.values() for word in with_it}
    return {
        "functions": len(examples),
        "words": {word: words[word] for word in sorted(telling)},
        "operations": operations,
        "constants": constants,
    }


@dataclass(frozen=True, slots=True)
class _Least:
    """What a pair of a word and a use must reach: functions, distributions, bits, significance, share of the word's.

    ``wordless`` keeps also what no word goes with.
    """

    functions: int
    distributions: int
    bits: float
    significance: float
    share: float
    wordless: bool = False


_OPERATIONS = _Least(functions=4, distributions=3, bits=1.0, significance=15.0, share=0.0, wordless=True)
_CONSTANTS = _Least(functions=6, distributions=4, bits=3.0, significance=30.0, share=0.05)


def _tallies(
    examples: Sequence[Example],
    words: Mapping[str, int],
    used: Callable[[Example], Collection[str]],
    least: _Least,
) -> dict[str, tuple[int, dict[str, int]]]:
    """For everything used, in how many functions, and of these in how many with each word that goes with it."""
    uses = Counter(text for example in examples for text in used(example))
    kept = {text for text, number in uses.items() if number >= least.functions}
    pairs: dict[tuple[str, str], Counter[str]] = {}
    for example in examples:
        told = [word for word in example.words if word in words]
        for text in kept.intersection(used(example)):
            for word in told:
                pairs.setdefault((text, word), Counter())[example.distribution] += 1
    tallies: dict[str, tuple[int, dict[str, int]]] = {text: (uses[text], {}) for text in sorted(kept)}
    for (text, word), where in sorted(pairs.items()):
        both = where.total()
        bits = likelihood_ratio(both, uses[text], words[word], len(examples))
        if (
            both >= max(least.functions, least.share * words[word])
            and len(where) >= least.distributions
            and bits >= least.bits
            and _significance(both, uses[text], words[word], len(examples)) >= least.significance
        ):
            tallies[text][1][word] = both
    return {text: tally for text, tally in tallies.items() if tally[1] or least.wordless}


def _significance(both: int, uses: int, known: int, functions: int) -> float:
    """The statistic G of a table of two by two counts, which is above 10.8 once in a thousand times by chance."""
    cells = [
        (both, uses * known),
        (uses - both, uses * (functions - known)),
        (known - both, (functions - uses) * known),
        (functions - uses - known + both, (functions - uses) * (functions - known)),
    ]
    return 2.0 * sum(seen * log(seen * functions / margins) for seen, margins in cells if seen)
