"""Budgets: how many tokens, seconds and dollars a compile may spend, and where one of them cut it off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import monotonic

from backends.prices import price_of, required_price
from backends.protocol import Backend, Proposal, Request
from compiler.judge.judge import Judgement
from compiler.judge.stops import Stop
from compiler.task.replay_log import ReplayLog
from compiler.task.usage import EngineUsage, Usage
from compiler.trace import events
from compiler.trace.trace import Trace

_FEWEST_TOKENS = 32
"""Shorter than that no answer holds a function."""


@dataclass(slots=True)
class Budget:
    """Counts what one compile spends.

    Whoever can be stopped by time asks ``cut(where)`` at each step. The first refusal is recorded as a ``cut``
    event with the number of the step. Whoever runs a program does so in ``judged``, which records the calls that a
    limit stopped. A replay is given both in ``replay_log``.

    ``clock`` gives the seconds that count, from any beginning. ``money`` bounds what all answers are worth, also those
    from the cache: so the same cache gives the same compile.
    """

    tokens: int
    seconds: float
    trace: Trace
    replay_log: ReplayLog | None = None
    money: float | None = None
    clock: Callable[[], float] = monotonic
    spent_tokens: int = 0
    prompt_tokens: int = 0
    requests: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    engines: dict[tuple[str, str], EngineUsage] = field(default_factory=dict)
    _worth: float = 0.0
    _decoded: tuple[int, float] = (0, 0.0)
    _held_back: int = 0
    _steps: dict[str, int] = field(default_factory=dict)
    _cuts: dict[str, int] = field(default_factory=dict)
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    @property
    def tokens_left(self) -> int:
        """Completion tokens that may still be asked for."""
        return max(0, self.tokens - self.spent_tokens - self._held_back)

    @property
    def ended(self) -> tuple[str, ...]:
        """The budgets that ended before everything was tried, by name."""
        places = [where.partition(" ")[0] for where in self._cuts]
        return tuple(dict.fromkeys(place if place in ("tokens", "money") else "seconds" for place in places))

    @property
    def elapsed(self) -> float:
        """Seconds since the compile began."""
        return self.clock() - self._started

    @property
    def usage(self) -> Usage:
        """What was spent so far."""
        phases, engines = tuple(sorted(self.phases.items())), tuple(self.engines.values())
        return Usage(self.prompt_tokens, self.spent_tokens, self.requests, self.elapsed, phases, engines)

    @contextmanager
    def share(self, parts: int) -> Iterator[None]:
        """Leave to what comes later, inside, all but one part in ``parts`` of the tokens that are left."""
        self._held_back = self.tokens_left * (parts - 1) // parts
        try:
            yield
        finally:
            self._held_back = 0

    def spend(self, backend: Backend, proposal: Proposal) -> None:
        """Note what one answer cost."""
        self.prompt_tokens += proposal.prompt_tokens
        self.spent_tokens += proposal.completion_tokens
        self.requests += 1
        price = price_of(backend.engine, backend.model)
        worth = price.of(proposal.prompt_tokens, proposal.completion_tokens) if price is not None else None
        self._worth += worth or 0.0
        if not proposal.cached:
            tokens, seconds = self._decoded
            self._decoded = tokens + proposal.completion_tokens, seconds + proposal.seconds
        account = self._account(backend)
        paid = 0.0 if proposal.cached else worth
        self.engines[backend.engine, backend.model] = replace(
            account,
            requests=account.requests + 1,
            cached=account.cached + proposal.cached,
            prompt_tokens=account.prompt_tokens + proposal.prompt_tokens,
            completion_tokens=account.completion_tokens + proposal.completion_tokens,
            seconds=account.seconds + (0.0 if proposal.cached else proposal.seconds),
            money=None if account.money is None or paid is None else account.money + paid,
        )

    def failed(self, backend: Backend) -> None:
        """Note that an engine failed."""
        account = self._account(backend)
        self.engines[backend.engine, backend.model] = replace(account, failures=account.failures + 1)

    def within_tokens(self, requests: Sequence[Request], first: int) -> Sequence[Request]:
        """The first of the requests, as far as the tokens are sure to reach; they are numbered from ``first``."""
        most = self.tokens_left // requests[0].sampling.max_tokens if requests else 0
        if most < len(requests):
            self._cut_off("tokens", first + most + 1)
        return requests[:most]

    def affordable(self, backend: Backend, requests: Sequence[Request]) -> list[Request]:
        """The first of the requests, as far as the money is sure to reach.

        Raises ``BackendError`` where money is bounded and the model's price is not known.
        """
        if self.money is None:
            return list(requests)
        known = price_of if self.replay_log is not None else required_price
        price = known(backend.engine, backend.model)
        where = f"money for {backend.engine} {backend.model}"
        left = self.money - self._worth
        for place, request in enumerate(requests):
            left -= price.most(request) if price is not None else 0.0
            if self._refuses(where, left < 0):
                return list(requests[:place])
        return list(requests)

    def answer_tokens(self, most: int) -> int:
        """How many tokens the next answer that is asked for may have, for it to end in the time that is left.

        That is ``most`` where no answer of this compile tells how fast the model is, and 0 where too little is left.
        """
        where = f"answer {self._step('answers')}"
        if self.replay_log is not None:
            limit = self.replay_log.cuts.get(where, most)
        else:
            tokens, seconds = self._decoded
            left = max(0.0, self.seconds - self.elapsed)
            limit = most if not tokens or not seconds else min(most, int(left * tokens / seconds))
            limit = limit if limit >= _FEWEST_TOKENS else 0
        if limit < most:
            self._cut_off(where, limit)
        return limit

    def cut(self, where: str) -> bool:
        """Whether time is up for ``where``, which calls this once for each of its steps."""
        return self._refuses(where, self.elapsed > self.seconds)

    def _refuses(self, where: str, over: bool) -> bool:
        """Whether a budget that is ``over`` or not ends ``where`` at its next step; once ended, it stays so."""
        step = self._step(where)
        replay_log = self.replay_log
        cut = over or where in self._cuts if replay_log is None else step >= replay_log.cuts.get(where, step + 1)
        if cut:
            self._cut_off(where, step)
        return cut

    def _cut_off(self, where: str, step: int) -> None:
        """Note where a budget cuts something off, the first time."""
        if where not in self._cuts:
            self._cuts[where] = step
            self.trace.record(events.Cut(where=where, step=step))

    def _account(self, backend: Backend) -> EngineUsage:
        known = self.engines.get((backend.engine, backend.model))
        return known or EngineUsage(backend.engine, backend.model)

    def judged(self, where: str, run: Callable[[Sequence[Stop] | None], Judgement]) -> Judgement:
        """The judgement of ``run``, which is told what a replay must leave out, ``None`` in a compile of its own."""
        step = self._step(where)
        judgement = run(None if self.replay_log is None else self.replay_log.stops.get((where, step), ()))
        if judgement.stops:
            calls = tuple((stop.call, stop.check, stop.reason) for stop in judgement.stops)
            self.trace.record(events.Stopped(where=where, step=step, calls=calls))
        return judgement

    def _step(self, where: str) -> int:
        self._steps[where] = self._steps.get(where, 0) + 1
        return self._steps[where]

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a phase; phases do not nest."""
        begun = self.clock()
        try:
            yield
        finally:
            self.phases[name] = self.phases.get(name, 0.0) + self.clock() - begun
