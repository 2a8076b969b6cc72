"""Statements that ``yield``: the same as in ``execute``, as generators. What holds no ``yield`` stays plain code."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeAlias

from compiler.interpreter.assign import compile_target
from compiler.interpreter.execute import BROKE, CONTINUED, RETURNED, compile_statement
from compiler.interpreter.frames import Code, Frame, Scope, Store, constant
from compiler.interpreter.handlers import Catcher, compile_handlers
from compiler.interpreter.meter import Halt, Meter, Refused
from compiler.interpreter.operations import in_place
from compiler.ir import nodes as ir
from compiler.ir.walk import children

Steps: TypeAlias = Callable[[Frame], Generator[Any, Any, Any]]


def yields(node: object) -> bool:
    """Whether a ``yield`` belongs to the function in which this node stands directly."""
    match node:
        case ir.Yield() | ir.YieldFrom():
            return True
        case ir.Function() | ir.Class() | ir.Lambda():
            return False
    return any(yields(child) for child in children(node))  # type: ignore[arg-type]


def compile_generator_block(block: ir.Block, scope: Scope) -> Steps:
    """The statements of a block as a generator, whose value is the signal with which the block is left."""
    before = scope.unit.nodes
    parts: list[tuple[Code | None, Steps | None]] = [
        (None, _compile(statement, scope)) if yields(statement) else (compile_statement(statement, scope), None)
        for statement in block
    ]
    cost = len(parts) + scope.unit.nodes - before
    scope.unit.nodes = before
    meter = scope.unit.meter

    def run(frame: Frame) -> Generator[Any, Any, Any]:
        meter.tick(cost)
        for plain, steps in parts:
            if plain is not None:
                signal = plain(frame)
            else:
                assert steps is not None
                signal = yield from steps(frame)
            if signal is not None:
                return signal
        return None

    return run


def _compile(node: ir.Stmt, scope: Scope) -> Steps:
    match node:
        case ir.ExprStmt(value):
            return _value_then(value, _forget, scope)
        case ir.Assign(targets, value):
            return _value_then(value, _store_all([compile_target(target, scope) for target in targets]), scope)
        case ir.AnnAssign(target, _, value) if value is not None:
            return _value_then(value, compile_target(target, scope), scope)
        case ir.AugAssign():
            return _update(node, scope)
        case ir.Return(value) if value is not None:
            return _value_then(value, _give, scope, RETURNED)
        case ir.If(test, then, otherwise):
            return _branch(
                scope.code(test), compile_generator_block(then, scope), compile_generator_block(otherwise, scope)
            )
        case ir.For() | ir.While():
            return _compile_loop(node, scope)
        case ir.Try():
            return _compile_try(node, scope)
    raise Refused(f"yield cannot stand in {type(node).__name__}")


def _value(node: ir.Expr, scope: Scope) -> Steps:
    """The value of ``yield`` or ``yield from``."""
    match node:
        case ir.Yield(value):
            code = constant(None) if value is None else scope.code(value)

            def give(frame: Frame) -> Generator[Any, Any, Any]:
                return (yield code(frame))

            return give
        case ir.YieldFrom(value):
            source = scope.code(value)
            meter = scope.unit.meter

            def give_all(frame: Frame) -> Generator[Any, Any, Any]:
                values = source(frame)
                return (yield from values if isinstance(values, Generator) else _ticked(values, meter))

            return give_all
    raise Refused("yield may only be a whole statement or the whole value of an assignment")


def _ticked(values: Any, meter: Meter) -> Iterator[Any]:
    for value in values:
        meter.tick(1)
        yield value


def _value_then(value: ir.Expr, use: Store, scope: Scope, signal: Any = None) -> Steps:
    steps = _value(value, scope)

    def run(frame: Frame) -> Generator[Any, Any, Any]:
        use(frame, (yield from steps(frame)))
        return signal

    return run


def _forget(_frame: Frame, _value: Any) -> None:
    """The value is not used."""


def _give(frame: Frame, value: Any) -> None:
    frame[0] = value


def _store_all(stores: list[Store]) -> Store:
    def store_all(frame: Frame, value: Any) -> None:
        for store in stores:
            store(frame, value)

    return store_all


def _update(node: ir.AugAssign, scope: Scope) -> Steps:
    if not isinstance(node.target, ir.Name):
        raise Refused("yield may only update a variable")
    read, write = scope.code(node.target), compile_target(node.target, scope)
    combine = in_place(node.operator, scope.unit.meter)
    steps = _value(node.value, scope)

    def run(frame: Frame) -> Generator[Any, Any, Any]:
        old = read(frame)
        write(frame, combine(old, (yield from steps(frame))))

    return run


def _branch(test: Code, then: Steps, otherwise: Steps) -> Steps:
    def run(frame: Frame) -> Generator[Any, Any, Any]:
        return (yield from (then(frame) if test(frame) else otherwise(frame)))

    return run


def _compile_loop(node: ir.For | ir.While, scope: Scope) -> Steps:
    if isinstance(node, ir.While):
        before = scope.unit.nodes
        test = scope.code(node.test)
        cost = scope.unit.nodes - before
        body, otherwise = compile_generator_block(node.body, scope), compile_generator_block(node.otherwise, scope)
        return _while(test, cost, body, otherwise, scope.unit.meter)
    iterable, target = scope.code(node.iterable), compile_target(node.target, scope)
    return _for(
        iterable, target, compile_generator_block(node.body, scope), compile_generator_block(node.otherwise, scope)
    )


def _while(test: Code, cost: int, body: Steps, otherwise: Steps, meter: Meter) -> Steps:
    def loop(frame: Frame) -> Generator[Any, Any, Any]:
        while test(frame):
            meter.tick(cost)
            signal = yield from body(frame)
            if signal is not None and signal is not CONTINUED:
                return None if signal is BROKE else signal
        return (yield from otherwise(frame))

    return loop


def _for(iterable: Code, target: Store, body: Steps, otherwise: Steps) -> Steps:
    def loop(frame: Frame) -> Generator[Any, Any, Any]:
        for item in iterable(frame):
            target(frame, item)
            signal = yield from body(frame)
            if signal is not None and signal is not CONTINUED:
                return None if signal is BROKE else signal
        return (yield from otherwise(frame))

    return loop


def _compile_try(node: ir.Try, scope: Scope) -> Steps:
    body, otherwise = compile_generator_block(node.body, scope), compile_generator_block(node.otherwise, scope)
    guarded = body
    if node.handlers:
        guarded = _guard(body, compile_handlers(node, scope, compile_generator_block), otherwise)
    return _finally(guarded, compile_generator_block(node.finally_, scope)) if node.finally_ else guarded


def _guard(body: Steps, catchers: list[Catcher], otherwise: Steps) -> Steps:
    def run(frame: Frame) -> Generator[Any, Any, Any]:
        try:
            signal = yield from body(frame)
        except (Halt, KeyboardInterrupt):
            raise
        except BaseException as error:
            for catches, before, handler, after in catchers:
                if catches(frame, error):
                    before(frame, error)
                    try:
                        return (yield from handler(frame))
                    finally:
                        after(frame)
            raise
        return (yield from otherwise(frame)) if signal is None else signal

    return run


def _finally(body: Steps, last: Steps) -> Steps:
    def run(frame: Frame) -> Generator[Any, Any, Any]:
        try:
            signal = yield from body(frame)
        except (Halt, KeyboardInterrupt):
            raise
        except BaseException:
            signal = yield from last(frame)
            if signal is not None:
                return signal
            raise
        returned = frame[0]
        override = yield from last(frame)
        if override is not None:
            return override
        frame[0] = returned
        return signal

    return run
