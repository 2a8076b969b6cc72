"""Model proposals: ask, read the code in the answer, lower it, fit it to the specification, judge it."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from backends.protocol import Backend, BackendError, Proposal, Request
from compiler.acceptance.candidate import Provenance
from compiler.ir.imports import missing_imports, with_imports
from compiler.ir.lower import lower_candidate
from compiler.ir.nodes import Module
from compiler.synthesis.ask.ask import (
    ANSWER_TOKENS,
    answered_code,
    constrained_request,
    first_request,
    sample_request,
    scratch_request,
)
from compiler.synthesis.ask.conform import conform, renamed_entry
from compiler.synthesis.ask.gaps import first_drafts
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.methods import lifted
from compiler.text.diagnostics import LiftcError
from compiler.trace import events


def ask_greedy(pool: Pool, backend: Backend) -> None:
    """The first request: the raw model's own, alone and greedy."""
    _ask(pool, backend, [first_request(pool.unit.spec, pool.unit.functions, pool.unit.context)])


def ask_samples(pool: Pool, backend: Backend, first: int, count: int, seed: int, temperature: float) -> None:
    """Samples number ``first`` to ``first + count - 1``, as far as the token budget goes, in one batch.

    Every other one is shown similar functions that were accepted before, if there are any, so that neither way of
    asking is all that is tried.
    """
    unit = pool.unit
    requests = [
        sample_request(
            unit.spec,
            unit.functions,
            unit.context,
            seed,
            occurrence,
            few_shot=unit.few_shot if occurrence % 2 else (),
            temperature=temperature,
        )
        for occurrence in range(first, first + count)
    ]
    _ask(pool, backend, pool.budget.within_tokens(requests, first))


def ask_constrained(pool: Pool, backend: Backend, occurrence: int, seed: int, *, narrowed: bool = False) -> None:
    """One answer that the grammar holds to what lowers, as long as the time that is left allows."""
    unit = pool.unit
    tokens = pool.budget.answer_tokens(ANSWER_TOKENS)
    if tokens:
        request = constrained_request(
            unit.spec, unit.functions, unit.context, seed, occurrence, tokens, narrowed=narrowed
        )
        _ask(pool, backend, [request])


def ask_with_scratch(pool: Pool, backend: Backend, count: int, seed: int, *, narrowed: bool = False) -> None:
    """Answers that may reason in a few lines before their code, as far as the token budget goes, in one batch."""
    unit = pool.unit
    requests = [
        scratch_request(unit.spec, unit.functions, unit.context, seed, occurrence, narrowed=narrowed)
        for occurrence in range(count)
    ]
    _ask(pool, backend, pool.budget.within_tokens(requests, 0))


def ask_gaps(pool: Pool, backend: Backend, count: int, seed: int, *, narrowed: bool = False) -> None:
    """Whole functions of which only the holes are the model's: each hole asked for as a gap, one after the other.

    What the first answers write stands already before the gaps of the later ones.
    """
    drafts = first_drafts(pool.unit, count, narrowed=narrowed)
    while drafts and not drafts[0].finished:
        requests = [draft.request(seed) for draft in drafts]
        answers: list[Proposal] = []
        _ask(pool, backend, pool.budget.within_tokens(requests, 0), into=answers)
        drafts = [draft.filled(answer.text) for draft, answer in zip(drafts, answers, strict=False)]
        if drafts and drafts[0].finished:
            for draft, request, answer in zip(drafts, requests, answers, strict=False):
                _add(pool, draft.text, request, answer, whole=False)


def _ask(pool: Pool, backend: Backend, requests: Sequence[Request], into: list[Proposal] | None = None) -> None:
    """Ask, and put each answer that comes into the pool, or ``into`` a list. Raises ``BackendError`` after that."""
    failure: BackendError | None = None
    begun = monotonic()
    try:
        requests = pool.budget.affordable(backend, requests)
        with pool.budget.phase("model"):
            proposals: Sequence[Proposal | None] = backend.propose(requests) if requests else ()
    except BackendError as error:
        proposals, failure = error.arrived or [None] * len(requests), error
    waited = monotonic() - begun
    for request, proposal in zip(requests, proposals, strict=True):
        if proposal is not None:
            _record(pool, backend, request, proposal, waited)
            waited = 0.0
            if into is not None:
                into.append(proposal)
            else:
                _add(pool, answered_code(request, proposal.text, pool.unit.entry), request, proposal)
    if failure is not None:
        left = [request for request, answer in zip(requests, proposals, strict=True) if answer is None]
        _record_failure(pool, backend, left, failure)
        raise failure


def _record(pool: Pool, backend: Backend, request: Request, proposal: Proposal, waited: float) -> None:
    """Record an answer; ``waited`` is the time until it came, counted once for what came together."""
    gap = request.gap
    pool.budget.spend(backend, proposal)
    pool.trace.record(
        events.Proposal(
            unit=pool.unit.name,
            engine=backend.engine,
            model=backend.model,
            key=request.key(backend.engine, backend.model),
            occurrence=request.occurrence,
            temperature=request.sampling.temperature,
            few_shot=len(request.messages) // 2,
            constrained=request.grammar is not None and proposal.conforms is not False,
            prompt=request.messages[-1].content if gap is None else gap.prefix,
            suffix=None if gap is None else gap.suffix,
            text=proposal.text,
            prompt_tokens=proposal.prompt_tokens,
            completion_tokens=proposal.completion_tokens,
            finish=proposal.finish,
            logprob=proposal.logprob,
            seconds=proposal.seconds,
            waited=waited,
            cached=proposal.cached,
        )
    )


def _record_failure(pool: Pool, backend: Backend, left: Sequence[Request], failure: BackendError) -> None:
    told = events.Failure(
        unit=pool.unit.name,
        engine=backend.engine,
        model=backend.model,
        keys=tuple(request.key(backend.engine, backend.model) for request in left),
        code=failure.code,
        message=str(failure),
        hint=failure.hint,
    )
    pool.budget.failed(backend)
    pool.setbacks.failures.append(told)
    pool.trace.record(told)


def _add(pool: Pool, code: str, request: Request, proposal: Proposal, *, whole: bool = True) -> None:
    """Add a program to the pool; ``whole`` says that the model wrote all of it, so that its log-probability counts."""
    unit = pool.unit
    text = renamed_entry(lifted(code, unit.functions), unit.entry)
    try:
        module = conform(lower_answer(text, pool), unit)
    except LiftcError as error:
        reason = "; ".join(item.message for item in error.diagnostics)
        drop = events.Drop(unit=unit.name, occurrence=request.occurrence, reason=reason, text=text)
        pool.setbacks.drops.append(drop)
        pool.trace.record(drop)
        return
    tokens = max(1, proposal.completion_tokens)
    logprob = None if proposal.logprob is None or not whole else proposal.logprob / tokens
    greedy = request.sampling.temperature == 0 and request.grammar is None
    pool.add(module, Provenance("model", votes=1, logprob=logprob, greedy=greedy))


def lower_answer(text: str, pool: Pool) -> Module:
    """A model's code as a module of its unit, with the imports that it forgot. Raises ``LiftcError``."""
    module = lower_candidate(text, pool.unit.entry, pool.unit.context, pool.unit.shown_names)
    return with_imports(module, missing_imports(module))
