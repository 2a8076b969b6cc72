"""Examples as cases for the interpreter: arguments, and what must come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from compiler.components.search import Accepts
from compiler.fill.problem import arguments_of, target_of
from compiler.ir.interpreter import InterpretationError, Program
from compiler.ir.nodes import Expr, Module
from compiler.judge.canonical import canonical
from compiler.spec import FunctionSpec, RaisesError

STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Case:
    """One example as values: the arguments as a recipe, since a run may change them, and what must come back."""

    function: FunctionSpec
    place: int
    wanted: object

    def arguments(self) -> Mapping[str, object] | None:
        """The arguments, made afresh."""
        return arguments_of(self.function, self.function.examples[self.place])


def cases_of(functions: Sequence[FunctionSpec]) -> list[Case]:
    """The examples of several functions; none where one of them cannot be evaluated. Those that raise are left out."""
    cases: list[Case] = []
    for function in functions:
        for place, example in enumerate(function.examples):
            if isinstance(example.expected, RaisesError):
                continue
            target = target_of(example)
            if target is None or arguments_of(function, example) is None:
                return []
            cases.append(Case(function, place, target[0]))
    return cases


def passes(module: Module, cases: Sequence[Case]) -> bool:
    """Whether a module passes every case in the interpreter."""
    program = Program(module)
    return all(_passes(program, case, None) for case in cases)


def failing_nodes(module: Module, cases: Sequence[Case]) -> frozenset[int] | None:
    """The identities of the expressions that ran in the first case that fails; ``None`` where all pass."""
    program = Program(module)
    for case in cases:
        ran: set[int] = set()
        if not _passes(program, case, lambda node, _value, ran=ran: ran.add(id(node))):  # type: ignore[misc]
            return frozenset(ran)
    return None


def _passes(program: Program, case: Case, observe: Callable[[Expr, object], None] | None) -> bool:
    arguments = case.arguments()
    try:
        run = program.call(case.function.name, [], dict(arguments or {}), steps=STEPS, observe=observe)
    except InterpretationError:
        return False
    if run.error is not None or run.stopped is not None:
        return False
    if isinstance(case.wanted, Accepts):
        return case.wanted.test(run.value)
    return canonical(run.value) == canonical(case.wanted)
