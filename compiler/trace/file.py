"""Opening the trace that a user names."""

from __future__ import annotations

from pathlib import Path

from compiler.diagnostics import Diagnostic, Label, LiftcError
from compiler.source import Source
from compiler.trace.events import Trace, TraceFormatError, read_trace


def open_trace(path: str) -> Trace:
    """Read a trace file. Raises ``LiftcError`` that points at the line where it is no trace."""
    try:
        return read_trace(Path(path))
    except OSError as error:
        raise LiftcError([Diagnostic("L0705", f"cannot read {path}: {error.strerror}")]) from error
    except TraceFormatError as error:
        source = Source(path, Path(path).read_text(encoding="utf-8", errors="replace"))
        start = source.line_starts[error.line - 1]
        label = Label(source.span(start, start + len(source.line(error.line))), error.reason)
        raise LiftcError([Diagnostic("L0705", f"{path} is not a trace of liftc", (label,))]) from error
