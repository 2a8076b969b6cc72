"""New argument values from a parameter's sort, and the range that its bounds and simple pre-conditions leave.

Used where the examples say too little: for a function without examples, and as the wildest of the generated inputs.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from compiler.front.spec import Bound, Contract, Parameter
from compiler.ir.lower_expressions import COMPARISONS
from compiler.ir.nodes import ComparisonOperator
from compiler.judge.mutation import InputProfile, Opaque, Value
from solver.operations.comparisons import MIRROR
from solver.sorts import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    STR,
    AnySort,
    AtomSort,
    DictSort,
    FunctionSort,
    IterableSort,
    ListSort,
    NamedSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
    join_all,
    sort_of_value,
)


@dataclass(frozen=True, slots=True)
class Range:
    """Closed limits of a parameter's numbers and lengths; a strict one is the next float."""

    low: float = -math.inf
    high: float = math.inf
    step: int = 1
    shortest: int = 0
    longest: int = 10**9


def range_of(parameter: Parameter, contracts: Sequence[Contract] = ()) -> Range:
    """The range that a parameter's bounds leave, and pre-conditions that compare it or its length with a constant."""
    held = Range()
    for relation, value in [*_written(parameter.bounds), *_from_contracts(parameter.name, contracts)]:
        held = _narrow(held, relation, value)
    return held


def _written(bounds: Sequence[Bound]) -> Iterator[tuple[str, float]]:
    for bound in bounds:
        value = _constant(ast.parse(bound.value.strip(), mode="eval").body) if _parses(bound.value) else None
        if value is not None:
            yield bound.relation, value


def _parses(text: str) -> bool:
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def _constant(node: ast.expr) -> float | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


_RELATIONS: dict[ComparisonOperator, str] = {">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
_OF_LENGTH = {"gt": "longer", "ge": "min_length", "lt": "shorter", "le": "max_length"}


def _from_contracts(name: str, contracts: Sequence[Contract]) -> Iterator[tuple[str, float]]:
    for contract in contracts:
        if contract.kind == "pre" and _parses(contract.condition):
            yield from _from_condition(name, ast.parse(contract.condition.strip(), mode="eval").body)


def _from_condition(name: str, node: ast.expr) -> Iterator[tuple[str, float]]:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _from_condition(name, value)
        case ast.Name(id=found) if found == name:
            yield "min_length", 1
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [left, *comparators]
            for one, op, two in zip(sides, ops, comparators, strict=False):
                operator = COMPARISONS[type(op)]
                if operator in _RELATIONS:
                    yield from _from_comparison(name, one, _RELATIONS[operator], two)
                    yield from _from_comparison(name, two, _RELATIONS[MIRROR[operator]], one)


def _from_comparison(name: str, subject: ast.expr, relation: str, other: ast.expr) -> Iterator[tuple[str, float]]:
    value = _constant(other)
    match subject:
        case ast.Name(id=found) if found == name and value is not None:
            yield relation, value
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=found)]) if found == name and value is not None:
            yield _OF_LENGTH[relation], value


def _narrow(held: Range, relation: str, value: float) -> Range:
    match relation:
        case "gt":
            return replace(held, low=max(held.low, math.nextafter(value, math.inf)))
        case "ge":
            return replace(held, low=max(held.low, value))
        case "lt":
            return replace(held, high=min(held.high, math.nextafter(value, -math.inf)))
        case "le":
            return replace(held, high=min(held.high, value))
        case "multiple_of" if float(value).is_integer() and value > 0:
            return replace(held, step=math.lcm(held.step, int(value)))
        case "min_length" | "longer":
            return replace(held, shortest=max(held.shortest, int(value) + (relation == "longer")))
        case "max_length" | "shorter":
            return replace(held, longest=min(held.longest, int(value) - (relation == "shorter")))
        case _:
            return held


def respect(value: Value, held: Range, rng: Random) -> Value:
    """The value, moved into the range if it is outside."""
    match value:
        case bool():
            return value
        case int() | float():
            return _respect_number(value, held, rng)
        case str() | list() if not held.shortest <= len(value) <= held.longest:
            return _respect_length(value, held, rng)
        case _:
            return value


