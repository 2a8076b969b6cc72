"""Whether an answer is derivable from its problem's grammar, or a term of the problem's logic where there is none."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.sygus.names import inside_out
from compiler.sygus.operators import operator_for
from compiler.sygus.problem import (
    AnyConstant,
    Apply,
    Grammar,
    Literal,
    Problem,
    Production,
    Target,
    Term,
    Variable,
    constant_of,
    sort_of,
)


def conforms(problem: Problem, terms: tuple[Term, ...]) -> bool:
    """Whether each target's term is one that its grammar, or else the problem's logic, allows."""
    return len(terms) == len(problem.targets) and all(
        derives(target.grammar, term) if target.grammar is not None else in_logic(problem, target, term)
        for target, term in zip(problem.targets, terms, strict=True)
    )


def derives(grammar: Grammar, term: Term) -> bool:
    """Whether the grammar's start symbol derives the term. ``-1`` and ``(- 1)`` are the same constant.

    From the leaves up, for each part the nonterminals that derive it (Cocke, Younger and Kasami's idea, over trees).
    """
    known: dict[int, set[str]] = {}
    for part in inside_out(term):
        known[id(part)] = _deriving(grammar, part, known)
    return grammar.start in known[id(term)]


def _deriving(grammar: Grammar, term: Term, known: Mapping[int, set[str]]) -> set[str]:
    """The nonterminals that derive a term, where ``known`` tells those that derive its parts."""

    def matches(production: Production, part: Term) -> bool:
        match production, part:
            case Variable(name), _ if name in grammar.sorts:
                return name in (known[id(part)] if id(part) in known else _deriving(grammar, part, known))
            case Apply("-", (operand,)), Literal(int() as value) if value < 0:
                return matches(operand, Literal(-value))
            case Apply(operator, operands), Apply(applied, arguments) if operator == applied:
                return len(operands) == len(arguments) and all(map(matches, operands, arguments))
            case Literal(), _:
                return constant_of(part) == production
            case AnyConstant(sort), _:
                constant = constant_of(part)
                return constant is not None and sort_of(constant.value) == sort
        return production == part

    found: set[str] = set()
    chains: list[tuple[str, str]] = []
    for nonterminal, productions in grammar.productions.items():
        for production in productions:
            if isinstance(production, Variable) and production.name in grammar.sorts:
                chains.append((nonterminal, production.name))
            elif nonterminal not in found and matches(production, term):
                found.add(nonterminal)
    while reached := {left for left, right in chains if right in found} - found:
        found |= reached
    return found


def in_logic(problem: Problem, target: Target, term: Term) -> bool:
    """Whether a term is one of the problem's logic over a target's parameters; defined functions may be used."""
    linear = "N" not in problem.logic and problem.logic != "ALL"
    strings = "S" in problem.logic or problem.logic == "ALL"
    defined = {definition.name for definition in problem.definitions}
    parameters = {name for name, _ in target.parameters}
    closed: dict[int, bool] = {}

    def allowed(part: Term) -> bool:
        match part:
            case Literal(value):
                return strings or not isinstance(value, str)
            case Variable(name):
                return name in parameters
            case Apply(name, arguments):
                operator = operator_for(name, len(arguments))
                if name in defined or operator is None:
                    return name in defined
                varying = [not closed[id(argument)] for argument in arguments]
                about_strings = "String" in (*operator.arguments, operator.result)
                return (strings or not about_strings) and (not linear or operator.linear(varying))

    for part in inside_out(term):
        closed[id(part)] = (
            all(closed[id(inner)] for inner in part.arguments)
            if isinstance(part, Apply)
            else (isinstance(part, Literal))
        )
        if not allowed(part):
            return False
    return True
