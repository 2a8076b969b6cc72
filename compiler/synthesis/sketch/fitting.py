"""Sketches: bodies with a few small holes, and the search for what fits in all of them at once.

A sketch is a function with expression holes and, for each hole, the variables that its expression may use. Pieces for
each hole are enumerated over sample values of these variables, and combinations of pieces are run on the examples, the
simplest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import product

from compiler.enumerate.guidance import Guidance, soft_constraints_of
from compiler.enumerate.pieces import Piece, pieces, samples_of, with_choices
from compiler.enumerate.rendering import to_expr
from compiler.enumerate.targets import same
from compiler.interpreter.interpreter import InterpretationError, Program
from compiler.interpreter.meter import HoleFiller
from compiler.ir.nodes import Function, Import, Module
from compiler.synthesis.problem.problem import Problem
from compiler.synthesis.problem.template import fill_template
from solver.behaviour import LONGEST_VALUE
from solver.evaluation import compiled
from solver.meter import Meter
from solver.sorts import BOOL, Sort
from solver.synthesis import UNMET_COST
from solver.terms import variables_of

_STEPS = 400
_LARGEST = 1 << 64
_RUN_WORK = 4
_MOST_COMBINATIONS = 150_000
_PIECE_WORK = 80_000


@dataclass(frozen=True, slots=True)
class Slot:
    """One hole of a sketch: its sort, the variables in sight, and how many expressions are worth trying.

    ``tests`` and ``answers`` are how many conditions and values also make conditional expressions, none by default.
    ``mentions`` are variables without which no expression makes sense there.
    """

    name: str
    sort: Sort
    scope: tuple[tuple[str, Sort], ...]
    most: int
    tests: int = 0
    answers: int = 0
    mentions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sketch:
    """A function with slots for holes. ``cost`` is what its shape costs beside the pieces in it."""

    name: str
    function: Function
    slots: tuple[Slot, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A sketch filled so that every example passes. ``cost`` counts the soft constraints that it leaves open."""

    function: Function
    imports: tuple[Import, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What all sketches of one problem share: the examples, the module around, and what the words say.

    ``pieces`` are those of the slots that were looked at before.
    """

    name: str
    problem: Problem
    context: Module
    constants: Sequence[object]
    guidance: Guidance
    pieces: dict[Slot, list[Piece]] = field(default_factory=dict)


def fit(sketch: Sketch, setting: Setting, meter: Meter, dearest: float) -> Fitted | None:
    """The simplest filling that costs less than ``dearest``. Raises ``BudgetSpentError``."""
    for slot in sketch.slots:
        if slot not in setting.pieces:
            setting.pieces[slot] = _pieces_for(slot, setting, meter)
    choices = [setting.pieces[slot] for slot in sketch.slots]
    if not all(choices):
        return None
    soft = _soft_constraints(setting, choices)
    program = Program(Module((*setting.context.body, sketch.function)))
    parameters = {parameter.name for parameter in sketch.function.parameters.positional}
    constants = {name: value for name, value in setting.problem.environments[0].items() if name not in parameters}
    for cost, combination in _in_order(sketch, choices, soft, dearest):
        chosen = list(zip(sketch.slots, combination, strict=True))
        holes = {slot.name: _filler(compiled(piece.term), constants) for slot, piece in chosen}
        if _passes(program, sketch, setting, holes, meter):
            fills = {slot.name: to_expr(piece.term) for slot, piece in chosen}
            filled = fill_template(sketch.function, {name: expr for name, (expr, _) in fills.items()})
            imports = tuple(dict.fromkeys(item for _, needed in fills.values() for item in needed))
            return Fitted(filled, imports, cost)
    return None


def _filler(filler: HoleFiller, constants: Mapping[str, object]) -> HoleFiller:
    """The filler, which sees the module's constants and raises where a loop would make ever larger values."""

    def checked(environment: Mapping[str, object]) -> object:
        value = filler({**constants, **environment} if constants else environment)
        if isinstance(value, int):
            too_large = not -_LARGEST < value < _LARGEST
        else:
            too_large = isinstance(value, Sized) and len(value) > LONGEST_VALUE
        if too_large:
            raise OverflowError
        return value

    return checked


def _pieces_for(slot: Slot, setting: Setting, meter: Meter) -> list[Piece]:
    problem = setting.problem
    values = [*(value for row in problem.environments for value in row.values()), *problem.targets, *setting.constants]
    numbers = [phrase.number for phrase in setting.guidance.phrases if isinstance(phrase.number, int)]
    values += [near for number in numbers for near in (number + 1, number - 1)]
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

    found = some(slot.sort, slot.most)
    if slot.tests:
        tests = [piece for piece in some(BOOL, 4 * slot.tests) if any(variables_of(piece.term))][: slot.tests]
        found = with_choices(tests, found[: slot.answers], 4 * slot.most)
    if slot.sort == BOOL:
        found = [piece for piece in found if any(variables_of(piece.term))]
    return [piece for piece in found if slot.mentions <= {variable.name for variable in variables_of(piece.term)}]


def _soft_constraints(setting: Setting, choices: Sequence[Sequence[Piece]]) -> int:
    """The soft constraints of the words that some piece fulfils."""
    first = len(soft_constraints_of(setting.guidance))
    reachable = 0
    for pieces_ in choices:
        for piece in pieces_:
            reachable |= piece.met
    return reachable & ((1 << first) - 1)


def _in_order(
    sketch: Sketch, choices: Sequence[Sequence[Piece]], soft: int, dearest: float
) -> Iterator[tuple[int, tuple[Piece, ...]]]:
    scored: list[tuple[int, int, tuple[Piece, ...]]] = []
    for number, combination in enumerate(product(*choices)):
        if number == _MOST_COMBINATIONS:
            break
        met = 0
        cost = sketch.cost
        for piece in combination:
            met |= piece.met
            cost += piece.cost
        cost += UNMET_COST * (soft & ~met).bit_count()
        if cost < dearest:
            scored.append((cost, number, combination))
    scored.sort(key=lambda item: item[:2])
    return ((cost, combination) for cost, _, combination in scored)


def _passes(
    program: Program,
    sketch: Sketch,
    setting: Setting,
    holes: Mapping[str, HoleFiller],
    meter: Meter,
) -> bool:
    parameters = {parameter.name for parameter in sketch.function.parameters.positional}
    for row, target in zip(setting.problem.environments, setting.problem.targets, strict=True):
        arguments = {name: deepcopy(row[name]) for name in row if name in parameters}
        try:
            run = program.call(setting.name, [], arguments, steps=_STEPS, holes=holes)
        except InterpretationError:
            return False
        meter.tick(_RUN_WORK + run.steps)
        if run.error is not None or run.stopped is not None or not same(run.value, target):
            return False
    return True