def _respect_number(value: int | float, held: Range, rng: Random) -> int | float:
    if held.low <= value <= held.high and (held.step == 1 or value % held.step == 0):
        return value
    if isinstance(value, float):
        low = held.low if math.isfinite(held.low) else min(held.high, 0.0) - 100
        high = held.high if math.isfinite(held.high) else max(held.low, 0.0) + 100
        return min(max(round(rng.uniform(low, high), 2), low), high)
    least = math.ceil(held.low / held.step) if math.isfinite(held.low) else None
    most = math.floor(held.high / held.step) if math.isfinite(held.high) else None
    if least is None:
        least = min(most if most is not None else 0, value // held.step) - 10
    if most is None:
        most = max(least, value // held.step) + 10
    return rng.randint(least, max(least, most)) * held.step


def _respect_length(value: str | list[Value], held: Range, rng: Random) -> Value:
    if value and len(value) < held.shortest:
        return (value * -(-held.shortest // len(value)))[: held.shortest]
    if not value and held.shortest:
        letters = "".join(rng.choice("abcxyz") for _ in range(held.shortest))
        return letters if isinstance(value, str) else [rng.randint(0, 9) for _ in range(held.shortest)]
    return value[: max(held.longest, held.shortest)]


def generate_value(
    parameter: Parameter, seen: Sequence[Value], profile: InputProfile, size: int, rng: Random
) -> Value | None:
    """A new value of the parameter's sort with about ``size`` parts; ``None`` where its sort tells too little.

    A sort that is not written is read off the values seen, and without any off the parameter's name.
    """
    sort = parameter.sort
    if isinstance(sort, AnySort):
        sort = join_all(sort_of_value(value) for value in seen if not isinstance(value, Opaque))
    if isinstance(sort, AnySort):
        sort = _sort_by_name(parameter.name) if not seen else ANY
    if profile.words and sort == STR:
        return rng.choice(profile.words)
    try:
        return _generate(sort, profile, size, rng)
    except _NoValueError:
        return None


class _NoValueError(Exception):
    """No value of this sort is known."""


_TEXT_NAMES = re.compile(
    r"(text|string|word|name|char|sentence|line|prefix|suffix|letter|s|st|str\d?|s\d)$", re.IGNORECASE
)
_LIST_NAMES = re.compile(
    r"(nums|numbers|arr|array|lst|list\d?|values|items|xs|elements|l|sequence|data)$", re.IGNORECASE
)


def _sort_by_name(name: str) -> Sort:
    if _LIST_NAMES.search(name):
        return ListSort(INT)
    return STR if _TEXT_NAMES.search(name) else INT


def _generate(sort: Sort, profile: InputProfile, size: int, rng: Random) -> Value:
    match sort:
        case AtomSort(name):
            return _generate_atom(name, profile, size, rng)
        case ListSort(element) | IterableSort(element):
            return _generate_items(element, profile, size, rng)
        case RowSort(element):
            return tuple(_generate_items(element, profile, size, rng))
        case SetSort(element):
            return set(_generate_items(_as_key(element), profile, size, rng))
        case TupleSort(items):
            return tuple(_generate(item, profile, size, rng) for item in items)
        case DictSort(key, value):
            keys = _generate_items(_as_key(key), profile, size, rng)
            return {item: _generate(value, profile, max(1, size // 2), rng) for item in keys}
        case UnionSort(options):
            return _generate(rng.choice(options), profile, size, rng)
        case FunctionSort(parameters, result):
            return _generate_function(len(parameters) if parameters is not None else 1, result, rng)
        case NamedSort(name):
            return _generate_named(name, profile, size, rng)
        case AnySort():
            raise _NoValueError


def _generate_atom(name: str, profile: InputProfile, size: int, rng: Random) -> Value:
    match name:
        case "bool":
            return rng.random() < 0.5
        case "int":
            reach = 3 * size
            near = rng.randint(-reach if profile.lowest < 0 else 0, reach)
            return rng.choice([near, near, int(rng.choice(profile.numbers))])
        case "float":
            return round(rng.uniform(max(profile.lowest, -3.0 * size), 4.0 * size), rng.randint(0, 2))
        case "str":
            return "".join(rng.choice(profile.letters) for _ in range(rng.randint(0, 2 * size)))
        case "bytes":
            return bytes(rng.randrange(128) for _ in range(rng.randint(0, size)))
        case "complex":
            return Opaque(f"complex({rng.randint(-5, 5)}, {rng.randint(-5, 5)})")
        case _:
            return None


def _generate_items(element: Sort, profile: InputProfile, size: int, rng: Random) -> list[Value]:
    if isinstance(element, AnySort):
        element = INT
    items = [_generate(element, profile, max(1, size // 2), rng) for _ in range(rng.randint(0, size))]
    if items and rng.random() < 0.3:
        items.insert(rng.randrange(len(items)), rng.choice(items))
    if any(isinstance(item, Opaque) for item in items):
        raise _NoValueError
    return sorted(items) if profile.rising and element in (INT, FLOAT, STR) else items  # type: ignore[type-var]


def _as_key(sort: Sort) -> Sort:
    """The sort with tuples for lists, so that its values can be keys."""
    match sort:
        case AnySort():
            return INT
        case ListSort(element):
            return RowSort(_as_key(element))
        case SetSort() | DictSort():
            raise _NoValueError
        case _:
            return sort


def _generate_function(count: int, result: Sort, rng: Random) -> Opaque:
    names = ["a", "b", "c", "d", "e"][:count]
    head = f"lambda {', '.join(names)}: "
    if result == BOOL:
        return Opaque(head + rng.choice([f"bool({names[0]})" if names else "True", "True", "False"]))
    if result == STR:
        return Opaque(head + (f"str({names[0]})" if names else "''"))
    bodies = [*names, *([f"{names[0]} + {names[0]}"] if names else ["0"]), *([" + ".join(names)] if count > 1 else [])]
    return Opaque(head + rng.choice(bodies))


def _generate_named(name: str, profile: InputProfile, size: int, rng: Random) -> Value:
    match name:
        case "Decimal" | "Fraction":
            number = rng.randint(-size if profile.lowest < 0 else 0, 4 * size)
            return Opaque(
                f"Decimal('{number}.{rng.randint(0, 99)}')" if name == "Decimal" else f"Fraction({number}, 3)"
            )
        case _:
            raise _NoValueError
