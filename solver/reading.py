"""Formulas over linear comparisons, read from Z3's terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from solver.formulas import Formula, conditional, junction, negation
from solver.linear import ZERO, Linear, Relation, Truth, compare, constant, name_of
from solver.smt import Smt, is_positive_number

Finish: TypeAlias = Callable[[Linear], Formula]


class UnreadableError(Exception):
    """A term of Z3 that is not linear in the names that are sought; the message says which."""


class Reader:
    """Reads formulas from Z3's terms.

    What is not linear and mentions no ``sought`` name becomes a name of its own: ``names`` tells which term it is. A
    sought name's quotient by a number is a name that is sought too, and ``facts`` say what is true of it.
    """

    def __init__(self, names: Mapping[str, Smt], sought: Sequence[str]) -> None:
        self.names: dict[str, Smt] = dict(names)
        self._known = {term.get_id(): name for name, term in names.items()}
        self.sought = list(sought)
        self.facts: list[Formula] = []
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
                    test = self.formula(children[0])
                    if isinstance(test, bool):
                        waiting.append((children[1 if test else 2], factor))
                        continue
                    then = self._spread([*waiting, (children[1], factor)], known, finish)
                    otherwise = self._spread([*waiting, (children[2], factor)], known, finish)
                    return conditional(test, then, otherwise)
                case (z3.Z3_OP_IDIV | z3.Z3_OP_MOD) as kind if is_positive_number(children[1]) and self._mentions(term):
                    dividend, divisor = self._linear(children[0]), children[1].as_long()
                    quotient = self._quotient(dividend, divisor)
                    part = quotient if kind == z3.Z3_OP_IDIV else dividend.plus(quotient, -divisor)
                    known = known.plus(part, factor)
                case _:
                    known = known.plus(name_of(self._name(term)), factor)
        return finish(known)

    def _linear(self, term: Smt) -> Linear:
        read: list[Linear] = []

        def finish(whole: Linear) -> Formula:
            read.append(whole)
            return True

        self._spread([(term, 1)], ZERO, finish)
        if len(read) != 1:
            raise UnreadableError(f"`{term}` is divided")
        return read[0]

    def _quotient(self, dividend: Linear, divisor: int) -> Linear:
        """A sought name for the quotient, rounded down."""
        import z3

        name = f"{dividend.smt(self.names)} div {divisor}"
        if name not in self.names:
            self._add(name, z3.Int(name, next(iter(self.names.values())).ctx))
            self.sought.append(name)
            rest = dividend.plus(name_of(name), -divisor)
            self.facts += [compare(rest.times(-1), "<="), compare(rest.plus(constant(1 - divisor)), "<=")]
        return name_of(name)

    def _name(self, term: Smt) -> str:
        import z3

        known = self._known.get(term.get_id())
        if known is not None:
            return known
        if not (z3.is_int(term) or z3.is_bool(term)) or self._mentions(term):
            raise UnreadableError(f"`{term}` is not linear")
        return self._add(str(term.sexpr()), term)

    def _add(self, name: str, term: Smt) -> str:
        self.names[name] = term
        self._known[term.get_id()] = name
        return name

    def _mentions(self, term: Smt) -> bool:
        waiting = [term]
        while waiting:
            part = waiting.pop()
            if self._known.get(part.get_id()) in self.sought:
                return True
            waiting += part.children()
        return False
