"""What one file adds to a specification."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.front.spec import Example, FunctionSpec
from compiler.text.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class FilePart:
    """The functions that a file specifies, in its own order.

    ``foreign`` are its examples of functions that other files specify; ``context`` is module text for all functions.
    """

    functions: tuple[FunctionSpec, ...]
    foreign: tuple[Example, ...] = ()
    context: str = ""
    warnings: tuple[Diagnostic, ...] = ()
