"""Problems that constrain their functions for all inputs, solved through counterexamples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeAlias

from compiler.sygus.answer import Answer, Limits
from compiler.sygus.enumerating import enumerate_terms
from compiler.sygus.pools import unknown_functions
from compiler.sygus.problem import Problem, Target, Term, Variable
from compiler.sygus.rendering import Names
from compiler.sygus.symbolic import Application, NotSymbolicError, all_constraints, declared, term_of
from compiler.sygus.within_grammar import write
from solver import several_invocations, single_invocation
from solver.linear import ZERO
from solver.meter import BudgetSpentError
from solver.piecewise import Piecewise
from solver.queries import Queries
from solver.single_invocation import Found, Impossible
from solver.smt import Smt

Solution: TypeAlias = tuple[tuple[Term, ...], str]
# The function of each target, and what the names in it stand for.
Functions: TypeAlias = Mapping[str, tuple[Piecewise, Names]]

_WORK_OF_A_QUERY = 4_000_000
_WORK = 1_000_000_000


class _DifferentArgumentsError(Exception):
    """A function is applied to more than one tuple of variables."""


class _ImpossibleError(Exception):
    """No functions satisfy the constraints; the message says where."""


def synthesise_by_cegis(problem: Problem, limits: Limits) -> Answer:
    """Terms for the targets of a problem, right for all values of its variables, or the reason why there are none."""
    started = monotonic()

    def left() -> float:
        return limits.seconds - (monotonic() - started)

    queries = Queries(_WORK_OF_A_QUERY, _WORK, lambda: left() <= 0)
    try:
        terms, reason = _solve(problem, queries, left)
    except NotSymbolicError as error:
        terms, reason = (), f"{error} has no symbolic form"
    except BudgetSpentError:
        terms, reason = (), "the budget is spent"
    return Answer(terms, reason, queries.asked, monotonic() - started)


def _solve(problem: Problem, queries: Queries, left: Callable[[], float]) -> Solution:
    """Raises ``NotSymbolicError`` and ``BudgetSpentError``."""
    try:
        found = _single_invocation(problem, queries) or _several_invocations(problem, queries)
    except _ImpossibleError as error:
        return (), str(error)
    written = [] if found is None else [write(problem, t, *found[t.name], queries, left) for t in problem.targets]
    terms = tuple(term for term in written if term is not None)
    if len(terms) < len(problem.targets):
        term = enumerate_terms(problem, queries, lambda: left() <= 0)
        terms = () if term is None else (term,)
    if terms:
        return terms, "right for all inputs"
    if found is None:
        return (), "no function of the shapes that are tried is right for all inputs"
    return (), "a function was found that is right for all inputs, but no term of the grammar that means it"


def _single_invocation(problem: Problem, queries: Queries) -> Functions | None:
    """``None`` where a target is applied in several ways. Raises ``NotSymbolicError`` and ``_ImpossibleError``."""
    variables = {name: declared(name, sort, queries.context) for name, sort in problem.variables}
    calls = _Calls(problem, variables, queries.context)
    try:
        specification = all_constraints(problem, variables, calls.result, queries.context)
    except _DifferentArgumentsError:
        return None
    match single_invocation.synthesise(specification, variables, calls.results, queries):
        case Found(function, terms):
            return calls.functions(function, terms)
        case Impossible(inputs):
            point = ", ".join(f"{name} = {value}" for name, value in inputs.items())
            raise _ImpossibleError(f"no values satisfy the constraints where {point}")
        case _:
            return None


def _several_invocations(problem: Problem, queries: Queries) -> Functions | None:
    """Raises ``NotSymbolicError`` and ``BudgetSpentError``."""
    variables = {name: declared(name, sort, queries.context) for name, sort in problem.variables}

    def specification(application: Application, values: Mapping[str, Smt]) -> Smt:
        return all_constraints(problem, values, application, queries.context)

    functions = unknown_functions(problem, variables, queries)
    found = several_invocations.synthesise(functions, variables, specification, queries)
    if found is None:
        return None
    return {
        target.name: (found[target.name], {name: Variable(name) for name, _ in target.parameters})
        for target in problem.targets
    }


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

    def functions(self, function: Piecewise, terms: Mapping[str, Smt]) -> Functions | None:
        """Each target's function; ``None`` where one needs what the target does not see."""
        found: dict[str, tuple[Piecewise, dict[str, Term]]] = {}
        for target in self.problem.targets:
            if target.name not in self.arguments:
                found[target.name] = Piecewise((), (False if target.result == "Bool" else ZERO,)), {}
                continue
            own = function.of(list(self.results).index(_result(target.name)))
            names = self._names(target, terms)
            if not own.names() <= set(names):
                return None
            found[target.name] = own, names
        return found

    def _names(self, target: Target, terms: Mapping[str, Smt]) -> dict[str, Term]:
        names: dict[str, Term] = {}
        for argument, (parameter, _) in zip(self.arguments[target.name], target.parameters, strict=True):
            names.setdefault(argument, Variable(parameter))
        for name, smt in terms.items():
            term = term_of(smt, names)
            if term is not None:
                names[name] = term
        return names


def _result(name: str) -> str:
    return f"{name}'s result"
