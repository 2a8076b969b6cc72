"""What a compile gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.acceptance.evidence import Ambiguity, ClauseEvidence
from compiler.task.usage import Usage
from compiler.text.diagnostics import Diagnostic, ExitCode

if TYPE_CHECKING:
    from compiler.trace.trace import Trace


Status: TypeAlias = Literal["accepted", "best_effort", "rejected"]


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """One function's outcome. ``source`` is its emitted text: the accepted program, or the best candidate there was.

    ``origin`` says where the chosen program comes from (``model``, ``search``, ``repair``, ``forced``).
    """

    name: str
    accepted: bool
    source: str | None
    origin: str = ""
    evidence: tuple[ClauseEvidence, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A compile's outcome.

    ``program`` is the whole text to write: set where every function was accepted, or with ``best_effort`` where every
    function has at least a candidate; then ``status`` is ``best_effort`` and the text's first comment says so.
    """

    status: Status
    program: str | None
    functions: tuple[FunctionResult, ...]
    diagnostics: tuple[Diagnostic, ...]
    usage: Usage
    model: str | None
    trace: Trace

    @property
    def exit_code(self) -> ExitCode:
        """The code that the command ends with."""
        return ExitCode.ACCEPTED if self.status == "accepted" else ExitCode.NOT_ACCEPTED
