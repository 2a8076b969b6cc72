"""Several models as one: the first is asked first, the next where it fails or what it wrote does not do."""

from __future__ import annotations

from collections.abc import Sequence

from backends.protocol import Backend, BackendError, Proposal, Request


class Cascade:
    """Back ends in the order in which they are to be asked.

    Whoever can tell that an answer does not do goes through ``stages``. ``propose`` knows failures only: a request
    that one stage leaves unanswered goes to the next.
    """

    engine = "cascade"

    def __init__(self, stages: Sequence[Backend]) -> None:
        if not stages:
            raise ValueError("a cascade needs a stage")
        self.stages = tuple(stages)

    @property
    def model(self) -> str:
        return ",".join(stage.model for stage in self.stages)

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order. Raises the last stage's ``BackendError``."""
        answers: list[Proposal | None] = [None] * len(requests)
        for stage in self.stages:
            left = [place for place, answer in enumerate(answers) if answer is None]
            try:
                found: Sequence[Proposal | None] = stage.propose([requests[place] for place in left])
            except BackendError as error:
                found = error.arrived or [None] * len(left)
                failure = error
            for place, answer in zip(left, found, strict=True):
                answers[place] = answer
            whole = [answer for answer in answers if answer is not None]
            if len(whole) == len(answers):
                return whole
        failure.arrived = answers
        raise failure

    def close(self) -> None:
        """Close every stage."""
        for stage in self.stages:
            stage.close()


def stages_of(backend: Backend) -> tuple[Backend, ...]:
    """The back ends that one stands for."""
    return backend.stages if isinstance(backend, Cascade) else (backend,)
