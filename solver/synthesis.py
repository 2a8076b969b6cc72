"""Search for the simplest terms that meet a goal.

Enumeration in order of cost, conditionals by unification and, once, deduction of what is inside a comprehension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from math import inf
from operator import eq
from typing import TypeAlias

from solver.behaviour import FAILURE
from solver.deduction import ANYTHING
from solver.enumeration import Enumeration, Leaf, Library
from solver.meter import BudgetSpentError, Meter, no_collection
from solver.partition import Entry
from solver.sorts import BOOL, Sort
from solver.terms import App, Bind, Binder, Choice, Component, Term, size, variables_of
from solver.unification import Pieces, cheapest_tree

_DEAREST_TREE = 40
# At these costs deduction looks inside collections that are no dearer, each once.
_DEDUCTION_COSTS = (3, 6)
_MANY, _SMALL_SHARE = 24, 120
_FEW, _LARGE_SHARE = 3, 8
_MORE_INPUTS = 2

# What a soft constraint that a program does not meet adds to its cost.
UNMET_COST = 4
# What each soft constraint that a part of a conditional meets takes off its cost, where they lead the choice.
_REFUND = 2


@dataclass(frozen=True, slots=True)
class Goal:
    """What a term must do: ``accepts`` holds for each input one test of the value, ``None`` where any value will do.

    ``sorts`` are those that the term may have. ``targets`` are the values that the tests ask for, where each asks for
    one, and ``same`` tells whether a value is as good as its target. ``soft`` are the soft constraints:
    each that a term does not meet makes it dearer. ``confirm`` has the last word on a term that passes all tests.
    """

    sorts: tuple[Sort, ...]
    accepts: tuple[Callable[[object], bool] | None, ...]
    targets: tuple[object, ...] | None = None
    same: Callable[[object, object], bool] = eq
    soft: int = 0
    confirm: Callable[[Term], bool] | None = None

    @property
    def wanted(self) -> int:
        """The inputs that are tested, as bits."""
        return sum(1 << index for index, accept in enumerate(self.accepts) if accept is not None)

    def met_on(self, values: Sequence[object]) -> int:
        """The tested inputs, as bits, on which these values are right."""
        met = 0
        for index, (value, accept) in enumerate(zip(values, self.accepts, strict=True)):
            if accept is not None and value is not FAILURE and accept(value):
                met |= 1 << index
        return met

    def unfulfilled(self, met: int) -> int:
        """What the soft constraints that are not ``met`` add to a term's cost."""
        return UNMET_COST * (self.soft & ~met).bit_count()


