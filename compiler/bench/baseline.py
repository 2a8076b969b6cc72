"""The raw model beside the compiler: its greedy answer, and sample-and-filter at the same number of tokens.

Its answers run as they are, behind what the specification holds besides the function, and never through the IR. The
requests are the compiler's own, so that both draw on one cached pool of samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backends.protocol import Backend, Proposal, Request
from compiler.bench.suites import Problem
from compiler.front import read_spec
from compiler.front.spec import FunctionSpec, Signature, Spec
from compiler.judge.judge import judge
from compiler.synthesis.ask.ask import code_in, first_request, sample_request
from compiler.text.diagnostics import LiftcError

MOST_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """A raw answer as a program, with how many visible examples it passes."""

    program: str
    tokens: int
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Filtered:
    """What sample-and-filter kept. ``answers`` are all that were drawn, the greedy one first."""

    chosen: Answer
    answers: tuple[Answer, ...]

    @property
    def greedy(self) -> Answer:
        """The model's greedy answer."""
        return self.answers[0]

    @property
    def tokens(self) -> int:
        """Completion tokens of all answers drawn."""
        return sum(answer.tokens for answer in self.answers)


@dataclass(frozen=True, slots=True)
class RawModel:
    """A model asked as anybody would ask it, about one problem and with one seed."""

    problem: Problem
    spec: Spec
    backend: Backend
    seed: int

    def greedy(self) -> Answer:
        """The answer at temperature 0. Raises ``BackendError``."""
        return self._ask(greedy_request(self.spec))

    def sample(self, occurrence: int) -> Answer:
        """A sample at the compiler's temperature, counted from 0. Raises ``BackendError``."""
        return self._ask(pool_request(self.spec, self.seed, occurrence))

    def _ask(self, request: Request) -> Answer:
        return self._judged(self.backend.propose([request])[0])

    def _judged(self, proposal: Proposal) -> Answer:
        program = raw_program(self.problem, proposal.text)
        return Answer(program, proposal.completion_tokens, visible_passes(program, self.spec.functions))


def raw_model(problem: Problem, backend: Backend, seed: int) -> RawModel:
    """The raw model on one problem, whose examples are those that the compiler's front end reads."""
    return RawModel(problem, spec_of(problem), backend, seed)


def spec_of(problem: Problem) -> Spec:
    """The problem's specification; where the front end refuses it a bare one, so that the model is asked still."""
    try:
        return read_spec(problem.source)
    except LiftcError:
        function = FunctionSpec(Signature(problem.entry_point, ()), text=problem.spec)
        return Spec(problem.source, problem.form, (function,))


def greedy_request(spec: Spec) -> Request:
    """The request that is also a compile's first."""
    return first_request(spec, spec.functions, spec.context)


def pool_request(spec: Spec, seed: int, occurrence: int) -> Request:
    """The request that is also a compile's sample of that number."""
    return sample_request(spec, spec.functions, spec.context, seed, occurrence)


def raw_program(problem: Problem, answer: str) -> str:
    """The code in a model's answer behind what the specification gives, unchanged."""
    code = code_in(answer, problem.entry_point)
    return f"{problem.preamble}\n\n{code}" if problem.preamble else code


def visible_passes(program: str, functions: Sequence[FunctionSpec]) -> int:
    """How many of the visible examples a program passes."""
    bare = [replace(function, contracts=()) for function in functions]
    if not any(function.examples for function in bare):
        return 0
    return judge(program, bare, {}).passed


def sample_and_filter(model: RawModel, tokens: int) -> Filtered:
    """Greedy first, then samples: the first answer that passes all visible examples, else the first that passes most.

    Drawing ends before the answer with which more than ``tokens`` completion tokens would be spent. Without a visible
    example there is nothing to filter by, and the greedy answer is kept. Raises ``BackendError``.
    """
    examples = sum(len(function.examples) for function in model.spec.functions)
    answers = [model.greedy()]
    spent = answers[0].tokens
    while answers[-1].passed < examples and spent < tokens and len(answers) <= MOST_SAMPLES:
        answer = model.sample(len(answers) - 1)
        spent += answer.tokens
        if spent > tokens:
            break
        answers.append(answer)
    # ``max`` keeps the first among equals.
    return Filtered(max(answers, key=lambda answer: answer.passed), tuple(answers))
