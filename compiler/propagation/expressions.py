"""How many expressions a hole may still hold: those that search's operations make in its scope, by sort and cost.

Counted, not built: comprehensions, literals of the specification and what equal behaviour would merge are left out, so
that the number says how far types alone have narrowed a hole, not how long a search will take.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from math import prod

from compiler.enumerate.templates import components_for
from compiler.enumerate.universe import universe
from compiler.front.spec import FunctionSpec
from compiler.ir.holes import holes_of
from compiler.ir.nodes import BlockHole, ExprHole, Function
from compiler.propagation.returns import result_hole
from solver.domains import Domain, Everything, Expressions, OfSort
from solver.sorts import ANY, BOOL, INT, STR, Sort, format_sort

MOST_COST = 4
_CONSTANTS = (INT, INT, STR, BOOL, BOOL)


@cache
def counted(parameters: tuple[Sort, ...], result: Sort) -> Mapping[Sort, int]:
    """The number of expressions of each sort that cost at most ``MOST_COST``, on the way from parameters to a result.

    Parameters and the constants ``0``, ``1``, ``""``, ``True`` and ``False`` cost one each, operations what search
    takes for them.
    """
    around = universe(parameters, result)
    feeds = around.feeds()
    components = components_for(around)
    totals = dict.fromkeys(around.sorts, 0)
    fitting: list[dict[Sort, int]] = [{}]
    for cost in range(1, MOST_COST + 1):
        made = Counter[Sort]((*parameters, *_CONSTANTS) if cost == 1 else ())
        for component in components:
            for split in _splits(cost - component.cost, len(component.parameters)):
                made[component.result] += prod(
                    fitting[part].get(sort, 0) for sort, part in zip(component.parameters, split, strict=True)
                )
        # An argument may also be of a sort that stands for the one wanted, such as a truth value for an integer.
        fitting.append({sort: sum(made[other] for other in others) for sort, others in feeds.items()})
        for sort in totals:
            totals[sort] += made[sort]
    return totals


def _splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to spend a cost on so many arguments, at least one on each."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(1, total - parts + 2):
        yield from ((first, *rest) for rest in _splits(total - first, parts - 1))


def expressions_left(
    function: Function, spec: FunctionSpec, known: Mapping[Hashable, Domain]
) -> Iterator[tuple[str, Domain, str]]:
    """Each hole of expressions with what is left of it, and why: first what its scope allows, then what its sort does.

    A body counts as the expressions that it may return.
    """
    sorts = {parameter.name: parameter.sort for parameter in spec.signature.parameters}
    for name, sort in sorts.items():
        sorts[name] = _known_sort(known, f"{spec.name}.{name}", sort)
    result = _known_sort(known, f"{spec.name}.return", spec.signature.returns)
    returned = result_hole(function)
    for hole in holes_of(function):
        if not isinstance(hole, ExprHole | BlockHole) or (isinstance(hole, BlockHole) and hole != returned):
            continue
        scope = tuple(sort for name, sort in sorts.items() if name in hole.scope and sort != ANY)
        wanted = result if hole == returned else hole.sort if isinstance(hole, ExprHole) else ANY
        counts = counted(scope, wanted)
        yield hole.name, Expressions(sum(counts.values()), MOST_COST), f"{_names(hole.scope)} may be used there"
        if wanted in counts:
            why = f"`{spec.name}` returns" if hole == returned else "what stands there is"
            domain = Expressions(counts[wanted], MOST_COST, wanted)
            yield hole.name, domain, f"{why} {format_sort(wanted)}"


def _known_sort(known: Mapping[Hashable, Domain], hole: str, sort: Sort) -> Sort:
    match known.get(hole, Everything()):
        case OfSort(found) if sort == ANY:
            return found
        case _:
            return sort


def _names(scope: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in scope) or "no name"
