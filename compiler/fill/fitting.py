"""Schemas: bodies with a few small holes, and the search for what fits in all of them at once.

A schema is a function with expression holes and, for each hole, the variables that its expression may use. Pieces for
each hole are enumerated over sample values of these variables, and combinations of pieces are run on the examples, the
simplest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product

from compiler.components.guidance import Guidance, wishes_of
from compiler.components.pieces import Piece, pieces, samples_of, with_choices
from compiler.components.rendering import to_expr
from compiler.components.search import same
from compiler.fill.problem import Problem
from compiler.fill.template import fill_template
from compiler.ir.interpreter import InterpretationError, Program
from compiler.ir.nodes import Function, Import, Module
from solver.evaluation import compiled
from solver.meter import Meter
from solver.sorts import BOOL, Sort
from solver.synthesis import WISH

_STEPS = 400
_RUN_WORK = 4
_MOST_COMBINATIONS = 150_000
_PIECE_WORK = 40_000


@dataclass(frozen=True, slots=True)
class Slot:
    """One hole of a schema: its sort, the variables in sight, and how many expressions are worth trying.

    ``tests`` and ``answers`` are how many conditions and values also make conditional expressions, none by default.
    """

    name: str
    sort: Sort
    scope: tuple[tuple[str, Sort], ...]
    most: int
    tests: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Schema:
    """A function with slots for holes. ``cost`` is what its shape costs beside the pieces in it."""

    name: str
    function: Function
    slots: tuple[Slot, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A schema filled so that every example passes. ``cost`` counts the wishes that it leaves open."""

    function: Function
    imports: tuple[Import, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What all schemas of one problem share: the examples, the module around, and what the words say."""

    name: str
    problem: Problem
    context: Module
    constants: Sequence[object]
    guidance: Guidance


def fit(schema: Schema, setting: Setting, meter: Meter, dearest: float) -> Fitted | None:
    """The simplest filling that costs less than ``dearest``. Raises ``BudgetSpentError``."""
    choices = [_pieces_for(slot, setting, meter) for slot in schema.slots]
    if not all(choices):
        return None
    wishes = _wishes(setting, choices)
    program = Program(Module((*setting.context.body, schema.function)))
    for cost, combination in _in_order(schema, choices, wishes, dearest):
        holes = {slot.name: compiled(piece.term) for slot, piece in zip(schema.slots, combination, strict=True)}
        if _passes(program, setting, holes, meter):
            fills = {slot.name: to_expr(piece.term) for slot, piece in zip(schema.slots, combination, strict=True)}
            filled = fill_template(schema.function, {name: expr for name, (expr, _) in fills.items()})
            imports = tuple(dict.fromkeys(item for _, needed in fills.values() for item in needed))
            return Fitted(filled, imports, cost)
    return None


def _pieces_for(slot: Slot, setting: Setting, meter: Meter) -> list[Piece]:
    problem = setting.problem
    values = [*(value for row in problem.environments for value in row.values()), *problem.targets, *setting.constants]
    samples = samples_of(slot.scope, values)
    if not samples:
        return []

    def some(sort: Sort, most: int) -> list[Piece]:
        part = meter.part(_PIECE_WORK)
        found = pieces(
            slot.scope, samples, sort, setting.constants, setting.guidance, limit=part.limit, most=most,
            should_stop=lambda: False,
        )  # fmt: skip
        meter.tick(_PIECE_WORK // 8)
        return found

    plain = some(slot.sort, slot.most)
    if not slot.tests:
        return plain
    return with_choices(some(BOOL, slot.tests), plain[: slot.answers], 4 * slot.most)


def _wishes(setting: Setting, choices: Sequence[Sequence[Piece]]) -> int:
    """The wishes of the words that some piece fulfils."""
    first = len(wishes_of(setting.guidance))
    reachable = 0
    for pieces_ in choices:
        for piece in pieces_:
            reachable |= piece.marks
    return reachable & ((1 << first) - 1)


def _in_order(
    schema: Schema, choices: Sequence[Sequence[Piece]], wishes: int, dearest: float
) -> Iterator[tuple[int, tuple[Piece, ...]]]:
    scored: list[tuple[int, int, tuple[Piece, ...]]] = []
    for number, combination in enumerate(product(*choices)):
        if number == _MOST_COMBINATIONS:
            break
        marks = 0
        cost = schema.cost
        for piece in combination:
            marks |= piece.marks
            cost += piece.cost
        cost += WISH * (wishes & ~marks).bit_count()
        if cost < dearest:
            scored.append((cost, number, combination))
    scored.sort(key=lambda item: item[:2])
    return ((cost, combination) for cost, _, combination in scored)


def _passes(
    program: Program,
    setting: Setting,
    holes: Mapping[str, Callable[[Mapping[str, object]], object]],
    meter: Meter,
) -> bool:
    for row, target in zip(setting.problem.environments, setting.problem.targets, strict=True):
        arguments = {name: deepcopy(row[name]) for name, _ in setting.problem.parameters if name in row}
        try:
            run = program.call(setting.name, [], arguments, steps=_STEPS, holes=holes)
        except InterpretationError:
            return False
        meter.tick(_RUN_WORK + run.steps)
        if run.error is not None or run.stopped is not None or not same(run.value, target):
            return False
    return True
