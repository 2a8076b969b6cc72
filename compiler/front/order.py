"""The order in which functions are compiled: what a function's text names comes before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compiler.front.spec import FunctionSpec


def in_dependency_order(functions: Sequence[FunctionSpec]) -> tuple[FunctionSpec, ...]:
    """The functions with dependencies first; those that need each other stay together, in the order of the source.

    Tarjan's algorithm (1972) gives the strongly connected components in that order already.
    """
    position = {function.name: index for index, function in enumerate(functions)}
    needs = {function.name: _named(function, position) for function in functions}
    components = _components(list(position), needs)
    ordered = [sorted(component, key=position.__getitem__) for component in components]
    return tuple(functions[position[name]] for component in ordered for name in component)


def _named(function: FunctionSpec, position: dict[str, int]) -> list[str]:
    words = set(re.findall(r"[^\W\d]\w*", function.text))
    names = (words & position.keys()) - {function.name}
    return sorted(names, key=position.__getitem__)


def _components(names: list[str], needs: dict[str, list[str]]) -> list[list[str]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []
    for root in names:
        work = [(root, iter(needs[root]))] if root not in index else []
        while work:
            name, rest = work[-1]
            if name not in index:
                index[name] = low[name] = len(index)
                stack.append(name)
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    cut = stack.index(name)
                    found.append(stack[cut:])
                    del stack[cut:]
            elif following not in index:
                work.append((following, iter(needs[following])))
            elif following in stack:
                low[name] = min(low[name], index[following])
    return found
