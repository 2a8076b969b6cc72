"""Contradictions: clauses of a specification that no function satisfies together, each told as a derivation."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from compiler.diagnostics import Diagnostic, Label
from compiler.judge.canonical import canonical
from compiler.proof.symbolic import unsatisfiable_core
from compiler.propagation.intervals import bound_condition
from compiler.propagation.observations import Observation, holds, observations
from compiler.propagation.propagate import derivation, interval_conflict
from compiler.source import Span
from compiler.spec import Contract, Equals, FunctionSpec, RaisesError
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


def find_conflicts(function: FunctionSpec) -> list[Diagnostic]:
    """What contradicts what in one function's specification: errors, and warnings for clauses that say nothing.

    Only what is certain is reported: an expression that cannot be evaluated takes no part.
    """
    seen = observations(function)
    inside = [item for item in seen if not _broken(function, item)]
    found = [*_outside_warnings(function, seen), *_disagreements(seen)]
    for item in inside:
        found += _against_contracts(function, item)
    found += _against_type(function, seen)
    if not any(item.severity == "error" for item in found) and not interval_conflict(function):
        found += _joint_conflict(function)
    return found


def _disagreements(seen: Sequence[Observation]) -> Iterator[Diagnostic]:
    for first, second in combinations(seen, 2):
        if _same_call(first, second) and _disagree(first, second):
            yield _diagnostic(
                "L0301",
                f"two examples disagree about `{first.example.call.text}`",
                [(first.example.span, _outcome(first)), (second.example.span, _outcome(second))],
                [_says(first), _says(second)],
            )


def _same_call(first: Observation, second: Observation) -> bool:
    return _key(first) == _key(second)


def _key(item: Observation) -> list[tuple[str, str, Sort]]:
    return [(name, canonical(value), sort_of_value(value)) for name, value in sorted(item.arguments.items())]


def _disagree(first: Observation, second: Observation) -> bool:
    match first.example.expected, second.example.expected:
        case Equals(), Equals():
            return canonical(first.result) != canonical(second.result)
        case (Equals(), RaisesError()) | (RaisesError(), Equals()):
            return True
        case RaisesError(one), RaisesError(other):
            return not _compatible(one, other)
        case _:
            return False


def _compatible(one: str, other: str) -> bool:
    """Whether one raised exception may be both; names that are not built in may be anything."""
    first, second = getattr(builtins, one, None), getattr(builtins, other, None)
    if not (isinstance(first, type) and isinstance(second, type)):
        return True
    return issubclass(first, second) or issubclass(second, first)


def _broken(function: FunctionSpec, item: Observation) -> list[tuple[str, Span | None]]:
    """The pre-conditions and bounds that an example's arguments break, as text with their place."""
    broken = [
        (contract.text, contract.span)
        for contract in function.contracts
        if contract.kind == "pre" and holds(contract.condition, item.arguments) is False
    ]
    for parameter in function.signature.parameters:
        for bound in parameter.bounds:
            condition = bound_condition(parameter.name, bound)
            if holds(condition, item.arguments) is False:
                broken.append((condition, bound.span))
    return broken


def _outside_warnings(function: FunctionSpec, seen: Sequence[Observation]) -> Iterator[Diagnostic]:
    for item in seen:
        for text, span in _broken(function, item)[:1]:
            yield _diagnostic(
                "L0302",
                f"the example `{item.example.call.text}` breaks `{text}`",
                [(item.example.span, "these arguments are excluded"), (span, "by this")],
                [],
                severity="warning",
            )


def _against_contracts(function: FunctionSpec, item: Observation) -> Iterator[Diagnostic]:
    raising = [
        contract
        for contract in function.contracts
        if contract.kind == "raises" and holds(contract.condition, item.arguments) is True
    ]
    for contract in raising:
        match item.example.expected:
            case RaisesError(exception) if _compatible(exception, contract.raises or ""):
                continue
            case _:
                yield _against(item, contract, "L0306", f"`{item.example.call.text}` must raise {contract.raises}")
    if not item.returns or raising:
        return
    for contract in function.contracts:
        variables = {**item.arguments, "result": item.result}
        if contract.kind == "post" and holds(contract.condition, variables) is False:
            yield _against(item, contract, "L0303", f"the example `{item.example.text}` breaks `{contract.text}`")


def _against(item: Observation, contract: Contract, code: str, message: str) -> Diagnostic:
    return _diagnostic(
        code,
        message,
        [(item.example.span, _outcome(item)), (contract.span, "which this rules out")],
        [_at(contract.span, f"`{contract.text}`"), _says(item)],
    )


def _against_type(function: FunctionSpec, seen: Sequence[Observation]) -> Iterator[Diagnostic]:
    declared = function.signature.returns
    for item in seen:
        sort = sort_of_value(item.result)
        if item.returns and item.result is not None and not _may_be(sort, declared):
            says = f"`{function.name}` returns {format_sort(declared)}"
            yield _diagnostic(
                "L0304",
                f"the example `{item.example.text}` does not fit the declared type `{format_sort(declared)}`",
                [(item.example.span, f"this is {format_sort(sort)}")],
                [f"the signature says {says}", _says(item)],
            )
            return


def _may_be(sort: Sort, declared: Sort) -> bool:
    """Whether a value of this sort is near enough to the declared one: kinds are compared, elements are not.

    People write ``list`` for tuples, ``int`` for floats and leave ``None`` out; such a specification has functions that
    satisfy its examples.
    """
    if isinstance(declared, UnionSort):
        return any(_may_be(sort, option) for option in declared.options)
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


def _joint_conflict(function: FunctionSpec) -> Iterator[Diagnostic]:
    core = unsatisfiable_core(function)
    if core:
        yield _diagnostic(
            "L0307",
            f"the contracts of `{function.name}` cannot hold together",
            [(clause.span, "this" if index == 0 else "and this") for index, clause in enumerate(core)],
            [_at(clause.span, f"`{clause.text}`") for clause in core],
        )


def _outcome(item: Observation) -> str:
    match item.example.expected:
        case Equals(value):
            return f"returns {value}"
        case RaisesError(exception):
            return f"raises {exception}"
        case _:
            return "is required here"


def _says(item: Observation) -> str:
    return _at(item.example.span, f"`{item.example.call.text}` {_outcome(item)}")


def _at(span: Span | None, text: str) -> str:
    return text if span is None else f"line {span.line} says {text}"


def _diagnostic(
    code: str,
    message: str,
    labels: Iterable[tuple[Span | None, str]],
    sentences: list[str],
    severity: str = "error",
) -> Diagnostic:
    return Diagnostic(
        code,
        message,
        tuple(Label(span, text) for span, text in labels if span is not None),
        (derivation(sentences),) if sentences else (),
        severity="warning" if severity == "warning" else "error",
    )
