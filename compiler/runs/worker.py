"""A process for one compile at a time: its questions to the model, and then its result, go to who began it.

What goes between the two are pickled objects: a ``Job`` or ``Answers`` one way, a ``Question`` or what became of the
compile the other way. Each process has its own Z3 context and its own interpreter lock, so that compiles use all cores.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import monotonic
from typing import TypeAlias

from backends.cascade import Cascade
from backends.protocol import Backend, BackendError, Proposal, Request
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.task.options import Options
from compiler.task.run import Run
from compiler.text.diagnostics import LiftcError
from compiler.text.source import Source


@dataclass(frozen=True, slots=True)
class Job:
    """What to compile. ``stages`` name the engine and the model of each back end that may be asked, in order."""

    source: Source
    options: Options
    stages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Requests to the back end of a stage."""

    stage: int
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the back end said. ``waited`` are the seconds that the compile then waited for its turn."""

    outcome: list[Proposal] | BackendError
    waited: float


@dataclass(frozen=True, slots=True)
class Broken:
    """An error that is nobody's but ours, as text."""

    text: str


Message: TypeAlias = Question | Result | LiftcError | Broken


def main(pipe: int) -> None:
    """Compile what comes through the pipe, one after the other, until it is closed."""
    with Connection(pipe) as connection:
        while True:
            try:
                job = connection.recv()
            except EOFError:
                return
            try:
                connection.send(outcome(job, connection))
            except (EOFError, BrokenPipeError):
                return


def outcome(job: Job, connection: Connection) -> Message:
    """What becomes of a compile that asks through the connection. Raises ``EOFError`` where nobody answers any more."""
    asking = _Asking(connection)
    stages = [_Stage(engine, model, number, asking) for number, (engine, model) in enumerate(job.stages)]
    backend: Backend | None = Cascade(stages) if len(stages) > 1 else next(iter(stages), None)
    try:
        return compile_source(job.source, job.options, backend, run=Run(clock=asking.clock))
    except LiftcError as error:
        return error
    except EOFError:
        raise
    except Exception:
        return Broken(traceback.format_exc())


@dataclass(slots=True)
class _Asking:
    """Asks through the pipe; its clock stands still while the compile waits for its turn."""

    connection: Connection
    waited: float = 0.0

    def ask(self, question: Question) -> list[Proposal]:
        self.connection.send(question)
        answers: Answers = self.connection.recv()
        self.waited += answers.waited
        if isinstance(answers.outcome, BackendError):
            raise answers.outcome
        return answers.outcome

    def clock(self) -> float:
        return monotonic() - self.waited


@dataclass(slots=True)
class _Stage:
    """A back end of the process that began this one."""

    engine: str
    model: str
    number: int
    asking: _Asking = field(repr=False)

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """The back end's answers. Raises its ``BackendError``."""
        return self.asking.ask(Question(self.number, tuple(requests)))

    def close(self) -> None:
        """Whoever opened the back end closes it."""
