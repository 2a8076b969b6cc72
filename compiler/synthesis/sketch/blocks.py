"""Sketches for statements that are missing inside a function: what changes its variables, and under which condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.interpreter.interpreter import InterpretationError, Program
from compiler.ir.nodes import AnnAssign, Assign, BlockHole, ExprHole, ExprStmt, Function, Module, Name
from compiler.ir.walk import walk
from compiler.synthesis.problem.problem import SEARCH_STEPS, Problem
from compiler.synthesis.problem.template import fill_template
from compiler.synthesis.sketch.fitting import Sketch, Slot
from compiler.synthesis.sketch.loops import statements
from solver.sorts import BOOL, FLOAT, INT, DictSort, ListSort, Sort, is_subsort, join_all, sort_of_value

_PROBE = "probe"
Scope = tuple[tuple[str, Sort], ...]


def block_sketches(
    template: Function, hole: BlockHole, context: Module, problem: Problem, returns: Sort
) -> Iterator[Sketch]:
    """Every sketch for a hole inside a function whose examples reach it."""
    scope = _scope(template, hole, context, problem, returns)
    states = [(name, sort) for name, sort in scope if name in _changing(template, problem)]
    plain = [(name, sort) for name, sort in states if not isinstance(sort, DictSort)]
    for name, sort in states:
        if isinstance(sort, DictSort):
            yield from _entries(template, hole, scope, name, sort)
    for name, sort in plain:
        value = Slot("slot_value", sort, scope, 800, tests=12, answers=12, mentions=frozenset((name,)))
        yield _filled(template, hole, f"{name} = slot_value", (value,), 2)
    for first, first_sort in plain:
        for second, second_sort in plain:
            if first != second and first_sort in (INT, FLOAT):
                added = Slot("slot_first", first_sort, scope, 120)
                changed = Slot("slot_second", second_sort, scope, 120, mentions=frozenset((second,)))
                yield _filled(template, hole, f"{first} += slot_first\n{second} = slot_second", (added, changed), 4)


def _entries(template: Function, hole: BlockHole, scope: Scope, name: str, sort: DictSort) -> Iterator[Sketch]:
    """One entry set under a condition or always, from the variables alone or also from what it was before."""
    test = Slot("slot_test", BOOL, scope, 40)
    plain = Slot("slot_value", sort.value, scope, 100)
    knowing = Slot("slot_value", sort.value, (*scope, ("known", sort.value)), 150, mentions=frozenset(("known",)))
    starts = [other for other, its_sort in scope if its_sort == sort.value]
    starts += ["0"] if sort.value in (INT, FLOAT) else ["[]"] if isinstance(sort.value, ListSort) else []
    for key, its_sort in scope:
        if not is_subsort(its_sort, sort.key):
            continue
        for setting, value in (
            (f"{name}[{key}] = slot_value", plain),
            *((f"known = {name}.get({key}, {start})\n{name}[{key}] = slot_value", knowing) for start in starts),
        ):
            yield _filled(template, hole, setting, (value,), 3)
            guarded = "\n".join(["if slot_test:", *(f"    {line}" for line in setting.splitlines())])
            yield _filled(template, hole, guarded, (test, value), 5)


def _filled(template: Function, hole: BlockHole, text: str, slots: tuple[Slot, ...], cost: int) -> Sketch:
    return Sketch("block", fill_template(template, {hole.name: statements(text)}), slots, cost)


def _changing(template: Function, problem: Problem) -> set[str]:
    """The variables that the function sets, and its parameters."""
    names = {name for name, _ in problem.parameters if name in {p.name for p in template.parameters.positional}}
    for node in walk(template):
        match node:
            case Assign(targets=(Name(id=name),)) | AnnAssign(target=Name(id=name)):
                names.add(name)
    return names


def _scope(template: Function, hole: BlockHole, context: Module, problem: Problem, returns: Sort) -> Scope:
    """The variables that are in sight wherever an example reaches the hole, at the sorts of their values there."""
    probing = fill_template(template, {hole.name: (ExprStmt(ExprHole(_PROBE)),)})
    program = Program(Module((*context.body, probing)))
    seen: list[Mapping[str, object]] = []
    for row in problem.environments:
        arguments = {p.name: row[p.name] for p in template.parameters.positional if p.name in row}
        try:
            program.call(
                template.name, [], arguments, steps=SEARCH_STEPS, holes={_PROBE: lambda env: seen.append(dict(env))}
            )
        except InterpretationError:
            return ()
    if not seen:
        return ()
    constants = {name: row[name] for row in problem.environments[:1] for name in row if name not in seen[0]}
    shared = [name for name in seen[0] if all(name in environment for environment in seen)]
    sorts = [(name, _sort([environment[name] for environment in seen], returns)) for name in shared]
    return (*sorts, *((name, sort_of_value(value)) for name, value in constants.items()))


def _sort(values: Sequence[object], returns: Sort) -> Sort:
    sort = join_all(map(sort_of_value, values))
    # An accumulator that is still empty has the sort of what the function returns.
    if isinstance(sort, DictSort) and isinstance(returns, DictSort) and not any(values):
        return returns
    return sort
