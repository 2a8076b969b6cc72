"""The texts of the table of operators, read: Python as expressions with holes, SMT-LIB as terms over variables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from compiler.ir.lower import lower_expression
from compiler.ir.nodes import Expr, ExprHole, Name
from compiler.ir.rewrite import Changed, rewrite
from compiler.ir.walk import Node
from compiler.sygus.operators import ANY, Form, Operator
from compiler.sygus.problem import Apply, Term, Variable
from compiler.sygus.read_terms import Scope, read_term
from compiler.sygus.sexpressions import read_sexpressions
from compiler.text.source import Source

PARTS = ("a", "b", "c", "d")
"""What stands for any part in a form."""


@cache
def pattern_of(python: str) -> Expr:
    """The expression, with a hole for each part. Raises ``LiftcError``."""

    def change(node: Node) -> Changed:
        return ExprHole(node.id) if isinstance(node, Name) and node.id in PARTS else node

    return rewrite(lower_expression(python), change)


@cache
def meaning_of(operator: Operator, form: Form) -> Term:
    """The term that a form of an operator stands for. Raises ``LiftcError``."""
    if form.term:
        return _read(operator, form.term)
    return Apply(operator.name, tuple(map(Variable, PARTS[: len(operator.arguments)])))


@cache
def condition_of(operator: Operator, form: Form) -> Term:
    """The truth value that must be known to hold for a form. Raises ``LiftcError``."""
    return _read(operator, form.when or "true")


def match_term(pattern: Term, term: Term) -> dict[str, Term] | None:
    """What each variable of a pattern must be for it to be the term; ``None`` where it cannot be."""
    found: dict[str, Term] = {}
    return found if _matches(pattern, term, found) else None


def substitute(pattern: Term, parts: Mapping[str, Term]) -> Term:
    """The pattern with parts in the places of its variables."""
    match pattern:
        case Variable(name):
            return parts[name]
        case Apply(name, arguments):
            return Apply(name, tuple(substitute(argument, parts) for argument in arguments))
    return pattern


def _read(operator: Operator, text: str) -> Term:
    (node,) = read_sexpressions(Source(operator.name, text))
    sorts, _ = operator.at(ANY)
    return read_term(node, Scope(dict(zip(PARTS, sorts, strict=False)), {}, {})).term


def _matches(pattern: Term, term: Term, found: dict[str, Term]) -> bool:
    match pattern, term:
        case Variable(name), _:
            return found.setdefault(name, term) == term
        case Apply(name, patterns), Apply(applied, parts) if name == applied and len(patterns) == len(parts):
            return all(_matches(one, part, found) for one, part in zip(patterns, parts, strict=True))
    return pattern == term
