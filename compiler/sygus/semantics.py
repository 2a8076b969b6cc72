"""The value of a term under SMT-LIB's semantics, and what is known of it without its variables' values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import cast

from compiler.sygus.intervals import UNKNOWN, Interval, both
from compiler.sygus.operators import OPERATORS, operator_for
from compiler.sygus.problem import Apply, Definition, Literal, Term, Value, Variable

NO_FUNCTIONS: Mapping[str, Definition] = {}


def evaluate(term: Term, environment: Mapping[str, Value], functions: Mapping[str, Definition] = NO_FUNCTIONS) -> Value:
    """The term's value, where ``functions`` are those that are defined. Raises ``KeyError`` for an unknown name."""
    match term:
        case Literal(value):
            return value
        case Variable(name):
            return environment[name]
        case Apply("ite", (test, yes, no)):
            return evaluate(yes if evaluate(test, environment, functions) else no, environment, functions)
        case Apply(name, arguments):
            values = [evaluate(argument, environment, functions) for argument in arguments]
            function = functions.get(name)
            if function is None:
                return apply_operator(name, values)
            bound = {parameter: value for (parameter, _), value in zip(function.parameters, values, strict=True)}
            return evaluate(function.body, bound, functions)


def apply_operator(name: str, values: Sequence[Value]) -> Value:
    """What an operator gives for as many values as it is applied to. Raises ``KeyError`` for an unknown operator."""
    operator = operator_for(name, len(values))
    if operator is None:
        raise KeyError(name)
    if len(values) == len(operator.arguments):
        return cast(Value, operator.value(*values))
    return operator.chained(operator.value, values, all)


def folded(term: Term) -> Term:
    """The term with each closed application of operators replaced by its value."""
    match term:
        case Apply(name, arguments):
            parts = tuple(map(folded, arguments))
            if name in OPERATORS and all(isinstance(part, Literal) for part in parts):
                return Literal(evaluate(Apply(name, parts), {}))
            return Apply(name, parts)
    return term


def bounds_of(term: Term) -> Interval:
    """What is known of a number or a truth value, whatever its variables are."""
    match term:
        case Literal(int() as value):
            return int(value), int(value)
        case Apply(name, arguments):
            operator = operator_for(name, len(arguments))
            if operator is not None:
                known = [bounds_of(argument) for argument in arguments]
                return operator.chained(operator.bounds, known, lambda parts: reduce(both, parts))
    return UNKNOWN
