"""Linear terms, comparisons and functions by cases as SMT-LIB's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from compiler.sygus.problem import Apply, Literal, Term
from solver.formulas import Value
from solver.linear import Atom, Comparison, Linear, Truth
from solver.piecewise import Piecewise

# What each name stands for.
Names = Mapping[str, Term]


def render(function: Piecewise, names: Names) -> Term:
    """A function with one output. Raises ``KeyError`` for a name that stands for nothing."""
    term = render_value(function.otherwise[0], names)
    for arm in reversed(function.arms):
        test = join("and", [render_atom(atom, names) for atom in arm.guard])
        term = choice(test, render_value(arm.values[0], names), term)
    return term


def choice(test: Term, then: Term, otherwise: Term) -> Term:
    """``ite``, or what it comes to where the branches are truth values."""
    match then, otherwise:
        case Literal(True), Literal(False):
            return test
        case Literal(False), Literal(True):
            return Apply("not", (test,))
        case Literal(True), _:
            return join("or", [test, otherwise])
        case Literal(False), _:
            return join("and", [Apply("not", (test,)), otherwise])
        case _:
            return Apply("ite", (test, then, otherwise))


def join(operator: str, terms: Sequence[Term]) -> Term:
    """``and`` or ``or`` of terms, two at a time, as grammars mostly have them."""
    if not terms:
        return Literal(operator == "and")
    return reduce(lambda right, left: Apply(operator, (left, right)), reversed(terms))


def render_value(value: Value, names: Names) -> Term:
    """A linear term or a constant truth value."""
    return Literal(value) if isinstance(value, bool) else render_linear(value, names)


def render_atom(atom: Atom, names: Names) -> Term:
    """A comparison, with nothing negative on either side, or a truth value."""
    match atom:
        case Truth(name, positive):
            return names[name] if positive else Apply("not", (names[name],))
        case Comparison(term, "!="):
            return Apply("not", (render_atom(Comparison(term, "="), names),))
        case Comparison(term, relation):
            left, right = sides(term)
            operator: str = relation
            if relation == "<=" and left.constant == 1 and left.factors:
                operator, left = "<", Linear(left.factors, 0)
            if not left.factors:
                left, right, operator = right, left, ">=" if relation == "<=" else relation
            return Apply(operator, (render_linear(left, names), render_linear(right, names)))


def sides(term: Linear) -> tuple[Linear, Linear]:
    """Two terms without negative parts, such that the first minus the second is the term."""
    left = Linear(tuple(part for part in term.factors if part[1] > 0), max(term.constant, 0))
    return left, left.plus(term, -1)


def render_linear(term: Linear, names: Names) -> Term:
    """A sum: what is added first, then what is taken away."""
    added, taken = sides(term)
    if not term.factors or (not taken.factors and not taken.constant):
        return _sum(term, names)
    if not added.factors and not added.constant:
        return Apply("-", (_sum(taken, names),))
    return Apply("-", (_sum(added, names), _sum(taken, names)))


def _sum(term: Linear, names: Names) -> Term:
    parts = [
        names[name] if factor == 1 else Apply("*", (Literal(factor), names[name])) for name, factor in term.factors
    ]
    if term.constant or not parts:
        parts.append(Literal(term.constant))
    return reduce(lambda left, right: Apply("+", (left, right)), parts)
