"""Cases that the prose itself tells: ``"ice" when it is below 0, ... and "steam" when it is above 100``.

Every case is a value with the condition under which it is the result, read as a condition on one parameter. What is
read is a candidate like any other: the examples and contracts decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compiler.enumerate.lexicon import NUMBERS
from compiler.enumerate.phrases import phrases_of

_TEXT = r"\"[^\"\n]{0,40}\""
# Numbers begin and end in sight: a text of thousands of digits is read in linear time.
_VALUE = rf"(?:{_TEXT}|True|False|None|(?<![\w.])-?\d{{1,18}}(?:\.\d{{1,18}})?(?!\w|\.\d))"
_LIST = rf"{_TEXT}(?:\s*(?:,|,?\s*and|,?\s*or)\s*{_TEXT})*"
_WHEN = re.compile(rf"(?P<value>{_VALUE})\s+(?:when|if|for)\s+(?P<condition>.*?)(?=(?:,|;)?\s*(?:and\s+)?{_VALUE}\s+"
                   rf"(?:when|if|for)\b|[.;]|,\s*(?:otherwise|else)\b|$)", re.DOTALL)  # fmt: skip
_MEANS = re.compile(rf"(?P<texts>{_LIST})\s+means?\s+(?P<value>{_VALUE})")
_OTHERWISE = re.compile(
    rf"\b(?:otherwise|else|for (?:every|any|all) other[^.;]*?,?\s*(?:return|gives?|is)|in (?:every|any) other case)"
    rf"[\s,:]+(?:it\s+)?(?:is\s+|returns?\s+|gives?\s+)?(?P<value>{_VALUE})",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN = re.compile(r"\bbetween\s+(-?\d+)\s+and\s+(-?\d+)\b")
_CASELESS = re.compile(
    r"upper[- ]?(?:case)? and lower[- ]?case (?:letters )?make no difference|ignoring case|case is ignored"
    r"|case[- ]insensitive", re.IGNORECASE,
)  # fmt: skip
_TRIMMED = re.compile(
    r"spaces (?:before and after|around)[^.]*ignored|surrounding (?:spaces|white\s?space)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class SpokenCase:
    """A result, as source text, and the condition under which it is the result, over the parameter ``a``."""

    value: str
    condition: str


@dataclass(frozen=True, slots=True)
class SpokenCases:
    """The cases in their order; ``otherwise`` is the result where none applies, ``None`` where the prose says none.

    ``subject`` is what the conditions look at: the parameter ``a``, or what is left of it after what does not matter
    was taken off.
    """

    cases: tuple[SpokenCase, ...]
    otherwise: str | None
    subject: str = "a"

    def body(self, parameter: str) -> str:
        """The cases as the text of a function's body."""
        named = _substituted(self.subject, parameter)
        lines: list[str] = []
        rest = self.cases if self.otherwise is not None else self.cases[:-1]
        for case in rest:
            lines += [f"if {_substituted(case.condition, named)}:", f"    return {case.value}"]
        last = self.otherwise if self.otherwise is not None else self.cases[-1].value
        return "\n".join([*lines, f"return {last}"])


def _substituted(text: str, name: str) -> str:
    return re.sub(r"\ba\b(?![\"'])", lambda _: name, text)


def spoken_cases(prose: str) -> SpokenCases | None:
    """The cases that a text tells; ``None`` where it tells fewer than two results, or one that is not understood."""
    told = " ".join(prose.split())
    otherwise = _OTHERWISE.search(told)
    cases: list[SpokenCase] = []
    for match in _MEANS.finditer(told):
        texts = ", ".join(re.findall(_TEXT, match["texts"]))
        cases.append(SpokenCase(match["value"], f"a in ({texts},)"))
    for match in _WHEN.finditer(told):
        condition = condition_of(match["condition"])
        if condition is None:
            return None
        cases.append(SpokenCase(match["value"], condition))
    if len({case.value for case in cases}) + (otherwise is not None) < 2:
        return None
    subject = "a"
    if any(" in (" in case.condition for case in cases):
        subject += ".strip()" if _TRIMMED.search(told) else ""
        subject += ".lower()" if _CASELESS.search(told) else ""
    return SpokenCases(tuple(cases), otherwise["value"] if otherwise else None, subject)


def condition_of(text: str) -> str | None:
    """A condition on a number in words as an expression over ``a``; ``None`` where it is not understood."""
    between = _BETWEEN.search(text)
    if between is not None:
        return f"{between[1]} <= a <= {between[2]}"
    parts = re.split(
        r"\s+or\s+(?!(?:less|more|fewer|greater|equal|above|below|negative|larger|smaller)\b(?!\s+\S*\d))", text
    )
    conditions = [_simple(part) for part in parts]
    if any(condition is None for condition in conditions):
        return None
    return " or ".join(condition for condition in conditions if condition is not None)


def _simple(text: str) -> str | None:
    tests = [phrase.operation for phrase in phrases_of(text) if re.search(r"[<>]|==", phrase.operation)]
    if len(tests) == 1:
        return tests[0]
    word = text.split()[-1].strip(".,;") if text.split() else ""
    if not tests and word in NUMBERS:
        return f"a == {NUMBERS[word]}"
    return None
