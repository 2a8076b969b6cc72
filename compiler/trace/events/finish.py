"""What is chosen, what limits and budgets ended, and how the compile ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from compiler.trace.events.event import Event, Timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Event):
    """The candidate chosen for a function, its group and its rivals.

    ``groups`` are the candidates of each group of equal behaviour, the chosen one's first, ``votes`` the model samples
    in each, ``ambiguities`` a call, what the chosen program gives, and what a rival gives.
    """

    unit: str
    index: int
    groups: tuple[tuple[int, ...], ...]
    votes: tuple[int, ...]
    ambiguities: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Event):
    """Where a budget of time or money cut something off; replay cuts at the same place.

    ``step`` counts from 1; of an ``answer N``, the N-th that was held to the grammar, it is the tokens that it could
    have in the time that was left, 0 where it was not asked for.
    """

    where: str
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Event):
    """Calls of a program that a limit of time or memory stopped; replay does not make them.

    ``where`` is ``candidate`` for a candidate's run, just before its ``verdict``, and ``emitted`` for the last run of
    the emitted program, just before a function's ``evidence``; ``step`` is the how-manieth run there, from 1.
    ``calls`` are the number of the call, from 0, with each function's examples before its generated inputs; the number
    of one check of the call, or ``null`` for the call itself; and the limit. Absent where nothing was stopped.
    """

    where: str
    step: int
    calls: tuple[tuple[int, int | None, Literal["steps", "time", "memory", "output", "state", "crash"]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Event):
    """A clause's verdict on the emitted bytes.

    ``verdict`` is ``proved by ...``, ``tested(n)``, ``example``, ``violated(...)``, ``unknown(...)`` or ``unchecked``.
    """

    function: str
    kind: str
    clause: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(Event):
    """The compile ends without a result: the error that ended it.

    ``message`` has its code. Where a back end fails, or Ctrl-C ends it, the trace is written up to here, for
    ``liftc trace`` to show; there is nothing to replay.
    """

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Event):
    """The compile ends: status, program, tokens.

    ``program`` is ``null`` where nothing is written. ``budgets_ended`` are those of ``seconds``, ``tokens`` and
    ``money`` that ended before everything was tried.
    """

    status: Literal["accepted", "best_effort", "rejected"]
    program: str | None
    prompt_tokens: int
    completion_tokens: int
    budgets_ended: tuple[str, ...]
    seconds: Timed[float] = 0.0
    phases: Timed[Mapping[str, float]] = field(default_factory=dict)
