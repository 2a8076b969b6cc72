"""Examples that contradict each other, a contract or a type: each found by evaluating two clauses."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Iterator, Sequence

from compiler.front.spec import Equals, FunctionSpec, RaisesError, Satisfies
from compiler.interpreter.conditions import holds
from compiler.judge.canonical import canonical
from compiler.propagation.clauses import Clause, Contradiction
from compiler.propagation.observations import Observation, observations
from solver.sorts import (
    BOOL,
    BYTES,
    COMPLEX,
    FLOAT,
    INT,
    STR,
    DictSort,
    IterableSort,
    ListSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
    format_sort,
    is_subsort,
    sort_of_value,
)


def disagreements(function: FunctionSpec) -> Iterator[Contradiction]:
    """Pairs of clauses, at least one of them an example, that no function satisfies together.

    Only what is certain is told: an expression that cannot be evaluated takes no part.
    """
    seen = observations(function)
    yield from _among_examples(seen)
    for item in seen:
        if not broken_by(function, item):
            yield from _with_contracts(function, item)
    yield from _with_type(function, seen)


def broken_by(function: FunctionSpec, item: Observation) -> list[Clause]:
    """The pre-conditions and bounds that an example's arguments break."""
    broken = [
        Clause(contract)
        for contract in function.contracts
        if contract.kind == "pre" and holds(contract.condition, item.arguments) is False
    ]
    for parameter in function.signature.parameters:
        for bound in parameter.bounds:
            if holds(bound.condition(parameter.name), item.arguments) is False:
                broken.append(Clause(bound, parameter.name))
    return broken


def points(seen: Sequence[Observation]) -> list[list[Observation]]:
    """The examples that make the same call, together."""
    groups: dict[tuple[tuple[str, str, Sort], ...], list[Observation]] = defaultdict(list)
    for item in seen:
        # Values that are equal but of different sorts, such as 1 and True, need not be treated alike by a function.
        key = tuple((name, canonical(value), sort_of_value(value)) for name, value in sorted(item.arguments.items()))
        groups[key].append(item)
    return list(groups.values())


def _among_examples(seen: Sequence[Observation]) -> Iterator[Contradiction]:
    for group in points(seen):
        for place, item in enumerate(group):
            other = next((earlier for earlier in group[:place] if _disagree(earlier, item)), None)
            if other is not None:
                message = f"two examples disagree about `{other.example.call.text}`"
                yield Contradiction("L0301", message, (Clause(other.example), Clause(item.example)))


def _disagree(first: Observation, second: Observation) -> bool:
    match first.example.expected, second.example.expected:
        case Equals(), Equals():
            return canonical(first.result) != canonical(second.result)
        case Equals(), Satisfies(condition):
            return holds(condition, {"result": first.result}) is False
        case Satisfies(), Equals():
            return _disagree(second, first)
        case RaisesError(one), RaisesError(other):
            return not compatible(one, other)
        case (RaisesError(), _) | (_, RaisesError()):
            return True
        case _:
            return False


def compatible(one: str, other: str) -> bool:
    """Whether one raised exception may be both; names that are not built in may be anything."""
    first, second = getattr(builtins, one, None), getattr(builtins, other, None)
    if not (isinstance(first, type) and isinstance(second, type)):
        return True
    return issubclass(first, second) or issubclass(second, first)


def _with_contracts(function: FunctionSpec, item: Observation) -> Iterator[Contradiction]:
    example = item.example
    raising = [
        contract
        for contract in function.contracts
        if contract.kind == "raises" and holds(contract.condition, item.arguments) is True
    ]
    for contract in raising:
        match example.expected:
            case RaisesError(exception) if compatible(exception, contract.raises or ""):
                continue
            case _:
                message = f"`{example.call.text}` must raise {contract.raises}"
                yield Contradiction("L0306", message, (Clause(contract), Clause(example)))
    if not item.returns or raising:
        return
    for contract in function.contracts:
        variables = {**item.arguments, "result": item.result}
        if contract.kind == "post" and holds(contract.condition, variables) is False:
            message = f"the example `{example.text}` breaks `{contract.text}`"
            yield Contradiction("L0303", message, (Clause(contract), Clause(example)))


def _with_type(function: FunctionSpec, seen: Sequence[Observation]) -> Iterator[Contradiction]:
    declared = function.signature.returns
    for item in seen:
        if item.returns and item.result is not None and not may_be(sort_of_value(item.result), declared):
            message = f"the example `{item.example.text}` does not fit the declared type `{format_sort(declared)}`"
            yield Contradiction("L0304", message, (Clause(declared, "result"), Clause(item.example)))


def unfit_arguments(function: FunctionSpec) -> Iterator[tuple[Clause, Clause]]:
    """Examples with an argument of another kind than its annotation says: the type and the example."""
    annotated = [item for item in function.signature.parameters if item.annotation is not None]
    for item in observations(function):
        for parameter in annotated:
            value = item.arguments.get(parameter.name)
            fits = value is None or parameter.kind not in ("positional", "keyword_only")
            if not fits and not may_be(sort_of_value(value), parameter.sort):
                yield Clause(parameter.sort, parameter.name), Clause(item.example)


def may_be(sort: Sort, declared: Sort) -> bool:
    """Whether a value of this sort is near enough to the declared one: kinds are compared, elements are not.

    People write ``list`` for tuples, ``int`` for floats and leave ``None`` out; such a specification has functions that
    satisfy its examples.
    """
    if isinstance(declared, UnionSort):
        return any(may_be(sort, option) for option in declared.options)
    kinds = _kind(sort), _kind(declared)
    return "any" in kinds or kinds[0] == kinds[1] or is_subsort(sort, declared)


def _kind(sort: Sort) -> str:
    match sort:
        case ListSort() | TupleSort() | RowSort() | SetSort() | IterableSort():
            return "collection"
        case DictSort():
            return "dict"
        case _ if sort in (INT, FLOAT, BOOL, COMPLEX):
            return "number"
        case _ if sort in (STR, BYTES):
            return "text"
        case _:
            return "any"
