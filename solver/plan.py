"""What growth looks up again and again, worked out once for a library: places of sorts, columns of components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from solver.columns import Columns, columns_of
from solver.partition import Entry, Kind, kind_of
from solver.sorts import Sort
from solver.terms import Binder, Component, Lit


@dataclass(frozen=True, slots=True)
class Step:
    """A component: for each parameter the places of the sorts that may stand there, and the place of its result.

    ``exact`` are the parameters' own sorts, as the objects that entries hold.
    """

    component: Component
    columns: Columns
    feeds: tuple[tuple[int, ...], ...]
    exact: tuple[Sort | None, ...]
    result: int

    def partners(self, chosen: Sequence[Entry], lasts: Sequence[Entry]) -> Sequence[Entry]:
        """Those of the last arguments that make sense after the ones that are chosen.

        Constants alone are not computed with, and what promotes integers is not built over integers alone.
        """
        if chosen and all(isinstance(entry.term, Lit) for entry in chosen):
            lasts = [entry for entry in lasts if not isinstance(entry.term, Lit)]
        if self.component.promoting and all(
            entry.sort is not sort for entry, sort in zip(chosen, self.exact, strict=False)
        ):
            lasts = [entry for entry in lasts if entry.sort is self.exact[-1]]
        return lasts


@dataclass(frozen=True, slots=True)
class Loop:
    """A binder with the places of the sorts of its source and its result; ``bound`` counts its lists of bound sorts."""

    binder: Binder
    source: int
    result: int
    bound: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The sorts of a library, each at its place, its components as steps and its binders as loops."""

    places: Mapping[Sort, int]
    kinds: tuple[Kind, ...]
    steps: tuple[Step, ...]
    loops: tuple[Loop, ...]


def plan_of(components: Sequence[Component], binders: Sequence[Binder], feeds: Mapping[Sort, Sequence[Sort]]) -> Plan:
    """The plan for these operations, where ``feeds`` are the sorts that may stand for each sort."""
    kinds = tuple(map(kind_of, feeds))
    places = {kind.sort: place for place, kind in enumerate(kinds)}
    bounds = {bound: number for number, bound in enumerate(dict.fromkeys(binder.bound for binder in binders))}
    loops = [
        Loop(binder, places[binder.source], places[binder.result], bounds[binder.bound])
        for binder in binders
        if binder.source in places and binder.result in places
    ]
    return Plan(places, kinds, tuple(_steps(components, feeds, kinds, places)), tuple(loops))


def _steps(
    components: Sequence[Component],
    feeds: Mapping[Sort, Sequence[Sort]],
    kinds: Sequence[Kind],
    places: Mapping[Sort, int],
) -> Iterator[Step]:
    fed = {sort: tuple(places[feed] for feed in feeds[sort] if feed in places) for sort in feeds}
    for component in components:
        if component.result in places and all(sort in places for sort in component.parameters):
            yield Step(
                component,
                component.columns or columns_of(component.evaluate, len(component.parameters)),
                tuple(fed[sort] for sort in component.parameters),
                tuple(kinds[places[sort]].sort for sort in component.parameters),
                places[component.result],
            )
