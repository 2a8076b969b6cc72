"""Grammars of ``synth-fun``: declared nonterminals and grouped rules, or the grouped rules alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.sygus.errors import problem_error
from compiler.sygus.problem import AnyConstant, Grammar, Production, Variable
from compiler.sygus.read_terms import Scope, Signature, expect_sort, read_sort, read_term, symbol
from compiler.sygus.sexpressions import Atom, Group, Node


def read_grammar(
    nodes: Sequence[Node], parameters: tuple[tuple[str, str], ...], functions: Mapping[str, Signature]
) -> Grammar:
    """The grammar that stands after a function's sort. Raises ``LiftcError``."""
    rules = [_rule(node) for node in _items(nodes[-1])]
    declared = _declared(nodes[0]) if len(nodes) == 2 else [(name, sort) for name, sort, _ in rules]
    grouped = [(name, sort) for name, sort, _ in rules]
    if not declared or declared != grouped:
        raise problem_error(
            "L0502",
            "the rules must stand for the declared nonterminals, in their order",
            nodes[-1].span,
            f"declared: {', '.join(name for name, _ in declared) or 'none'}",
        )
    sorts = dict(declared)
    clash = next((name for name, _ in parameters if name in sorts), None)
    if clash is not None or len(sorts) < len(declared):
        named = clash or next(name for name, _ in declared if [other for other, _ in declared].count(name) > 1)
        raise problem_error("L0506", f"`{named}` is declared twice", nodes[0].span, "its second declaration")
    scope = Scope({**dict(parameters), **sorts}, functions, {})
    productions = {
        name: tuple(production for node in listed for production in _productions(node, sort, parameters, scope))
        for name, sort, listed in rules
    }
    return Grammar(declared[0][0], sorts, productions)


def _items(node: Node) -> Sequence[Node]:
    if isinstance(node, Group):
        return node.items
    raise problem_error("L0502", "a grammar is a list of rules", node.span, "not a list")


def _declared(node: Node) -> list[tuple[str, str]]:
    declared = []
    for item in _items(node):
        match item:
            case Group((name, sort)):
                declared.append((symbol(name, "a nonterminal's name"), read_sort(sort)))
            case _:
                raise problem_error("L0502", "expected (NAME SORT)", item.span, "not a declared nonterminal")
    return declared


def _rule(node: Node) -> tuple[str, str, Sequence[Node]]:
    match node:
        case Group((name, sort, Group(listed))) if listed:
            return symbol(name, "a nonterminal's name"), read_sort(sort), listed
    raise problem_error("L0502", "expected (NAME SORT (TERM ...))", node.span, "not a rule")


def _productions(
    node: Node, sort: str, parameters: tuple[tuple[str, str], ...], scope: Scope
) -> tuple[Production, ...]:
    match node:
        case Group((Atom("symbol", ("Constant" | "Variable") as kind), named)):
            given = read_sort(named)
            if given != sort:
                raise problem_error("L0505", f"expected the sort {sort}, found {given}", named.span, f"is {given}")
            if kind == "Constant":
                return (AnyConstant(sort),)
            return tuple(Variable(name) for name, of in parameters if of == sort)
    typed = read_term(node, scope)
    expect_sort(typed, sort, node.span)
    return (typed.term,)
