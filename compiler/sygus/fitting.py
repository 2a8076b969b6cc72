"""Functions by cases as terms of a grammar: each part is built top-down from productions that can give it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from compiler.sygus.decomposition import Goal, decompose, goal_of, is_constant
from compiler.sygus.derivation import derives
from compiler.sygus.operators import role_of
from compiler.sygus.problem import AnyConstant, Apply, Grammar, Literal, Production, Term, Variable
from compiler.sygus.rendering import Names
from solver.linear import Linear, Truth, constant, name_of
from solver.piecewise import Piecewise

_MOST_WORK = 20_000
_MOST_THOROUGH_WORK = 1_500
_Key: TypeAlias = tuple[str, Goal]


def fit(function: Piecewise, names: Names, grammar: Grammar) -> Term | None:
    """A term of the grammar for a function with one output; ``None`` where no way to build one is found.

    It is the smallest of those that can be built, unless these are many: then it is the first.
    """
    for thorough in (True, False):
        try:
            return _Fitting(grammar, names, thorough).build(Variable(grammar.start), goal_of(function))
        except _TooMuchWorkError:
            continue
    return None


class _TooMuchWorkError(Exception):
    pass


class _Fitting:
    def __init__(self, grammar: Grammar, names: Names, thorough: bool) -> None:
        self._grammar = grammar
        self._names = names
        self._thorough = thorough
        self._known: dict[_Key, Term | None] = {}
        self._open: set[_Key] = set()
        self._cuts = 0
        self._work = 0

    def build(self, pattern: Production, goal: Goal) -> Term | None:
        """A term that the pattern derives and that means the goal."""
        match pattern:
            case Variable(name) if name in self._grammar.sorts:
                return self._nonterminal(name, goal)
            case Variable():
                return pattern if self._is_leaf(pattern, goal) else None
            case Literal(value):
                return pattern if is_constant(goal, value) else None
            case AnyConstant("Int"):
                return Literal(goal.constant) if isinstance(goal, Linear) and not goal.factors else None
            case AnyConstant():
                return Literal(goal) if isinstance(goal, bool) else None
            case Apply(operator, patterns):
                closed = tuple(self._value(part) for part in patterns)
                return self._best(
                    Apply(operator, built)
                    for parts in decompose(role_of(operator, len(patterns)), len(patterns), goal, closed)
                    if (built := self._all(patterns, parts)) is not None
                )

    def _best(self, terms: Iterable[Term]) -> Term | None:
        """The smallest term, or just the first."""
        return min(terms, key=_size, default=None) if self._thorough else next(iter(terms), None)

    def _all(self, patterns: Sequence[Production], goals: Sequence[Goal]) -> tuple[Term, ...] | None:
        terms: list[Term] = []
        for pattern, goal in zip(patterns, goals, strict=True):
            term = self.build(pattern, goal)
            if term is None:
                return None
            terms.append(term)
        return tuple(terms)

    def _nonterminal(self, name: str, goal: Goal) -> Term | None:
        key = name, goal
        if key in self._known:
            return self._known[key]
        if key in self._open:
            self._cuts += 1
            return None
        self._work += 1
        if self._work > (_MOST_THOROUGH_WORK if self._thorough else _MOST_WORK):
            raise _TooMuchWorkError
        cuts = self._cuts
        self._open.add(key)
        built = (self.build(production, goal) for production in self._alternatives(name))
        term = self._written(name, goal) or self._best(term for term in built if term is not None)
        self._open.remove(key)
        # What failed only because it is being built further out may be built from elsewhere.
        if term is not None or cuts == self._cuts:
            self._known[key] = term
        return term

    def _alternatives(self, nonterminal: str) -> Iterator[Production]:
        """The productions of a nonterminal: leaves first, and of all that it reaches by chain rules."""
        reached, waiting, applied = {nonterminal}, [nonterminal], []
        while waiting:
            for production in self._grammar.productions[waiting.pop()]:
                if isinstance(production, Apply):
                    applied.append(production)
                elif not isinstance(production, Variable) or production.name not in self._grammar.sorts:
                    yield production
                elif production.name not in reached:
                    reached.add(production.name)
                    waiting.append(production.name)
        yield from applied

    def _is_leaf(self, variable: Variable, goal: Goal) -> bool:
        match goal:
            case Linear(((name, 1),), 0):
                return self._names.get(name) == variable
            case Truth(name, True):
                return self._names.get(name) == variable
        return False

    def _written(self, nonterminal: str, goal: Goal) -> Term | None:
        """The term that a name stands for, such as a quotient, where the grammar has it as it is."""
        match goal:
            case Linear(((name, 1),), 0) if isinstance(self._names.get(name), Apply):
                term = self._names[name]
                return term if derives(replace(self._grammar, start=nonterminal), term) else None
        return None

    def _value(self, pattern: Production) -> Linear | None:
        """What a pattern without nonterminals means, as far as it is a number or a parameter."""
        match pattern:
            case Literal(int() as value) if not isinstance(value, bool):
                return constant(value)
            case Variable(name) if name not in self._grammar.sorts:
                found = next((key for key, term in self._names.items() if term == pattern), None)
                return None if found is None else name_of(found)
        return None


def _size(term: Term) -> int:
    return 1 + sum(map(_size, term.arguments)) if isinstance(term, Apply) else 1
