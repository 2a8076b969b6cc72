"""Units: what is compiled together. Usually one function; mutually recursive functions make one unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from compiler.spec import FunctionSpec, Spec


@dataclass(frozen=True, slots=True)
class Unit:
    """Functions that are compiled together, with the module text that they see."""

    spec: Spec
    functions: tuple[FunctionSpec, ...]
    context: str

    @property
    def name(self) -> str:
        """The unit's functions by name, as traces call it."""
        return "+".join(function.name for function in self.functions)

    @property
    def entry(self) -> str:
        """The function from which the others of the unit are reached."""
        return self.functions[0].name

    @property
    def prose(self) -> bool:
        """Whether there are words for a model to read, beyond examples and contracts."""
        return any(re.search(r"[A-Za-z]{3,}", function.prose) for function in self.functions)


def group_functions(functions: Sequence[FunctionSpec]) -> list[tuple[FunctionSpec, ...]]:
    """The strongly connected components of "names the other in its text", callees first (Tarjan 1972)."""
    mentions = {
        function.name: [
            other.name
            for other in functions
            if other.name != function.name and re.search(rf"\b{re.escape(other.name)}\s*\(", function.text)
        ]
        for function in functions
    }
    by_name = {function.name: function for function in functions}
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    components: list[tuple[FunctionSpec, ...]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in mentions[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            start = stack.index(name)
            members = set(stack[start:])
            del stack[start:]
            components.append(tuple(function for function in functions if function.name in members))

    for name in by_name:
        if name not in index:
            visit(name)
    return components
