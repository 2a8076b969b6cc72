"""The strategy of filling: what is tried in which order, and when enough is known."""

from __future__ import annotations

from contextlib import suppress

from backends.cascade import stages_of
from backends.protocol import Backend, BackendError
from compiler.acceptance.selection import select
from compiler.synthesis.ask.ask import SAMPLE_TEMPERATURE
from compiler.synthesis.ask.propose import ask_constrained, ask_gaps, ask_greedy, ask_samples, ask_with_scratch
from compiler.synthesis.pool import Pool
from compiler.synthesis.repair.repair import repair
from compiler.synthesis.sketch.by_contract import fill_by_contract
from compiler.synthesis.sketch.forced import force
from compiler.synthesis.sketch.recombine import recombine
from compiler.synthesis.sketch.search import search
from compiler.synthesis.sketch.several import search_several
from compiler.task.options import Options
from compiler.task.run import Progress
from compiler.trace import events

# Samples are asked for in rounds, so that agreement can end the asking early.
ROUND = 3
WHOLE_ROUND = 6
HOTTER, HOTTEST = 0.2, 1.2


def fill(pool: Pool, backend: Backend | None, options: Options, say: Progress) -> None:
    """Fill a unit's holes: the pool's candidates are the result.

    What the specification forces comes first, then search, where there is no model or no prose for it to read.
    Otherwise the model is asked: its greedy answer is the first candidate and the forced program its rival, and search
    and repair see to what its answers leave open. Of a cascade's models the next is asked where that does not do, or
    where one fails. Raises the last model's ``BackendError`` where nothing else fits either.
    """
    searching = "search" not in options.without
    if backend is None or not pool.unit.prose:
        force(pool)
        if searching and not pool.candidates.clean:
            _search(pool, say)
        if pool.candidates.mdl_significant or backend is None:
            return
    stages = stages_of(backend)
    for place, stage in enumerate(stages):
        failure = _try_to_ask(pool, stage, options, say, len(stages) - place)
        if not pool.candidates.mdl_significant and (failure is None or pool.candidates):
            _mend(pool, options, say, searching=searching)
            searching = False
        if pool.candidates.mdl_significant:
            return
    if failure is not None and not pool.candidates.clean:
        raise failure


def _try_to_ask(pool: Pool, stage: Backend, options: Options, say: Progress, parts: int) -> BackendError | None:
    """Ask one model for its part of the tokens; what it failed with, if it did."""
    try:
        with pool.budget.share(parts):
            _ask(pool, stage, options, say)
    except BackendError as error:
        return error
    return None


def _mend(pool: Pool, options: Options, say: Progress, *, searching: bool) -> None:
    """Search first: where it finds more than chance would, that has been right more often than a repair.

    A repair is still tried where search is in doubt.
    """
    if searching:
        _search(pool, say)
    if "repair" not in options.without and not pool.candidates.mdl_significant:
        say(f"repairing near-misses of {pool.unit.name}")
        recombine(pool)
        if not pool.candidates.mdl_significant:
            repair(pool)


def _search(pool: Pool, say: Progress) -> None:
    say(f"searching for {pool.unit.name}")
    fill_by_contract(pool)
    if not pool.candidates.mdl_significant:
        search(pool)
        search_several(pool)


def _ask(pool: Pool, backend: Backend, options: Options, say: Progress) -> None:
    say(f"asking the model for {pool.unit.name}")
    ask_greedy(pool, backend)
    force(pool)
    constrained = "grammar" not in options.without
    if not pool.candidates and constrained:
        ask_constrained(pool, backend, 0, options.seed, narrowed=options.narrow)
    asked, temperature = 0, SAMPLE_TEMPERATURE
    while asked < options.samples and not settled(pool, options) and not pool.budget.cut("model"):
        count = min(ROUND if pool.candidates.clean else WHOLE_ROUND, options.samples - asked)
        say(f"asking for {count} more answers for {pool.unit.name}: {len(pool.candidates)} candidates so far")
        ask_samples(pool, backend, asked, count, options.seed, temperature)
        asked += count
        temperature = _next_temperature(pool, temperature)
    if not pool.candidates and constrained and not pool.budget.cut("model"):
        ask_constrained(pool, backend, 1, options.seed, narrowed=options.narrow)
    if options.scratch and constrained and not pool.candidates.clean and not pool.budget.cut("scratch"):
        say(f"asking for {ROUND} answers with a scratch line for {pool.unit.name}")
        ask_with_scratch(pool, backend, ROUND, options.seed, narrowed=options.narrow)
    if options.fim and constrained and not pool.candidates.clean and not pool.budget.cut("gaps"):
        say(f"asking {ROUND} times for the holes of {pool.unit.name} alone")
        # A model that cannot be asked so has answered already: the failure is told, and the compile goes on.
        with suppress(BackendError):
            ask_gaps(pool, backend, ROUND, options.seed, narrowed=options.narrow)


def _next_temperature(pool: Pool, temperature: float) -> float:
    """A higher temperature where the answers so far, all wrong, hardly differ in what they do.

    Behaviours are counted, not texts: answers that differ in names alone are one attempt.
    """
    voters = [candidate for candidate in pool.candidates if candidate.provenance.votes]
    answers = sum(voter.provenance.votes for voter in voters)
    behaviours = len({voter.judgement.vector for voter in voters})
    higher = not pool.candidates.clean and 2 * behaviours < answers
    chosen = min(HOTTEST, round(temperature + HOTTER, 2)) if higher else temperature
    pool.trace.record(
        events.Diversity(
            unit=pool.unit.name, answers=answers, behaviours=behaviours, temperature=temperature, next=chosen
        )
    )
    return chosen


def settled(pool: Pool, options: Options) -> bool:
    """Whether more answers could hardly change the choice."""
    if "selection" in options.without:
        return bool(pool.candidates.clean)
    choice = select(pool.candidates)
    if choice is None or not choice.candidate.judgement.clean:
        return False
    if any(candidate.provenance.origin == "forced" for candidate in pool.candidates.clean):
        return True
    votes = sum(candidate.provenance.votes for candidate in pool.candidates)
    return votes > ROUND and choice.groups[0].votes > votes / 2
