"""Examples as cases for the interpreter: arguments, and what must come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from compiler.enumerate.targets import Accepts
from compiler.front.spec import Example, FunctionSpec, RaisesError
from compiler.interpreter.interpreter import InterpretationError, Program, Run, evaluate_text
from compiler.interpreter.meter import HoleFiller
from compiler.ir.nodes import Expr, Module
from compiler.judge.canonical import canonical
from compiler.synthesis.problem.problem import arguments_of, target_of

STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Case:
    """One example as values: the arguments, of which each run takes copies, and what must come back.

    ``given`` are the arguments by name; ``unnamed`` those of a function whose parameters the specification does not
    name, so that answers name them as they like.
    """

    function: FunctionSpec
    place: int
    wanted: object
    given: Mapping[str, object]
    unnamed: tuple[object, ...]
    _wanted_text: str = field(repr=False)

    @property
    def text(self) -> str:
        """The example as written."""
        return self.function.examples[self.place].text

    @property
    def named(self) -> Mapping[str, object]:
        """All arguments, those without a name under their places."""
        return {**{str(place): value for place, value in enumerate(self.unnamed)}, **self.given}

    def accepts(self, run: Run) -> bool:
        """Whether a run ended with what must come back."""
        if run.error is not None or run.stopped is not None:
            return False
        if isinstance(self.wanted, Accepts):
            return self.wanted.test(run.value)
        return canonical(run.value) == self._wanted_text


def cases_of(functions: Sequence[FunctionSpec]) -> list[Case]:
    """The examples of several functions; none where one of them cannot be evaluated. Those that raise are left out."""
    cases: list[Case] = []
    for function in functions:
        for place, example in enumerate(function.examples):
            if isinstance(example.expected, RaisesError):
                continue
            target, arguments = target_of(example), _arguments(function, example)
            if target is None or arguments is None:
                return []
            wanted = target[0]
            text = "" if isinstance(wanted, Accepts) else canonical(wanted)
            cases.append(Case(function, place, wanted, *arguments, text))
    return cases


def _arguments(function: FunctionSpec, example: Example) -> tuple[Mapping[str, object], tuple[object, ...]] | None:
    """An example's arguments, by name and without; ``None`` where one cannot be evaluated."""
    if function.signature.written:
        given = arguments_of(function, example)
        return None if given is None else (given, ())
    texts = [*example.call.arguments, *(text for _, text in example.call.keywords)]
    runs = [evaluate_text(text) for text in texts]
    if any(run.error is not None or run.stopped is not None for run in runs):
        return None
    values = [run.value for run in runs]
    unnamed = len(example.call.arguments)
    names = [name for name, _ in example.call.keywords]
    return dict(zip(names, values[unnamed:], strict=True)), tuple(values[:unnamed])


def run_case(
    program: Program,
    case: Case,
    *,
    holes: Mapping[str, HoleFiller] | None = None,
    observe: Callable[[Expr, object], None] | None = None,
) -> Run | None:
    """The program's run on a case; ``None`` where it cannot be interpreted."""
    try:
        unnamed, given = deepcopy((list(case.unnamed), dict(case.given)))
        return program.call(case.function.name, unnamed, given, steps=STEPS, holes=holes, observe=observe)
    except InterpretationError:
        return None


def passes(module: Module, cases: Sequence[Case]) -> bool:
    """Whether a module passes every case in the interpreter."""
    program = Program(module)
    return all(passes_case(program, case) for case in cases)


def passes_case(program: Program, case: Case, holes: Mapping[str, HoleFiller] | None = None) -> bool:
    """Whether a program passes a case, its open holes filled by ``holes``."""
    run = run_case(program, case, holes=holes)
    return run is not None and case.accepts(run)
