"""Rules with exceptions: conditions that prose tells one after another, of which each overrules those before it.

``A year is long if it is divisible by 5. But one divisible by 50 is short, unless it is divisible by 200``: the
conditions come from the phrases in the order of the text, and examples decide which way each of them rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, product

from compiler.enumerate.phrases import Phrase, opposite

_FEWEST, _MOST = 2, 5


def layered_condition(
    phrases: Sequence[Phrase], variable: str, inputs: Sequence[Mapping[str, object]], targets: Sequence[bool]
) -> str | None:
    """The condition over ``variable`` that gives these truth values, as text; ``None`` where none does.

    Of several the one is taken in which most rules say the contrary of the rule before.
    """
    rules = [phrase for phrase in sorted(set(phrases), key=lambda item: item.place) if _is_rule(phrase)]
    if not _FEWEST <= len(rules) <= _MOST or not inputs:
        return None
    tests = [_test(phrase) for phrase in rules]
    try:
        verdicts = [[bool(test(row[variable])) for test in tests] for row in inputs]
    except (KeyError, TypeError):
        return None
    fitting = [ways for ways in _ways(len(rules)) if all(map(_rules_as, verdicts, targets, [ways] * len(verdicts)))]
    return _text(rules, fitting[0], variable) if fitting else None


def _is_rule(phrase: Phrase) -> bool:
    return phrase.number is not None and opposite(phrase) is not None


def _test(phrase: Phrase) -> Callable[[object], object]:
    test: Callable[[object], object] = eval(f"lambda a: {phrase.operation}")
    return test


def _ways(count: int) -> Iterator[tuple[bool, ...]]:
    """Every way in which so many rules may decide, the most alternating first; the first rule says the contrary of
    what holds where no rule applies.
    """
    ways = product((True, False), repeat=count)
    return iter(sorted(ways, key=lambda way: sum(a == b for a, b in pairwise(way))))


def _rules_as(verdicts: Sequence[bool], target: bool, ways: Sequence[bool]) -> bool:
    result = not ways[0]
    for applies, way in zip(verdicts, ways, strict=True):
        result = way if applies else result
    return result == target


def _text(rules: Sequence[Phrase], ways: Sequence[bool], variable: str) -> str:
    text = _named(rules[0], variable) if ways[0] else _denied(rules[0], variable)
    for phrase, way in zip(rules[1:], ways[1:], strict=True):
        text = f"{_named(phrase, variable)} or ({text})" if way else f"{_denied(phrase, variable)} and ({text})"
    return text


def _named(phrase: Phrase, variable: str) -> str:
    return variable + phrase.operation.removeprefix("a")


def _denied(phrase: Phrase, variable: str) -> str:
    contrary = opposite(phrase)
    assert contrary is not None
    return _named(contrary, variable)
