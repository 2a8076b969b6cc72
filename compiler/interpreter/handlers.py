"""``try``: handlers, ``else`` and ``finally``. The end of a run (``Halt``) passes through all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from compiler.interpreter.frames import UNBOUND, Code, Frame, Scope, constant, peek, remove, store
from compiler.interpreter.meter import Halt
from compiler.ir import nodes as ir

Catcher: TypeAlias = tuple[Callable[[Frame, BaseException], bool], Callable[[Frame, BaseException], None], Code, Code]
"""Whether an exception is caught, then what to do before, in and after the handler's body."""


def compile_handlers(node: ir.Try, scope: Scope, compile_body: Callable[[ir.Block, Scope], Code]) -> list[Catcher]:
    """The handlers of a ``try``; ``compile_body`` compiles their bodies."""
    catchers: list[Catcher] = []
    for handler in node.handlers:
        kind = None if handler.type is None else scope.code(handler.type)
        before, after = _bind_caught(handler.name, scope)
        catchers.append((_catches(kind), before, compile_body(handler.body, scope), after))
    return catchers


def _catches(kind: Code | None) -> Callable[[Frame, BaseException], bool]:
    if kind is None:
        return lambda _frame, _error: True

    def catches(frame: Frame, error: BaseException) -> bool:
        wanted = kind(frame)
        for item in wanted if isinstance(wanted, tuple) else (wanted,):
            if not (isinstance(item, type) and issubclass(item, BaseException)):
                raise TypeError("catching classes that do not inherit from BaseException is not allowed")
            if isinstance(error, item):
                return True
        return False

    return catches


def _bind_caught(name: str | None, scope: Scope) -> tuple[Callable[[Frame, BaseException], None], Code]:
    if name is None:
        return lambda _frame, _error: None, constant(None)
    read, unbind = peek(scope, name), remove(scope, name)

    def after(frame: Frame) -> None:
        if read(frame) is not UNBOUND:
            unbind(frame)

    return store(scope, name), after


def guard(body: Code, catchers: list[Catcher], otherwise: Code) -> Code:
    """``try`` with handlers and ``else``."""

    def run(frame: Frame) -> Any:
        try:
            signal = body(frame)
        except (Halt, KeyboardInterrupt):
            raise
        except BaseException as error:
            for catches, before, handler, after in catchers:
                if catches(frame, error):
                    before(frame, error)
                    try:
                        return handler(frame)
                    finally:
                        after(frame)
            raise
        return otherwise(frame) if signal is None else signal

    return run


def ensure(body: Code, last: Code) -> Code:
    """``try`` with ``finally``."""

    def run(frame: Frame) -> Any:
        try:
            signal = body(frame)
        except (Halt, KeyboardInterrupt):
            raise
        except BaseException:
            signal = last(frame)
            if signal is not None:
                return signal
            raise
        # The last block may start to return something itself and then leave otherwise.
        returned = frame[0]
        override = last(frame)
        if override is not None:
            return override
        frame[0] = returned
        return signal

    return run
