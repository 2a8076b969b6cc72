"""Conditionals over a grammar: terms that are right on some examples, under tests that separate these examples.

After Alur, Radhakrishna and Udupa 2017 (EUSolver) for trees over what is enumerated, and Lee 2021 ("Duet") for the
goals on parts of the examples, which deduction then meets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import combinations, islice
from operator import eq

from solver.bank import Bank
from solver.goals import Deduction
from solver.meter import BudgetSpentError, Meter
from solver.productions import Derivation, Role, Rule, Vector, derive
from solver.unification import Pieces, cheapest_tree

_DEAREST_TREE = 200
_FIRST_SHARE = 8
_SPLITS = 40
_FIXED = 12
_CODES = 60

Deduce = Callable[[Sequence[int], Meter], Deduction]


class Conditionals:
    """Trees of one rule for choices that meet one goal over a bank's examples.

    Parts of the goal that were met once stay known while the bank grows.
    """

    def __init__(self, bank: Bank, rule: Rule, goal: Vector, deduce: Deduce) -> None:
        self._bank = bank
        self._rule = rule
        self._goal = goal
        self._deduce = deduce
        self._everything = (1 << len(goal)) - 1
        self._answers: Pieces[Derivation] = Pieces()
        self._tests: Pieces[Derivation] = Pieces()
        self._seen = dict.fromkeys(bank.terms, 0)

    def search(self, depth: int, deepest: int, smallest: int, meter: Meter) -> Derivation | None:
        """A tree with at most ``deepest`` tests on a path, or ``None`` where the meter is spent before there is one.

        The likelier a set of examples is to have one term, the more work goes into finding it. Goals on less than
        ``smallest`` examples are not deduced: a term for each example alone is no generalisation.
        """
        found: Derivation | None = None
        with suppress(BudgetSpentError):
            self._collect(meter)
            found = self._tree(deepest, meter)
            if found is None:
                found = self._deduced_tree(depth, deepest, smallest, meter)
        return found

    def _deduced_tree(self, depth: int, deepest: int, smallest: int, meter: Meter) -> Derivation | None:
        number = 0
        for part in self._parts():
            if part.bit_count() < smallest or self._met(part):
                continue
            number += 1
            if self._deduce_part(part, depth, meter, meter.limit // (_FIRST_SHARE + 2 * number)):
                found = self._tree(deepest, meter)
                if found is not None:
                    return found
        return None

    def _collect(self, meter: Meter) -> None:
        """Takes what is new in the bank: terms that are right somewhere, and tests."""
        head, test_head = self._rule.head, self._rule.children[0]
        for term in islice(self._bank.terms[head].values(), self._seen[head], None):
            self._answers.add(term, term.cost, _where(map(eq, term.values, self._goal)))
        for term in islice(self._bank.terms[test_head].values(), self._seen[test_head], None):
            holds = _where(term.values)
            if holds != self._everything:
                self._tests.add(term, term.cost, holds)
        for each in dict.fromkeys((head, test_head)):
            meter.tick((len(self._bank.terms[each]) - self._seen[each]) // 2)
            self._seen[each] = len(self._bank.terms[each])

    def _tree(self, deepest: int, meter: Meter) -> Derivation | None:
        def choose(test: Derivation, then: Derivation, otherwise: Derivation) -> Derivation:
            return derive(self._rule, test, then, otherwise)

        tree = cheapest_tree(self._answers, self._tests, self._everything, _DEAREST_TREE, meter, choose, deepest)
        return tree.term if tree else None

    def _met(self, part: int) -> bool:
        return any(not part & ~answer.inputs for answer in self._answers.all())

    def _deduce_part(self, part: int, depth: int, meter: Meter, work: int) -> bool:
        share = meter.part(work)
        term: Derivation | None = None
        with suppress(BudgetSpentError):
            subset = [index for index in range(len(self._goal)) if part >> index & 1]
            deduction = self._deduce(subset, share)
            term = deduction.solve(self._rule.head, deduction.project(self._goal), depth)
        meter.tick(share.spent)
        if term is not None:
            self._answers.add(term, term.cost, _where(map(eq, term.values, self._goal)))
        return term is not None

    def _parts(self) -> Iterator[int]:
        """Sets of examples for which one term may be right: what the best answers leave, and what tests tell apart."""
        best = sorted(self._answers.all(), key=lambda answer: (-answer.inputs.bit_count(), answer.cost))
        tried = {0, self._everything}
        tests = [test.inputs for test in islice(self._tests.all(), _SPLITS)]
        sides = [side for test in tests for side in (test, self._everything & ~test)]
        rests = [self._everything & ~answer.inputs for answer in best[:_SPLITS]]
        both = [one & other for one, other in combinations(sides, 2)]
        for part in (*rests[: _SPLITS // 8], *sides, *rests, *both):
            if part not in tried:
                tried.add(part)
                yield part


def encodings(bank: Bank, head: str, goal: Vector) -> Iterator[tuple[Rule, Vector, Callable[[Derivation], Derivation]]]:
    """Goals for choices among other values, where a truth value can be read off them: ``1 = (choice 1 0)``.

    Each comes with the rule for the choice, and with what makes the whole of a term that meets the goal.
    """
    for rule in bank.productions.rules[head]:
        for place, child in enumerate(rule.children):
            for choice in bank.productions.with_role(child, Role.CHOICE):
                if len(rule.children) == 2 and child != head:
                    yield from _encoded(bank, rule, place, choice, goal)


def _encoded(
    bank: Bank, rule: Rule, place: int, choice: Rule, goal: Vector
) -> Iterator[tuple[Rule, Vector, Callable[[Derivation], Derivation]]]:
    for fixed in bank.cheapest(rule.children[1 - place], _FIXED):

        def whole(code: Derivation, fixed: Derivation = fixed) -> Derivation:
            return derive(rule, code, fixed) if place == 0 else derive(rule, fixed, code)

        codes = [(code, whole(code).values) for code in bank.cheapest(choice.head, _CODES)]
        yes = next((code for code, values in codes if all(values)), None)
        no = next((code for code, values in codes if not any(values)), None)
        if yes is not None and no is not None:
            mixed = tuple(a if wanted else b for a, b, wanted in zip(yes.values, no.values, goal, strict=True))
            yield choice, mixed, whole
            return


def _where(holds: Iterable[object]) -> int:
    return sum(1 << index for index, value in enumerate(holds) if value)
