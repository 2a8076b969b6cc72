"""How much a specification says for a program that search found: its examples and its contracts, in bits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf, log2

from compiler.acceptance.description import is_mdl_significant, is_mdl_significant_change
from compiler.front.spec import FunctionSpec
from compiler.interpreter.interpreter import InterpretationError, Program, evaluate_text
from compiler.ir.nodes import Module

_INPUTS = 12


# The share of inputs on which contracts must leave a single plausible result to determine a function by themselves.
_DETERMINED = 0.75


def is_supported(
    bits: float,
    values: Sequence[tuple[Mapping[str, object], object]],
    module: Module,
    function: FunctionSpec,
    inputs: Sequence[Mapping[str, object]],
    contested: bool,
) -> bool:
    """Whether an expression of so many bits is far shorter than what the specification tells of its values.

    ``values`` are the environments with a wanted value; ``inputs`` are arguments on which the contracts were checked.
    Of a ``contested`` expression, search found a rival that fits the examples as well: only contracts can decide there.
    """
    told = _told_by_contracts(module, function, inputs)
    rows, targets = [row for row, _ in values], [value for _, value in values]
    return told == inf or (not contested and is_mdl_significant(bits, rows, targets, told))


def is_supported_change(
    old: Module,
    new: Module,
    tried: int,
    values: Sequence[tuple[Mapping[str, object], object]],
    function: FunctionSpec,
    inputs: Sequence[Mapping[str, object]],
) -> bool:
    """Whether a repair, found after ``tried`` others, is far shorter than what the clauses tell that it mends.

    ``values`` are the arguments on which the old program fails with the results wanted there; ``inputs`` are arguments
    on which the contracts were checked, empty where the old program breaks none.
    """
    rows, targets = [row for row, _ in values], [value for _, value in values]
    return is_mdl_significant_change(old, new, tried, rows, targets, _told_by_contracts(new, function, inputs))


def kept_by(function: FunctionSpec, row: Mapping[str, object]) -> Callable[[object], bool]:
    """Whether a result keeps the post-conditions for these arguments."""
    conditions = [contract.condition for contract in function.contracts if contract.kind == "post"]

    def keeps(result: object) -> bool:
        return all(evaluate_text(condition, {**row, "result": result}).value is True for condition in conditions)

    return keeps


def _told_by_contracts(module: Module, function: FunctionSpec, inputs: Sequence[Mapping[str, object]]) -> float:
    """What the post-conditions tell, in bits: infinitely much where they leave hardly any other result."""
    left_open = _results_left_open(module, function, inputs)
    if left_open and sum(passing == 0 for _, passing in left_open) >= _DETERMINED * len(left_open):
        return inf
    return sum(log2((1 + others) / (1 + passing)) for others, passing in left_open)


def _results_left_open(
    module: Module, function: FunctionSpec, inputs: Sequence[Mapping[str, object]]
) -> list[tuple[int, int]]:
    """For each input, how many other plausible results there are, and how many the post-conditions let pass."""
    if not any(contract.kind == "post" for contract in function.contracts):
        return []
    program = Program(module)
    results = [(row, value) for row in inputs[:_INPUTS] if (value := _result(program, function, row)) is not None]
    counts: list[tuple[int, int]] = []
    for row, value in results:
        others = [other for other in (*(other for _, other in results), *_near(value)) if other != value]
        counts.append((len(others), sum(map(kept_by(function, row), others))))
    return counts


def _result(program: Program, function: FunctionSpec, row: Mapping[str, object]) -> object | None:
    try:
        run = program.call(function.name, [], dict(row))
    except InterpretationError:
        return None
    return None if run.error is not None or run.stopped is not None else run.value


def _near(value: object) -> list[object]:
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [value + 1, value - 1, -value, 0]
        case str() | list():
            return [value[:-1], value[1:], value * 2, value[::-1]]
        case _:
            return []
