"""What a run of the interpreter may use up: steps, recursion depth, output."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any, Literal, NoReturn, TypeAlias, TypeVar

from compiler.ir import nodes as ir

StopReason: TypeAlias = Literal["steps", "time", "memory", "output", "state"]
HoleFiller: TypeAlias = Callable[[Mapping[str, object]], object]
Observer: TypeAlias = Callable[[ir.Expr, object], None]
Result = TypeVar("Result")

RECURSION_LIMIT = 990
"""Depth at which ``RecursionError`` is raised: CPython's 1000, less the frames that stand around a call there."""

PROGRAM_MODULE = "candidate"
"""The module to which functions and classes of the program say they belong, as in the child process."""

OUTPUT_LIMIT = 1_000_000
SHALLOW = 120
_HOST_LIMIT = 20_000
_DEEP_HOST_LIMIT = 400_000
_DEEP_STACK = 512 * 1024 * 1024


class Halt(BaseException):
    """Ends a run; no ``except`` or ``finally`` of the program sees it."""


class Stop(Halt):
    """A limit was reached."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason)
        self.reason: StopReason = reason


class Refused(Halt):
    """The program asks for what the interpreter does not do: an open hole, a name outside the subset."""


class Meter:
    """Counts one run's steps, depth and output; also holds what the caller of the run passed in."""

    __slots__ = (
        "active",
        "alarm",
        "depth",
        "holes",
        "left",
        "limit",
        "nested",
        "observe",
        "output",
        "stopped",
        "unbounded",
    )

    def __init__(self) -> None:
        self.active = False
        self.begin(0, {}, None, False)
        self.active = False

    def begin(
        self, steps: int, holes: Mapping[str, HoleFiller], observe: Observer | None, allow_unbounded: bool
    ) -> None:
        """Start counting for a run, which may be one inside another run's hole or observer."""
        self.nested = self.active
        self.active = True
        self.left = steps
        self.depth = 0
        self.alarm = SHALLOW
        self.limit = RECURSION_LIMIT
        self.output = OUTPUT_LIMIT
        self.stopped: StopReason | None = None
        self.unbounded = allow_unbounded
        self.holes = holes
        self.observe = observe

    def state(self) -> tuple[Any, ...] | None:
        """What the run that is under way has used and been given, to be handed to ``restore`` later."""
        return tuple(getattr(self, name) for name in self.__slots__) if self.active else None

    def restore(self, state: tuple[Any, ...] | None) -> None:
        if state is None:
            self.active = False
            return
        for name, value in zip(self.__slots__, state, strict=True):
            setattr(self, name, value)

    def stop(self, reason: StopReason) -> NoReturn:
        """End the run. Raises ``Stop`` with the first reason there was."""
        self.stopped = self.stopped or reason
        self.left = -1
        raise Stop(self.stopped)

    def tick(self, steps: int) -> None:
        """Use up steps. Raises ``Stop``."""
        self.left -= steps
        if self.left < 0:
            self.stop("steps")

    def print(self, characters: int) -> None:
        """Use up output. Raises ``Stop``."""
        self.output -= characters
        if self.output < 0:
            self.stop("output")

    def deepen(self, body: Callable[[list[Any]], Result], frame: list[Any]) -> Result:
        """Run ``body`` where the host's own stack is large enough for the rest of the depth.

        One level of the program takes several of the host, so a deep recursion moves, once, to a thread with a large
        stack. Raises ``RecursionError`` at ``limit``.
        """
        if self.depth >= self.limit:
            raise RecursionError("maximum recursion depth exceeded")
        self.alarm = self.limit
        try:
            return _in_large_stack(body, frame)
        finally:
            self.alarm = SHALLOW


def with_host_depth(run: Callable[[], Result]) -> Result:
    """Call ``run`` with a recursion limit of the host that leaves room for shallow programs."""
    before = sys.getrecursionlimit()
    if before >= _HOST_LIMIT:
        return run()
    sys.setrecursionlimit(_HOST_LIMIT)
    try:
        return run()
    finally:
        sys.setrecursionlimit(before)


def _in_large_stack(body: Callable[[list[Any]], Result], frame: list[Any]) -> Result:
    results: list[Result] = []
    errors: list[BaseException] = []
    context = copy_context()

    def work() -> None:
        try:
            results.append(context.run(body, frame))
        except BaseException as error:
            errors.append(error)

    limit = sys.getrecursionlimit()
    stack = threading.stack_size(_DEEP_STACK)
    try:
        thread = threading.Thread(target=work, daemon=True)
        sys.setrecursionlimit(_DEEP_HOST_LIMIT)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]
