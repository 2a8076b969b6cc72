"""The order in which functions are compiled: what a function's text names comes before it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from compiler.front.spec import FunctionSpec


def in_dependency_order(functions: Sequence[FunctionSpec]) -> tuple[FunctionSpec, ...]:
    """The functions with dependencies first; those that need each other stay together, in the order of the source."""
    by_name = {function.name: function for function in functions}
    needs = {name: _words(function.text) & by_name.keys() for name, function in by_name.items()}
    return tuple(by_name[name] for group in mutual_groups(needs) for name in group)


def mutual_groups(needs: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The strongly connected components of a graph: names that need each other, each group after those it needs."""
    reached = {name: _reached(name, needs) for name in needs}
    first = {name: next(other for other in reached[name] if name in reached[other]) for name in needs}
    # What a group needs reaches fewer names than the group does.
    order = (other for name in needs for other in sorted(reached[name], key=lambda other: len(reached[other])))
    return [[name for name in needs if first[name] == one] for one in dict.fromkeys(first[name] for name in order)]


def _reached(name: str, needs: Mapping[str, Collection[str]]) -> list[str]:
    """The name itself and all that it needs, at however many removes, in the order of the graph."""
    found, waiting = {name}, [name]
    while waiting:
        waiting += [other for other in needs[waiting.pop()] if other not in found]
        found |= {*waiting}
    return [other for other in needs if other in found]


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", text))
