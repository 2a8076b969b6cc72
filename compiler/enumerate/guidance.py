"""Guidance: what a specification's words and proposed programs make likely: costs, constants, soft constraints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.enumerate.lexicon import CHARACTERS, NUMBERS, UNITS, evoked, features, plainly_meant
from compiler.enumerate.phrases import Phrase, opposite, phrases_of, without_asides
from compiler.enumerate.weights import UNIFORM, Weights
from solver.enumeration import Library
from solver.sorts import BOOL, FLOAT, INT, STR, DictSort, ListSort, Sort, TupleSort, element_of
from solver.terms import Binder, Component, Lit

_RARE_CONSTANT = 2
_EVERYWHERE = ("a == b",)
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

    ``words`` are the entries of the lexicon that it evokes, ``meant`` the operations that it plainly asks for,
    ``names`` the module's constants that it names. A silent text makes nothing less likely. ``weights`` are fitted to
    programs that were proposed.
    """

    words: frozenset[str]
    phrases: tuple[Phrase, ...]
    constants: tuple[Constant, ...]
    meant: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()
    silent: bool = False
    weights: Weights = UNIFORM

    def cost(self, operation: str, base: int) -> int:
        """The cost of an operation whose cost without guidance is ``base``."""
        if self.weights.uses(operation):
            return self.weights.cost(operation, base)
        told = self._told_cost(operation, base)
        return told if features(operation) and self.speaks_of(operation) else self.weights.cost(operation, told)

    def _told_cost(self, operation: str, base: int) -> int:
        known = features(operation)
        if known and self.speaks_of(operation):
            return max(1, base - 1)
        if self.silent or operation in _EVERYWHERE or operation in self.words:
            return base
        return base * 2 if known else base + 1

    def is_likely(self, operation: str) -> bool:
        """Whether proposals use the operation, or the text speaks of it."""
        return self.weights.uses(operation) or self.speaks_of(operation)

    def speaks_of(self, operation: str) -> bool:
        """Whether the text speaks of an operation; of those that no words tell, always."""
        return all(feature in self.words for feature in features(operation))


NO_GUIDANCE = Guidance(frozenset(), (), (), silent=True)


def guidance_of(
    name: str, prose: str, given: Sequence[object] = (), known: Sequence[str] = (), weights: Weights = UNIFORM
) -> Guidance:
    """Guidance from a function's name and prose.

    ``given`` are constants that the prose writes, ``known`` are names of the module's constants.
    """
    told = without_asides(prose)
    words = f"{_spaced(name)} {prose}"
    constants = [Constant(value, 1, _is_telling(value)) for value in given if _stands_in(value, told)]
    lowered = words.lower()
    for table in (CHARACTERS, UNITS):
        constants += [Constant(value, _RARE_CONSTANT) for word, value in table.items() if word in lowered]
    constants += [
        Constant(number, 2) for word, number in NUMBERS.items() if number > 1 and re.search(rf"\b{word}\b", told)
    ]
    constants += [Constant(value, cost) for value, cost in weights.constants]
    return Guidance(
        evoked(words),
        tuple(phrases_of(told)),
        tuple(constants),
        tuple(plainly_meant(told)),
        tuple(name for name in known if re.search(rf"\b{re.escape(name)}\b", told)),
        silent=not prose.strip(),
        weights=weights,
    )


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")


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
    if "start + b]" in guidance.words:
        found += [ListSort(sort) for sort in sequences]
    for sort in sequences:
        element = element_of(sort)
        if element in (INT, STR) and "groupby(" in guidance.words:
            found.append(ListSort(TupleSort((element, INT))))
        if element in (INT, STR) and "Counter(" in guidance.words:
            found.append(DictSort(element, INT))
    if "digit for" in guidance.words and INT in (*parameters, result):
        found.append(ListSort(INT))
    return found


def speaks_of_texts(guidance: Guidance) -> bool:
    """Whether numbers may be looked at as text."""
    return guidance.silent or bool(guidance.words & {"bin(", "hex(", "[::-1]", "digit for"})
