"""A problem's grammar as rules in normal form, with what each does and what it costs.

Every operation stands over nonterminals: an argument that a production writes out gets a nonterminal of its own.
Nonterminals that only rename another are replaced by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from compiler.sygus.default_grammar import constants_for, default_grammar
from compiler.sygus.examples import Example
from compiler.sygus.operators import ANY, operator_for
from compiler.sygus.problem import (
    KINDS,
    AnyConstant,
    Apply,
    Definition,
    Grammar,
    Literal,
    Problem,
    Production,
    Variable,
    sort_of,
)
from compiler.sygus.semantics import apply_operator, evaluate
from compiler.sygus.text import print_term
from solver.productions import Productions, Rule

_STRANGE_LITERAL = 4


def rules_of(problem: Problem, examples: Sequence[Example], costs: Mapping[tuple[str, Production], int]) -> Productions:
    """The rules of the first target's grammar, or of all terms of the logic where it has none."""
    grammar = problem.grammar or default_grammar(problem, examples)
    builder = _Builder(problem, grammar, examples, costs)
    return builder.build()


def usual_cost(production: Production) -> int:
    """What a production costs where nothing else is said."""
    if not isinstance(production, Apply):
        return 1
    operator = operator_for(production.operator, len(production.arguments))
    return 1 if operator is None else operator.cost


def reachable(grammar: Grammar, head: str) -> Iterator[tuple[str, Production]]:
    """The productions of a nonterminal and of those that stand alone in one of them, each with its nonterminal."""
    waiting, seen = [head], {head}
    while waiting:
        origin = waiting.pop(0)
        for production in grammar.productions[origin]:
            if not renames(grammar, production):
                yield origin, production
            elif isinstance(production, Variable) and production.name not in seen:
                seen.add(production.name)
                waiting.append(production.name)


def renames(grammar: Grammar, production: Production) -> bool:
    """Whether a production is another nonterminal alone."""
    return isinstance(production, Variable) and production.name in grammar.sorts


class _Builder:
    def __init__(
        self,
        problem: Problem,
        grammar: Grammar,
        examples: Sequence[Example],
        costs: Mapping[tuple[str, Production], int],
    ) -> None:
        self._grammar = grammar
        self._examples = examples
        self._costs = costs
        self._definitions = {definition.name: definition for definition in problem.definitions}
        self._parameters = {name: index for index, (name, _) in enumerate(problem.parameters)}
        self._sorts = dict(problem.parameters)
        self._kinds = {name: KINDS[sort] for name, sort in grammar.sorts.items()}
        self._rules: dict[str, tuple[Rule, ...]] = {}

    def build(self) -> Productions:
        start = self._resolved(self._grammar.start)
        waiting = [start]
        while waiting:
            head = waiting.pop()
            if head in self._rules or head not in self._grammar.productions:
                continue
            self._rules[head] = tuple(self._rules_of(head))
            waiting += [child for rule in self._rules[head] for child in rule.children]
        return Productions(start, {head: self._kinds[head] for head in self._rules}, self._rules)

    def _resolved(self, name: str) -> str:
        """The nonterminal that this one is only another name of, or itself."""
        seen = {name}
        while True:
            match self._grammar.productions[name]:
                case (Variable(other),) if other in self._grammar.sorts and other not in seen:
                    name = other
                    seen.add(name)
                case _:
                    return name

    def _rules_of(self, head: str) -> Iterator[Rule]:
        seen: set[Production] = set()
        for origin, production in reachable(self._grammar, head):
            for each in (
                constants_for(production, self._examples) if isinstance(production, AnyConstant) else (production,)
            ):
                if each not in seen:
                    seen.add(each)
                    yield self._rule(head, each, self._costs.get((origin, production)))

    def _rule(self, head: str, production: Variable | Literal | Apply, cost: int | None) -> Rule:
        match production:
            case Variable(name):
                return Rule(head, (), cost or 1, itemgetter(self._parameters[name]), production)
            case Literal(value):
                return Rule(head, (), cost or self._literal_cost(value), lambda row: value, production)  # noqa: ARG005
            case Apply(name, arguments):
                operator = operator_for(name, len(arguments))
                if operator is not None and len(operator.arguments) < len(arguments):
                    operator = None
                return Rule(
                    head,
                    tuple(map(self._child, arguments)),
                    cost or usual_cost(production),
                    self._function(name, len(arguments)),
                    name,
                    None if operator is None else operator.role,
                    operator is not None and operator.commutative,
                )

    def _child(self, argument: Production) -> str:
        """The nonterminal of an argument; one that the production writes out gets its own."""
        if isinstance(argument, Variable) and renames(self._grammar, argument):
            return self._resolved(argument.name)
        assert not isinstance(argument, AnyConstant)
        name = f"written {print_term(argument)}"
        if name not in self._rules:
            self._kinds[name] = KINDS[self._sort(argument)]
            self._rules[name] = ()
            self._rules[name] = (self._rule(name, argument, 1),)
        return name

    def _sort(self, term: Variable | Literal | Apply) -> str:
        match term:
            case Variable(name):
                return self._grammar.sorts[name] if name in self._grammar.sorts else self._sorts[name]
            case Literal(value):
                return sort_of(value)
            case Apply(name, arguments):
                if name in self._definitions:
                    return self._definitions[name].result
                operator = operator_for(name, len(arguments))
                assert operator is not None
                return self._sort(arguments[-1]) if operator.result == ANY else operator.result

    def _literal_cost(self, value: object) -> int:
        """A text that no example shows, and no other literal is likely to be meant for, comes late."""
        texts = [text for example in self._examples for text in (*example.inputs, example.output)]
        known = not isinstance(value, str) or any(isinstance(text, str) and value in text for text in texts)
        return 1 if known else _STRANGE_LITERAL

    def _function(self, name: str, arity: int) -> Callable[..., Any]:
        definition = self._definitions.get(name)
        if definition is not None:
            return partial(_call, definition, self._definitions)
        operator = operator_for(name, arity)
        assert operator is not None
        return operator.value if len(operator.arguments) == arity else partial(_apply, name)


def _call(definition: Definition, definitions: Mapping[str, Definition], *values: Any) -> Any:
    names = (name for name, _ in definition.parameters)
    return evaluate(definition.body, dict(zip(names, values, strict=True)), definitions)


def _apply(name: str, *values: Any) -> Any:
    return apply_operator(name, values)
