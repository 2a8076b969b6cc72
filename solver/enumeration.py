"""Typed bottom-up enumeration with observational equivalence.

Terms are built in order of cost; of all terms of one sort with the same behaviour vector the first is kept (Udupa et
al. 2013, "TRANSIT"; Albarghouthi et al. 2013). Bodies of comprehensions and keys of sorts are terms too: each
collection opens a smaller enumeration over its elements, which is shared by every binder over that collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import product

from solver.behaviour import FAILURE, Vector
from solver.elements import Spans, collected, elements_of
from solver.meter import Meter
from solver.partition import Entry, Partition
from solver.plan import Loop, Plan, Step, plan_of
from solver.sorts import BOOL, Sort
from solver.terms import App, Bind, Binder, Component, Lit, Var

_DEAREST_SOURCE = 6
_DEEPEST_CHILD = 2


@dataclass(frozen=True, slots=True)
class Leaf:
    """A variable or constant to begin with; ``cost`` orders it, ``meets`` is the soft constraint that it meets."""

    term: Var | Lit
    cost: int
    values: Vector
    meets: int = 0


@dataclass(frozen=True, slots=True)
class Library:
    """What terms are built from.

    ``feeds`` lists, for each sort, the sorts whose terms may stand where it is asked for; it holds at least itself.
    ``names`` lists for each sort of collection, or operation that makes one, the names to choose from for each variable
    that ranges over it. ``met`` holds for constants the soft constraints that their use fulfils.
    """

    components: tuple[Component, ...]
    binders: tuple[Binder, ...]
    feeds: Mapping[Sort, tuple[Sort, ...]]
    constants: tuple[tuple[Lit, int], ...] = ()
    names: Mapping[Sort | str | None, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    met: Mapping[Lit, int] = field(default_factory=dict)


class Enumeration:
    """Banks of terms over one list of inputs, grown one cost at a time.

    ``entries(sort, cost)`` grows as far as it must. Growing raises ``BudgetSpentError`` when the meter does; the banks
    then hold what was found so far. ``plan`` is that of the library, where it is known.
    """

    def __init__(
        self,
        library: Library,
        leaves: Sequence[Leaf],
        length: int,
        meter: Meter,
        *,
        outer: Sequence[Leaf] = (),
        plan: Plan | None = None,
    ) -> None:
        self._library = library
        self._plan = plan or plan_of(library.components, library.binders, library.feeds)
        self._length = length
        self._meter = meter
        self._work = 1 + length // 16
        self._leaves = tuple(leaves)
        self._outer = tuple(outer)
        self._partitions: list[Partition | None] = [None] * len(self._plan.kinds)
        self._fed: dict[tuple[tuple[int, ...], int], list[Entry]] = {}
        self._children: dict[tuple[int, int], tuple[Enumeration, Spans] | None] = {}
        self.depth = 0
        self._taken: frozenset[str] = frozenset(
            leaf.term.name for leaf in (*leaves, *outer) if isinstance(leaf.term, Var)
        )
        self.grown = 0

    def entries(self, sort: Sort, cost: int) -> Sequence[Entry]:
        """The kept terms of exactly this sort and cost."""
        while self.grown < cost:
            for _ in self.grow():
                pass
        partition = self._partition_of(sort)
        return () if partition is None else partition.by_cost.get(cost, ())

    def bank_sizes(self) -> dict[tuple[Sort, int], int]:
        """How many terms each sort and cost holds."""
        return {
            (partition.sort, cost): len(bank)
            for partition in self._partitions
            if partition
            for cost, bank in partition.by_cost.items()
        }

    def grow(self) -> Iterator[Entry]:
        """Builds the terms of the next cost and yields each that is new."""
        cost = self.grown + 1
        yield from self._grow_leaves(cost)
        for step in self._plan.steps:
            yield from self._grow_component(step, cost)
        if self.depth < _DEEPEST_CHILD:
            for loop in self._plan.loops:
                yield from self._grow_loop(loop, cost)
        self.grown = cost

    def _partition(self, place: int) -> Partition:
        partition = self._partitions[place]
        if partition is None:
            partition = self._partitions[place] = Partition(self._plan.kinds[place], self._meter)
        return partition

    def _partition_of(self, sort: Sort) -> Partition | None:
        place = self._plan.places.get(sort)
        return None if place is None else self._partition(place)

    def _usable(self, places: tuple[int, ...], cost: int) -> Sequence[Entry]:
        """The kept terms of the sorts at these places and of a cost that is grown already."""
        if len(places) == 1:
            partition = self._partitions[places[0]]
            return () if partition is None else partition.by_cost.get(cost, ())
        known = self._fed.get((places, cost))
        if known is None:
            partitions = [partition for place in places if (partition := self._partitions[place]) is not None]
            known = self._fed[places, cost] = [
                entry for partition in partitions for entry in partition.by_cost.get(cost, ())
            ]
        return known

    def _grow_leaves(self, cost: int) -> Iterator[Entry]:
        for leaves, local in ((self._leaves, True), (self._outer, False)):
            for leaf in leaves:
                if leaf.cost == cost:
                    yield from self._begin(leaf.term, cost, leaf.values, local, leaf.meets)
        for literal, its_cost in self._library.constants:
            if its_cost == cost:
                meets = self._library.met.get(literal, 0)
                yield from self._begin(literal, cost, (literal.value,) * self._length, False, meets)

    def _begin(self, term: Var | Lit, cost: int, values: Vector, local: bool, meets: int) -> Iterator[Entry]:
        partition = self._partition_of(term.sort)
        entry = None if partition is None else partition.begin(term, cost, values, local, meets)
        if entry is not None:
            yield entry

    def _grow_component(self, step: Step, cost: int) -> Iterator[Entry]:
        component = step.component
        for costs in splits(cost - component.cost, len(step.feeds)):
            if component.commutative and costs[0] > costs[1]:
                continue
            banks = list(map(self._usable, step.feeds, costs))
            if all(banks):
                half = component.commutative and costs[0] == costs[1]
                *firsts, lasts = banks
                for number, chosen in enumerate(product(*firsts)):
                    yield from self._apply(step, cost, chosen, lasts[number:] if half else lasts)

    def _apply(self, step: Step, cost: int, chosen: Sequence[Entry], lasts: Sequence[Entry]) -> Iterator[Entry]:
        """The component over the chosen arguments and each of the last ones: where its vector is new, it is kept.

        This is where search spends its time.
        """
        component, meter, work, partition = step.component, self._meter, self._work, self._partition(step.result)
        key_if_new, apart = partition.key_if_new, step.columns.apart
        whole, local, met = True, False, component.meets
        for entry in chosen:
            whole, local, met = whole and entry.whole, local or entry.local, met | entry.met
        columns = [entry.values for entry in chosen]
        together = partial(step.columns.together, *columns) if columns else step.columns.together
        terms = tuple([entry.term for entry in chosen])
        for last in step.partners(chosen, lasts):
            meter.spent += work
            if meter.spent >= meter.asks_at:
                meter.ask()
            good = whole and last.whole
            if good:
                try:
                    values = together(last.values)
                except Exception:
                    good = False
            if not good:
                values = apart(*columns, last.values)
                if not values:
                    continue
            key = key_if_new(values)
            if key is not None:
                term = App(component, (*terms, last.term))
                kept = Entry(term, partition.sort, cost, values, good, local or last.local, met | last.met)
                partition.keep(kept, key)
                yield kept

    def _grow_loop(self, loop: Loop, cost: int) -> Iterator[Entry]:
        sources = self._partitions[loop.source]
        if sources is None:
            return
        for source_cost in range(1, min(_DEAREST_SOURCE, cost - loop.binder.cost - 1) + 1):
            rest = cost - loop.binder.cost - source_cost
            for source in sources.local(source_cost):
                child = self._child(source, loop)
                if child is not None:
                    yield from self._bind(loop, cost, source, *child, rest)

    def _bind(
        self, loop: Loop, cost: int, source: Entry, child: Enumeration, spans: Spans, rest: int
    ) -> Iterator[Entry]:
        """The binder over one collection with every inside of a cost: where its vector is new, it is kept."""
        binder, partition = loop.binder, self._partition(loop.result)
        for body, condition in child.inside(binder, rest):
            self._meter.tick(self._work + len((body or condition or source).values) // 16)
            values = tuple(collected(spans, binder, body, condition))
            failed = [value is FAILURE for value in values]
            key = None if all(failed) else partition.key_if_new(values)
            if key is not None:
                met = binder.meets | source.met
                for part in (body, condition):
                    met |= part.met if part else 0
                term = Bind(
                    binder,
                    child.variables,
                    source.term,
                    body.term if body else None,
                    condition.term if condition else None,
                )
                kept = Entry(term, partition.sort, cost, values, not any(failed), True, met)
                partition.keep(kept, key)
                yield kept

    @property
    def variables(self) -> tuple[Var, ...]:
        """The variables of this level."""
        return tuple(leaf.term for leaf in self._leaves if isinstance(leaf.term, Var))

    def inside(self, binder: Binder, cost: int) -> Iterator[tuple[Entry | None, Entry | None]]:
        """The bodies and conditions that together have this cost; each looks at a bound variable."""
        if binder.body is not None and binder.conditional:
            for body_cost, condition_cost in splits(cost, 2):
                for body in self._looking(binder.body, body_cost):
                    for condition in self._looking(BOOL, condition_cost):
                        yield body, condition
        elif binder.body is not None:
            for body in self._looking(binder.body, cost):
                yield body, None
        else:
            for condition in self._looking(BOOL, cost):
                yield None, condition

    def _looking(self, sort: Sort, cost: int) -> Sequence[Entry]:
        self.entries(sort, cost)
        partition = self._partition_of(sort)
        return () if partition is None else partition.local(cost)

    def _child(self, source: Entry, loop: Loop) -> tuple[Enumeration, Spans] | None:
        """The enumeration over the elements of a collection; ``None`` where there are none, or too many."""
        place = (id(source), loop.bound)
        if place not in self._children:
            self._children[place] = self._opened(source, loop.binder.bound, self._meter, -1)
        return self._children[place]

    def open_child(self, source: Entry, bound: tuple[Sort, ...], meter: Meter, inputs: int) -> Enumeration | None:
        """A fresh enumeration over the elements of a collection, on those inputs whose bits are set.

        ``None`` where there are none, too many, or some that cannot be unpacked into the bound variables.
        """
        opened = self._opened(source, bound, meter, inputs)
        return None if opened is None else opened[0]

    def _opened(
        self, source: Entry, bound: tuple[Sort, ...], meter: Meter, inputs: int
    ) -> tuple[Enumeration, Spans] | None:
        elements = elements_of(source.values, inputs)
        columns = elements.columns(len(bound))
        if columns is None:
            return None
        names = self._fresh_names(source, len(bound))
        leaves = [Leaf(Var(name, sort), 1, column) for name, sort, column in zip(names, bound, columns, strict=True)]
        outer = [
            Leaf(leaf.term, leaf.cost, elements.repeated(leaf.values), leaf.meets)
            for leaf in (*self._leaves, *self._outer)
        ]
        child = Enumeration(self._library, leaves, len(elements.all), meter, outer=outer, plan=self._plan)
        child.depth = self.depth + 1
        return child, elements.spans

    def _fresh_names(self, source: Entry, count: int) -> list[str]:
        operation = source.term.component.name if isinstance(source.term, App) else None
        preferred = self._library.names.get(operation) or self._library.names.get(source.sort, ())
        names: list[str] = []
        for index in range(count):
            first = preferred[index] if index < len(preferred) else ()
            spare = ("x", "y", "z", *(f"x{number}" for number in range(1, 100)))
            names.append(next(name for name in (*first, *spare) if name not in self._taken and name not in names))
        return names


@cache
def splits(total: int, parts: int) -> tuple[tuple[int, ...], ...]:
    """All ways to write ``total`` as an ordered sum of ``parts`` positive numbers."""
    if parts == 1:
        return ((total,),) if total >= 1 else ()
    return tuple((first, *rest) for first in range(1, total - parts + 2) for rest in splits(total - first, parts - 1))
