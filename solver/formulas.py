"""Formulas over linear comparisons and truth values: evaluated, substituted into, and written as Z3's terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from solver.linear import Atom, Comparison, Environment, Linear, Truth, compare, constant, name_of
from solver.smt import Smt

# What stands for a name of the formula: a linear term for an integer, a constant for a truth value.
Value: TypeAlias = Linear | bool


@dataclass(frozen=True, slots=True)
class Junction:
    """``and`` or ``or`` of any number of parts."""

    operator: Literal["and", "or"]
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """``not``."""

    part: Formula


@dataclass(frozen=True, slots=True)
class Conditional:
    """One formula where a test holds, another one elsewhere."""

    test: Formula
    then: Formula
    otherwise: Formula


Formula: TypeAlias = Junction | Negation | Conditional | Comparison | Truth | bool


def holds(formula: Formula, environment: Environment) -> bool:
    """Whether a formula is true."""
    match formula:
        case bool():
            return formula
        case Comparison() | Truth():
            return formula.holds(environment)
        case Negation(part):
            return not holds(part, environment)
        case Junction("and", parts):
            return all(holds(part, environment) for part in parts)
        case Junction(_, parts):
            return any(holds(part, environment) for part in parts)
        case Conditional(test, then, otherwise):
            return holds(then if holds(test, environment) else otherwise, environment)


def atoms(formula: Formula, environment: Environment | None = None) -> Iterator[Atom]:
    """The atoms of a formula; with an environment, of each conditional only the branch that is taken."""
    match formula:
        case Comparison() | Truth():
            yield formula
        case Negation(part):
            yield from atoms(part, environment)
        case Junction(_, parts):
            for part in parts:
                yield from atoms(part, environment)
        case Conditional(test, then, otherwise):
            yield from atoms(test, environment)
            if environment is None or holds(test, environment):
                yield from atoms(then, environment)
            if environment is None or not holds(test, environment):
                yield from atoms(otherwise, environment)


def put(formula: Formula, values: Mapping[str, Value]) -> Formula:
    """The formula with values in place of names."""
    match formula:
        case bool():
            return formula
        case Comparison(term, relation):
            replaced = replace(term, values)
            return formula if replaced is term else compare(replaced, relation)
        case Truth(name, positive):
            value = values.get(name)
            return value is positive if isinstance(value, bool) else formula
        case Negation(part):
            return negation(put(part, values))
        case Junction(operator, parts):
            return junction(operator, [put(part, values) for part in parts])
        case Conditional(test, then, otherwise):
            return conditional(put(test, values), put(then, values), put(otherwise, values))


def replace(term: Linear, values: Mapping[str, Value]) -> Linear:
    """The term with values in place of names, all at once."""
    if not any(name in values for name, _ in term.factors):
        return term
    result = constant(term.constant)
    for name, factor in term.factors:
        value = values.get(name, name_of(name))
        assert isinstance(value, Linear)
        result = result.plus(value, factor)
    return result


def negation(formula: Formula) -> Formula:
    """The opposite of a formula."""
    match formula:
        case bool():
            return not formula
        case Comparison() | Truth():
            return formula.negated()
        case Negation(part):
            return part
        case _:
            return Negation(formula)


def junction(operator: Literal["and", "or"], parts: Sequence[Formula]) -> Formula:
    """``and`` or ``or`` without constants, repetitions and layers of itself."""
    absorbing = operator == "or"
    kept: dict[Formula, None] = {}
    for part in parts:
        inner = part.parts if isinstance(part, Junction) and part.operator == operator else (part,)
        for item in inner:
            if item is absorbing:
                return absorbing
            if not isinstance(item, bool):
                kept[item] = None
    if not kept:
        return not absorbing
    return next(iter(kept)) if len(kept) == 1 else Junction(operator, tuple(kept))


def conditional(test: Formula, then: Formula, otherwise: Formula) -> Formula:
    """A conditional, or the branch that is taken for certain."""
    if isinstance(test, bool):
        return then if test else otherwise
    return then if then == otherwise else Conditional(test, then, otherwise)


def value_smt(value: Value, names: Mapping[str, Smt], context: Smt) -> Smt:
    """A value as Z3's term."""
    import z3

    if isinstance(value, bool):
        return z3.BoolVal(value, context)
    term = value.smt(names)
    return z3.IntVal(term, context) if isinstance(term, int) else term


class Writer:
    """Writes formulas as Z3's terms, over names that are Z3's too."""

    def __init__(self, names: Mapping[str, Smt], context: Smt) -> None:
        self._names = names
        self._context = context
        self._atoms: dict[Atom, Smt] = {}

    def write(self, formula: Formula) -> Smt:
        """The formula as Z3 reads it."""
        import z3

        match formula:
            case bool():
                return z3.BoolVal(formula, self._context)
            case Comparison() | Truth():
                if formula not in self._atoms:
                    self._atoms[formula] = formula.smt(self._names)
                return self._atoms[formula]
            case Negation(part):
                return z3.Not(self.write(part))
            case Junction(operator, parts):
                return (z3.And if operator == "and" else z3.Or)(*map(self.write, parts))
            case Conditional(test, then, otherwise):
                return z3.If(self.write(test), self.write(then), self.write(otherwise))
