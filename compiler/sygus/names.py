"""The names that a term uses."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.sygus.problem import Apply, Term, Variable


def names_in(term: Term) -> Iterator[tuple[type[Variable] | type[Apply], str]]:
    """Every variable and every applied operator or function of a term, with repetitions."""
    stack = [term]
    while stack:
        match stack.pop():
            case Variable(name):
                yield Variable, name
            case Apply(name, arguments):
                yield Apply, name
                stack.extend(arguments)
