"""Terms and tests that a function may be made of, read off what must hold of its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from solver.formulas import Formula, Value, atoms, replace
from solver.linear import Atom, Comparison, Linear, Truth, compare, constant, name_of, weight
from solver.templates import Pool

_MOST_TERMS = 40
_MOST_TESTS = 120
_MOST_PAIRED = 12
_MOST_ADDED = 4


@dataclass(frozen=True, slots=True)
class Call:
    """An application: the name of its result, and which parameter each variable among its arguments is.

    Variables that are not arguments by themselves have no entry.
    """

    result: str
    parameters: Mapping[str, str]


def pool_of(formula: Formula, calls: Sequence[Call], parameters: Mapping[str, bool], truth: bool) -> Pool:
    """A pool for a function with these parameters and applications; ``truth`` tells that it gives truth values."""
    found = dict.fromkeys(atoms(formula))
    numbers = [name for name, is_truth in parameters.items() if not is_truth]
    terms = sorted({*_bounds(found, calls), *_simple(found, numbers)}, key=_order)[:_MOST_TERMS]
    seen = dict.fromkeys(own for call in calls for atom in found if (own := _renamed(atom, call)) is not None)
    paired = [atom for pair in combinations(terms[:_MOST_PAIRED], 2) for atom in _comparisons(*pair)]
    truths = [Truth(name, True) for name, is_truth in parameters.items() if is_truth]
    rest = sorted(dict.fromkeys(paired), key=lambda atom: weight([atom]))
    tests = tuple(dict.fromkeys([*truths, *sorted(seen, key=lambda atom: weight([atom])), *rest]))[:_MOST_TESTS]
    return Pool((True, False) if truth else tuple(terms), tests)


def _order(term: Linear) -> tuple[int, int, tuple[tuple[str, int], ...], int]:
    return term.weight, abs(term.constant), term.factors, term.constant


def _bounds(found: Mapping[Atom, None], calls: Sequence[Call]) -> Iterator[Linear]:
    """What results are compared with, and the numbers beside it."""
    for call in calls:
        for atom in found:
            if isinstance(atom, Comparison) and abs(atom.term.factor(call.result)) == 1:
                bound = atom.term.without(call.result).times(-atom.term.factor(call.result))
                term = _rename(bound, call)
                if term is not None:
                    yield from (term.plus(constant(offset)) for offset in (-1, 0, 1))


def _simple(found: Mapping[Atom, None], numbers: Sequence[str]) -> Iterator[Linear]:
    """Small numbers, the constants of the formula, the parameters, and a few sums and differences."""
    yield from map(constant, (-1, 0, 1))
    yield from (constant(abs(atom.term.constant)) for atom in found if isinstance(atom, Comparison))
    yield from map(name_of, numbers)
    if len(numbers) <= _MOST_ADDED:
        for name in numbers:
            yield from (name_of(name).plus(constant(offset)) for offset in (-1, 1))
            yield name_of(name).times(-1)
        for one, other in combinations(numbers, 2):
            yield name_of(one).plus(name_of(other))
            yield name_of(one).plus(name_of(other), -1)
            yield name_of(other).plus(name_of(one), -1)


def _comparisons(one: Linear, other: Linear) -> Iterator[Atom]:
    difference = one.plus(other, -1)
    for atom in (compare(difference, "<="), compare(difference.times(-1), "<="), compare(difference, "=")):
        if not isinstance(atom, bool):
            yield atom


def _renamed(atom: Atom, call: Call) -> Atom | None:
    """The atom in the words of the function, if it sees all that the atom is about."""
    if isinstance(atom, Truth):
        name = call.parameters.get(atom.name)
        return None if name is None else Truth(name, True)
    term = _rename(atom.term, call)
    renamed = None if term is None else compare(term, "=" if atom.relation == "!=" else atom.relation)
    return None if isinstance(renamed, bool) else renamed


def _rename(term: Linear, call: Call) -> Linear | None:
    """The term in the words of the function, if it sees all that the term is about."""
    if any(name not in call.parameters for name in term.names()):
        return None
    values: dict[str, Value] = {name: name_of(parameter) for name, parameter in call.parameters.items()}
    return replace(term, values)
