"""Values that outputs can have around one point, as terms: what their comparisons say of them there.

After the projections that are guided by a model (Loos and Weispfenning 1993; Bjorner and Janota 2015), as Reynolds et
al. 2015 use them to choose instances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from solver.formulas import Formula, Value, atoms, holds, put
from solver.linear import Comparison, Environment, Linear, Truth, constant
from solver.piecewise import Values, put_value, value_in

# Whether the formula can hold at a point of the inputs, for some values of the outputs that it still mentions.
Possible = Callable[[Formula], bool]


def project(formula: Formula, outputs: Mapping[str, bool], point: Environment, possible: Possible) -> Values | None:
    """A term for each output, such that the formula holds at a point of the inputs; ``None`` where none is found.

    ``outputs`` tells of each whether it is a truth value; ``point`` has the value of each, which is the last resort.
    """
    chosen: list[tuple[str, Value]] = []
    waiting = list(outputs)
    while waiting:
        name = min(waiting, key=lambda output: _difficulty(formula, output, waiting)) if waiting[1:] else waiting[0]
        waiting.remove(name)
        for value in _candidates(formula, name, outputs[name], point):
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


def _candidates(formula: Formula, name: str, boolean: bool, point: Environment) -> Iterator[Value]:
    if boolean:
        yield from (True, False)
        return
    found = sorted(_bounds(formula, name), key=lambda bound: bound[:-1])
    terms = dict.fromkeys(term for *_, term in found)
    if not terms:
        yield constant(0)
    yield from terms
    yield from (constant(0), constant(int(point[name])))


def _bounds(formula: Formula, name: str) -> Iterator[tuple[bool, bool, int, int, Linear]]:
    """The terms that the name's comparisons tell of: where it equals something, and just inside and outside of bounds.

    Each with the order in which they are to be tried.
    """
    for position, atom in enumerate(dict.fromkeys(atoms(formula))):
        if isinstance(atom, Truth) or abs(atom.term.factor(name)) != 1:
            continue
        bound = atom.term.without(name).times(-atom.term.factor(name))
        equation = atom.relation != "<="
        outside = constant(atom.term.factor(name))
        for term, direct in ((bound, True), (bound.plus(outside), False), (bound.plus(outside, -1), False)):
            yield not direct, not equation, term.weight, position, term
