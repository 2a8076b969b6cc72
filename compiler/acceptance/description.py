"""Description lengths: how much a program says, and how much examples tell, both in bits.

On examples alone a program is worth believing only where it is far shorter than what it explains (Rissanen 1978,
"Modeling by shortest data description"). Both lengths are estimates by fixed codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log2

from compiler.ir.nodes import Clause, Comprehension, Const, Display, Expr, Lambda, Module, Name, Slice
from compiler.ir.walk import Node, children, walk

_OPERATION_BITS = 6.0
_NAME_BITS = 2.5
_CONSTANT_BITS = 3.0
_CHARACTER_BITS = 6.0

# A program that is shorter by this much than what it explains fits by accident once in 2**4 times.
MARGIN_BITS = 4.0


def is_mdl_significant(
    bits: float, inputs: Sequence[Mapping[str, object]], targets: Sequence[object], told_besides: float = 0.0
) -> bool:
    """Whether an expression of so many bits is far shorter than what the examples, and other clauses, tell."""
    return bits + MARGIN_BITS <= example_bits(inputs, targets) + told_besides


def is_mdl_significant_change(
    old: Module,
    new: Module,
    tried: int,
    inputs: Sequence[Mapping[str, object]],
    targets: Sequence[object],
    told_besides: float = 0.0,
) -> bool:
    """Whether a change is far shorter than what the examples tell that only the changed program fits.

    The change costs its place among those ``tried`` and the constants that are new. What the old program's constants
    say already, the examples do not tell: of two texts that it returns one is wanted, and that is one bit.
    """
    known = {text: value for value in _constants(old) if (text := repr(value))}
    cost = log2(1 + tried) + sum(_CONSTANT_BITS + _value_bits(v) for v in _constants(new) if repr(v) not in known)
    given = [{**row, "known": list(known.values())} for row in inputs]
    return cost + MARGIN_BITS <= example_bits(given, targets) + told_besides


def _constants(module: Module) -> list[object]:
    return [node.value for node in walk(module) if isinstance(node, Const)]


def cost_bits(expr: Expr) -> float:
    """The length of an expression: its operations, names and constants."""
    return _node_bits(expr) + sum(cost_bits(child) for child in _expressions_under(expr))


def _node_bits(node: Expr) -> float:
    match node:
        case Const(value=value):
            return _CONSTANT_BITS + _value_bits(value)
        case Name():
            return _NAME_BITS
        case Slice() | Lambda():
            return 0.0
        case Display(_, items):
            return _CONSTANT_BITS + _count_bits(len(items))
        case Comprehension():
            return _OPERATION_BITS + 2.0
        case _:
            return _OPERATION_BITS


def _expressions_under(node: Node) -> Iterator[Expr]:
    for child in children(node):
        if isinstance(child, Expr):
            yield child
        elif isinstance(child, Clause):
            # The bound variable is no choice.
            yield from (child.iterable, *child.conditions)
        else:
            yield from _expressions_under(child)


def literal_cost(value: object) -> int:
    """What a literal costs in a search whose operations cost one each."""
    return max(1, round(_target_bits(value, _Given({})) / _OPERATION_BITS))


def example_bits(inputs: Sequence[Mapping[str, object]], targets: Sequence[object]) -> float:
    """What the targets tell to one who knows the inputs.

    A target, or a part of it, that stands in its input, and a target that was seen before, tell little.
    """
    total = 0.0
    seen: list[str] = []
    for row, target in zip(inputs, targets, strict=True):
        text = repr(target)
        bits = _target_bits(target, _Given(row))
        if text in seen:
            bits = min(bits, log2((len(seen) + 1) / seen.count(text)))
        seen.append(text)
        total += bits
    return total


class _Given:
    """The values and texts that an input offers for copying."""

    def __init__(self, row: Mapping[str, object]) -> None:
        parts = [part for value in row.values() for part in _parts(value)]
        self.values = {repr(part) for part in parts}
        self.texts = [part for part in parts if isinstance(part, str) and len(part) > 1]


def _parts(value: object) -> Iterator[object]:
    yield value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _parts(key)
            yield from _parts(item)
    elif isinstance(value, (list, tuple, set)):
        for item in value:
            yield from _parts(item)


def _target_bits(value: object, given: _Given) -> float:
    bits = _own_bits(value, given)
    return min(bits, 1.0 + log2(len(given.values))) if repr(value) in given.values else bits


def _own_bits(value: object, given: _Given) -> float:
    match value:
        case str():
            return _text_bits(value, given.texts)
        case dict():
            return _count_bits(len(value)) + sum(_target_bits(part, given) for item in value.items() for part in item)
        case list() | tuple() | set():
            return _count_bits(len(value)) + sum(_target_bits(item, given) for item in value)
        case _:
            return _value_bits(value)


def _text_bits(text: str, sources: Sequence[str]) -> float:
    """The text as pieces copied from the sources and characters of its own, read greedily."""
    bits = _count_bits(len(text))
    start = 0
    while start < len(text):
        copied = _longest_copy(text, start, sources)
        if copied > 1:
            bits += 1.0 + log2(sum(map(len, sources))) + _count_bits(copied)
        else:
            bits += _CHARACTER_BITS
        start += max(copied, 1)
    return bits


def _longest_copy(text: str, start: int, sources: Sequence[str]) -> int:
    length = 0
    while start + length < len(text) and any(text[start : start + length + 1] in source for source in sources):
        length += 1
    return length


def _value_bits(value: object) -> float:
    match value:
        case None | bool():
            return 1.0
        case int():
            return _count_bits(abs(value)) + 1.0
        case float():
            return _CONSTANT_BITS * len(repr(value).rstrip("0").rstrip(".")) + 1.0
        case str() | bytes():
            return _count_bits(len(value)) + _CHARACTER_BITS * len(value)
        case _:
            return _CHARACTER_BITS * len(repr(value))


def _count_bits(number: int) -> float:
    """A natural number by Elias' gamma code, whole lengths smoothed."""
    return 2.0 * log2(number + 1) + 1.0
