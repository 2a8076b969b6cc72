"""Problems that constrain their functions for all inputs, solved through counterexamples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeAlias

from compiler.sygus.answer import Answer, Limits
from compiler.sygus.pools import unknown_functions
from compiler.sygus.problem import Literal, Problem, Target, Term, Variable
from compiler.sygus.rendering import render
from compiler.sygus.symbolic import Application, NotSymbolicError, all_constraints, declared, term_of
from solver import several_invocations, single_invocation
from solver.meter import BudgetSpentError
from solver.piecewise import Piecewise
from solver.queries import Queries
from solver.single_invocation import Found, Impossible
from solver.smt import Smt

Solution: TypeAlias = tuple[tuple[Term, ...], str]

_WORK_OF_A_QUERY = 4_000_000
_WORK = 1_000_000_000


class _DifferentArgumentsError(Exception):
    """A function is applied to more than one tuple of variables."""


def synthesise_by_cegis(problem: Problem, limits: Limits) -> Answer:
    """Terms for the targets of a problem, right for all values of its variables, or the reason why there are none."""
    started = monotonic()
    queries = Queries(_WORK_OF_A_QUERY, _WORK, lambda: monotonic() - started > limits.seconds)
    try:
        terms, reason = _solve(problem, queries)
    except NotSymbolicError as error:
        terms, reason = (), f"{error} has no symbolic form"
    except BudgetSpentError:
        terms, reason = (), "the budget is spent"
    return Answer(terms, reason, queries.asked, monotonic() - started)


def _solve(problem: Problem, queries: Queries) -> Solution:
    """Raises ``NotSymbolicError`` and ``BudgetSpentError``."""
    try:
        return _single_invocation(problem, queries)
    except _DifferentArgumentsError:
        return _several_invocations(problem, queries)


def _single_invocation(problem: Problem, queries: Queries) -> Solution:
    """Raises ``NotSymbolicError`` and ``_DifferentArgumentsError``."""
    variables = {name: declared(name, sort, queries.context) for name, sort in problem.variables}
    calls = _Calls(problem, variables, queries.context)
    specification = all_constraints(problem, variables, calls.result, queries.context)
    match single_invocation.synthesise(specification, variables, calls.results, queries):
        case Found(function, terms):
            return tuple(calls.body(target, function, terms) for target in problem.targets), "right for all inputs"
        case Impossible(inputs):
            point = ", ".join(f"{name} = {value}" for name, value in inputs.items())
            return (), f"no values satisfy the constraints where {point}"
        case other:
            return (), other.reason


def _several_invocations(problem: Problem, queries: Queries) -> Solution:
    """Raises ``NotSymbolicError`` and ``BudgetSpentError``."""
    variables = {name: declared(name, sort, queries.context) for name, sort in problem.variables}

    def specification(application: Application, values: Mapping[str, Smt]) -> Smt:
        return all_constraints(problem, values, application, queries.context)

    functions = unknown_functions(problem, variables, queries)
    found = several_invocations.synthesise(functions, variables, specification, queries)
    if found is None:
        return (), "no function of the shapes that are tried is right for all inputs"
    bodies = []
    for target in problem.targets:
        names: dict[str, Term] = {name: Variable(name) for name, _ in target.parameters}
        bodies.append(render(found[target.name], names))
    return tuple(bodies), "right for all inputs"


@dataclass(slots=True)
class _Calls:
    """The one application of each target, and the name that stands for its result."""

    problem: Problem
    variables: Mapping[str, Smt]
    context: Smt
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    results: dict[str, Smt] = field(default_factory=dict)

    def result(self, name: str, arguments: tuple[Smt, ...]) -> Smt:
        names = tuple(str(argument) for argument in arguments)
        if not all(argument in self.variables for argument in names):
            raise _DifferentArgumentsError(f"`{name}` is applied to more than variables")
        if self.arguments.setdefault(name, names) != names:
            raise _DifferentArgumentsError(f"`{name}` is applied to different variables")
        target = next(target for target in self.problem.targets if target.name == name)
        return self.results.setdefault(_result(name), declared(_result(name), target.result, self.context))

    def body(self, target: Target, function: Piecewise, terms: Mapping[str, Smt]) -> Term:
        """The target's body. Raises ``_DifferentArgumentsError`` where it needs what the target does not see."""
        if target.name not in self.arguments:
            return Literal(False) if target.result == "Bool" else Literal(0)
        own = function.of(list(self.results).index(_result(target.name)))
        names: dict[str, Term] = {}
        for argument, (parameter, _) in zip(self.arguments[target.name], target.parameters, strict=True):
            names.setdefault(argument, Variable(parameter))
        for name, smt in terms.items():
            term = term_of(smt, names)
            if term is not None:
                names[name] = term
        try:
            return render(own, names)
        except KeyError as error:
            raise _DifferentArgumentsError(f"`{target.name}` does not see {error}") from error


def _result(name: str) -> str:
    return f"{name}'s result"
