"""Functions by cases: the first case whose guard holds gives the values."""

from __future__ import annotations

from dataclasses import dataclass

from solver.formulas import Value, replace
from solver.linear import Atom, Environment, Linear

Guard = tuple[Atom, ...]
Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One case: where all atoms of the guard hold, the outputs have these values."""

    guard: Guard
    values: Values


@dataclass(frozen=True, slots=True)
class Piecewise:
    """The arms in the order in which they are tried, and the values where no guard holds."""

    arms: tuple[Arm, ...]
    otherwise: Values

    def of(self, index: int) -> Piecewise:
        """The function that gives one of the outputs alone, without the cases that make no difference to it."""
        otherwise = (self.otherwise[index],)
        arms = [Arm(arm.guard, (arm.values[index],)) for arm in self.arms]
        while arms and arms[-1].values == otherwise:
            arms.pop()
        return Piecewise(tuple(arms), otherwise)

    def names(self) -> frozenset[str]:
        """The names that the function looks at."""
        values = [*self.otherwise, *(value for arm in self.arms for value in arm.values)]
        terms = [value for value in values if isinstance(value, Linear)]
        found = {name for term in terms for name in term.names()}
        return frozenset(found.union(*(atom.names() for arm in self.arms for atom in arm.guard)))

    def value(self, environment: Environment) -> tuple[int | bool, ...]:
        """What the function gives in an environment."""
        for arm in self.arms:
            if all(atom.holds(environment) for atom in arm.guard):
                return tuple(value_in(value, environment) for value in arm.values)
        return tuple(value_in(value, environment) for value in self.otherwise)


def value_in(value: Value, environment: Environment) -> int | bool:
    """The value of a linear term, or a constant truth value."""
    return value.value(environment) if isinstance(value, Linear) else value


def put_value(value: Value, values: dict[str, Value]) -> Value:
    """The value with other values in place of names."""
    return replace(value, values) if isinstance(value, Linear) else value
