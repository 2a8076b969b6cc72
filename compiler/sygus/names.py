"""Walks over terms without recursion: the parts of a term, the names in it, how deep it nests."""

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


def depth_of(term: Term) -> int:
    """How many applications stand within each other; counted without recursion."""
    depth, level = 0, [term]
    while applications := [part for part in level if isinstance(part, Apply)]:
        depth += 1
        level = [argument for application in applications for argument in application.arguments]
    return depth


def inside_out(term: Term) -> list[Term]:
    """All parts of a term, each after its own parts, the whole term last."""
    found, stack = [], [term]
    while stack:
        part = stack.pop()
        found.append(part)
        if isinstance(part, Apply):
            stack.extend(part.arguments)
    return found[::-1]