@dataclass(frozen=True, slots=True)
class Found:
    """A term that meets the goal; ``cost`` counts the soft constraints left open, ``after`` the work until it came."""

    term: Term
    cost: int
    after: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What a search gave: terms, the simplest first; its work; the size of each bank; whether the space was seen whole.

    ``exhausted`` is true where nothing is left to build, ``stopped`` where the caller ended the search, ``full`` where
    as many terms were kept as memory allows.
    """

    found: tuple[Found, ...]
    expansions: int
    banks: dict[tuple[Sort, int], int]
    exhausted: bool
    stopped: bool
    full: bool = False


def synthesize(
    library: Library, leaves: Sequence[Leaf], goal: Goal, meter: Meter, *, found_at_most: int, dearest: int = 60
) -> Synthesis:
    """Searches until no cheaper term can come, the meter is spent, or ``dearest`` is reached.

    Where more than one is asked for, terms that cost one more than the first are looked for too, and no dearer ones.

    A term that is found is held back until every term of at most its cost was seen.
    """
    enumeration = Enumeration(library, leaves, len(goal.accepts), meter)
    search = _Search(library, enumeration, goal, meter, found_at_most)
    exhausted = False
    with suppress(BudgetSpentError), no_collection():
        exhausted = search.run(dearest)
    banks = search.enumeration.bank_sizes()
    return Synthesis(tuple(search.best()), meter.spent, banks, exhausted, meter.stopped, meter.full)


# A binder over a collection, what its inside must then be, and how the whole is made of the binder's term.
Attempt: TypeAlias = tuple[Binder, Entry, Goal, Callable[[Term], Term]]


class _Search:
    def __init__(
        self, library: Library, enumeration: Enumeration, goal: Goal, meter: Meter, found_at_most: int
    ) -> None:
        self.enumeration = enumeration
        self._library = library
        self._found: dict[Found, None] = {}
        self._cheapest: float = inf
        self._goal = goal
        self._wanted = goal.wanted
        self._meter = meter
        self._at_most = found_at_most
        self._views = (_View(0), _View(_REFUND)) if goal.soft else (_View(0),)
        self._everything = (1 << len(goal.accepts)) - 1
        # Deduction looks inside collections on the tested inputs and few others: these can be long.
        others = [1 << index for index, accept in enumerate(goal.accepts) if accept is None]
        self._looked_at = self._wanted | sum(others[:_MORE_INPUTS])

    def best(self) -> list[Found]:
        """What was found, the simplest first: the simplest, and what is one step dearer."""
        found = sorted(self._found, key=lambda item: (item.cost, not _is_meant(item.term)))
        return [item for item in found if item.cost <= found[0].cost + 1][: self._at_most]

    def run(self, dearest: int) -> bool:
        """Whether the space was exhausted; returns early when enough was found. Raises ``BudgetSpentError``."""
        idle = 0
        for cost in count(1):
            new = False
            for entry in self.enumeration.grow():
                new = True
                self._look_at(entry)
            if cost in _DEDUCTION_COSTS and self.enumeration.depth == 0:
                self._deduce(cost)
            self._unify(cost)
            if self._cheapest + (self._at_most > 1) <= cost:
                return False
            idle = 0 if new else idle + 1
            if cost >= dearest or idle > 8:
                return True
        raise AssertionError("count does not end")

    def _look_at(self, entry: Entry) -> None:
        if entry.sort in self._goal.sorts:
            met = self._goal.met_on(entry.values)
            if met == self._wanted:
                self._hold(entry.term, entry.cost, entry.met)
            if met:
                for view in self._views:
                    view.answers.add(entry.term, view.cost(entry, self._goal), met, entry.met)
        if entry.sort == BOOL and entry.whole:
            holds = sum(1 << index for index, value in enumerate(entry.values) if value)
            if 0 < holds < self._everything:
                for view in self._views:
                    view.tests.add(entry.term, view.cost(entry, self._goal), holds, entry.met)

    def _deduce(self, dearest: int) -> None:
        """Looks for a binder or wrapper whose inside meets the goal that the whole's goal implies.

        Many get a little work, so that no short inside is missed, and the first of them then much more.
        """
        promising = sorted(self._attempts(self._goal, dearest), key=self._promise)
        attempts = self._apart(promising)[:_MANY]
        for some, share in ((attempts, _SMALL_SHARE), (attempts[:_FEW], _LARGE_SHARE)):
            for attempt in some:
                meter = self._meter.part(self._meter.limit // share)
                self._attempt(*attempt, meter)
                self._meter.take(meter)

    def _apart(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        """The attempts without those that look into a collection which is the same on all tested inputs."""
        kept: dict[tuple[str, str], Attempt] = {}
        for attempt in attempts:
            binder, source, goal, _ = attempt
            tested = [value for index, value in enumerate(source.values) if self._wanted >> index & 1]
            kept.setdefault((binder.name, repr((tested, goal.targets))), attempt)
        return list(kept.values())

    def _promise(self, attempt: Attempt) -> int:
        binder, source, goal, _ = attempt
        return binder.cost + source.cost + goal.unfulfilled(0)

    def _attempt(self, binder: Binder, source: Entry, goal: Goal, wrap: Callable[[Term], Term], meter: Meter) -> None:
        child = self.enumeration.open_child(source, binder.bound, meter, self._looked_at)
        if child is None:
            return

        def whole_of(term: Term) -> Term:
            body, condition = (term, None) if binder.body is not None else (None, term)
            return wrap(Bind(binder, child.variables, source.term, body, condition))

        judge = self._goal.confirm
        confirm = None if judge is None else partial(_is_confirmed, judge, whole_of)
        inside = _Search(self._library, child, replace(goal, confirm=confirm), meter, self._at_most)
        with suppress(BudgetSpentError):
            inside.run(_DEAREST_TREE)
        for found in inside.best():
            if binder.body is None and not set(child.variables) & set(variables_of(found.term)):
                continue
            whole = whole_of(found.term)
            around = size(whole) - size(found.term) - size(source.term) - 1
            self._hold(whole, found.cost + source.cost + binder.cost + around, ~0)

    def _attempts(self, goal: Goal, dearest: int) -> Iterator[Attempt]:
        yield from ((*attempt, _as_it_is) for attempt in self._inside(goal, dearest))
        for component in self._library.components:
            if component.invert is not None and component.result in goal.sorts and goal.targets is not None:
                wanted = zip(goal.targets, goal.accepts, strict=True)
                arguments = [() if accept is None else component.invert(target) for target, accept in wanted]
                if None not in arguments:
                    accepts = _accepts(arguments, goal)
                    inner = replace(goal, sorts=component.parameters, accepts=accepts, targets=tuple(arguments))
                    yield from ((*attempt, _wrapper(component)) for attempt in self._inside(inner, dearest))

    def _inside(self, goal: Goal, dearest: int) -> Iterator[tuple[Binder, Entry, Goal]]:
        """Every binder over every cheap collection, with what its body or condition must then be."""
        cheapest = max((cost + 1 for cost in _DEDUCTION_COSTS if cost < dearest), default=1)
        for cost in range(cheapest, dearest + 1):
            for binder in self._library.binders:
                if binder.invert is None or binder.result not in goal.sorts:
                    continue
                for source in self.enumeration.entries(binder.source, cost):
                    inner = _inner_goal(binder, source, goal, self._looked_at)
                    if inner is not None and source.local:
                        yield binder, source, inner

    def _hold(self, term: Term, cost: int, met: int) -> None:
        found = Found(term, cost + self._goal.unfulfilled(met), self._meter.spent)
        if found in self._found or (self._goal.confirm is not None and not self._goal.confirm(term)):
            return
        self._found[found] = None
        self._cheapest = min(self._cheapest, found.cost)

    def _unify(self, cost: int) -> None:
        if cost < 3:
            return
        for view in self._views:
            if not (view.answers.changed or view.tests.changed):
                continue
            view.answers.changed = view.tests.changed = False
            dearest = min(_DEAREST_TREE, self._cheapest - 1)
            tree = cheapest_tree(
                view.answers, view.tests, self._wanted, int(dearest), self._meter, Choice, accept=self._goal.confirm
            )
            if tree is not None and isinstance(tree.term, Choice):
                self._hold(tree.term, tree.cost + view.refunded(tree.met, self._goal), tree.met)


class _View:
    """Pieces of conditionals, as one way of counting orders them: each soft constraint met takes ``refund`` off."""

    def __init__(self, refund: int) -> None:
        self._refund = refund
        self.answers: Pieces[Term] = Pieces()
        self.tests: Pieces[Term] = Pieces()

    def cost(self, entry: Entry, goal: Goal) -> int:
        return max(1, entry.cost - self.refunded(entry.met, goal))

    def refunded(self, met: int, goal: Goal) -> int:
        return self._refund * (goal.soft & met).bit_count() if self._refund else 0


def _inner_goal(binder: Binder, source: Entry, goal: Goal, inputs: int) -> Goal | None:
    """What the body or condition must be on each element of these inputs; ``None`` where the goal is out of reach."""
    if binder.invert is None or goal.targets is None:
        return None
    targets: list[object] = []
    accepts: list[Callable[[object], bool] | None] = []
    for index, (value, target, accept) in enumerate(zip(source.values, goal.targets, goal.accepts, strict=True)):
        # An annotation may promise a collection where an example passes something else.
        looped_over = isinstance(value, Iterable)
        elements: list[object] = list(value) if isinstance(value, Iterable) and inputs >> index & 1 else []
        inverse: list[object] | None = [None] * len(elements)
        if accept is not None:
            inverse = binder.invert(elements, target) if looped_over else None
        if inverse is None:
            return None
        targets += inverse
        accepts += [
            None if accept is None or example is ANYTHING else partial(goal.same, example) for example in inverse
        ]
    if all(accept is None for accept in accepts):
        return None
    return replace(
        goal,
        sorts=(binder.body or BOOL,),
        accepts=tuple(accepts),
        targets=tuple(targets),
        soft=goal.soft & ~(source.met | binder.meets),
    )


def _is_meant(term: Term) -> bool:
    """Whether the outermost operation is one that the words plainly ask for: of equally dear terms it is first."""
    return isinstance(term, App) and term.component.meets != 0


def _accepts(targets: Sequence[object], goal: Goal) -> tuple[Callable[[object], bool] | None, ...]:
    return tuple(
        None if accept is None else partial(goal.same, target)
        for target, accept in zip(targets, goal.accepts, strict=True)
    )


def _is_confirmed(confirm: Callable[[Term], bool], whole_of: Callable[[Term], Term], term: Term) -> bool:
    return confirm(whole_of(term))


def _as_it_is(term: Term) -> Term:
    return term


def _wrapper(component: Component) -> Callable[[Term], Term]:
    return lambda term: App(component, (term,))
