"""The search for a term of a grammar that gives the wanted output on every example.

Bottom-up enumeration, top-down deduction and conditionals take turns: each round doubles the bank, and gives the other
two as much work as the bank took. Long lists of examples are met by counterexamples: the search sees a few, and each
example that its term fails joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from solver.bank import Bank, Bounds
from solver.conditionals import Conditionals, encodings
from solver.goals import Deduction, Effort, Inversion
from solver.inverse_concatenation import split_concatenation
from solver.inverse_integers import find_index, read_text, split_difference, split_sum
from solver.inverse_texts import cut_substring, pick_character, undo_replacement, write_number
from solver.meter import BudgetSpentError, Meter
from solver.productions import Derivation, Productions, Role, Vector, value_of

_FIRST_WORK = 1_000
_DEPTH = 3
_CONDITION_DEPTH = 2
_FIRST_EXAMPLES = 8
_ALONE = 6
_FIRST_BREADTH = 24

INVERSIONS: dict[Role, Inversion] = {
    Role.CONCATENATION: split_concatenation,
    Role.SUBSTRING: cut_substring,
    Role.CHARACTER: pick_character,
    Role.REPLACE: undo_replacement,
    Role.INDEX: find_index,
    Role.READ_INTEGER: read_text,
    Role.WRITE_INTEGER: write_number,
    Role.SUM: split_sum,
    Role.DIFFERENCE: split_difference,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A term that meets all examples, or ``None`` with the reason; the work done, and how many terms the bank held."""

    term: Derivation | None
    reason: str
    expansions: int
    terms: int


def search_by_examples(
    productions: Productions, rows: Sequence[tuple[Any, ...]], outputs: Sequence[Any], bounds: Bounds, meter: Meter
) -> Outcome:
    """Searches until a term meets every example, the meter is spent, or nothing is left to build."""
    chosen = first_examples(rows)
    size = 0
    try:
        while True:
            bank = Bank(productions, [rows[index] for index in chosen], bounds, meter)
            term = _Search(bank, tuple(outputs[index] for index in chosen), meter).run()
            size = bank.size
            if term is None:
                reason = "the memory is used up" if bank.full else "no term of the grammar was found"
                return Outcome(None, reason, meter.spent, size)
            failed = [index for index in range(len(rows)) if value_of(term, rows[index]) != outputs[index]]
            if not failed:
                return Outcome(term, "found", meter.spent, size)
            chosen = [*chosen, failed[0], *failed[len(failed) // 2 :][:1]]
    except BudgetSpentError:
        reason = "the time is over" if meter.stopped else "the limit of work was reached"
        return Outcome(None, reason, meter.spent, size)


def first_examples(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    """The examples to begin with: all where they are few, otherwise some spread over their sizes."""
    if len(rows) <= _FIRST_EXAMPLES + 4:
        return list(range(len(rows)))
    order = sorted(range(len(rows)), key=lambda index: (len(str(rows[index])), str(rows[index]), index))
    step = (len(order) - 1) / (_FIRST_EXAMPLES - 1)
    return sorted({order[round(number * step)] for number in range(_FIRST_EXAMPLES)})


class _Search:
    def __init__(self, bank: Bank, goal: Vector, meter: Meter) -> None:
        self._bank = bank
        self._goal = goal
        self._meter = meter
        self._start = bank.productions.start
        self._branches: list[tuple[Conditionals, Callable[[Derivation], Derivation]]] | None = None
        self._unhindered = False
        self._effort = Effort(_FIRST_BREADTH)

    def run(self) -> Derivation | None:
        """The term, or ``None`` where the bank cannot grow and nothing more is found.

        A term that does not come from the bank, which is in order of cost, has to be the cheapest of two rounds. Raises
        ``BudgetSpentError`` where the budget is spent before any term is found.
        """
        growth = self._bank.grow()
        turn, best = 0, None
        while True:
            work = _FIRST_WORK << turn
            self._effort = Effort(int(_FIRST_BREADTH * 1.4**turn), best is not None)
            found: list[Derivation] = []
            try:
                found += self._grow(growth, work)
                if not found:
                    found += self._deduce(work)
                    found += self._branch(turn, work)
            except BudgetSpentError:
                if best is None and not found:
                    raise
            last = best is not None or self._goal in self._bank.terms[self._start]
            best = min([best, *found] if best else found, key=lambda term: term.cost, default=None)
            if best is not None and last:
                return best
            if best is None and (self._bank.full or self._bank.exhausted) and self._unhindered:
                return None
            turn += 1

    def _grow(self, growth: Iterator[None], work: int) -> list[Derivation]:
        begun = self._meter.spent
        known = self._bank.terms[self._start]
        for _ in growth:
            if self._goal in known:
                break
            if self._meter.spent - begun >= work:
                break
        return [known[self._goal]] if self._goal in known else []

    def _part(self, work: int) -> Meter:
        return self._meter.part(min(work, self._meter.limit - self._meter.spent))

    def _deduction(self, subset: Sequence[int], meter: Meter) -> Deduction:
        return Deduction(self._bank, subset, INVERSIONS, self._effort, meter)

    def _deduce(self, work: int) -> list[Derivation]:
        part = self._part(work)
        term: Derivation | None = None
        self._unhindered = False
        with suppress(BudgetSpentError):
            term = self._deduction(range(len(self._goal)), part).solve(self._start, self._goal, _DEPTH)
            self._unhindered = True
        self._meter.tick(part.spent)
        return [] if term is None else [term]

    def _branch(self, turn: int, work: int) -> list[Derivation]:
        if self._branches is None:
            self._branches = list(self._conditionals())
        found: list[Derivation] = []
        for conditionals, whole in self._branches:
            part = self._part(work // len(self._branches))
            deepest, smallest = min(max(1, turn // 2), 3), 2 if turn < _ALONE else 1
            term = conditionals.search(_CONDITION_DEPTH, deepest, smallest, part)
            self._meter.tick(part.spent)
            self._unhindered = self._unhindered and part.spent < part.limit
            if term is not None:
                found.append(whole(term))
        return found

    def _conditionals(self) -> Iterator[tuple[Conditionals, Callable[[Derivation], Derivation]]]:
        for rule in self._bank.productions.with_role(self._start, Role.CHOICE):
            yield Conditionals(self._bank, rule, self._goal, self._deduction), _as_it_is
        if self._bank.productions.kinds[self._start] is bool:
            for rule, goal, whole in encodings(self._bank, self._start, self._goal):
                yield Conditionals(self._bank, rule, goal, self._deduction), whole


def _as_it_is(term: Derivation) -> Derivation:
    return term
