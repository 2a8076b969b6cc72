"""What built-in functions and methods mean to Z3: those with an ``smt`` column in the table of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from compiler.proof.values import UnsupportedError, Value, integer, is_text, length, truth
from solver.operations.entries import Operation, operations
from solver.smt import Smt


def _absolute(value: Value) -> Value:
    number = integer(value)
    return _z3().If(number >= 0, number, -number)


def _lesser(best: Value, other: Value) -> Value:
    first, second = integer(best), integer(other)
    return _z3().If(second < first, second, first)


def _greater(best: Value, other: Value) -> Value:
    first, second = integer(best), integer(other)
    return _z3().If(second > first, second, first)


def _begins(text: Value, other: Value) -> Value:
    return _z3().PrefixOf(_text(other), _text(text))


def _ends(text: Value, other: Value) -> Value:
    return _z3().SuffixOf(_text(other), _text(text))


def _text(value: Value) -> Value:
    if not is_text(value):
        raise UnsupportedError("a text's method on something that is no text")
    return value


MEANINGS: Mapping[str, Callable[..., Value]] = {
    "absolute": _absolute,
    "integer": integer,
    "length": length,
    "maximum": _greater,
    "minimum": _lesser,
    "prefix": _begins,
    "suffix": _ends,
    "truth": truth,
}
"""By the name in the table. Each raises ``UnsupportedError`` where the arguments have no symbolic form."""

_KNOWN: Mapping[str, Operation] = {
    operation.called: operation for operation in operations() if operation.called and operation.column("smt")
}


def meaning_of(called: str, values: Sequence[Value]) -> Value | None:
    """What a call gives, of ``len`` or of the method ``.startswith``; ``None`` where proofs know nothing of it.

    What takes two in any order takes more as well. Raises ``UnsupportedError``.
    """
    operation = _KNOWN.get(called)
    if operation is None:
        return None
    meaning, arity = MEANINGS[operation.column("smt")], len(operation.parameters)
    if operation.commutative and len(values) > arity:
        return reduce(meaning, values)
    return meaning(*values) if len(values) == arity else None


def _z3() -> Smt:
    import z3

    return z3
