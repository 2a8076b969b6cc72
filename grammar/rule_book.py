"""The rules of one hole's grammar while they are made: by name, each once, with the scopes that they open."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from grammar.bound_names import Scope, sorts_within
from grammar.notation import Choice, Part, Reference, Text, choice, read_grammar
from grammar.optional_parts import any_of
from solver.sorts import Sort

MOST_DEPTH = 1
"""How many comprehensions and lambdas may stand around an expression."""

TERMINALS = read_grammar(
    r"""
start: INT_LITERAL
INT_LITERAL: /0|[1-9][0-9]{0,19}/
FLOAT_LITERAL: /(0|[1-9][0-9]{0,19})\.[0-9]{1,17}/
STR_LITERAL: /"([^"\\\x00-\x1f]|\\[nrt"'\\]){0,60}"/ | /'([^'\\\x00-\x1f]|\\[nrt"'\\]){0,60}'/
F_TEXT: /([^"'\\{}\x00-\x1f]|\\[nrt\\]){1,60}/
INT_FORMAT: /:(,|0?[1-9]?d)/
FLOAT_FORMAT: /:,?\.[0-9]f/
AND_OR: / (and|or) /
COMPARED: / ?(==|!=|<=?|>=?) ?/
EQUALS: / ?(==|!=) ?/
WHOLE_OP: / ?(\+|-|\*|\/\/|%|&|\||\^|<<|>>) ?/
REAL_OP: / ?(\+|-|\*|\/\/?|%) ?/
POWER: / ?\*\* ?/
SET_OP: / ?(&|\||-|\^) ?/
JOIN: / ?\+ ?/
TIMES: / ?\* ?/
NEXT: /, ?/
RANGE: / ?: ?/
"""
)


@dataclass(slots=True)
class RuleBook:
    """The rules made so far, all named with a ``prefix``. A choice without options marks what cannot be written."""

    prefix: str
    pending: deque[tuple[str, Callable[[], Iterable[Part | None]]]] = field(default_factory=deque)
    made: dict[str, Part] = field(default_factory=dict)
    words: dict[tuple[str, ...], Reference] = field(default_factory=dict)
    scopes: dict[tuple[tuple[str, Sort], ...], Scope] = field(default_factory=dict)

    def named(self, name: str, make: Callable[[], Iterable[Part | None]]) -> Reference:
        """A reference to the rule of a name, which is made when the rules are finished."""
        name = self.prefix + name
        if name not in self.made:
            self.made[name] = Choice(())
            self.pending.append((name, make))
        return Reference(name)

    def finish(self) -> dict[str, Part]:
        """All rules that those asked for need."""
        while self.pending:
            name, make = self.pending.popleft()
            self.made[name] = choice(option for option in make() if option is not None)
        return self.made

    def one_of(self, words: Sequence[str]) -> Part:
        """Any of the words, as one terminal."""
        if len(words) == 1:
            return Text(words[0])
        if tuple(words) not in self.words:
            name = f"{self.prefix.upper()}WORD_{len(self.words)}"
            self.made[name] = any_of(*words)
            self.words[tuple(words)] = Reference(name)
        return self.words[tuple(words)]

    def inner(self, scope: Scope, bindings: Iterable[dict[str, Sort]]) -> Iterator[Scope]:
        """The scopes in which such names are bound."""
        for bound in bindings if scope.depth < MOST_DEPTH else ():
            names = {**scope.names, **bound}
            key = tuple(names.items())
            if key not in self.scopes:
                sorts = sorts_within(scope.sorts, scope.names, bound)
                self.scopes[key] = Scope(len(self.scopes) + 1, names, sorts, scope.depth + 1)
            yield self.scopes[key]
