"""The model that guides ``liftc bench sygus``: its answers to all problems, drawn before anything is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backends.protocol import Backend, Request
from compiler.bench.asking import answered
from compiler.front import read_source
from compiler.sygus.proposals import proposal_requests
from compiler.sygus.reader import read_problem
from compiler.text.diagnostics import LiftcError


@dataclass(frozen=True, slots=True)
class Guide:
    """A model that guides liftc's search, by the name that rows give it."""

    name: str
    backend: Backend


def draw(
    paths: Sequence[Path], backend: Backend, progress: Callable[[str], None] | None = None
) -> dict[Path, tuple[str, ...]]:
    """A model's answers to the problems that show examples, asked for in batches over problems.

    A problem that cannot be read is left for the run to tell. Raises ``BackendError``; what came before it is cached.
    """
    asked: list[tuple[Path, Request]] = []
    for path in paths:
        with suppress(LiftcError):
            asked += [(path, request) for request in proposal_requests(read_problem(read_source(path)))]
    answers: dict[Path, tuple[str, ...]] = {}
    done = 0
    for batch in answered(asked, lambda item: item[1], backend):
        for (path, _), proposal in batch:
            answers[path] = (*answers.get(path, ()), proposal.text)
        done += len(batch)
        if progress is not None:
            progress(f"{done} of {len(asked)} answers")
    return answers
