"""What the arguments of an operator may mean for its application to mean a given thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd
from typing import TypeAlias

from compiler.sygus.rendering import sides
from solver.formulas import Conditional, Formula, Junction, Negation, Value, conditional, junction, negation
from solver.linear import ZERO, Comparison, Linear, Truth, compare, constant
from solver.piecewise import Piecewise
from solver.productions import Role

# What a term is to mean: a number by cases, a linear term, or a formula.
Goal: TypeAlias = Piecewise | Linear | Formula


def goal_of(function: Piecewise) -> Goal:
    """What a function with one output means."""
    otherwise = function.otherwise[0]
    if not isinstance(otherwise, bool):
        return function if function.arms else otherwise
    formula: Formula = otherwise
    for arm in reversed(function.arms):
        value = arm.values[0]
        assert isinstance(value, bool)
        formula = conditional(junction("and", arm.guard), value, formula)
    return _normal(formula)


def is_constant(goal: Goal, value: int | bool | str) -> bool:
    """Whether the goal is this constant."""
    if isinstance(value, bool) or isinstance(goal, bool):
        return goal is value
    return isinstance(goal, Linear) and not goal.factors and goal.constant == value


def decompose(role: Role | None, arity: int, goal: Goal, closed: Sequence[Linear | None]) -> Iterator[tuple[Goal, ...]]:
    """The arguments' goals. ``closed`` tells what arguments mean that the grammar leaves no choice for."""
    match goal:
        case Piecewise():
            if role is Role.CHOICE:
                yield from _cases(goal)
        case Linear():
            yield from _sums(role, arity, goal, closed)
        case bool():
            return
        case _:
            yield from _formulas(role, arity, goal)


def _cases(function: Piecewise) -> Iterator[tuple[Goal, ...]]:
    arm = function.arms[0]
    rest = goal_of(Piecewise(function.arms[1:], function.otherwise))
    test = junction("and", arm.guard)
    then: Value = arm.values[0]
    yield test, then, rest
    yield _normal(negation(test)), rest, then


def _sums(role: Role | None, arity: int, goal: Linear, closed: Sequence[Linear | None]) -> Iterator[tuple[Goal, ...]]:
    match role, arity:
        case Role.SUM, 2:
            pairs = [(part, goal.plus(part, -1)) for part in _parts(goal, closed[0])]
            pairs += [(goal.plus(part, -1), part) for part in _parts(goal, closed[1]) if closed[1] is not None]
        case Role.DIFFERENCE, 2:
            added, taken = sides(goal)
            pairs = [(added, taken)] if taken != ZERO else []
            pairs += [(part, part.plus(goal, -1)) for part in _parts(goal, closed[0])]
            pairs += [(goal.plus(part), part) for part in _parts(goal.times(-1), closed[1]) if closed[1] is not None]
        case Role.NEGATIVE, 1:
            yield (goal.times(-1),)
            return
        case Role.PRODUCT, 2:
            shared = gcd(*(factor for _, factor in goal.factors), goal.constant)
            factors = [factor for factor in (shared, -shared, -1) if factor not in (0, 1)]
            quotients = [(constant(factor), _divided(goal, factor)) for factor in factors]
            pairs = [pair for quotient in quotients for pair in (quotient, quotient[::-1])]
            for first, second in pairs:
                if _size(first) < _size(goal) or _size(second) < _size(goal):
                    yield first, second
            return
        case _:
            return
    yield from (pair for pair in pairs if all(_size(part) < _size(goal) for part in pair))


def _divided(term: Linear, divisor: int) -> Linear:
    return Linear(tuple((name, factor // divisor) for name, factor in term.factors), term.constant // divisor)


def _parts(goal: Linear, closed: Linear | None) -> Iterator[Linear]:
    """What may be split off a sum: what the grammar leaves no choice for, one half, one name, the constant."""
    if closed is not None:
        yield closed
        return
    numbers = [*(factor for _, factor in goal.factors), goal.constant]
    if not any(number % 2 for number in numbers):
        yield _divided(goal, 2)
    for name, factor in goal.factors:
        if len(goal.factors) > 1 or goal.constant:
            yield Linear(((name, factor),), 0)
        if abs(factor) > 1:
            yield Linear(((name, 1 if factor > 0 else -1),), 0)
    if goal.constant:
        yield constant(goal.constant)
        if abs(goal.constant) > 1:
            yield constant(1 if goal.constant > 0 else -1)
    yield ZERO


def _size(term: Linear) -> int:
    """How far a term is from one name or 1; negative parts are further."""
    return sum(2 * abs(number) + (number < 0) for number in (*(factor for _, factor in term.factors), term.constant))


def _formulas(role: Role | None, arity: int, goal: Formula) -> Iterator[tuple[Goal, ...]]:
    match role, goal:
        case Role.NOT, _:
            yield (_normal(negation(goal)),)
        case ((Role.AT_MOST | Role.BELOW | Role.AT_LEAST | Role.ABOVE | Role.EQUAL), Comparison()) if arity == 2:
            yield from _comparisons(role, goal)
        case (Role.AND | Role.OR) as word, Junction(joined, parts) if joined == word.value and arity <= len(parts):
            yield (*parts[: arity - 1], junction(joined, parts[arity - 1 :]))
        case Role.AND, Comparison(term, "=") if arity == 2:
            yield compare(term, "<="), compare(term.times(-1), "<=")
        case Role.OR, Comparison(term, "!=") if arity == 2:
            yield compare(term.plus(constant(1)), "<="), compare(term.times(-1).plus(constant(1)), "<=")
        case Role.IMPLIES, Junction("or", parts):
            yield _normal(negation(parts[0])), junction("or", parts[1:])
        case Role.CHOICE, Junction("and", parts):
            yield parts[0], junction("and", parts[1:]), False
        case Role.CHOICE, Junction("or", parts):
            yield parts[0], True, junction("or", parts[1:])
        case Role.CHOICE, Truth():
            yield goal, True, False


def _comparisons(role: Role, goal: Comparison) -> Iterator[tuple[Goal, ...]]:
    """Pairs of sides: with nothing negative, or all on one side."""
    if role is Role.EQUAL and goal.relation == "=":
        terms = [goal.term, goal.term.times(-1)]
    elif role is not Role.EQUAL and goal.relation == "<=":
        term = goal.term if role in (Role.AT_MOST, Role.AT_LEAST) else goal.term.plus(constant(-1))
        terms = [term if role in (Role.AT_MOST, Role.BELOW) else term.times(-1)]
    else:
        return
    for term in terms:
        left, right = sides(term)
        yield left, right
        without = Linear(term.factors, 0)
        yield without, constant(-term.constant)
        yield constant(term.constant), without.times(-1)
        yield term, ZERO
        yield ZERO, term.times(-1)


def _normal(formula: Formula) -> Formula:
    """The formula without conditionals, and with negations at atoms only."""
    match formula:
        case Negation(Junction(operator, parts)):
            return junction("or" if operator == "and" else "and", [_normal(negation(part)) for part in parts])
        case Negation(Conditional(test, then, otherwise)):
            return _normal(Conditional(test, negation(then), negation(otherwise)))
        case Negation(part):
            return _normal(negation(part))
        case Junction(operator, parts):
            return junction(operator, [_normal(part) for part in parts])
        case Conditional(test, then, otherwise):
            reached = junction("and", [_normal(test), _normal(then)])
            return junction("or", [reached, junction("and", [_normal(negation(test)), _normal(otherwise)])])
        case _:
            return formula
