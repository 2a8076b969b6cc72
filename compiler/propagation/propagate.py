"""Propagation: what examples, annotations and contracts leave for each hole, narrowed to a fixpoint."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from compiler.front.spec import Contract, FunctionSpec
from compiler.ir.holes import fill_block, fill_expr, fill_type, holes_of
from compiler.ir.nodes import BlockHole, ConstHole, ExprHole, Module, TypeHole, TypeRef
from compiler.propagation.expressions import expressions_left
from compiler.propagation.facts import Reason, fact_rules, rule
from compiler.propagation.observations import Observation, observations
from compiler.propagation.returns import forced_results, lowered, result_hole, returning
from compiler.text.source import Span
from solver.domains import Domain, Everything, Interval, OfSort, OneOf, describe, size
from solver.propagation import Fixpoint, Rule, Step
from solver.propagation import propagate as to_fixpoint
from solver.sorts import ANY, NONE, join_all, sort_of_value


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One step: what was known of a hole or a quantity, what is known after it, and the words that say so.

    ``sizes`` are the numbers of values before and after, ``None`` where they are not counted.
    """

    hole: str
    before: str
    after: str
    reason: str
    span: Span | None
    sizes: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Propagation:
    """The module with each hole filled that has one content left, and the steps in order.

    Where nothing is left for some value, the module is as it was; ``conflicts`` tells why.
    """

    module: Module
    steps: tuple[Narrowing, ...]


def propagate(module: Module, function: FunctionSpec) -> Propagation:
    """Narrows the holes and quantities of one function, and fills the holes of whose domain one content is left."""
    names = {hole.name for hole in holes_of(module)}
    type_rules = list(_type_rules(function, names))
    counting = _counting_rules(function, module, to_fixpoint(type_rules))
    fixpoint = to_fixpoint([*counting, *type_rules, *fact_rules(function), *_value_rules(function, module)])
    steps = tuple(_narrowing(step) for step in fixpoint.steps)
    return Propagation(module if fixpoint.empty is not None else _filled(module, fixpoint, function), steps)


def _narrowing(step: Step[Reason]) -> Narrowing:
    reason = step.clause
    sizes = size(step.before), size(step.after)
    return Narrowing(str(step.variable), describe(step.before), describe(step.after), reason.says, reason.span, sizes)


def _type_rules(function: FunctionSpec, names: set[str]) -> Iterator[Rule[Reason]]:
    seen = observations(function)
    for parameter in function.signature.parameters:
        hole = f"{function.name}.{parameter.name}"
        if hole in names and parameter.kind in ("positional", "keyword_only"):
            values = [item.arguments[parameter.name] for item in seen if parameter.name in item.arguments]
            yield from _type_rule(hole, values, seen, f"take for `{parameter.name}`")
    if f"{function.name}.return" in names:
        returned = [item for item in seen if item.returns]
        yield from _type_rule(f"{function.name}.return", [item.result for item in returned], returned, "return")


def _type_rule(hole: str, values: list[object], seen: list[Observation], verb: str) -> Iterator[Rule[Reason]]:
    sort = join_all(map(sort_of_value, values))
    # ``None`` alone is what an example writes for a missing value: it does not tell the type.
    if values and sort not in (ANY, NONE):
        reason = Reason(f"the examples {verb} {describe(OfSort(sort))}", seen[0].example.span)
        yield rule(reason, hole, OfSort(sort))


def _counting_rules(function: FunctionSpec, module: Module, types: Fixpoint[Reason]) -> Iterator[Rule[Reason]]:
    for hole, domain, why in expressions_left(module.function(function.name), function, types.domains):
        yield rule(Reason(why, function.span), hole, domain)


def _value_rules(function: FunctionSpec, module: Module) -> Iterator[Rule[Reason]]:
    """What is known of the hole that decides alone what the function returns: one clause a rule."""
    hole = result_hole(module.function(function.name))
    raises = any(contract.kind == "raises" for contract in function.contracts)
    if hole is None or (raises and isinstance(hole, ExprHole)):
        return
    for item in forced_results(function, observations(function)):
        match item.clause:
            case Contract() as contract:
                reason = Reason(f"`{contract.text}` says what is returned", contract.span)
            case Observation(example=example):
                reason = Reason(f"an example says {example.text}", example.span)
        yield rule(reason, hole.name, OneOf((f"return {item.text}",)))
    reason = Reason("one value is left for `result`", None)
    yield Rule(reason, ("result", "value of result"), lambda known: _only_result(known, hole.name))


def _only_result(known: Mapping[Hashable, Domain], hole: str) -> dict[Hashable, Domain]:
    """The returned value where intervals or literals leave a single one, and nothing else is known of the hole."""
    if isinstance(known.get(hole), OneOf):
        return {}
    match known.get("result"), known.get("value of result"):
        case _, OneOf((text,)):
            return {hole: OneOf((f"return {text}",))}
        case Interval(low=low, high=high, whole=True), _ if low == high:
            return {hole: OneOf((f"return {int(low)}",))}
        case _:
            return {}


def _filled(module: Module, fixpoint: Fixpoint[Reason], function: FunctionSpec) -> Module:
    for hole in holes_of(module):
        match hole, fixpoint.domains.get(hole.name, Everything()):
            case TypeHole(), OfSort(sort):
                module = fill_type(module, hole.name, TypeRef(sort))
            case ((ConstHole() | ExprHole()), OneOf((text,))):
                expression = lowered(text.removeprefix("return "))
                module = module if expression is None else fill_expr(module, hole.name, expression)
            case BlockHole(), OneOf((text,)):
                body = returning(function, text.removeprefix("return "))
                module = module if body is None else fill_block(module, hole.name, body)
            case _:
                pass
    return module
