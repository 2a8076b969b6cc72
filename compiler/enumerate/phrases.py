"""Phrases of prose that say an operation with its constant: ``divisible by 3``, ``up to 30``, ``never more than 9``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from compiler.enumerate.lexicon import NUMBERS
from solver.operations.comparisons import NEGATION

# Numbers begin and end in sight: a text of thousands of digits is read in linear time.
_NUMBER = rf"(?:of\s+)?(?P<n>(?<![\w.])-?\d{{1,18}}(?:\.\d{{1,18}})?(?!\w|\.\d)|\b(?:{'|'.join(NUMBERS)})\b)"

# ``by at most 3`` limits a difference, and no value.
_BY = r"(?<!\bby )"
_NOT = r"(?<!\bnever )(?<!\bnot )(?<!\bno )"

# What is said of a number, and the operations over ``a`` that it means; ``n`` stands for the number.
_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        rf"{_NOT}\b(?:below|less than|smaller than|under|fewer than|lower than|shorter than|before)\s+{_NUMBER}",
        ("a < n",),
    ),
    (
        rf"{_NOT}\b(?:above|more than|greater than|larger than|over|longer than|higher than|exceeds?)\s+{_NUMBER}",
        ("a > n",),
    ),
    (rf"\b(?:at least|not less than|no less than|minimum of|never less than|not below)\s+{_NUMBER}", ("a >= n",)),
    (rf"{_NUMBER}\s+(?:or|and)\s+(?:more|greater|above|over|larger|longer|up)\b", ("a >= n",)),
    (rf"\b(?:at most|not more than|no more than|up to(?: and including)?|maximum of)\s+{_NUMBER}", ("a <= n",)),
    (rf"{_NUMBER}\s+(?:or|and)\s+(?:less|fewer|below|under|smaller|shorter|negative)\b", ("a <= n",)),
    (rf"\b(?:exactly|equal to|equals|is)\s+{_NUMBER}(?!\s+(?:or|and)\b)", ("a == n",)),
    (rf"\b(?:divisible by|multiples? of)\s+{_NUMBER}", ("a % n == 0",)),
    (rf"\bdivided by\s+{_NUMBER}", ("a // n",)),
    (rf"\b(?:reduced|decreased|lowered) by\s+{_NUMBER}", ("a - n",)),
    (rf"\b(?:increased|raised) by\s+{_NUMBER}", ("a + n",)),
    (
        rf"{_BY}\b(?:never|not|no) more than\s+{_NUMBER}|{_BY}\b(?:at most|capped at|cut to|limited to)\s+{_NUMBER}",
        ("min(a, n)",),
    ),
    (rf"{_BY}\b(?:never|not|no) less than\s+{_NUMBER}|{_BY}\b(?:at least|raised to)\s+{_NUMBER}", ("max(a, n)",)),
)
_BARE: tuple[tuple[str, str], ...] = (
    (r"\beven\b", "a % 2 == 0"),
    (r"\bodd\b", "a % 2 == 1"),
    (r"\bnegative\b", "a < 0"),
    (r"\bpositive\b", "a > 0"),
    (r"\b(?:doubled?|twice)\b", "a * 2"),
    (r"\b(?:halved?|half)\b", "a // 2"),
)
# Asides begin where a clause does, so that each clause is read once.
_ASIDE = re.compile(
    r"(?<![^.;:()])[^.;:()]*\b(?:for instance|for example|e\.g\.|such as|so that\b(?:[^.;]|\.\d){0,200}\bgives)[^.;]*"
    r"|\([^()=]*=[^()]*\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """An operation over ``a`` with the number that it names; ``number`` is ``None`` where none is written.

    ``said`` is the operation as the words say it, where this is its opposite; ``place`` is where they stand.
    """

    operation: str
    number: int | float | None
    said: str = ""
    place: int = field(default=0, compare=False)


def without_asides(prose: str) -> str:
    """The prose on one line, without its illustrations, whose numbers are no constants."""
    return _ASIDE.sub(" ", " ".join(prose.split()))


def phrases_of(prose: str) -> list[Phrase]:
    """Every phrase that the prose holds, in order of the table."""
    found: dict[Phrase, None] = {}
    for pattern, operations in _PHRASES:
        # A pattern of two alternatives names its number in one of them.
        numbered = _numbered_apart(pattern)
        for match in re.finditer(numbered, prose, re.IGNORECASE):
            text = next(group for group in match.groups() if group is not None).lower()
            number = NUMBERS[text] if text in NUMBERS else float(text) if "." in text else int(text)
            for operation in operations:
                written = re.sub(r"\bn\b", f"({number})" if number < 0 else str(number), operation)
                found[Phrase(written, number, place=match.start())] = None
    for words, operation in _BARE:
        if re.search(words, prose, re.IGNORECASE):
            found[Phrase(operation, None)] = None
    return list(found)


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


def _numbered_apart(pattern: str) -> str:
    return pattern.replace("(?P<n>", "(")
