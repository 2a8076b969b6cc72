"""Guidance: what a specification's words and proposed programs make likely: costs, constants, soft constraints."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.enumerate.association import learned
from compiler.enumerate.lexicon import named_constants, plainly_meant
from compiler.enumerate.phrases import Phrase, opposite, phrases_of, without_asides
from compiler.enumerate.weights import UNIFORM, Weights
from compiler.enumerate.words import words_of
from solver.enumeration import Library
from solver.sorts import BOOL, FLOAT, INT, STR, DictSort, ListSort, Sort, TupleSort, element_of
from solver.terms import Binder, Component, Lit

_RARE_CONSTANT = 2

# The bits saved from where on the text speaks of an operation.
_SPOKEN = 0.5
_MOST_CONSTANTS = 4
_COMPARES = re.compile(r"[<>]|[=!]=")


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant with its cost; ``preferred`` where the specification writes it, so that a program should use it."""

    value: object
    cost: int
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Guidance:
    """What a text makes likely.

    ``words`` are those of the function, ``meant`` the operations that they plainly ask for, ``names`` the module's
    constants that they name. A silent text makes nothing less likely. ``weights`` are fitted to programs that were
    proposed.
    """

    words: frozenset[str]
    phrases: tuple[Phrase, ...]
    constants: tuple[Constant, ...]
    meant: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()
    silent: bool = False
    weights: Weights = UNIFORM

    def surprise(self, operation: str) -> float:
        """The bits that an operation takes more, or below zero less, than where the text says nothing."""
        return 0.0 if self.silent else learned().surprise(operation, self.words)

    def cost(self, operation: str, base: int) -> int:
        """The cost of an operation whose cost without guidance is ``base``."""
        if self.weights.uses(operation):
            return self.weights.cost(operation, base)
        surprise = self.surprise(operation)
        told = max(1, base + round(surprise))
        return told if surprise <= -_SPOKEN else self.weights.cost(operation, told)

    def is_likely(self, operation: str) -> bool:
        """Whether proposals use the operation, or the words make it one of the likeliest, as far as it was counted."""
        known = learned()
        return (
            self.weights.uses(operation) or operation not in known.operations or operation in known.likely(self.words)
        )

    def speaks_of(self, *held: str) -> bool:
        """Whether the text makes some operation likelier that holds one of these texts."""
        if self.silent:
            return False
        spoken = [name for name in learned().operations if self.surprise(name) <= -_SPOKEN]
        return any(part in name for name in spoken for part in held)


NO_GUIDANCE = Guidance(frozenset(), (), (), silent=True)


def guidance_of(
    name: str,
    prose: str,
    given: Sequence[object] = (),
    known: Sequence[str] = (),
    weights: Weights = UNIFORM,
    *,
    parameters: Sequence[str] = (),
    associating: bool = True,
) -> Guidance:
    """Guidance from a function's name and prose.

    ``given`` are constants that the prose writes, ``known`` are names of the module's constants. Unless it is
    ``associating``, what the words make likely is left out, and only what they say outright is kept.
    """
    told = without_asides(prose)
    silent = not associating or not prose.strip()
    words = words_of(name, parameters, prose)
    constants = [Constant(value, 1, _is_telling(value)) for value in given if _stands_in(value, told)]
    constants += [Constant(value, _RARE_CONSTANT) for value in named_constants(told)]
    if not silent:
        texts = learned().told_constants(words)[:_MOST_CONSTANTS]
        constants += [Constant(literal_eval(text), _RARE_CONSTANT) for text in texts]
    constants += [Constant(value, cost) for value, cost in weights.constants]
    return Guidance(
        words,
        tuple(phrases_of(told)),
        tuple(constants),
        tuple(plainly_meant(told)),
        tuple(name for name in known if re.search(rf"\b{re.escape(name)}\b", told)),
        silent=silent,
        weights=weights,
    )


def _is_telling(value: object) -> bool:
    return value not in (0, 1, -1, "", " ") and not isinstance(value, bool)


