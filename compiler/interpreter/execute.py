"""Statements as code. A statement gives ``None``, or the signal with which it leaves the block.

The steps of a block are paid for when it is entered: one for each of its statements and for each expression node in
them, inner blocks apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from compiler.interpreter.assign import compile_removal, compile_target, compile_update
from compiler.interpreter.frames import Code, Frame, Scope, constant, store
from compiler.interpreter.handlers import compile_handlers, ensure, guard
from compiler.interpreter.meter import Meter, Refused
from compiler.ir import nodes as ir


class Signal:
    """How a statement leaves its block."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


RETURNED, BROKE, CONTINUED = Signal("returned"), Signal("broke"), Signal("continued")


def compile_block(block: ir.Block, scope: Scope) -> Code:
    """The code of the statements of a block, one after the other."""
    codes, cost = compile_statements(block, scope, compile_statement)
    meter = scope.unit.meter
    match codes:
        case []:
            return do_nothing
        case [only]:

            def run_one(frame: Frame) -> Any:
                meter.left -= cost
                if meter.left < 0:
                    meter.stop("steps")
                return only(frame)

            return run_one
        case [first, second]:

            def run_two(frame: Frame) -> Any:
                meter.left -= cost
                if meter.left < 0:
                    meter.stop("steps")
                return first(frame) or second(frame)

            return run_two

    def run(frame: Frame) -> Any:
        meter.left -= cost
        if meter.left < 0:
            meter.stop("steps")
        for code in codes:
            signal = code(frame)
            if signal is not None:
                return signal
        return None

    return run


def compile_statements(
    block: ir.Block, scope: Scope, compile_one: Callable[[ir.Stmt, Scope], Code]
) -> tuple[list[Code], int]:
    """The code of each statement, and what running all of them costs."""
    before = scope.unit.nodes
    codes = [compile_one(statement, scope) for statement in block]
    cost = len(codes) + scope.unit.nodes - before
    scope.unit.nodes = before
    return codes, cost


def compile_statement(node: ir.Stmt, scope: Scope) -> Code:
    """The code of one statement without ``yield``."""
    match node:
        case ir.Assign(targets, value):
            return assign(tuple([compile_target(target, scope) for target in targets]), scope.code(value))
        case ir.AugAssign():
            return compile_update(node, scope)
        case ir.AnnAssign(target, _, value):
            if value is None:
                return do_nothing
            return assign((compile_target(target, scope),), scope.code(value))
        case ir.ExprStmt(value):
            return _discard(scope.code(value))
        case ir.Return(value):
            return give(constant(None) if value is None else scope.code(value))
        case ir.If(test, then, otherwise):
            return _branch(scope.code(test), compile_block(then, scope), compile_block(otherwise, scope))
        case ir.For() | ir.While():
            return _compile_loop(node, scope)
        case ir.Try():
            return _try(node, scope)
        case ir.Break():
            return constant(BROKE)
        case ir.Continue():
            return constant(CONTINUED)
        case ir.Delete(targets):
            return _each([compile_removal(target, scope) for target in targets])
        case ir.Function() | ir.Class():
            return scope.unit.definition(node, scope)
        case ir.Raise() | ir.Assert() | ir.Import() | ir.BlockHole():
            return _compile_small(node, scope)
        case ir.Pass() | ir.Global() | ir.Nonlocal():
            return do_nothing


def _compile_small(node: ir.Raise | ir.Assert | ir.Import | ir.BlockHole, scope: Scope) -> Code:
    match node:
        case ir.Raise(None, _):
            return _reraise
        case ir.Raise(exception, cause):
            assert exception is not None
            return _raise(scope.code(exception), None if cause is None else scope.code(cause))
        case ir.Assert(test, message):
            return _assert(scope.code(test), None if message is None else scope.code(message))
        case ir.Import():
            return _each([_import(node.module, item, scope) for item in node.names])
        case ir.BlockHole(name):
            return _open_hole(name)


def do_nothing(_frame: Frame) -> None:
    """``pass``."""


