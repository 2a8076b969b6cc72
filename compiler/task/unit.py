"""Units: what is compiled together. Usually one function; mutually recursive functions make one unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from compiler.front.order import mutual_groups
from compiler.front.spec import Example, FunctionSpec, Satisfies, Spec
from compiler.ir.lower import lower_module
from compiler.ir.nodes import Function, Import, Module
from compiler.task.few_shot import FewShotExample
from compiler.text.source import Source


@dataclass(frozen=True, slots=True)
class Unit:
    """Functions that are compiled together, with the module text that they see and what a model is shown first."""

    spec: Spec
    functions: tuple[FunctionSpec, ...]
    context: str
    few_shot: tuple[FewShotExample, ...] = ()

    @property
    def name(self) -> str:
        """The unit's functions by name, as traces call it."""
        return "+".join(function.name for function in self.functions)

    @property
    def entry(self) -> str:
        """The function from which the others of the unit are reached."""
        return self.functions[0].name

    @property
    def context_module(self) -> Module:
        """The context as IR. Raises ``LowerError`` where it is outside the subset."""
        return _lowered(self.context)

    def program_of(self, function: Function, imports: Iterable[Import] = ()) -> Module:
        """A function of the unit in its context, after the imports that it needs. Raises ``LowerError``."""
        return Module((*imports, *self.context_module.body, function))

    @property
    def shown_names(self) -> frozenset[str]:
        """The names that examples of methods use, the methods' classes among them, whatever the methods use."""
        methods = [function for function in self.functions if function.owner is not None]
        texts = [text for function in methods for example in function.examples for text in _texts(example)]
        owners = [function.owner for function in methods if function.owner is not None and function.kind != "static"]
        return frozenset([*owners, *(word for text in texts for word in re.findall(r"[^\W\d]\w*", text))])

    @property
    def prose(self) -> bool:
        """Whether there are words for a model to read, beyond examples and contracts."""
        return any(re.search(r"[A-Za-z]{3,}", function.prose) for function in self.functions)


@lru_cache(maxsize=16)
def _lowered(context: str) -> Module:
    return lower_module(Source("context", context))


def _texts(example: Example) -> tuple[str, ...]:
    """The expressions of an example."""
    words = [text for _, text in example.call.keywords]
    expected = example.expected.condition if isinstance(example.expected, Satisfies) else ""
    return (*example.call.arguments, *words, expected)


def group_functions(functions: Sequence[FunctionSpec]) -> list[tuple[FunctionSpec, ...]]:
    """Functions that name each other in their texts, callees first.

    Methods that one example calls together are judged together, and therefore compiled together.
    """
    mentions: dict[str, list[str]] = {function.name: [] for function in functions}
    for function in functions:
        for other in functions:
            if other.name == function.name:
                continue
            if re.search(rf"\b{re.escape(other.name)}\s*\(", function.text):
                mentions[function.name].append(other.name)
            if _called_in_examples(other, function):
                mentions[function.name].append(other.name)
                mentions[other.name].append(function.name)
    by_name = {function.name: function for function in functions}
    return [tuple(by_name[name] for name in group) for group in mutual_groups(mentions)]


def _called_in_examples(method: FunctionSpec, function: FunctionSpec) -> bool:
    """Whether examples of a function call a method on their objects."""
    if method.owner is None or method.kind == "static":
        return False
    called = re.compile(rf"\.\s*{re.escape(method.name)}\b")
    return any(called.search(text) for example in function.examples for text in _texts(example))