def _stands_in(value: object, prose: str) -> bool:
    return str(value) in prose


def guided(components: Iterable[Component], guidance: Guidance) -> Iterator[Component]:
    """The components at their guided costs, marked with the soft constraints that they fulfil."""
    for item in components:
        yield replace(item, cost=guidance.cost(item.name, item.cost), meets=_met_by_operation(item.name, guidance))


def guided_binders(binders: Iterable[Binder], guidance: Guidance) -> Iterator[Binder]:
    """The binders at their guided costs, marked with the soft constraints that they fulfil."""
    for item in binders:
        yield replace(item, cost=guidance.cost(item.name, item.cost), meets=_met_by_operation(item.name, guidance))


def focused(library: Library, guidance: Guidance) -> Library:
    """The library without the operations and rare constants that neither the words nor proposals speak of."""
    return replace(
        library,
        components=tuple(item for item in library.components if guidance.is_likely(item.name)),
        binders=tuple(item for item in library.binders if guidance.is_likely(item.name)),
        constants=tuple(
            (literal, cost) for literal, cost in library.constants if cost <= 2 or _is_rare(literal, guidance)
        ),
    )


def _is_rare(literal: Lit, guidance: Guidance) -> bool:
    return literal.text in {repr(constant.value) for constant in guidance.constants}


def soft_constraints_of(guidance: Guidance) -> dict[str, int]:
    """For each constant that a program should use, and each operation plainly meant, one bit; by its text."""
    preferred = [repr(constant.value) for constant in guidance.constants if constant.preferred]
    phrases = [phrase.operation for phrase in guidance.phrases if phrase.number is not None]
    operations = [" ".join(group) for group in guidance.meant]
    return {
        text: 1 << place
        for place, text in enumerate(dict.fromkeys([*preferred, *phrases, *operations, *guidance.names]))
    }


def _met_by_operation(operation: str, guidance: Guidance) -> int:
    soft = soft_constraints_of(guidance) if guidance.meant else {}
    return sum(soft[" ".join(group)] for group in guidance.meant if any(held in operation for held in group))


def phrase_components(guidance: Guidance, sorts: Sequence[Sort]) -> Iterator[Component]:
    """Each phrase as an operation of its own over numbers, at the cost of one."""
    soft = soft_constraints_of(guidance)
    opposites = [found for phrase in guidance.phrases if (found := opposite(phrase)) is not None]
    for phrase in (*guidance.phrases, *opposites):
        evaluate = eval(f"lambda a: {phrase.operation}", {"min": min, "max": max})
        for sort in (INT, FLOAT):
            if sort in sorts and not (sort == INT and isinstance(phrase.number, float)):
                result = BOOL if _COMPARES.search(phrase.operation) else sort
                meets = soft.get(phrase.said or phrase.operation, 0) | soft.get(repr(phrase.number), 0)
                yield Component(phrase.operation, (sort,), result, 1, evaluate, promoting=sort == FLOAT, meets=meets)


def sorts_on_the_way(guidance: Guidance, parameters: Sequence[Sort], result: Sort) -> list[Sort]:
    """Further sorts of which the words speak: stretches of a sequence, its runs, how often each element occurs."""
    sequences = [sort for sort in parameters if isinstance(sort, ListSort) or sort == STR]
    found: list[Sort] = []
    if guidance.speaks_of("start + b]"):
        found += [ListSort(sort) for sort in sequences]
    for sort in sequences:
        element = element_of(sort)
        if element in (INT, STR) and guidance.speaks_of("groupby("):
            found.append(ListSort(TupleSort((element, INT))))
        if element in (INT, STR) and guidance.speaks_of("Counter("):
            found.append(DictSort(element, INT))
    if guidance.speaks_of("digit for") and INT in (*parameters, result):
        found.append(ListSort(INT))
    return found


def speaks_of_texts(guidance: Guidance) -> bool:
    """Whether numbers may be looked at as text."""
    return guidance.silent or guidance.speaks_of("bin(", "hex(", "[::-1]", "digit for")
