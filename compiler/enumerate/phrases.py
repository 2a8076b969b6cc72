"""Phrases of prose that say an operation with its constant: ``divisible by 3``, ``up to 30``, ``never more than 9``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compiler.enumerate.lexicon import NUMBERS
from solver.operations.comparisons import NEGATION

# Numbers begin and end in sight: a text of thousands of digits is read in linear time.
_NUMBER = rf"(?:of\s+)?(?P<n>(?<![\w.])-?\d{{1,18}}(?:\.\d{{1,18}})?(?!\w|\.\d)|\b(?:{'|'.join(NUMBERS)})\b)"

_NOT = r"(?<!\bnever )(?<!\bnot )(?<!\bno )"

# What is said of a number: the entry that it belongs to, its words, and the operation over ``a`` that it means; ``n``
# stands for the number.
_PHRASES: tuple[tuple[str, str, str], ...] = (
    (
        "below",
        rf"{_NOT}\b(?:below|less than|smaller than|under|fewer than|lower than|shorter than|before)\s+{_NUMBER}",
        "a < n",
    ),
    (
        "above",
        rf"{_NOT}\b(?:above|more than|greater than|larger than|over|longer than|higher than|exceeds?)\s+{_NUMBER}",
        "a > n",
    ),
    (
        "at least",
        rf"\b(?:at least|not less than|no less than|minimum of|never less than|not below)\s+{_NUMBER}",
        "a >= n",
    ),
    ("limit", rf"{_NUMBER}\s+(?:or|and)\s+(?:more|greater|above|over|larger|longer|up)\b", "a >= n"),
    ("limit", rf"\b(?:at most|not more than|no more than|up to(?: and including)?|maximum of)\s+{_NUMBER}", "a <= n"),
    ("limit", rf"{_NUMBER}\s+(?:or|and)\s+(?:less|fewer|below|under|smaller|shorter|negative)\b", "a <= n"),
    ("equal", rf"\b(?:exactly|equal to|equals|is)\s+{_NUMBER}(?!\s+(?:or|and)\b)", "a == n"),
    ("divisible", rf"\b(?:divisible by|multiples? of)\s+{_NUMBER}", "a % n == 0"),
)
_BARE: tuple[tuple[str, str, str], ...] = (
    ("parity", r"\beven\b", "a % 2 == 0"),
    ("parity", r"\bodd\b", "a % 2 == 1"),
    ("sign", r"\bnegative\b", "a < 0"),
    ("sign", r"\bpositive\b", "a > 0"),
    ("double", r"\b(?:doubled?|twice)\b", "a * 2"),
)
ENTRIES = tuple(dict.fromkeys(entry for entry, _, _ in (*_PHRASES, *_BARE)))

# Asides begin where a clause does, so that each clause is read once.
_ASIDE = re.compile(
    r"(?<![^.;:()])[^.;:()]*\b(?:for instance|for example|e\.g\.|such as|so that\b(?:[^.;]|\.\d){0,200}\bgives)[^.;]*"
    r"|\([^()=]*=[^()]*\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """An operation over ``a`` with the number that it names; ``number`` is ``None`` where none is written.

    ``said`` is the operation as the words say it, where this is its opposite.
    """

    operation: str
    number: int | float | None
    said: str = ""


def without_asides(prose: str) -> str:
    """The prose on one line, without its illustrations, whose numbers are no constants."""
    return _ASIDE.sub(" ", " ".join(prose.split()))


def phrases_of(prose: str) -> list[Phrase]:
    """Every phrase that the prose holds, in order of the table."""
    return list(dict.fromkeys(phrase for entry in ENTRIES for phrase in phrases_like(entry, prose)))


def phrases_like(entry: str, prose: str) -> list[Phrase]:
    """The phrases of one entry that the prose holds."""
    found = []
    for _, words, operation in (row for row in _PHRASES if row[0] == entry):
        for match in re.finditer(words, prose, re.IGNORECASE):
            text = match["n"].lower()
            number = NUMBERS[text] if text in NUMBERS else float(text) if "." in text else int(text)
            written = f"({number})" if number < 0 else str(number)
            found.append(Phrase(re.sub(r"\bn\b", written, operation), number))
    for _, words, operation in (row for row in _BARE if row[0] == entry):
        if re.search(words, prose, re.IGNORECASE):
            found.append(Phrase(operation, None))
    return found


def opposite(phrase: Phrase) -> Phrase | None:
    """What holds where a comparison does not."""
    negations = {str(relation): other for relation, other in NEGATION.items()}
    match phrase.operation.split(" "):
        case ["a", relation, number] if relation in negations:
            return Phrase(f"a {negations[relation]} {number}", phrase.number, phrase.operation)
        case ["a", "%", number, "==", rest]:
            return Phrase(f"a % {number} != {rest}", phrase.number, phrase.operation)
        case _:
            return None