def _each(codes: list[Code]) -> Code:
    def run(frame: Frame) -> None:
        for code in codes:
            code(frame)

    return run


def _discard(value: Code) -> Code:
    def discard(frame: Frame) -> None:
        value(frame)

    return discard


def assign(stores: tuple[Callable[[Frame, Any], None], ...], value: Code) -> Code:
    """Assign one value to each target, from left to right."""
    if len(stores) == 1:
        only = stores[0]

        def assign_one(frame: Frame) -> None:
            only(frame, value(frame))

        return assign_one

    def assign_all(frame: Frame) -> None:
        result = value(frame)
        for target in stores:
            target(frame, result)

    return assign_all


def give(value: Code) -> Code:
    """``return value``."""

    def give_value(frame: Frame) -> Signal:
        frame[0] = value(frame)
        return RETURNED

    return give_value


def _branch(test: Code, then: Code, otherwise: Code) -> Code:
    return lambda frame: then(frame) if test(frame) else otherwise(frame)


def _compile_loop(node: ir.For | ir.While, scope: Scope) -> Code:
    meter = scope.unit.meter
    if isinstance(node, ir.While):
        before = scope.unit.nodes
        test = scope.code(node.test)
        cost = scope.unit.nodes - before
        return _while(test, cost, compile_block(node.body, scope), compile_block(node.otherwise, scope), meter)
    iterable, target = scope.code(node.iterable), compile_target(node.target, scope)
    return _for(iterable, target, compile_block(node.body, scope), compile_block(node.otherwise, scope))


def _while(test: Code, cost: int, body: Code, otherwise: Code, meter: Meter) -> Code:
    def loop(frame: Frame) -> Any:
        while test(frame):
            meter.left -= cost
            signal = body(frame)
            if signal is not None and signal is not CONTINUED:
                return None if signal is BROKE else signal
        return otherwise(frame)

    return loop


def _for(iterable: Code, target: Callable[[Frame, Any], None], body: Code, otherwise: Code) -> Code:
    def loop(frame: Frame) -> Any:
        for item in iterable(frame):
            target(frame, item)
            signal = body(frame)
            if signal is not None and signal is not CONTINUED:
                return None if signal is BROKE else signal
        return otherwise(frame)

    return loop


def _try(node: ir.Try, scope: Scope) -> Code:
    body, otherwise = compile_block(node.body, scope), compile_block(node.otherwise, scope)
    guarded = guard(body, compile_handlers(node, scope, compile_block), otherwise) if node.handlers else body
    return ensure(guarded, compile_block(node.finally_, scope)) if node.finally_ else guarded


def _raise(exception: Code, cause: Code | None) -> Code:
    def run(frame: Frame) -> NoReturn:
        error = exception(frame)
        if isinstance(error, type) and issubclass(error, BaseException):
            error = error()
        if not isinstance(error, BaseException):
            raise TypeError("exceptions must derive from BaseException")
        if cause is None:
            raise error
        raise error from cause(frame)

    return run


def _reraise(_frame: Frame) -> NoReturn:
    raise


def _assert(test: Code, message: Code | None) -> Code:
    def check(frame: Frame) -> None:
        if not test(frame):
            raise AssertionError() if message is None else AssertionError(message(frame))

    return check


def _import(module: str | None, item: ir.ImportedName, scope: Scope) -> Code:
    surroundings = scope.unit.surroundings
    if module is not None:
        assign_to = store(scope, item.alias or item.name)
        if module == "__future__":
            return do_nothing
        return lambda frame: assign_to(frame, surroundings.member(module, item.name))
    surroundings.module(item.name)
    named = item.name if item.alias else item.name.partition(".")[0]
    assign_to = store(scope, item.alias or named)
    return lambda frame: assign_to(frame, surroundings.module(named))


def _open_hole(name: str) -> Code:
    def stop(_frame: Frame) -> NoReturn:
        raise Refused(f"the hole ?{name} is open")

    return stop
