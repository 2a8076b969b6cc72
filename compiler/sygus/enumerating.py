"""Terms of a grammar in the order of their cost, tried on counterexamples: where nothing says what the result is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice, product

from compiler.sygus.from_examples import term_of
from compiler.sygus.names import names_in
from compiler.sygus.problem import Apply, Definition, Problem, Term, Value
from compiler.sygus.rules import rules_of
from compiler.sygus.semantics import evaluate
from compiler.sygus.symbolic import all_constraints, declared, symbolic
from solver import smt
from solver.bank import Bank, Bounds
from solver.cegis import Right, Undecided, Verdict, Wrong, refine
from solver.meter import BudgetSpentError, Meter
from solver.queries import Queries
from solver.smt import Smt

_ROUNDS = 40
_EXPANSIONS = 150_000
_BOUNDS = Bounds(64, 1 << 40, 300_000_000)
_SAMPLES = 12
_MOST_COMBINED = 4
_NUMBERS = (0, 1, -1, 2, 5, -3)
_Point = Mapping[str, Value]


def enumerate_terms(problem: Problem, queries: Queries, should_stop: Callable[[], bool]) -> Term | None:
    """The cheapest term for a problem's one target under which the constraints hold for all values of the variables.

    ``None`` where none is found. Raises ``NotSymbolicError`` and ``BudgetSpentError``.
    """
    if len(problem.targets) != 1:
        return None
    search = _Search(problem, queries, should_stop)
    found = refine(search.propose, search.verify, [], _ROUNDS)
    return None if found is None else found.body


class _Search:
    def __init__(self, problem: Problem, queries: Queries, should_stop: Callable[[], bool]) -> None:
        self._problem = problem
        self._target = problem.targets[0]
        self._queries = queries
        self._should_stop = should_stop
        self._functions = {definition.name: definition for definition in problem.definitions}

    def propose(self, points: Sequence[_Point]) -> Definition | None:
        """The cheapest term that satisfies the constraints at the points."""
        meter = Meter(_EXPANSIONS, self._should_stop)
        bank = Bank(rules_of(self._problem, (), {}), tuple(dict.fromkeys(self._rows(points))), _BOUNDS, meter)
        tried = 0
        try:
            for _ in bank.grow():
                terms = bank.terms[bank.productions.start]
                for derivation in islice(terms.values(), tried, None):
                    proposed = self._defined(term_of(derivation))
                    if all(self._holds(proposed, point) for point in points):
                        return proposed
                tried = len(terms)
        except BudgetSpentError:
            if meter.stopped:
                raise
        return None

    def verify(self, proposed: Definition) -> Verdict[_Point]:
        """Whether the constraints hold for all values of the variables."""
        import z3

        context = self._queries.context
        variables = {name: declared(name, sort, context) for name, sort in self._problem.variables}

        def application(name: str, arguments: tuple[Smt, ...]) -> Smt:  # noqa: ARG001
            names = dict(zip((name for name, _ in proposed.parameters), arguments, strict=True))
            return symbolic(self._problem, proposed.body, names, context)

        wrong = z3.Not(all_constraints(self._problem, variables, application, context))
        match self._queries.solve([wrong], variables):
            case smt.Unsatisfiable():
                return Right()
            case smt.Satisfied(values):
                return Wrong({name: value for name, value in values.items() if isinstance(value, int)})
            case smt.GaveUp(reason):
                return Undecided(reason)

    def _defined(self, term: Term) -> Definition:
        return Definition(self._target.name, self._target.parameters, self._target.result, term)

    def _holds(self, proposed: Definition, point: _Point) -> bool:
        functions = {**self._functions, proposed.name: proposed}
        return all(evaluate(constraint, point, functions) is True for constraint in self._problem.constraints)

    def _rows(self, points: Sequence[_Point]) -> Iterator[tuple[Value, ...]]:
        """Arguments on which terms are told apart: a few small ones, and those that the points lead to."""
        choices = [(False, True) if sort == "Bool" else _NUMBERS for _, sort in self._target.parameters]
        if len(choices) <= _MOST_COMBINED:
            every = list(product(*choices))
            yield from every[:: max(1, len(every) // _SAMPLES)]
        columns = [islice(cycle((*choice[at:], *choice[:at])), _SAMPLES) for at, choice in enumerate(choices)]
        yield from zip(*columns, strict=True)
        for point in points:
            for constraint in self._problem.constraints:
                yield from self._arguments(constraint, point)

    def _arguments(self, term: Term, point: _Point) -> Iterator[tuple[Value, ...]]:
        if not isinstance(term, Apply):
            return
        nested = any(used == self._target.name for argument in term.arguments for _, used in names_in(argument))
        if term.operator == self._target.name and not nested:
            yield tuple(evaluate(argument, point, self._functions) for argument in term.arguments)
        for argument in term.arguments:
            yield from self._arguments(argument, point)
