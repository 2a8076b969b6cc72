"""The value of a term under SMT-LIB's semantics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import combinations, pairwise
from typing import cast

from compiler.sygus.operators import OPERATORS, Shape
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
    operator = OPERATORS[name]
    apply = operator.apply
    if len(values) == len(operator.arguments):
        return cast(Value, apply(*values))
    if name == "-" and len(values) == 1:
        return -values[0]  # type: ignore[operator]
    match operator.shape:
        case Shape.LEFT:
            return reduce(apply, values)
        case Shape.RIGHT:
            return reduce(lambda later, earlier: apply(earlier, later), reversed(values))
        case Shape.CHAIN:
            return all(apply(one, other) for one, other in pairwise(values))
        case Shape.PAIRWISE:
            return all(apply(one, other) for one, other in combinations(values, 2))
        case Shape.FIXED:
            raise TypeError(f"{name} takes {len(operator.arguments)} values, not {len(values)}")
