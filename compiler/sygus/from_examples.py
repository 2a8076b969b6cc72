"""Problems given by examples: the grammar as rules with costs, the search, and the answer as a term of the grammar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.sygus.answer import Answer, Limits
from compiler.sygus.examples import Example, examples_of
from compiler.sygus.problem import Apply, Literal, Problem, Production, Term, Variable
from compiler.sygus.rules import rules_of
from solver.bank import Bounds
from solver.by_examples import search_by_examples
from solver.meter import Meter
from solver.productions import Derivation

_MEMORY = 900_000_000
_UNLIMITED = 1 << 62


def synthesise_from_examples(
    problem: Problem,
    limits: Limits,
    costs: Mapping[tuple[str, Production], int] | None = None,
    memory: int = _MEMORY,
) -> Answer:
    """A term of the problem's grammar that gives what each example says, or the reason why there is none.

    ``costs`` orders the search: for productions of a nonterminal a positive number each, in place of the usual ones.
    ``memory`` is about how many bytes the terms may take.
    """
    clock = limits.clock
    begun = clock()

    def over() -> bool:
        return clock() - begun > limits.seconds

    examples = examples_of(problem)
    if examples is None:
        return Answer((), "the problem is not given by examples of one function", 0, clock() - begun)
    different = tuple(dict.fromkeys(examples))
    if len({example.inputs for example in different}) < len(different):
        return Answer((), "two examples with the same inputs have different outputs", 0, clock() - begun)
    meter = Meter(_UNLIMITED if limits.expansions is None else limits.expansions, over)
    found = search_by_examples(
        rules_of(problem, different, costs or {}),
        [example.inputs for example in different],
        [example.output for example in different],
        _bounds(different, memory),
        meter,
    )
    terms = () if found.term is None else (term_of(found.term),)
    return Answer(terms, found.reason, found.expansions, clock() - begun)


def term_of(derivation: Derivation) -> Term:
    """The term that a derivation spells."""
    label = derivation.rule.label
    if isinstance(label, Variable | Literal):
        return label
    assert isinstance(label, str)
    return Apply(label, tuple(map(term_of, derivation.arguments)))


def _bounds(examples: Sequence[Example], memory: int) -> Bounds:
    values = [value for example in examples for value in (*example.inputs, example.output)]
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    widest = max((abs(value) for value in values if isinstance(value, int)), default=0)
    return Bounds(2 * longest + 8, max(2 * longest + 8, 2 * widest + 8), memory)
