"""What search refuses to evaluate, beyond what Python refuses, so that one evaluation stays small."""

from __future__ import annotations

import ast
import re

from solver.behaviour import LONGEST_VALUE
from solver.operations.callables import GUARDS
from solver.operations.entries import PARAMETERS, Operation

CONDITIONS: dict[str, str] = {
    "combinations": "abs({0}) <= 256",
    "digits": "abs({1}) <= 64",
    "exact_quotient": "abs({0}) < 1 << 52",
    "factorial": "{0} <= 256",
    "joining": "len({1}) * len({0}) <= 16 * LONGEST",
    "length": "{0} <= LONGEST",
    "permutations": "abs({0}) <= 256",
    "positive": "{1} >= 1",
    "power": "abs({1}) <= 64 and abs({0}) < 1 << 64 and ({1} >= 0 or isinstance({0}, float))",
    "repeat": "isinstance({0}, (int, float)) or len({0}) * {1} <= LONGEST",
    "replacement": "(len({0}) + 1) * len({2}) <= 16 * LONGEST",
    "shift": "{1} <= 256",
    "span": "{1} - {0} <= LONGEST",
    "width": "{1} <= LONGEST",
}
"""By the guard's name: what must hold of the arguments, ``{0}`` being the first or the object of a method."""


def _too_large() -> object:
    raise OverflowError


NAMESPACE: dict[str, object] = {"LONGEST": LONGEST_VALUE, "too_large": _too_large}
"""What guarded texts name."""


def guard_of(operation: Operation) -> str:
    """The name of an operation's guard: its own, or else that of the callable that it calls."""
    called = operation.called or ""
    qualified = called if "." in called else f"builtins.{called}"
    return operation.column("guard") or GUARDS.get(qualified, "harmless")


def guarded(operation: Operation) -> str:
    """The operation's text behind its guard. Iterators are listed."""
    text = f"list({operation.text})" if "lazy" in operation.marks else operation.text
    condition = CONDITIONS.get(guard_of(operation), "")
    arguments = list(PARAMETERS) if operation.column("guard") else _arguments(operation.tree)
    used = {int(place) for place in re.findall(r"\{(\d)\}", condition)}
    if not used or max(used) >= len(arguments) or any(arguments[place] not in PARAMETERS for place in used):
        return text
    return f"({text}) if {condition.format(*arguments)} else too_large()"


def _arguments(tree: ast.expr) -> list[str]:
    """The texts of a call's arguments, the object of a method first."""
    match tree:
        case ast.Call(func=ast.Attribute(value=owner), args=arguments) if ast.unparse(owner) in PARAMETERS:
            return list(map(ast.unparse, (owner, *arguments)))
        case ast.Call(args=arguments):
            return list(map(ast.unparse, arguments))
        case _:
            return []
