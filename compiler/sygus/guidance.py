"""Costs of productions fitted to proposed terms, even wrong ones: what proposals use much becomes cheap to search.

A grammar with probabilities fitted to a few samples guides enumeration (Barke et al. 2024, "HySynth"). Here each
production's usual cost moves by how much more, or less, often it was used than its nonterminal's others, all counts
smoothed by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import log2

from compiler.sygus.problem import (
    AnyConstant,
    Apply,
    Grammar,
    Literal,
    Production,
    Term,
    Variable,
    constant_of,
    sort_of,
)
from compiler.sygus.rules import reachable, renames, usual_cost

_SMOOTHING = 1
_FURTHEST = 3

Key = tuple[str, Production]


def fitted_costs(grammar: Grammar, proposals: Iterable[Term]) -> Mapping[Key, int]:
    """A cost for each production of a nonterminal that some proposal uses; none where no proposal fits the grammar.

    Parts of a proposal that the grammar does not derive where they stand count where it does derive them.
    """
    used: Counter[Key] = Counter()
    for proposal in proposals:
        _count(grammar, grammar.start, proposal, used)
    costs: dict[Key, int] = {}
    for head, productions in grammar.productions.items():
        keys = [(head, production) for production in dict.fromkeys(productions) if not renames(grammar, production)]
        total = sum(used[key] for key in keys)
        if not total:
            continue
        for key in keys:
            share = (used[key] + _SMOOTHING) / (total + _SMOOTHING * len(keys))
            nearer = round(log2(share * len(keys)))
            costs[key] = max(1, usual_cost(key[1]) - max(-_FURTHEST, min(_FURTHEST, nearer)))
    return costs


def _count(grammar: Grammar, head: str, term: Term, used: Counter[Key]) -> None:
    for nonterminal in (head, *grammar.productions):
        for origin, production in reachable(grammar, nonterminal):
            parts = _parts(grammar, production, term)
            if parts is not None:
                used[origin, production] += 1
                for inner, part in parts:
                    _count(grammar, inner, part, used)
                return
    if isinstance(term, Apply):
        for argument in term.arguments:
            _count(grammar, head, argument, used)


def _parts(grammar: Grammar, production: Production, term: Term) -> list[tuple[str, Term]] | None:
    """What must be derived from which nonterminal for the production to give the term; ``None`` where it cannot."""
    match production, term:
        case Variable(name), _ if name in grammar.sorts:
            return [(name, term)]
        case AnyConstant(sort), Literal(value):
            return [] if sort_of(value) == sort else None
        case Apply(), Literal():
            return [] if constant_of(production) == term else None
        case Apply(name, operands), Apply(applied, arguments) if name == applied and len(operands) == len(arguments):
            parts: list[tuple[str, Term]] = []
            for operand, argument in zip(operands, arguments, strict=True):
                inner = _parts(grammar, operand, argument)
                if inner is None:
                    return None
                parts += inner
            return parts
    return [] if production == term else None
