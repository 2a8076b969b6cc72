"""The trace file that a user names: opening it, and keeping what happened where a compile fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compiler.text.diagnostics import Diagnostic, ExitCode, Label, LiftcError
from compiler.text.output import write_whole
from compiler.text.source import Source
from compiler.trace.events import Error
from compiler.trace.trace import Trace, TraceFormatError, read_trace


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


@contextmanager
def kept_on_failure(path: str | None) -> Iterator[Trace]:
    """A trace for a compile to fill.

    Where the compile fails or is interrupted, it is written to ``path``, with the error as its end. A specification
    that cannot be read leaves no trace.
    """
    trace = Trace()
    try:
        yield trace
    except (Exception, KeyboardInterrupt) as error:
        unreadable = isinstance(error, LiftcError) and error.exit_code == ExitCode.BAD_INPUT
        if path is not None and trace.events and not unreadable:
            trace.record(Error(message=_message(error)))
            write_whole(path, trace.text())
        raise


def _message(error: BaseException) -> str:
    match error:
        case KeyboardInterrupt():
            return "interrupted"
        case LiftcError():
            return str(error)
        case _:
            return f"{type(error).__name__}: {error}"
