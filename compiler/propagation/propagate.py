"""Propagation: what examples, annotations and contracts leave for each hole, narrowed to a fixpoint."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from compiler.diagnostics import Diagnostic, Label
from compiler.ir.holes import fill_block, fill_expr, fill_type, holes_of
from compiler.ir.nodes import BlockHole, ConstHole, ExprHole, Module, TypeHole, TypeRef
from compiler.judge.canonical import canonical
from compiler.propagation.expressions import expressions_left
from compiler.propagation.intervals import interval_of, literals_equal_to, narrowings, quantities
from compiler.propagation.observations import Observation, observations
from compiler.propagation.returns import forced_results, lowered, result_hole, returning
from compiler.source import Span
from compiler.spec import Bound, Contract, FunctionSpec, Parameter
from solver.domains import Domain, Everything, Interval, OfSort, OneOf, describe, size
from solver.explanation import minimal_conflict
from solver.propagation import Fixpoint, Rule, Step
from solver.propagation import propagate as to_fixpoint
from solver.sorts import ANY, FLOAT, INT, NONE, join_all, sort_of_value


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
    """The module with each hole filled that has one content left, the steps in order, and the conflict if any."""

    module: Module
    steps: tuple[Narrowing, ...]
    conflict: Diagnostic | None


@dataclass(frozen=True, slots=True)
class _Reason:
    """A clause of the specification; ``says`` completes "because ..."."""

    says: str
    span: Span | None


def propagate(module: Module, function: FunctionSpec) -> Propagation:
    """Narrows the holes and quantities of one function, and fills the holes of whose domain one content is left."""
    names = {hole.name for hole in holes_of(module)}
    type_rules = list(_type_rules(function, names))
    counting = _counting_rules(function, module, to_fixpoint(type_rules))
    rules = [*type_rules, *interval_rules(function), *_value_rules(function, module)]
    fixpoint = to_fixpoint([*counting, *rules])
    steps = tuple(_narrowing(step) for step in fixpoint.steps)
    conflict = None if fixpoint.empty is None else _conflict(rules, fixpoint, function)
    return Propagation(module if conflict else _filled(module, fixpoint, function), steps, conflict)


def _narrowing(step: Step[_Reason]) -> Narrowing:
    reason = step.clause
    sizes = size(step.before), size(step.after)
    return Narrowing(str(step.variable), describe(step.before), describe(step.after), reason.says, reason.span, sizes)


def interval_conflict(function: FunctionSpec) -> bool:
    """Whether bounds and contracts alone leave some quantity no value."""
    return to_fixpoint(interval_rules(function)).empty is not None


def _type_rules(function: FunctionSpec, names: set[str]) -> Iterator[Rule[_Reason]]:
    seen = observations(function)
    for parameter in function.signature.parameters:
        hole = f"{function.name}.{parameter.name}"
        if hole in names and parameter.kind in ("positional", "keyword_only"):
            values = [item.arguments[parameter.name] for item in seen if parameter.name in item.arguments]
            yield from _type_rule(hole, values, seen, f"take for `{parameter.name}`")
    if f"{function.name}.return" in names:
        returned = [item for item in seen if item.returns]
        yield from _type_rule(f"{function.name}.return", [item.result for item in returned], returned, "return")


def _type_rule(hole: str, values: list[object], seen: list[Observation], verb: str) -> Iterator[Rule[_Reason]]:
    sort = join_all(map(sort_of_value, values))
    # ``None`` alone is what an example writes for a missing value: it does not tell the type.
    if values and sort not in (ANY, NONE):
        reason = _Reason(f"the examples {verb} {describe(OfSort(sort))}", seen[0].example.span)
        yield _rule(reason, hole, OfSort(sort))


def _counting_rules(function: FunctionSpec, module: Module, types: Fixpoint[_Reason]) -> Iterator[Rule[_Reason]]:
    for hole, domain, why in expressions_left(module.function(function.name), function, types.domains):
        yield _rule(_Reason(why, function.span), hole, domain)


def _value_rules(function: FunctionSpec, module: Module) -> Iterator[Rule[_Reason]]:
    """What is known of the hole that decides alone what the function returns: one clause a rule."""
    hole = result_hole(module.function(function.name))
    raises = any(contract.kind == "raises" for contract in function.contracts)
    if hole is None or (raises and isinstance(hole, ExprHole)):
        return
    for item in forced_results(function, observations(function)):
        match item.clause:
            case Contract() as contract:
                reason = _Reason(f"`{contract.text}` says what is returned", contract.span)
            case Observation(example=example):
                reason = _Reason(f"an example says {example.text}", example.span)
        yield _rule(reason, hole.name, OneOf((f"return {item.text}",)))
    reason = _Reason("one value is left for `result`", None)
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


def interval_rules(function: FunctionSpec) -> list[Rule[_Reason]]:
    """What bounds and contracts say about numbers and lengths."""
    rules = [*_whole_rules(function)]
    for parameter in function.signature.parameters:
        rules += [rule for bound in parameter.bounds for rule in _bound_rule(parameter, bound)]
    for contract in function.contracts:
        if contract.kind != "raises":
            rules += _contract_rules(contract)
    return [*rules, *_literal_rules(function)]


def _literal_rules(function: FunctionSpec) -> Iterator[Rule[_Reason]]:
    """The literals that may be returned; those that are equal have one text."""
    texts: dict[str, str] = {}
    for contract in function.contracts:
        literals = literals_equal_to("result", contract.condition) if contract.kind == "post" else None
        if literals is not None:
            same = [texts.setdefault(canonical(ast.literal_eval(text)), text) for text in literals]
            reason = _Reason(f"`{contract.text}`", contract.span)
            yield _rule(reason, "value of result", OneOf(tuple(dict.fromkeys(same))))


def _whole_rules(function: FunctionSpec) -> Iterator[Rule[_Reason]]:
    sorts = [(parameter.name, parameter.sort) for parameter in function.signature.parameters]
    for name, sort in (*sorts, ("result", function.signature.returns)):
        if sort == INT:
            yield _rule(_Reason(f"`{name}` is an int", None), name, Interval(whole=True))
        elif sort == FLOAT:
            yield _rule(_Reason(f"`{name}` is a float", None), name, Interval())


def _bound_rule(parameter: Parameter, bound: Bound) -> Iterator[Rule[_Reason]]:
    interval = interval_of(bound)
    if interval is not None:
        quantity = f"len({parameter.name})" if bound.relation.endswith("length") else parameter.name
        yield _rule(_Reason(f"`{quantity}` is {describe(interval)}", bound.span), quantity, interval)


def _contract_rules(contract: Contract) -> Iterator[Rule[_Reason]]:
    reason = _Reason(f"`{contract.text}`", contract.span)
    reads = quantities(contract.condition)
    if reads:
        yield Rule(reason, reads, lambda known: narrowings(contract.condition, known))


def _rule(reason: _Reason, variable: str, domain: Domain) -> Rule[_Reason]:
    """A rule that says the same of one variable whatever else is known."""
    return Rule(reason, (), lambda _: {variable: domain})


def _conflict(rules: list[Rule[_Reason]], fixpoint: Fixpoint[_Reason], function: FunctionSpec) -> Diagnostic:
    core = minimal_conflict(rules, lambda some: to_fixpoint(some).empty is not None)
    reasons = [rule.clause for rule in core]
    spans = _unique(reason.span for reason in reasons if reason.span is not None)
    labels = tuple(Label(span, "this" if index == 0 else "and this") for index, span in enumerate(spans))
    if not labels and function.span is not None:
        labels = (Label(function.span),)
    quantity = str(fixpoint.empty)
    return Diagnostic(
        "L0305",
        f"nothing is left for {_in_words(quantity, function)}",
        labels,
        (derivation([_sentence(reason) for reason in reasons]),),
    )


def derivation(sentences: list[str]) -> str:
    """Clauses that cannot hold together, as one sentence."""
    return (
        f"because {' and '.join(sentences)}, no function satisfies {'both' if len(sentences) == 2 else 'all of them'}"
    )


def _sentence(reason: _Reason) -> str:
    return reason.says if reason.span is None else f"line {reason.span.line} says {reason.says}"


def _in_words(quantity: str, function: FunctionSpec) -> str:
    if quantity in (f"{function.name}.value", f"{function.name}.body"):
        return f"what `{function.name}` returns"
    return f"`{quantity.removeprefix('value of ')}`"


def _unique(spans: Iterable[Span]) -> list[Span]:
    return list({(span.start, span.end): span for span in spans}.values())


def _filled(module: Module, fixpoint: Fixpoint[_Reason], function: FunctionSpec) -> Module:
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
