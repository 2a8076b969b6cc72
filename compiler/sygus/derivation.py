"""Whether an answer is derivable from its problem's grammar, or a term of the problem's logic where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.sygus.operators import OPERATORS
from compiler.sygus.problem import (
    AnyConstant,
    Apply,
    Definition,
    Grammar,
    Literal,
    Problem,
    Production,
    Target,
    Term,
    Variable,
)


def conforms(problem: Problem, terms: tuple[Term, ...]) -> bool:
    """Whether each target's term is one that its grammar, or else the problem's logic, allows."""
    return len(terms) == len(problem.targets) and all(
        derives(target.grammar, term) if target.grammar is not None else in_logic(problem, target, term)
        for target, term in zip(problem.targets, terms, strict=True)
    )


def derives(grammar: Grammar, term: Term) -> bool:
    """Whether the grammar's start symbol derives the term. ``-1`` and ``(- 1)`` are the same constant."""
    return _Derivation(grammar).derives(grammar.start, term)


class _Derivation:
    """Top-down matching. A nonterminal's productions are those of all that it reaches by chain rules, so it ends."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.known: dict[tuple[str, Term], bool] = {}

    def derives(self, nonterminal: str, term: Term) -> bool:
        key = (nonterminal, term)
        if key not in self.known:
            self.known[key] = any(self.matches(production, term) for production in self.alternatives(nonterminal))
        return self.known[key]

    def alternatives(self, nonterminal: str) -> Iterator[Production]:
        reached, waiting = {nonterminal}, [nonterminal]
        while waiting:
            for production in self.grammar.productions[waiting.pop()]:
                if not isinstance(production, Variable) or production.name not in self.grammar.sorts:
                    yield production
                elif production.name not in reached:
                    reached.add(production.name)
                    waiting.append(production.name)

    def matches(self, production: Production, term: Term) -> bool:
        match production, term:
            case Variable(name), _ if name in self.grammar.sorts:
                return self.derives(name, term)
            case Apply("-", (operand,)), Literal(int() as value) if value < 0:
                return self.matches(operand, Literal(-value))
            case Apply(operator, operands), Apply(applied, arguments) if operator == applied:
                return len(operands) == len(arguments) and all(map(self.matches, operands, arguments))
            case Literal(), _:
                return _constant(term) == production
            case AnyConstant(sort), _:
                constant = _constant(term)
                return constant is not None and _sort_of_constant(constant) == sort
        return production == term


def _constant(term: Term) -> Literal | None:
    match term:
        case Literal():
            return term
        case Apply("-", (Literal(int() as value),)) if not isinstance(value, bool):
            return Literal(-value)
    return None


def _sort_of_constant(constant: Literal) -> str:
    match constant.value:
        case bool():
            return "Bool"
        case int():
            return "Int"
        case str():
            return "String"


def in_logic(problem: Problem, target: Target, term: Term) -> bool:
    """Whether a term is one of the problem's logic over a target's parameters; defined functions may be used."""
    linear = "N" not in problem.logic and problem.logic != "ALL"
    strings = "S" in problem.logic or problem.logic == "ALL"
    functions = {definition.name: definition for definition in problem.definitions}
    return _in_logic(term, frozenset(name for name, _ in target.parameters), functions, linear, strings)


def _in_logic(
    term: Term, names: frozenset[str], functions: Mapping[str, Definition], linear: bool, strings: bool
) -> bool:
    match term:
        case Literal(value):
            return strings or not isinstance(value, str)
        case Variable(name):
            return name in names
        case Apply(name, arguments):
            known = name in functions or (name in OPERATORS and (strings or not name.startswith("str.")))
            varying = [argument for argument in arguments if not _is_closed(argument)]
            if linear and name == "*" and len(varying) > 1:
                return False
            if linear and name in ("div", "mod") and any(not _is_closed(argument) for argument in arguments[1:]):
                return False
            return known and all(_in_logic(argument, names, functions, linear, strings) for argument in arguments)


def _is_closed(term: Term) -> bool:
    match term:
        case Variable():
            return False
        case Apply(_, arguments):
            return all(map(_is_closed, arguments))
    return True
