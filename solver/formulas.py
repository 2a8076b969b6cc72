"""Formulas over linear comparisons and truth values: read from Z3's terms, evaluated, substituted into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from solver.linear import ZERO, Atom, Comparison, Environment, Linear, Relation, Truth, compare, constant, name_of
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
Finish: TypeAlias = Callable[[Linear], Formula]


class UnreadableError(Exception):
    """A term of Z3 that is not linear in the names that are sought; the message says which."""


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


class Reader:
    """Reads formulas from Z3's terms.

    What is not linear and mentions no ``sought`` name becomes a name of its own: ``names`` tells which term it is.
    """

    def __init__(self, names: Mapping[str, Smt], sought: frozenset[str]) -> None:
        self.names: dict[str, Smt] = dict(names)
        self._sought = sought
        self._read: dict[int, Formula] = {}

    def formula(self, term: Smt) -> Formula:
        """The formula that a truth value of Z3 is. Raises ``UnreadableError``."""
        known = self._read.get(term.get_id())
        if known is None:
            known = self._read[term.get_id()] = self._formula(term)
        return known

    def _formula(self, term: Smt) -> Formula:
        import z3

        children = term.children()
        match term.decl().kind():
            case z3.Z3_OP_TRUE | z3.Z3_OP_FALSE:
                return bool(z3.is_true(term))
            case z3.Z3_OP_AND | z3.Z3_OP_OR:
                operator: Literal["and", "or"] = "and" if z3.is_and(term) else "or"
                return junction(operator, [self.formula(child) for child in children])
            case z3.Z3_OP_NOT:
                return negation(self.formula(children[0]))
            case z3.Z3_OP_IMPLIES:
                return junction("or", [negation(self.formula(children[0])), self.formula(children[1])])
            case z3.Z3_OP_ITE:
                test, then, otherwise = map(self.formula, children)
                return conditional(test, then, otherwise)
            case (z3.Z3_OP_EQ | z3.Z3_OP_XOR) as kind if z3.is_bool(children[0]):
                left, right = map(self.formula, children)
                same = conditional(left, right, negation(right))
                return same if kind == z3.Z3_OP_EQ else negation(same)
            case z3.Z3_OP_DISTINCT if len(children) == 2 and z3.is_int(children[0]):
                return negation(self._compare(children[0], children[1], "=", 0))
            case z3.Z3_OP_EQ if z3.is_int(children[0]):
                return self._compare(children[0], children[1], "=", 0)
            case z3.Z3_OP_LE if z3.is_int(children[0]):
                return self._compare(children[0], children[1], "<=", 0)
            case z3.Z3_OP_GE if z3.is_int(children[0]):
                return self._compare(children[1], children[0], "<=", 0)
            case z3.Z3_OP_LT if z3.is_int(children[0]):
                return self._compare(children[0], children[1], "<=", 1)
            case z3.Z3_OP_GT if z3.is_int(children[0]):
                return self._compare(children[1], children[0], "<=", 1)
            case _:
                return Truth(self._name(term), True)

    def _compare(self, left: Smt, right: Smt, relation: Relation, offset: int) -> Formula:
        def finish(term: Linear) -> Formula:
            return compare(term.plus(constant(offset)), relation)

        return self._spread([(left, 1), (right, -1)], ZERO, finish)

    def _spread(self, rest: Sequence[tuple[Smt, int]], known: Linear, finish: Finish) -> Formula:
        """Adds up terms; a conditional among them becomes a conditional around the comparison."""
        import z3

        waiting = list(rest)
        while waiting:
            term, factor = waiting.pop()
            children = term.children()
            match term.decl().kind():
                case _ if z3.is_int_value(term):
                    known = known.plus(constant(term.as_long()), factor)
                case z3.Z3_OP_ADD:
                    waiting += [(child, factor) for child in children]
                case z3.Z3_OP_SUB:
                    waiting += [(children[0], factor), *((child, -factor) for child in children[1:])]
                case z3.Z3_OP_UMINUS:
                    waiting.append((children[0], -factor))
                case z3.Z3_OP_MUL if len(children) == 2 and any(map(z3.is_int_value, children)):
                    number, other = children if z3.is_int_value(children[0]) else children[::-1]
                    waiting.append((other, factor * number.as_long()))
                case z3.Z3_OP_ITE:
                    then = self._spread([*waiting, (children[1], factor)], known, finish)
                    otherwise = self._spread([*waiting, (children[2], factor)], known, finish)
                    return conditional(self.formula(children[0]), then, otherwise)
                case _:
                    known = known.plus(name_of(self._name(term)), factor)
        return finish(known)

    def _name(self, term: Smt) -> str:
        import z3

        if z3.is_const(term) and term.decl().name() in self.names:
            return str(term.decl().name())
        if not (z3.is_int(term) or z3.is_bool(term)) or self._mentions(term):
            raise UnreadableError(f"`{term}` is not linear")
        name = term.sexpr()
        self.names.setdefault(name, term)
        return str(name)

    def _mentions(self, term: Smt) -> bool:
        waiting = [term]
        while waiting:
            part = waiting.pop()
            if not part.children() and str(part.decl().name()) in self._sought:
                return True
            waiting += part.children()
        return False
