"""The sketches of loops and recursions that search fills: which there are for a function of given sorts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compiler.ir.lower import lower_module
from compiler.ir.nodes import BlockHole, ExprHole, Function, Name, Stmt
from compiler.ir.rewrite import rewrite
from compiler.ir.walk import Node
from compiler.synthesis.problem.template import fill_template
from compiler.synthesis.sketch.fitting import Sketch, Slot
from compiler.text.source import Source
from solver.sorts import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    DictSort,
    ListSort,
    RowSort,
    Sort,
    TupleSort,
    UnionSort,
    element_of,
)

Scope = tuple[tuple[str, Sort], ...]

_COUNTING = """
count = 0
while slot_test:
    {n} = slot_step
    count += 1
return count
"""
_FOLDING = """
total = slot_start
for {x} in {xs}:
    total = slot_step
return total
"""
_LEAVING = """
total = slot_start
for position, {x} in enumerate({xs}, start={first}):
    total = slot_step
    if slot_test:
        return {found}
return {missing}
"""
_UPDATING = """
updated = {start}
for key, value in {pairs}:
    known = updated.get(key, {missing})
    if slot_test:
        updated[key] = slot_value
return updated
"""
_NESTED_RECURSION = """
if not isinstance({nested}, list):
    return slot_leaf
results = list(map({name}, {nested}))
return slot_whole
"""


# The variables of the sketches, by which no parameter may go.
_COUNTING_NAMES = ("count",)
_LOOP_NAMES = ("total", "position")
_UPDATING_NAMES = ("updated", "known", "key", "value")
_NESTED_NAMES = ("results",)

OF_STEPS = r"\bsteps?\b|\buntil\b|\brepeat"


def speaks_of_loops(prose: str) -> bool:
    """Whether words tell of steps or repetition."""
    return re.search(OF_STEPS, prose, re.IGNORECASE) is not None


def sketches_for(
    template: Function,
    hole: BlockHole,
    parameters: Sequence[tuple[str, Sort]],
    constants: Sequence[tuple[str, Sort]],
    result: Sort,
) -> Iterator[Sketch]:
    """Every sketch that fits a function of these parameters and this result.

    ``template`` is the function, ``hole`` stands for its body, and ``constants`` are the module's.
    """
    scope = (*parameters, *constants)
    into = _Into(template, hole)
    names = {name for name, _ in scope}
    alone = len(parameters) == 1
    for name, sort in parameters:
        if sort == INT and all(other == INT for _, other in parameters) and names.isdisjoint(_COUNTING_NAMES):
            yield from _countdowns(into, scope, name, result)
        if isinstance(sort, (ListSort, RowSort)) and names.isdisjoint(_LOOP_NAMES):
            yield from _loops(into, scope, name, sort, result)
        if isinstance(result, DictSort) and names.isdisjoint(_UPDATING_NAMES):
            yield from _updates(into, scope, name, sort, result)
        if alone and _is_nested(sort) and names.isdisjoint(_NESTED_NAMES):
            yield _on_nested(into, name, sort, result)


@dataclass(frozen=True, slots=True)
class _Into:
    """A function whose body, or all of it but its guards, is a hole."""

    template: Function
    hole: BlockHole

    def body(self, text: str) -> Function:
        return fill_template(self.template, {self.hole.name: statements(text)})


def _is_nested(sort: Sort) -> bool:
    """Whether values are lists, and lists in them, or something else, and one cannot know at which depth."""
    parts = sort.options if isinstance(sort, UnionSort) else (sort,)
    lists = [part for part in parts if isinstance(part, ListSort)]
    return bool(lists) and (len(parts) > len(lists) or any(_is_nested(part.element) for part in lists))


def _countdowns(into: _Into, scope: Scope, name: str, result: Sort) -> Iterator[Sketch]:
    test = Slot("slot_test", BOOL, ((name, INT),), 24, mentions=frozenset((name,)))
    if result == INT:
        step = Slot("slot_step", INT, scope, 300, tests=8, answers=20, mentions=frozenset((name,)))
        yield Sketch("count", into.body(_COUNTING.format(n=name)), (test, step), 6)


def _loops(into: _Into, scope: Scope, name: str, sort: Sort, result: Sort) -> Iterator[Sketch]:
    element = element_of(sort)
    assert element is not None
    others = tuple(item for item in scope if item[0] != name)
    x = "x" if "x" not in dict(scope) else "item"
    state = result if not isinstance(result, UnionSort) else INT
    for kept in dict.fromkeys((state, INT)):
        inside = (*others, (x, element), ("total", kept))
        start = Slot("slot_start", kept, others, 2) if others else None
        if kept == result:
            step = Slot("slot_step", kept, inside, 600, tests=10, answers=12, mentions=frozenset(("total",)))
            text = _FOLDING.format(x=x, xs=name)
            yield _started(into, text, start, kept, (step,), 8)
        if kept in (INT, FLOAT) and result in (BOOL, INT, UnionSort((INT, NONE))):
            step = Slot("slot_step", kept, inside, 4000, mentions=frozenset(("total", x)))
            test = Slot("slot_test", BOOL, (*others, ("total", kept)), 40, mentions=frozenset(("total",)))
            for found, missing, first in _endings(result):
                text = _LEAVING.format(x=x, xs=name, found=found, missing=missing, first=first)
                yield _started(into, text, start, kept, (step, test), 10)


def _updates(into: _Into, scope: Scope, name: str, sort: Sort, result: DictSort) -> Iterator[Sketch]:
    """A dictionary that pairs change one after another, from empty or from a parameter's entries."""
    pair = element_of(sort)
    if not isinstance(pair, TupleSort) or len(pair.items) != 2 or pair.items[0] != result.key:
        return
    others = tuple(item for item in scope if item[0] != name)
    missing = "0" if result.value in (INT, FLOAT) else "None"
    scalars = tuple(item for item in others if element_of(item[1]) is None)
    inside = (*scalars, ("value", pair.items[1]), ("known", result.value))
    test = Slot("slot_test", BOOL, inside, 3000, mentions=frozenset(("value", "known")))
    value = Slot("slot_value", result.value, inside, 60, mentions=frozenset(("known",)))
    for start in ("{}", *(f"dict({other})" for other, its_sort in others if its_sort == result)):
        text = _UPDATING.format(start=start, pairs=name, missing=missing)
        yield Sketch("update", into.body(text), (test, value), 8)


