"""Contracts, bounds and types that leave no value together: found by intervals, by trying listed values, and by Z3."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.front.spec import Bound, Contract, FunctionSpec, RaisesError, Satisfies
from compiler.interpreter.conditions import UnevaluatedError, evaluate, holds
from compiler.proof.symbolic import condition
from compiler.proof.values import UnsupportedError, Value, constant, symbol
from compiler.propagation.clauses import Clause, Contradiction, clauses_of, only
from compiler.propagation.disagreements import broken_by, may_be, points
from compiler.propagation.facts import fact_fixpoint
from compiler.propagation.observations import Observation, observations
from solver import smt
from solver.domains import OneOf
from solver.explanation import minimal_conflict
from solver.smt import Smt
from solver.sorts import ANY, BOOL, Sort, sort_of_value


def without_results(function: FunctionSpec) -> FunctionSpec:
    """The specification without its post-conditions where a function may satisfy it by always raising."""
    raising = [contract for contract in function.contracts if contract.kind == "raises"]
    if not raising or _must_return(function, raising):
        return function
    return replace(function, contracts=tuple(item for item in function.contracts if item.kind == "pre"))


def _must_return(function: FunctionSpec, raising: Sequence[Contract]) -> bool:
    for item in observations(function):
        raises = isinstance(item.example.expected, RaisesError)
        if not raises and all(holds(contract.condition, item.arguments) is False for contract in raising):
            return True
    names, facts = _names(function)
    try:
        allowed = [
            condition(_condition_of(clause), names)
            for clause in clauses_of(function)
            if clause.kind in ("pre", "bound")
        ]
        returning = [_negated(condition(contract.condition, names)) for contract in raising]
    except UnsupportedError:
        return False
    about = smt.Subject(function.name, "; ".join(contract.text for contract in raising))
    return isinstance(smt.solve([*facts, *allowed, *returning], {}, about=about), smt.Satisfied)


def empty_quantity(function: FunctionSpec) -> Contradiction | None:
    """Clauses that leave a number, a length or a literal no value, by intervals alone."""
    fixpoint = fact_fixpoint(function)
    if fixpoint.empty is None:
        return None
    clauses = [step.clause.clause for step in fixpoint.steps if step.clause.clause is not None]
    core = minimal_conflict(
        [clause for clause in clauses_of(function) if clause in clauses],
        lambda some: fact_fixpoint(only(function, some)).empty is not None,
    )
    quantity = str(fact_fixpoint(only(function, core)).empty).removeprefix("value of ")
    return Contradiction("L0305", f"nothing is left for `{quantity}`", core)


def no_listed_value(function: FunctionSpec) -> Contradiction | None:
    """Clauses of which one lists the values that another excludes, each found by trying it."""
    fixpoint = fact_fixpoint(function)
    signature = function.signature
    sorts = {**{item.name: item.sort for item in signature.parameters}, "result": signature.returns}
    for name, sort in sorts.items():
        domain = fixpoint.domains.get(f"value of {name}")
        texts = domain.texts if isinstance(domain, OneOf) else ("True", "False") if sort == BOOL else ()
        if texts and all(_excluded(function, name, sort, text) for text in texts):
            about = [
                clause for clause in clauses_of(function) if clause.about == name or clause.kind in ("pre", "post")
            ]
            return Contradiction("L0305", f"nothing is left for `{name}`", tuple(about))
    return None


def _excluded(function: FunctionSpec, name: str, sort: Sort, text: str) -> bool:
    try:
        value = evaluate(text)
    except UnevaluatedError:
        return False
    if value is not None and not may_be(sort_of_value(value), sort):
        return True
    return any(
        holds(_condition_of(clause), {name: value}) is False
        for clause in clauses_of(function)
        if clause.kind in ("pre", "post") or (clause.kind == "bound" and clause.about == name)
    )


def no_result(function: FunctionSpec) -> Iterator[Contradiction]:
    """Examples that say what the result satisfies where contracts and the type leave no such result."""
    inside = [item for item in observations(function) if not broken_by(function, item)]
    for group in points(inside):
        if any(isinstance(item.example.expected, Satisfies) for item in group) and not _may_raise(function, group[0]):
            found = _no_result_at(function, group)
            if found is not None:
                yield found


def _no_result_at(function: FunctionSpec, group: Sequence[Observation]) -> Contradiction | None:
    try:
        names, facts = _names(function)
    except UnsupportedError:
        return None
    for name, value in group[0].arguments.items():
        try:
            names[name] = constant(value)
        except UnsupportedError:
            names.pop(name, None)
    clauses = [Clause(item.example) for item in group if isinstance(item.example.expected, Satisfies)]
    clauses += [clause for clause in clauses_of(function) if clause.kind == "post"]
    core = _contradiction(function, clauses, names, facts)
    if core is None or not any(clause.kind == "example" for clause in core):
        return None
    returned = [clause for clause in clauses_of(function) if clause.kind == "type" and clause.about == "result"]
    return Contradiction("L0305", f"nothing is left for `{group[0].example.call.text}`", (*returned, *core))


def _may_raise(function: FunctionSpec, item: Observation) -> bool:
    return any(
        contract.kind == "raises" and holds(contract.condition, item.arguments) is not False
        for contract in function.contracts
    )


def jointly_impossible(function: FunctionSpec) -> Contradiction | None:
    """Contracts, bounds and types that no arguments and result satisfy together, by Z3."""
    names, facts = _names(function)
    posts = any(contract.kind == "post" for contract in function.contracts)
    clauses = [
        clause
        for clause in clauses_of(function)
        if clause.kind in ("bound", "pre", "post") or (clause.kind == "raises" and posts)
    ]
    core = _contradiction(function, clauses, names, facts) if function.contracts else None
    if core is None:
        return None
    mentioned = {name for clause in core for name in _mentioned(_condition_of(clause))}
    types = [clause for clause in clauses_of(function) if clause.kind == "type" and clause.about in mentioned]
    return Contradiction("L0307", f"the contracts of `{function.name}` cannot hold together", (*types, *core))


def _contradiction(
    function: FunctionSpec, clauses: Sequence[Clause], names: Mapping[str, Value], facts: Sequence[Smt]
) -> tuple[Clause, ...] | None:
    known: list[Clause] = []
    terms: list[Smt] = []
    for clause in clauses:
        try:
            term = condition(_condition_of(clause), names)
        except UnsupportedError:
            continue
        known.append(clause)
        terms.append(_negated(term) if clause.kind == "raises" else term)
    if not terms:
        return None
    about = smt.Subject(function.name, "; ".join(clause.text.strip("`") for clause in known))
    places = smt.contradiction(facts, terms, about=about)
    return None if places is None else tuple(known[place] for place in places)


def _names(function: FunctionSpec) -> tuple[dict[str, Value], list[Smt]]:
    names: dict[str, Value] = {}
    facts: list[Smt] = []
    signature = function.signature
    for name, sort in (*((item.name, item.sort) for item in signature.parameters), ("result", signature.returns)):
        try:
            names[name], more = symbol(name, sort)
        except UnsupportedError:
            names[name], more = symbol(name, ANY)
        facts += more
    return names, facts


def _condition_of(clause: Clause) -> str:
    match clause.said:
        case Contract(condition=text):
            return text
        case Bound() as bound:
            return bound.condition(clause.about)
        case _:
            return _satisfied(clause)


def _satisfied(clause: Clause) -> str:
    expected = getattr(clause.said, "expected", None)
    return expected.condition if isinstance(expected, Satisfies) else "True"


def _mentioned(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text.strip(), mode="eval")) if isinstance(node, ast.Name)}


def _negated(term: Smt) -> Smt:
    import z3

    return z3.Not(term)
