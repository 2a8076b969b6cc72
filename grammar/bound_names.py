"""Scopes within a hole: the names that its comprehensions and lambdas bind, and the sorts that matter there.

A grammar cannot say that a name read is the one that was bound, so each choice of names has rules of its own. Few are
therefore offered: what programs would call an item of what is in scope. An answer loses nothing by it but its names.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from solver.sorts import BOOL, FLOAT, INT, STR, IterableSort, ListSort, Sort, TupleSort, element_of, parts_of

_USUAL: dict[Sort, tuple[str, ...]] = {INT: ("i", "x"), STR: ("c", "word"), FLOAT: ("x",), BOOL: ("flag",)}
_USUAL_ROW = ("row",)
_USUAL_ITEM = ("item",)
_SPARE = ("x", "y", "z", "a", "b", "j")


@dataclass(frozen=True, slots=True)
class Scope:
    """The names in sight, and the sorts of expressions over them. Rules carry the numbers of their scope and sorts."""

    number: int
    names: Mapping[str, Sort]
    sorts: Mapping[Sort, int]
    depth: int = 0


def loop_bindings(names: Mapping[str, Sort], item: Sort) -> Iterator[dict[str, Sort]]:
    """The names that a loop over items of a sort may bind: one for the item, or where it is a tuple one for each part.

    None of them is in sight already.
    """
    if item == BOOL:
        return
    if not isinstance(item, TupleSort) or len(item.items) < 2:
        has_text = any(part == STR for sort in names.values() for part in parts_of(sort))
        most = 2 if item == INT or (item == STR and has_text) else 1
        yield from ({name: item} for name in islice(_fresh(names, item), most))
        return
    bound: dict[str, Sort] = {}
    for part in item.items:
        bound[next(_fresh({**names, **bound}, part))] = part
    yield bound


def item_binding(names: Mapping[str, Sort], item: Sort) -> dict[str, Sort]:
    """The name of a lambda's parameter that is an item of a sort."""
    return {next(_fresh(names, item)): item}


def sorts_within(outer: Mapping[Sort, int], names: Mapping[str, Sort], bound: Mapping[str, Sort]) -> dict[Sort, int]:
    """The sorts in play under bound names: those of what can be read there, and those that items are made of."""
    read = {part for sort in (*names.values(), *bound.values()) for part in parts_of(sort)}
    made = {element_of(sort) for sort in outer if isinstance(sort, ListSort)}
    iterables = {IterableSort(part) for part in map(element_of, (*bound.values(), *names.values())) if part is not None}
    kept = {INT, BOOL, STR} | read | made | iterables
    return {sort: number for sort, number in outer.items() if sort in kept}


def _fresh(names: Mapping[str, Sort], item: Sort) -> Iterator[str]:
    """Names for an item of a sort, the likeliest first."""
    usual = _USUAL.get(item, _USUAL_ROW if isinstance(item, ListSort) else _USUAL_ITEM)
    singular = [_singular(name) for name, sort in names.items() if element_of(sort) == item and sort != STR]
    for name in dict.fromkeys([*singular, *usual, *_SPARE]):
        if name and name not in names:
            yield name


def _singular(name: str) -> str:
    """What an item of something with this name is called, or nothing."""
    single = f"{name[:-3]}y" if name.endswith("ies") else name[:-1] if name.endswith("s") else ""
    is_free = single.isidentifier() and not keyword.iskeyword(single) and not hasattr(builtins, single)
    return single if is_free else ""
