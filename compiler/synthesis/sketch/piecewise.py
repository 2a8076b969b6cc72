"""Functions by cases as Python text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.formulas import Value
from solver.linear import Atom, Comparison, Linear, Truth
from solver.operations.comparisons import MIRROR, ComparisonOperator
from solver.piecewise import Arm, Guard, Piecewise

# What each name is in Python: an expression that stands well in a sum and in a product.
Names = Mapping[str, str]


def body_lines(function: Piecewise, names: Names) -> list[str]:
    """The body of a function with one output, a statement a line. Raises ``KeyError`` for a name without a text."""
    otherwise = function.otherwise[0]
    match function.arms:
        case () | []:
            return [f"return {_value(otherwise, names)}"]
        case arms if isinstance(otherwise, bool) and all(arm.values[0] is not otherwise for arm in arms):
            return [f"return {_truth(arms, otherwise, names)}"]
        case [arm]:
            then, test = _value(arm.values[0], names), _test(arm.guard, names)
            return [f"return {then} if {test} else {_value(otherwise, names)}"]
    lines: list[str] = []
    for arm in function.arms:
        lines += [f"if {_test(arm.guard, names)}:", f"    return {_value(arm.values[0], names)}"]
    return [*lines, f"return {_value(otherwise, names)}"]


def values_of(function: Piecewise) -> tuple[Linear, ...]:
    """The different integers that a function with one output may give, as they first stand in it."""
    values = [*(arm.values[0] for arm in function.arms), function.otherwise[0]]
    return tuple(dict.fromkeys(value for value in values if isinstance(value, Linear)))


def extreme(name: str, terms: Sequence[Linear], names: Names) -> str:
    """``max`` or ``min`` of terms, or ``abs``. Raises ``KeyError`` for a name without a text."""
    if name == "max" and len(terms) == 2 and terms[0] == terms[1].times(-1):
        return f"abs({_linear(max(terms, key=_positive_parts), names)})"
    ordered = sorted(terms, key=lambda term: _place(term, names) if term.factors else len(names))
    return f"{name}({', '.join(_linear(term, names) for term in ordered)})"


def _positive_parts(term: Linear) -> tuple[int, int]:
    numbers = [*(factor for _, factor in term.factors), term.constant]
    return sum(number > 0 for number in numbers), numbers[0]


def _test(guard: Guard, names: Names) -> str:
    return " and ".join(_atom(atom, names) for atom in guard) or "True"


def _truth(arms: Sequence[Arm], otherwise: bool, names: Names) -> str:
    """Whether one of the guards holds, or none of them."""
    inner, outer = (" or ", " and ") if otherwise else (" and ", " or ")
    parts = []
    for arm in arms:
        atoms = [_atom(atom.negated() if otherwise else atom, names) for atom in arm.guard] or [str(not otherwise)]
        parts.append(f"({inner.join(atoms)})" if len(atoms) > 1 and len(arms) > 1 else inner.join(atoms))
    return outer.join(parts)


def _value(value: Value, names: Names) -> str:
    return str(value) if isinstance(value, bool) else _linear(value, names)


def _atom(atom: Atom, names: Names) -> str:
    """A comparison in which nothing is negative, with the name that comes first on the left, or a truth value."""
    match atom:
        case Truth(name, positive):
            return names[name] if positive else f"not {names[name]}"
        case Comparison(term, relation):
            left = Linear(tuple(part for part in term.factors if part[1] > 0), max(term.constant, 0))
            right = left.plus(term, -1)
            operator: ComparisonOperator = "==" if relation == "=" else relation
            if relation == "<=" and left.factors and left.constant == 1:
                left, operator = Linear(left.factors, 0), "<"
            elif relation == "<=" and right.factors and not left.factors and left.constant == 1:
                left, operator = Linear((), 0), "<"
            if not left.factors or (right.factors and _place(right, names) < _place(left, names)):
                left, right, operator = right, left, MIRROR[operator]
            return f"{_linear(left, names)} {operator} {_linear(right, names)}"


def _place(term: Linear, names: Names) -> int:
    order = list(names)
    return min(order.index(name) for name in term.names())


def _linear(term: Linear, names: Names) -> str:
    """A sum, what is added first."""
    parts: list[tuple[bool, str]] = [
        (factor > 0, names[name] if abs(factor) == 1 else f"{abs(factor)} * {names[name]}")
        for name, factor in _ordered(term, names)
    ]
    if term.constant or not parts:
        parts.append((term.constant >= 0, str(abs(term.constant))))
    parts.sort(key=lambda part: not part[0])
    (positive, first), *rest = parts
    return ("" if positive else "-") + first + "".join(f" {'+' if plus else '-'} {text}" for plus, text in rest)


def _ordered(term: Linear, names: Names) -> Sequence[tuple[str, int]]:
    order = list(names)
    return sorted(term.factors, key=lambda part: order.index(part[0]))
