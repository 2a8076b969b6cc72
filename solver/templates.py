"""Functions with parts left open, as Z3 sees them: parts picked from a pool, and linear terms with open factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from solver.formulas import Value, value_smt
from solver.linear import Atom, Linear, compare
from solver.piecewise import Arm, Piecewise
from solver.smt import Smt

Part = TypeVar("Part", covariant=True)
Option = TypeVar("Option", bound=Value | Atom)

# The values that Z3 gives to what is open.
Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Pool:
    """Terms and tests over a function's parameters, the simplest first."""

    terms: tuple[Value, ...]
    tests: tuple[Atom, ...]

    def first(self, terms: int, tests: int) -> Pool:
        """The first few of each."""
        return Pool(self.terms[:terms], self.tests[:tests])


@dataclass(frozen=True, slots=True)
class Shape:
    """How many arms a function has, and whether its terms and tests are picked or have open factors up to a size."""

    arms: int
    terms: int | None = None
    tests: int | None = None


class Slot(Protocol[Part]):
    """An open part: its meaning for arguments, and what it is once Z3 has found the values."""

    def meaning(self, arguments: Mapping[str, Smt]) -> Smt: ...

    def read(self, values: Values) -> Part: ...


@dataclass(slots=True)
class Unknowns:
    """The variables of Z3 that stand for what is open, and what is always true of them."""

    context: Smt
    variables: dict[str, Smt] = field(default_factory=dict)
    facts: list[Smt] = field(default_factory=list)

    def between(self, lowest: int, highest: int) -> Smt:
        """A new open number within bounds."""
        import z3

        variable = z3.Int(f"?{len(self.variables)}", self.context)
        self.variables[str(variable)] = variable
        self.facts += [variable >= lowest, variable <= highest]
        return variable


class _Pick(Generic[Option]):
    """One of several options."""

    def __init__(self, options: Sequence[Option], unknowns: Unknowns) -> None:
        self._options = options
        self._context = unknowns.context
        self._index = unknowns.between(0, len(options) - 1)

    def meaning(self, arguments: Mapping[str, Smt]) -> Smt:
        import z3

        meanings = [_meaning(option, arguments, self._context) for option in self._options]
        result = meanings[-1]
        for index in range(len(meanings) - 2, -1, -1):
            result = z3.If(self._index == index, meanings[index], result)
        return result

    def read(self, values: Values) -> Option:
        index = values[str(self._index)]
        assert isinstance(index, int)
        return self._options[index]


def _meaning(option: Value | Atom, arguments: Mapping[str, Smt], context: Smt) -> Smt:
    if isinstance(option, bool | Linear):
        return value_smt(option, arguments, context)
    return option.smt(arguments)


class _OpenSum:
    """A linear term whose factors and constant are open."""

    def __init__(self, parameters: Sequence[str], size: int, unknowns: Unknowns) -> None:
        self._factors = {name: unknowns.between(-size, size) for name in parameters}
        self._constant = unknowns.between(-size * size, size * size)

    def meaning(self, arguments: Mapping[str, Smt]) -> Smt:
        return sum((factor * arguments[name] for name, factor in self._factors.items()), self._constant)

    def read(self, values: Values) -> Linear:
        factors = {name: values[str(factor)] for name, factor in self._factors.items()}
        constant = values[str(self._constant)]
        assert isinstance(constant, int)
        return Linear(tuple(sorted((n, f) for n, f in factors.items() if isinstance(f, int) and f)), constant)


class _OpenTest:
    """Whether a linear term with open factors is zero at most."""

    def __init__(self, parameters: Sequence[str], size: int, unknowns: Unknowns) -> None:
        self._sum = _OpenSum(parameters, size, unknowns)

    def meaning(self, arguments: Mapping[str, Smt]) -> Smt:
        return self._sum.meaning(arguments) <= 0

    def read(self, values: Values) -> Atom | bool:
        return compare(self._sum.read(values), "<=")


class Template:
    """A function by cases with open parts."""

    def __init__(self, parameters: Mapping[str, bool], pool: Pool, shape: Shape, unknowns: Unknowns) -> None:
        numbers = [name for name, truth in parameters.items() if not truth]
        self._parameters = tuple(parameters)
        open_terms = shape.terms is not None and not any(isinstance(term, bool) for term in pool.terms)
        self._terms: list[Slot[Value]] = [
            _OpenSum(numbers, shape.terms or 0, unknowns) if open_terms else _Pick(pool.terms, unknowns)
            for _ in range(shape.arms + 1)
        ]
        self._tests: list[Slot[Atom | bool]] = [
            _OpenTest(numbers, shape.tests, unknowns) if shape.tests is not None else _Pick(pool.tests, unknowns)
            for _ in range(shape.arms)
        ]

    def meaning(self, arguments: Sequence[Smt]) -> Smt:
        """What the function gives, as a term over the arguments and what is open."""
        import z3

        names = dict(zip(self._parameters, arguments, strict=True))
        result = self._terms[-1].meaning(names)
        for test, term in zip(reversed(self._tests), reversed(self._terms[:-1]), strict=True):
            result = z3.If(test.meaning(names), term.meaning(names), result)
        return result

    def read(self, values: Values) -> Piecewise:
        """The function for found values of what is open."""
        arms: list[Arm] = []
        for test, term in zip(self._tests, self._terms[:-1], strict=True):
            match test.read(values):
                case False:
                    continue
                case True:
                    return Piecewise(tuple(arms), (term.read(values),)).of(0)
                case atom:
                    arms.append(Arm((atom,), (term.read(values),)))
        return Piecewise(tuple(arms), (self._terms[-1].read(values),)).of(0)
