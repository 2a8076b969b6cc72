"""Problems that only show examples: each constraint says what the function gives for constants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.sygus.names import names_in
from compiler.sygus.problem import Apply, Definition, Literal, Problem, Term, Value, Variable
from compiler.sygus.semantics import evaluate


@dataclass(frozen=True, slots=True)
class Example:
    """The arguments of one call, and what it must give."""

    inputs: tuple[Value, ...]
    output: Value


def examples_of(problem: Problem) -> tuple[Example, ...] | None:
    """The examples that a problem consists of, in order; ``None`` where it says anything else."""
    if len(problem.targets) != 1 or not problem.constraints:
        return None
    functions = {definition.name: definition for definition in problem.definitions}
    examples = []
    for constraint in problem.constraints:
        for part in _conjuncts(constraint):
            example = _example(part, problem.name, functions)
            if example is None:
                return None
            examples.append(example)
    return tuple(examples)


def _conjuncts(term: Term) -> Iterator[Term]:
    match term:
        case Apply("and", parts):
            for part in parts:
                yield from _conjuncts(part)
        case _:
            yield term


def _example(term: Term, name: str, functions: dict[str, Definition]) -> Example | None:
    match term:
        case Apply("=", (Apply(called, inputs), output)) if called == name:
            pass
        case Apply("=", (output, Apply(called, inputs))) if called == name:
            pass
        case Apply("not", (Apply(called, inputs),)) if called == name:
            output = Literal(False)
        case Apply(called, inputs) if called == name:
            output = Literal(True)
        case _:
            return None
    if any(kind is Variable or used == name for part in (*inputs, output) for kind, used in names_in(part)):
        return None
    return Example(tuple(evaluate(part, {}, functions) for part in inputs), evaluate(output, {}, functions))
