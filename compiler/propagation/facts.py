"""What types, bounds and contracts say about numbers, lengths and literals, as rules for propagation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.front.spec import Bound, FunctionSpec
from compiler.interpreter.conditions import UnevaluatedError, evaluate
from compiler.judge.canonical import canonical
from compiler.propagation.clauses import Clause
from compiler.propagation.intervals import interval_of, literals_equal_to, narrowings, quantities
from compiler.text.source import Span
from solver.domains import Domain, Interval, OneOf
from solver.propagation import Fixpoint, Rule, propagate
from solver.sorts import FLOAT, INT, Sort


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule narrows, in words, and the clause that it comes from, if it is one."""

    says: str
    span: Span | None
    clause: Clause | None = None


def rule(reason: Reason, variable: str, domain: Domain) -> Rule[Reason]:
    """A rule that says the same of one variable whatever else is known."""
    return Rule(reason, (), lambda _: {variable: domain})


def fact_rules(function: FunctionSpec) -> list[Rule[Reason]]:
    """The rules of one function; ``value of x`` are the literals that ``x`` may be."""
    signature = function.signature
    rules: list[Rule[Reason]] = []
    for name, sort in (*((item.name, item.sort) for item in signature.parameters), ("result", signature.returns)):
        rules += _sort_rules(name, sort)
    for parameter in signature.parameters:
        rules += [made for bound in parameter.bounds for made in _bound_rules(parameter.name, bound)]
    for contract in function.contracts:
        reads = quantities(contract.condition) if contract.kind != "raises" else ()
        if reads:
            reason = Reason(f"`{contract.text}`", contract.span, Clause(contract))
            rules.append(Rule(reason, reads, lambda known, text=contract.condition: narrowings(text, known)))  # type: ignore[misc]
    return [*rules, *_literal_rules(function)]


def fact_fixpoint(function: FunctionSpec) -> Fixpoint[Reason]:
    """All that types, bounds and contracts say about numbers, lengths and literals."""
    return propagate(fact_rules(function))


def _sort_rules(name: str, sort: Sort) -> Iterator[Rule[Reason]]:
    clause = Clause(sort, name)
    if sort == INT:
        yield rule(Reason(clause.text, None, clause), name, Interval(whole=True))
    elif sort == FLOAT:
        yield rule(Reason(clause.text, None, clause), name, Interval())


def _bound_rules(name: str, bound: Bound) -> Iterator[Rule[Reason]]:
    interval = interval_of(bound)
    if interval is not None:
        clause = Clause(bound, name)
        quantity = f"len({name})" if bound.relation.endswith("length") else name
        yield rule(Reason(clause.text, bound.span, clause), quantity, interval)


def _literal_rules(function: FunctionSpec) -> Iterator[Rule[Reason]]:
    """The literals that a value may be; those that are equal have one text."""
    texts: dict[str, str] = {}
    for contract in function.contracts:
        for name in (*(parameter.name for parameter in function.signature.parameters), "result"):
            literals = literals_equal_to(name, contract.condition) if contract.kind != "raises" else None
            if literals is not None and (name == "result") == (contract.kind == "post"):
                same = [texts.setdefault(_key(text), text) for text in literals]
                reason = Reason(f"`{contract.text}`", contract.span, Clause(contract))
                yield rule(reason, f"value of {name}", OneOf(tuple(dict.fromkeys(same))))


def _key(literal: str) -> str:
    try:
        return canonical(evaluate(literal))
    except UnevaluatedError:
        return literal
