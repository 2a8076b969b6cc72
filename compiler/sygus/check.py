"""Whether an answer is right: by evaluation where constraints are about constants, else by Z3 on the problem's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from compiler.sygus.names import names_in
from compiler.sygus.operators import OPERATORS
from compiler.sygus.problem import Definition, Problem, Term, Variable, definitions_of
from compiler.sygus.semantics import evaluate
from compiler.sygus.text import print_definition, print_symbol, print_term

Status: TypeAlias = Literal["right", "wrong", "unknown"]

RLIMIT = 200_000_000
"""Z3's deterministic limit of work for one check."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found, and how, or on which constraint or values the answer fails."""

    status: Status
    reason: str = ""


def check(problem: Problem, terms: tuple[Term, ...], *, rlimit: int = RLIMIT) -> Verdict:
    """Whether the targets with these terms as bodies satisfy every constraint, whatever the variables' values.

    Closed constraints are evaluated, unless something divides: SMT-LIB leaves division by zero open, and an answer must
    be right however it is closed. All others go to Z3 as SMT-LIB text, which no solver of ours shares.
    """
    answers = definitions_of(problem, terms)
    functions = (*problem.definitions, *answers)
    bodies = [*problem.constraints, *(function.body for function in functions)]
    closed = all(kind is not Variable for constraint in problem.constraints for kind, _ in names_in(constraint))
    if closed and not any(_is_open(name) for body in bodies for _, name in names_in(body)):
        return _evaluated(problem, functions)
    return _proved(problem, functions, rlimit)


def _is_open(name: str) -> bool:
    return any(operator.open for operator in OPERATORS.get(name, ()))


def _evaluated(problem: Problem, functions: Sequence[Definition]) -> Verdict:
    by_name = {function.name: function for function in functions}
    for constraint in problem.constraints:
        if evaluate(constraint, {}, by_name) is not True:
            return Verdict("wrong", f"{print_term(constraint)} does not hold")
    return Verdict("right", f"{len(problem.constraints)} constraints hold, evaluated by SMT-LIB's semantics")


def _proved(problem: Problem, functions: Sequence[Definition], rlimit: int) -> Verdict:
    import z3

    solver = z3.Solver()
    solver.set("rlimit", rlimit)
    try:
        solver.from_string(refutation(problem, functions))
        status = solver.check()
    except z3.Z3Exception as error:
        return Verdict("unknown", f"Z3: {error}")
    if status == z3.unsat:
        return Verdict("right", "proved by Z3 for all values of the declared variables")
    if status == z3.sat:
        values = sorted(f"{item.name()} = {solver.model()[item]}" for item in solver.model() if item.arity() == 0)
        return Verdict("wrong", ", ".join(values))
    return Verdict("unknown", f"Z3: {solver.reason_unknown()}")


def refutation(problem: Problem, functions: Sequence[Definition]) -> str:
    """The SMT-LIB script that is unsatisfiable exactly if the functions satisfy the problem's constraints."""
    lines = [print_definition(function) for function in functions]
    lines += [f"(declare-const {print_symbol(name)} {sort})" for name, sort in problem.variables]
    lines.append(f"(assert (not (and true {' '.join(map(print_term, problem.constraints))})))")
    return "\n".join(lines)
