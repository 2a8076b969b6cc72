"""Values that outputs can have around one point, as terms: what their comparisons say of them there.

After the projections that are guided by a model (Loos and Weispfenning 1993; Bjorner and Janota 2015), as Reynolds et
al. 2015 use them to choose instances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from solver.formulas import Formula, Value, atoms, holds, put
from solver.linear import Comparison, Environment, Linear, Truth, constant, name_of
from solver.piecewise import Values, put_value, value_in

# Whether the formula can hold at a point of the inputs, for some values of the outputs that it still mentions.
Possible = Callable[[Formula], bool]


# A term divided by a positive number, rounded down.
Divide = Callable[[Linear, int], Linear]
# A name for a term divided by a positive number, rounded down.
Quotient = Callable[[Linear, int], str]


def project(
    formula: Formula, outputs: Mapping[str, bool], point: Environment, possible: Possible, quotient: Quotient
) -> Values | None:
    """A term for each output, such that the formula holds at a point of the inputs; ``None`` where none is found.

    ``outputs`` tells of each whether it is a truth value; ``point`` has the value of each, which is the last resort.
    """
    point = dict(point)

    def divide(term: Linear, divisor: int) -> Linear:
        name = quotient(term, divisor)
        point[name] = term.value(point) // divisor
        return name_of(name)

    chosen: list[tuple[str, Value]] = []
    waiting = list(outputs)
    while waiting:
        name = min(waiting, key=lambda output: _difficulty(formula, output, waiting)) if waiting[1:] else waiting[0]
        waiting.remove(name)
        for value in _candidates(formula, name, outputs[name], point, waiting, divide):
            if waiting:
                fits = possible(put(formula, {name: value}))
            else:
                fits = holds(formula, {**point, name: value_in(value, point)})
            if fits:
                break
        else:
            return None
        formula = put(formula, {name: value})
        chosen.append((name, value))
    known: dict[str, Value] = {}
    for name, value in reversed(chosen):
        known[name] = put_value(value, known)
    return tuple(known[name] for name in outputs)


def _difficulty(formula: Formula, output: str, outputs: Sequence[str]) -> tuple[bool, int, int]:
    """Outputs that an equation defines come first, then those that little else depends on; of equals the last."""
    comparisons = [atom for atom in atoms(formula) if isinstance(atom, Comparison) and atom.term.factor(output)]
    defined = any(atom.relation != "<=" and abs(atom.term.factor(output)) == 1 for atom in comparisons)
    return not defined, len(comparisons), -outputs.index(output)


def _candidates(
    formula: Formula, name: str, boolean: bool, point: Environment, others: Sequence[str], divide: Divide
) -> Iterator[Value]:
    if boolean:
        yield from (True, False)
        return
    direct, divided = _bounds(formula, name, others)
    terms = dict.fromkeys(term for *_, term in sorted(direct, key=lambda bound: bound[:-1]))
    if not terms and not divided:
        yield constant(0)
    yield from terms
    for dividend, divisor in divided:
        yield divide(dividend, divisor)
    yield from (constant(0), constant(int(point[name])))


def _bounds(
    formula: Formula, name: str, others: Sequence[str]
) -> tuple[list[tuple[bool, bool, int, int, Linear]], list[tuple[Linear, int]]]:
    """The terms that the name's comparisons tell of: where it equals something, and just inside and outside of bounds.

    Each with the order in which they are to be tried, and apart from them those that are a term divided by a number.
    """
    direct: list[tuple[bool, bool, int, int, Linear]] = []
    divided: dict[tuple[Linear, int], None] = {}
    for position, atom in enumerate(dict.fromkeys(atoms(formula))):
        if isinstance(atom, Truth) or not atom.term.factor(name):
            continue
        factor, rest = atom.term.factor(name), atom.term.without(name)
        if abs(factor) == 1:
            bound, outside = rest.times(-factor), constant(factor)
            equation = atom.relation != "<="
            for term, inside in ((bound, True), (bound.plus(outside), False), (bound.plus(outside, -1), False)):
                direct.append((not inside, not equation, term.weight, position, term))
        elif not any(rest.factor(other) for other in others):
            # The largest number whose product is not above a bound, or the smallest that is not below it.
            dividend = rest.times(-1) if factor > 0 else rest.plus(constant(-factor - 1))
            divided[dividend, abs(factor)] = None
            if atom.relation == "<=":
                divided[dividend.plus(constant(factor)), abs(factor)] = None
    return direct, list(divided)
