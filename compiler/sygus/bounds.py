"""What is known of an integer term without running it: a number that it is never below, and never above."""

from __future__ import annotations

from compiler.sygus.problem import Apply, Literal, Term


def lower(term: Term) -> int | None:
    """A number that the term's value is never below; ``None`` where none is known."""
    match term:
        case Literal(int() as value):
            return value
        case Apply("str.len" | "abs", _):
            return 0
        case Apply("str.indexof" | "str.to_int" | "str.to_code", _):
            return -1
        case Apply("mod", (_, Literal(int() as divisor))) if divisor != 0:
            return 0
        case Apply("+", arguments):
            return _sum([lower(argument) for argument in arguments])
        case Apply("*", arguments):
            known = [lower(argument) for argument in arguments]
            return 0 if all(bound is not None and bound >= 0 for bound in known) else None
        case Apply("-", (operand,)):
            return _negated(upper(operand))
        case Apply("-", (first, *others)):
            return _sum([lower(first), *(_negated(upper(other)) for other in others)])
        case Apply("ite", (_, yes, no)):
            return _least(lower(yes), lower(no))
    return None


def upper(term: Term) -> int | None:
    """A number that the term's value is never above; ``None`` where none is known."""
    match term:
        case Literal(int() as value):
            return value
        case Apply("mod", (_, Literal(int() as divisor))) if divisor != 0:
            return abs(divisor) - 1
        case Apply("+", arguments):
            return _sum([upper(argument) for argument in arguments])
        case Apply("-", (operand,)):
            return _negated(lower(operand))
        case Apply("-", (first, *others)):
            return _sum([upper(first), *(_negated(lower(other)) for other in others)])
        case Apply("ite", (_, yes, no)):
            return _negated(_least(_negated(upper(yes)), _negated(upper(no))))
    return None


def _sum(bounds: list[int | None]) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return sum(known) if len(known) == len(bounds) else None


def _negated(bound: int | None) -> int | None:
    return None if bound is None else -bound


def _least(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else min(one, other)
