"""What a compile gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.diagnostics import Diagnostic, ExitCode
from compiler.evidence import Ambiguity, ClauseEvidence

if TYPE_CHECKING:
    from compiler.trace.events import Trace


Status: TypeAlias = Literal["accepted", "best_effort", "rejected"]


@dataclass(frozen=True, slots=True)
class EngineUsage:
    """What one model was asked for. ``cached`` of its answers came from the cache and cost nothing.

    ``seconds`` and ``money`` (dollars, ``None`` where the price is not known) count the others; ``failures`` are calls
    that ended in an error.
    """

    engine: str
    model: str
    requests: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    money: float | None = 0.0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a compile cost. ``phases`` splits ``seconds``: load, prefill and decode, search, judge, the rest.

    ``engines`` tells it for each model, in the order in which they were asked.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0
    seconds: float = 0.0
    phases: tuple[tuple[str, float], ...] = ()
    engines: tuple[EngineUsage, ...] = ()


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