def _endings(result: Sort) -> tuple[tuple[str, str, int], ...]:
    if result == BOOL:
        return (("True", "False", 0), ("False", "True", 0))
    missing = "-1" if result == INT else "None"
    return (("position", missing, 1), ("position", missing, 0), ("total", missing, 0))


def _started(into: _Into, text: str, start: Slot | None, kept: Sort, slots: tuple[Slot, ...], cost: int) -> Sketch:
    if start is not None:
        return Sketch("fold", into.body(text), (start, *slots), cost)
    empty = "0" if kept in (INT, FLOAT) else "False" if kept == BOOL else "[]" if isinstance(kept, ListSort) else "''"
    return Sketch("fold", into.body(text.replace("slot_start", empty)), slots, cost)


def _on_nested(into: _Into, name: str, sort: Sort, result: Sort) -> Sketch:
    leaf = Slot("slot_leaf", result, tuple((name, part) for part in _leaves_of(sort) if part == result), 8)
    whole = Slot("slot_whole", result, (("results", ListSort(result)),), 400, mentions=frozenset(("results",)))
    text = _NESTED_RECURSION.format(name=into.template.name, nested=name)
    return Sketch("nested", into.body(text), (leaf, whole), 8)


def _leaves_of(sort: Sort) -> list[Sort]:
    match sort:
        case ListSort(element):
            return _leaves_of(element)
        case UnionSort(options):
            return list(dict.fromkeys(leaf for option in options for leaf in _leaves_of(option)))
        case _:
            return [sort]


def statements(text: str) -> tuple[Stmt, ...]:
    """A sketch's text as statements with holes."""
    lines = "\n".join(f"    {line}" for line in text.strip().splitlines())
    (function,) = lower_module(Source("sketch", f"def sketch():\n{lines}\n")).body
    assert isinstance(function, Function)
    return rewrite(function, _with_holes).body


def _with_holes(node: Node) -> Node:
    match node:
        case Name(id=name) if name.startswith("slot_"):
            return ExprHole(name)
        case _:
            return node
