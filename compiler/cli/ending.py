"""How a command ends: each error as a diagnostic and an exit code, an interruption with nothing half done."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from backends.protocol import BackendError
    from compiler.text.diagnostics import Diagnostic

INTERRUPTED = 130
BROKEN_PIPE = 141
_AGAIN_SECONDS = 0.5


def ending_well(command: Callable[[], int]) -> int:
    """Run a command; its exit code, or that of the error it ended with, which has then been told on stderr."""
    from backends.protocol import BackendError
    from compiler.text.diagnostics import ExitCode, LiftcError

    try:
        with _terminated_as_interrupted():
            code = command()
            sys.stdout.flush()
            return code
    except LiftcError as error:
        tell(*error.diagnostics)
        return error.exit_code
    except BackendError as error:
        tell(backend_failure(error))
        return ExitCode.BACKEND_FAILED
    except BrokenPipeError:
        from compiler.text.output import drop_output

        drop_output()
        return BROKEN_PIPE
    except Exception as error:
        tell(_own_fault(error))
        return ExitCode.BACKEND_FAILED
    except KeyboardInterrupt:
        print("liftc: interrupted; no file was left half-written", file=sys.stderr)
        return INTERRUPTED


def end_at_once(code: int) -> NoReturn:
    """End the process without waiting for threads in which a model still decodes."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def tell(*diagnostics: Diagnostic) -> None:
    """Print diagnostics on stderr, in colour on a terminal."""
    from compiler.text.diagnostics import render

    for diagnostic in diagnostics:
        print(render(diagnostic, colour=has_colour()), file=sys.stderr)


def has_colour() -> bool:
    """Whether stderr is a terminal that may be coloured (https://no-color.org)."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def backend_failure(error: BackendError) -> Diagnostic:
    """The diagnostic for an engine's failure."""
    from compiler.text.diagnostics import Diagnostic

    return Diagnostic(error.code, str(error), help=(error.hint,) if error.hint else ())


def _own_fault(error: Exception) -> Diagnostic:
    """What to say of an error that nobody foresaw; ``LIFTC_TRACEBACK`` shows all of it."""
    import traceback

    from compiler.text.diagnostics import Diagnostic

    if os.environ.get("LIFTC_TRACEBACK"):
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"in {frame.name}, {os.path.basename(frame.filename)} line {frame.lineno}"
    hint = "this is a fault of liftc: please report it with the specification and the output under LIFTC_TRACEBACK=1"
    return Diagnostic("L0801", f"liftc failed: {type(error).__name__}: {error}", (), (place,), (hint,))


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """A request to terminate unwinds like Ctrl-C, so that children and scratch folders go with us.

    A ``KeyboardInterrupt`` that is raised inside a callback or a finaliser is lost, so it is raised again until the
    command has ended.
    """

    def interrupt(_number: int, _frame: object) -> NoReturn:
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    try:
        before = [signal.signal(number, interrupt) for number in numbers]
    except ValueError:  # Only the main thread may set handlers.
        yield
        return
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
