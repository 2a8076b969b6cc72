"""Typed bottom-up enumeration with observational equivalence.

Terms are built in order of cost; of all terms of one sort with the same behaviour vector the first is kept (Udupa et
al. 2013, "TRANSIT"; Albarghouthi et al. 2013). Bodies of comprehensions and keys of sorts are terms too: each
collection opens a smaller enumeration over its elements, which is shared by every binder over that collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from itertools import product

from solver.behaviour import FAILURE, Vector, bounds_checker, key_maker, size_of
from solver.meter import Meter
from solver.sorts import BOOL, Sort
from solver.terms import App, Bind, Binder, Component, Lit, Term, Var

_DEAREST_SOURCE = 6
_LONGEST_CHILD = 2000
_DEEPEST_CHILD = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept term with its vector.

    ``whole`` tells that the vector holds no failure, ``local`` that the term depends on a variable of its own level.
    ``marks`` are the wishes that the term's parts fulfil, as bits.
    """

    term: Term
    sort: Sort
    cost: int
    values: Vector
    whole: bool
    local: bool
    marks: int = 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """A variable or constant to begin with; ``cost`` orders it among the others, ``mark`` is the wish it fulfils."""

    term: Var | Lit
    cost: int
    values: Vector
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Library:
    """What terms are built from.

    ``feeds`` lists, for each sort, the sorts whose terms may stand where it is asked for; it holds at least itself.
    ``names`` lists for each sort of collection, or operation that makes one, the names to choose from for each variable
    that ranges over it. ``marks`` holds for constants the wishes that their use fulfils.
    """

    components: tuple[Component, ...]
    binders: tuple[Binder, ...]
    feeds: Mapping[Sort, tuple[Sort, ...]]
    constants: tuple[tuple[Lit, int], ...] = ()
    names: Mapping[Sort | str | None, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    marks: Mapping[Lit, int] = field(default_factory=dict)


class Enumeration:
    """Banks of terms over one list of inputs, grown one cost at a time.

    ``entries(sort, cost)`` grows as far as it must. Growing raises ``BudgetSpentError`` when the meter does; the banks
    then hold what was found so far.
    """

    def __init__(
        self, library: Library, leaves: Sequence[Leaf], length: int, meter: Meter, *, outer: Sequence[Leaf] = ()
    ) -> None:
        self._library = library
        self._length = length
        self._meter = meter
        self._work = 1 + length // 16
        self._leaves = tuple(leaves)
        self._outer = tuple(outer)
        self._banks: dict[tuple[Sort, int], list[Entry]] = {}
        self._seen: dict[Sort, set[object]] = {}
        self._keys = {sort: key_maker(sort) for sort in library.feeds}
        self._bounds = {sort: bounds_checker(sort) for sort in library.feeds}
        self._children: dict[tuple[int, tuple[Sort, ...]], Enumeration | None] = {}
        self.depth = 0
        self._taken: frozenset[str] = frozenset(
            leaf.term.name for leaf in (*leaves, *outer) if isinstance(leaf.term, Var)
        )
        self.grown = 0

    def entries(self, sort: Sort, cost: int) -> list[Entry]:
        """The kept terms of exactly this sort and cost."""
        while self.grown < cost:
            for _ in self.grow():
                pass
        return self._banks.get((sort, cost), [])

    def usable(self, sort: Sort, cost: int) -> list[Entry]:
        """The kept terms of this cost that may stand where ``sort`` is asked for."""
        feeds = self._library.feeds.get(sort, (sort,))
        if len(feeds) == 1:
            return self.entries(sort, cost)
        return [entry for feed in feeds for entry in self.entries(feed, cost)]

    def bank_sizes(self) -> dict[tuple[Sort, int], int]:
        """How many terms each sort and cost holds."""
        return {place: len(bank) for place, bank in self._banks.items() if bank}

    def grow(self) -> Iterator[Entry]:
        """Builds the terms of the next cost and yields each that is new."""
        cost = self.grown + 1
        yield from self._grow_leaves(cost)
        for component in self._library.components:
            yield from self._grow_component(component, cost)
        if self.depth < _DEEPEST_CHILD:
            for binder in self._library.binders:
                yield from self._grow_binder(binder, cost)
        self.grown = cost

    def _grow_leaves(self, cost: int) -> Iterator[Entry]:
        for leaves, local in ((self._leaves, True), (self._outer, False)):
            for leaf in leaves:
                if leaf.cost == cost:
                    yield from self._keep(leaf.term, leaf.term.sort, cost, leaf.values, local, leaf.mark)
        for literal, its_cost in self._library.constants:
            if its_cost == cost:
                mark = self._library.marks.get(literal, 0)
                yield from self._keep(literal, literal.sort, cost, (literal.value,) * self._length, False, mark)

    def _keep(self, term: Term, sort: Sort, cost: int, values: Vector, local: bool, marks: int) -> tuple[Entry, ...]:
        """Keeps the term where its vector is new for its sort, and gives it as the one new entry.

        Raises ``BudgetSpentError`` where this is more than may be kept.
        """
        if sort not in self._keys:
            return ()
        seen = self._seen.setdefault(sort, set())
        key = self._keys[sort](values)
        if key in seen:
            return ()
        self._meter.hold(size_of(values, key))
        seen.add(key)
        entry = Entry(term, sort, cost, values, FAILURE not in values, local, marks)
        self._banks.setdefault((sort, cost), []).append(entry)
        return (entry,)

    def _grow_component(self, component: Component, cost: int) -> Iterator[Entry]:
        arity = len(component.parameters)
        for costs in _splits(cost - component.cost, arity):
            if component.commutative and costs[0] > costs[1]:
                continue
            banks = [self.usable(sort, part) for sort, part in zip(component.parameters, costs, strict=True)]
            if not all(banks):
                continue
            half = component.commutative and costs[0] == costs[1]
            for arguments in _halved(banks[0]) if half else product(*banks):
                if arity > 1 and all(isinstance(argument.term, Lit) for argument in arguments):
                    continue
                if component.promoting and all(
                    argument.sort != sort for argument, sort in zip(arguments, component.parameters, strict=True)
                ):
                    continue
                values = self._apply(component, arguments)
                if values is not None:
                    term = App(component, tuple(argument.term for argument in arguments))
                    local = any(argument.local for argument in arguments)
                    marks = component.mark
                    for argument in arguments:
                        marks |= argument.marks
                    yield from self._keep(term, component.result, cost, values, local, marks)

    def _apply(self, component: Component, arguments: Sequence[Entry]) -> Vector | None:
        """The component's vector, or ``None`` where it fails on every input or grows beyond all use."""
        self._meter.tick(self._work)
        evaluate, within_bounds = component.evaluate, self._bounds[component.result]
        columns = [argument.values for argument in arguments]
        if all(argument.whole for argument in arguments):
            try:
                values = tuple(map(evaluate, *columns))
            except Exception:
                values = None
            if values is not None:
                return values if within_bounds(values) else None
        slow = tuple(_evaluate_once(evaluate, row) for row in zip(*columns, strict=True))
        if all(value is FAILURE for value in slow) or not within_bounds(slow):
            return None
        return slow

    def _grow_binder(self, binder: Binder, cost: int) -> Iterator[Entry]:
        for source_cost in range(1, min(_DEAREST_SOURCE, cost - binder.cost - 1) + 1):
            rest = cost - binder.cost - source_cost
            for source in self.entries(binder.source, source_cost):
                child = self._child(source, binder.bound)
                if child is None or not source.local:
                    continue
                for body, condition in child.inside(binder, rest):
                    values = self._collect(binder, source, body, condition)
                    if values is not None:
                        term = Bind(
                            binder,
                            child.variables,
                            source.term,
                            body.term if body else None,
                            condition.term if condition else None,
                        )
                        marks = binder.mark | source.marks
                        for inside in (body, condition):
                            marks |= inside.marks if inside else 0
                        yield from self._keep(term, binder.result, cost, values, True, marks)

    @property
    def variables(self) -> tuple[Var, ...]:
        """The variables of this level."""
        return tuple(leaf.term for leaf in self._leaves if isinstance(leaf.term, Var))

    def inside(self, binder: Binder, cost: int) -> Iterator[tuple[Entry | None, Entry | None]]:
        """The bodies and conditions that together have this cost; each looks at a bound variable."""
        if binder.body is not None and binder.conditional:
            for body_cost, condition_cost in _splits(cost, 2):
                for body in self._looking(binder.body, body_cost):
                    for condition in self._looking(BOOL, condition_cost):
                        yield body, condition
        elif binder.body is not None:
            for body in self._looking(binder.body, cost):
                yield body, None
        else:
            for condition in self._looking(BOOL, cost):
                yield None, condition

    def _looking(self, sort: Sort, cost: int) -> list[Entry]:
        return [entry for entry in self.entries(sort, cost) if entry.local]

    def _child(self, source: Entry, bound: tuple[Sort, ...]) -> Enumeration | None:
        """The enumeration over the elements of a collection; ``None`` where there are none, or too many."""
        place = (id(source), bound)
        if place not in self._children:
            self._children[place] = self.open_child(source, bound, self._meter)
        return self._children[place]

    def open_child(self, source: Entry, bound: tuple[Sort, ...], meter: Meter, inputs: int = -1) -> Enumeration | None:
        """A fresh enumeration over the elements of a collection, on those inputs whose bits are set.

        ``None`` where there are none, too many, or some that cannot be unpacked into the bound variables.
        """
        rows: list[tuple[object, ...]] = [
            tuple(value) if isinstance(value, Iterable) and inputs >> index & 1 else ()
            for index, value in enumerate(source.values)
        ]
        owners = [index for index, row in enumerate(rows) for _ in row]
        elements = [element for row in rows for element in row]
        if not 0 < len(elements) <= _LONGEST_CHILD:
            return None
        if len(bound) > 1 and any(not isinstance(item, Sized) or len(item) != len(bound) for item in elements):
            return None
        columns = [tuple(elements)] if len(bound) == 1 else list(zip(*elements, strict=True))
        names = self._fresh_names(source, len(bound))
        leaves = [Leaf(Var(name, sort), 1, column) for name, sort, column in zip(names, bound, columns, strict=True)]
        outer = [
            Leaf(leaf.term, leaf.cost, tuple(leaf.values[owner] for owner in owners), leaf.mark)
            for leaf in (*self._leaves, *self._outer)
        ]
        child = Enumeration(self._library, leaves, len(elements), meter, outer=outer)
        child.depth = self.depth + 1
        return child

    def _fresh_names(self, source: Entry, count: int) -> list[str]:
        operation = source.term.component.name if isinstance(source.term, App) else None
        wishes = self._library.names.get(operation) or self._library.names.get(source.sort, ())
        names: list[str] = []
        for index in range(count):
            wished = wishes[index] if index < len(wishes) else ()
            spare = ("x", "y", "z", *(f"x{number}" for number in range(1, 100)))
            names.append(next(name for name in (*wished, *spare) if name not in self._taken and name not in names))
        return names

    def _collect(self, binder: Binder, source: Entry, body: Entry | None, condition: Entry | None) -> Vector | None:
        """The binder's vector: the child's flat vectors cut up again by input."""
        self._meter.tick(self._work + len((body or condition or source).values) // 16)
        results: list[object] = []
        start = 0
        for value in source.values:
            if value is FAILURE or not isinstance(value, Iterable):
                results.append(FAILURE)
                continue
            elements: list[object] = list(value)
            stop = start + len(elements)
            results.append(_collect_once(binder, elements, body, condition, start, stop))
            start = stop
        if all(result is FAILURE for result in results) or not self._bounds[binder.result](results):
            return None
        return tuple(results)


def _collect_once(
    binder: Binder, elements: Sequence[object], body: Entry | None, condition: Entry | None, start: int, stop: int
) -> object:
    bodies: Sequence[object] = elements if body is None else body.values[start:stop]
    if condition is not None:
        verdicts = condition.values[start:stop]
        if not condition.whole and FAILURE in verdicts:
            return FAILURE
        elements = [element for element, verdict in zip(elements, verdicts, strict=True) if verdict]
        bodies = [value for value, verdict in zip(bodies, verdicts, strict=True) if verdict]
    if body is not None and not body.whole and FAILURE in bodies:
        return FAILURE
    try:
        return binder.collect(elements, bodies)
    except Exception:
        return FAILURE


def _evaluate_once(evaluate: Callable[..., object], row: tuple[object, ...]) -> object:
    if FAILURE in row:
        return FAILURE
    try:
        return evaluate(*row)
    except Exception:
        return FAILURE


def _splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to write ``total`` as an ordered sum of ``parts`` positive numbers."""
    if parts == 1:
        if total >= 1:
            yield (total,)
        return
    for first in range(1, total - parts + 2):
        for rest in _splits(total - first, parts - 1):
            yield (first, *rest)


def _halved(bank: Sequence[Entry]) -> Iterator[tuple[Entry, ...]]:
    for index, left in enumerate(bank):
        for right in bank[index:]:
            yield left, right
