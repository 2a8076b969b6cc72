"""Answers within a grammar, when a right answer outside of it is known: that one says what examples there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compiler.sygus.answer import Limits
from compiler.sygus.fitting import fit
from compiler.sygus.from_examples import synthesise_from_examples
from compiler.sygus.problem import Apply, Definition, Literal, Problem, Target, Term, Value
from compiler.sygus.rendering import Names, render
from compiler.sygus.semantics import evaluate
from compiler.sygus.symbolic import declared, symbolic
from solver import smt
from solver.cegis import Right, Undecided, Verdict, Wrong, refine
from solver.meter import BudgetSpentError
from solver.piecewise import Piecewise
from solver.queries import Queries

_ROUNDS = 40
_EXPANSIONS = 300_000
_Inputs = tuple[Value, ...]


def write(
    problem: Problem, target: Target, function: Piecewise, names: Names, queries: Queries, left: Callable[[], float]
) -> Term | None:
    """A term for a target that means the function, from the target's grammar where it has one.

    ``None`` where none is found. ``left`` tells how many seconds are. Raises ``KeyError`` where the function needs a
    name that stands for nothing, ``NotSymbolicError`` and ``BudgetSpentError``.
    """
    meant = render(function, names)
    if target.grammar is None:
        return meant
    return fit(function, names, target.grammar) or _search(problem, target, meant, queries, left)


def _search(problem: Problem, target: Target, meant: Term, queries: Queries, left: Callable[[], float]) -> Term | None:
    """The simplest term that search finds to mean the same, by examples that each show a wrong one to be wrong."""
    names = {name: declared(name, sort, queries.context) for name, sort in target.parameters}
    functions = {definition.name: definition for definition in problem.definitions}

    def propose(inputs: Sequence[_Inputs]) -> Definition | None:
        examples = tuple(_example(target, row, meant, functions) for row in inputs)
        shown = Problem(problem.logic, (target,), definitions=problem.definitions, constraints=examples)
        seconds = left()
        if seconds <= 0:
            raise BudgetSpentError
        term = synthesise_from_examples(shown, Limits(seconds, _EXPANSIONS)).term
        return None if term is None else Definition(target.name, target.parameters, target.result, term)

    def verify(proposed: Definition) -> Verdict[_Inputs]:
        different = symbolic(problem, Apply("distinct", (proposed.body, meant)), names, queries.context)
        match queries.solve([different], names):
            case smt.Unsatisfiable():
                return Right()
            case smt.Satisfied(values):
                return Wrong(tuple(value for value in values.values() if isinstance(value, int)))
            case smt.GaveUp(reason):
                return Undecided(reason)

    start: _Inputs = tuple(False if sort == "Bool" else 0 for _, sort in target.parameters)
    found = refine(propose, verify, [start], _ROUNDS)
    return None if found is None else found.body


def _example(target: Target, row: _Inputs, meant: Term, functions: Mapping[str, Definition]) -> Term:
    environment = dict(zip((name for name, _ in target.parameters), row, strict=True))
    call = Apply(target.name, tuple(map(Literal, row)))
    return Apply("=", (call, Literal(evaluate(meant, environment, functions))))
