"""Expressions of a specification, evaluated by themselves: their values, and whether conditions hold."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.interpreter.interpreter import InterpretationError, evaluate_text
from compiler.text.diagnostics import LiftcError

_STEPS = 20_000


class UnevaluatedError(Exception):
    """An expression of the specification that cannot be evaluated on its own: a limit, an error, an unknown name."""


def evaluate(text: str, variables: Mapping[str, object] | None = None) -> object:
    """The value of an expression of the specification. Raises ``UnevaluatedError``."""
    try:
        run = evaluate_text(text, variables, steps=_STEPS)
    except (LiftcError, InterpretationError) as error:
        raise UnevaluatedError(str(error)) from error
    if run.error is not None or run.stopped is not None:
        raise UnevaluatedError(run.stopped or type(run.error).__name__)
    return run.value


def holds(condition: str, variables: Mapping[str, object]) -> bool | None:
    """Whether a condition is true of these values; ``None`` where it cannot be evaluated."""
    try:
        return bool(evaluate(condition, variables))
    except UnevaluatedError:
        return None
