"""Guidance of a search by a model: its answers to a problem, and the costs of productions fitted to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backends.protocol import Backend, BackendError
from compiler.sygus.answer import Answer, Limits
from compiler.sygus.default_grammar import default_grammar
from compiler.sygus.examples import examples_of
from compiler.sygus.from_python import terms_in
from compiler.sygus.guidance import Key, fitted_costs
from compiler.sygus.problem import Problem, Term
from compiler.sygus.proposals import SAMPLES, proposal_requests
from compiler.sygus.solve import solve


@dataclass(frozen=True, slots=True)
class Guided:
    """What the model's answers, so many of them, say of a problem: terms, and costs of productions."""

    answers: int
    terms: tuple[Term, ...]
    costs: Mapping[Key, int]


def guidance_for(problem: Problem, backend: Backend, seed: int = 0, samples: int = SAMPLES) -> Guided:
    """Ask a model about a problem that shows examples; a problem that shows none is not asked about.

    Of a model that fails on the way those answers count that came. Raises ``BackendError`` where none did.
    """
    requests = proposal_requests(problem, seed, samples)
    if not requests:
        return Guided(0, (), {})
    try:
        answers = [*backend.propose(requests)]
    except BackendError as error:
        answers = [answer for answer in error.arrived if answer is not None]
        if not answers:
            raise
    return guidance_from(problem, [answer.text for answer in answers])


def guidance_from(problem: Problem, answers: Sequence[str]) -> Guided:
    """What answers that a model has given say of a problem; nothing of one that shows no examples."""
    examples = examples_of(problem)
    if not answers or examples is None:
        return Guided(0, (), {})
    terms = tuple(term for answer in answers for term in terms_in(answer, problem))
    grammar = problem.grammar or default_grammar(problem, tuple(dict.fromkeys(examples)))
    return Guided(len(answers), terms, fitted_costs(grammar, terms))


def solve_guided(problem: Problem, limits: Limits, costs: Mapping[Key, int]) -> Answer:
    """Search in the order of these costs for the first half of the time, and in the usual order for the rest."""
    if not costs:
        return solve(problem, limits)
    guided = solve(problem, replace(limits, seconds=limits.seconds / 2), costs)
    if guided.terms:
        return guided
    usual = solve(problem, replace(limits, seconds=max(0.1, limits.seconds - guided.seconds)))
    return replace(usual, expansions=guided.expansions + usual.expansions)
