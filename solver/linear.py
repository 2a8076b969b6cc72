"""Linear terms over integers, and the comparisons of such terms with zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd
from typing import Literal, TypeAlias

from solver.smt import Smt

Relation: TypeAlias = Literal["<=", "=", "!="]
Environment: TypeAlias = Mapping[str, int | bool]


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of integer names, each times a factor that is not zero, and a constant. Names stand in order."""

    factors: tuple[tuple[str, int], ...]
    constant: int

    def plus(self, other: Linear, times: int = 1) -> Linear:
        """The sum of the term and ``times`` the other."""
        factors = dict(self.factors)
        for name, factor in other.factors:
            factors[name] = factors.get(name, 0) + times * factor
        return _of(factors, self.constant + times * other.constant)

    def times(self, factor: int) -> Linear:
        """The term times a number."""
        return ZERO.plus(self, factor)

    def factor(self, name: str) -> int:
        """How often a name stands in the sum."""
        return dict(self.factors).get(name, 0)

    def names(self) -> tuple[str, ...]:
        """The names in the sum."""
        return tuple(name for name, _ in self.factors)

    def without(self, name: str) -> Linear:
        """The sum without one name."""
        return Linear(tuple(part for part in self.factors if part[0] != name), self.constant)

    def put(self, name: str, term: Linear) -> Linear:
        """The sum with a term in place of a name."""
        factor = self.factor(name)
        return self.without(name).plus(term, factor) if factor else self

    def value(self, environment: Environment) -> int:
        """The sum's value."""
        return self.constant + sum(factor * environment[name] for name, factor in self.factors)

    @property
    def weight(self) -> int:
        """How much a reader has to read: names, factors and constants."""
        parts = sum(1 if abs(factor) == 1 else 2 for _, factor in self.factors)
        return parts + (1 if self.constant or not self.factors else 0)

    def smt(self, names: Mapping[str, Smt]) -> Smt:
        """The sum as Z3's term; a plain integer where no name stands in it."""
        parts = [names[name] if factor == 1 else factor * names[name] for name, factor in self.factors]
        if not parts:
            return self.constant
        whole = sum(parts[1:], parts[0])
        return whole + self.constant if self.constant else whole


def _of(factors: Mapping[str, int], constant: int) -> Linear:
    return Linear(tuple(sorted((name, factor) for name, factor in factors.items() if factor)), constant)


ZERO = Linear((), 0)


def constant(value: int) -> Linear:
    """A number as a term."""
    return Linear((), value)


def name_of(name: str) -> Linear:
    """A name as a term."""
    return Linear(((name, 1),), 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A linear term compared with zero. Made by ``compare``, which divides by what all factors share."""

    term: Linear
    relation: Relation

    def holds(self, environment: Environment) -> bool:
        """Whether the comparison is true."""
        value = self.term.value(environment)
        match self.relation:
            case "<=":
                return value <= 0
            case "=":
                return value == 0
            case "!=":
                return value != 0

    def names(self) -> tuple[str, ...]:
        """The names in the term."""
        return self.term.names()

    def negated(self) -> Comparison:
        """The opposite."""
        match self.relation:
            case "<=":
                return Comparison(constant(1).plus(self.term, -1), "<=")
            case "=":
                return Comparison(self.term, "!=")
            case "!=":
                return Comparison(self.term, "=")

    def smt(self, names: Mapping[str, Smt]) -> Smt:
        """The comparison as Z3 reads it."""
        import z3

        left = _of({name: factor for name, factor in self.term.factors if factor > 0}, 0)
        right = left.plus(self.term, -1)
        match self.relation:
            case "<=":
                return left.smt(names) <= right.smt(names)
            case "=":
                return left.smt(names) == right.smt(names)
            case "!=":
                return z3.Not(left.smt(names) == right.smt(names))


@dataclass(frozen=True, slots=True)
class Truth:
    """A name of a truth value, or its opposite."""

    name: str
    positive: bool

    def holds(self, environment: Environment) -> bool:
        """Whether it is true."""
        return bool(environment[self.name]) is self.positive

    def names(self) -> tuple[str, ...]:
        """The name."""
        return (self.name,)

    def negated(self) -> Truth:
        """The opposite."""
        return Truth(self.name, not self.positive)

    def smt(self, names: Mapping[str, Smt]) -> Smt:
        """The truth value as Z3 reads it."""
        import z3

        return names[self.name] if self.positive else z3.Not(names[self.name])


Atom: TypeAlias = Comparison | Truth


def compare(term: Linear, relation: Relation) -> Comparison | bool:
    """The comparison of a term with zero, in its simplest form; a truth value where it does not depend on names."""
    if not term.factors:
        return Comparison(term, relation).holds({})
    shared = gcd(*(factor for _, factor in term.factors))
    if relation != "<=":
        if term.constant % shared:
            return relation == "!="
        # Equal terms have one form: the first name's factor is positive.
        shared = shared if term.factors[0][1] > 0 else -shared
    quotient = term.constant // shared if relation != "<=" else -(-term.constant // shared)
    return Comparison(Linear(tuple((name, factor // shared) for name, factor in term.factors), quotient), relation)


def weight(atoms: Iterable[Atom]) -> int:
    """How much a reader has to read of a conjunction."""
    return sum(atom.term.weight + 1 if isinstance(atom, Comparison) else 1 for atom in atoms)
