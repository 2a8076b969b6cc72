"""A value or an exception of the interpreter as an ``Outcome``, in the words that the child process uses."""

from __future__ import annotations

from compiler.judge.canonical import canonical, drain, is_iterator, without_addresses, write_items
from compiler.judge.child import LONGEST_VALUE
from compiler.judge.outcome import Raised, Returned


def describe(value: object) -> Returned:
    """What a call returned. Uses an iterator up; may run code of the program, and raises what that raises."""
    if is_iterator(value):
        text = write_items(*drain(value))  # type: ignore[arg-type]
        return Returned(_cut(text), text, "iterator")
    try:
        text = without_addresses(repr(value))
    except ValueError:
        # An integer too long for decimal digits, somewhere inside.
        text = canonical(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return Returned(_cut(text), canonical(value), type(value).__name__)


def raised(error: BaseException) -> Raised:
    """What a call raised."""
    try:
        message = without_addresses(str(error))[:LONGEST_VALUE]
    except Exception:
        message = ""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind not in (BaseException, object)]
    return Raised(type(error).__name__, message, tuple(kinds))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."
