"""Programs that change what they are given: told where a specification does not say so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from compiler.front.spec import Call, FunctionSpec
from compiler.judge.judge import Judgement
from compiler.text.diagnostics import Diagnostic, Label

_SAID = re.compile(r"\bin[- ]?place\b|\bmodif|\bmutat|\bitself\b|\bchang(?:es|ing) (?:the|its|an?) ", re.IGNORECASE)


def unsaid_changes(function: FunctionSpec, judgement: Judgement) -> tuple[Diagnostic, ...]:
    """A warning (L0406) where some call returned a value and changed an argument besides, and no word tells of that.

    Methods may change their objects.
    """
    if not judgement.changing or function.kind != "static" or _SAID.search(f"{function.text} {function.prose}"):
        return ()
    call = judgement.changing[0]
    names = " or ".join(f"`{name}`" for name in _changeable(function, call))
    return (
        Diagnostic(
            "L0406",
            f"`{function.name}` changes its argument {names}".rstrip(),
            (Label(function.span),) if function.span is not None else (),
            (f"{call.text} does",),
            ("say that it leaves its arguments as they are, or that it works in place",),
            severity="warning",
        ),
    )


def _changeable(function: FunctionSpec, call: Call) -> Iterator[str]:
    """The parameters to which a call gives a value that can be changed."""
    names = [item.name for item in function.signature.parameters if item.kind == "positional"]
    for name, text in [*zip(names, call.arguments, strict=False), *call.keywords]:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            yield name
        else:
            if isinstance(value, list | dict | set | tuple):
                yield name
