"""Functions, lambdas and classes of a program as real Python callables and classes, so that built-ins can call them."""

from __future__ import annotations

import types
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from compiler.interpreter.bindings import Names, class_names, function_names
from compiler.interpreter.execute import RETURNED, compile_block
from compiler.interpreter.frames import UNBOUND, Code, Frame, Scope, store
from compiler.interpreter.generators import compile_generator_block, yields
from compiler.interpreter.meter import PROGRAM_MODULE, Meter
from compiler.interpreter.parameters import Binder, compile_binder
from compiler.ir import nodes as ir

Maker = Callable[[Frame], Any]


def compile_lambda(node: ir.Lambda, scope: Scope) -> Maker:
    """The code that makes the function of a lambda."""
    return _compile_function(node, "<lambda>", None, scope)


def compile_definition(node: ir.Function | ir.Class, scope: Scope) -> Code:
    """The code of a ``def`` or ``class`` statement."""
    if isinstance(node, ir.Class):
        return _compile_class(node, scope)
    make = _compile_function(node, node.name, node.docstring, scope)
    return _define(node.decorators, make, node.name, scope)


def _compile_class(node: ir.Class, scope: Scope) -> Code:
    names = class_names(node)
    bases = [scope.code(base) for base in node.bases]
    inner = Scope(scope.unit, "class", class_body=names.bound, declared_global=names.declared_global)
    lent = scope.lend(names.free)
    own = inner.layout.add() if "__class__" in names.captured else None
    if own is not None:
        inner.slots["__class__"] = (own, "cell")
    for name, _ in lent:
        inner.slots[name] = (inner.layout.add(), "free")
    shared = [(inner.slots[name][0], slot) for name, slot in lent]
    body = compile_block(node.body, inner)
    annotations = _annotations(node)

    def make(frame: Frame) -> Any:
        inside: Frame = [UNBOUND] * inner.layout.size
        for slot, outer in shared:
            inside[slot] = frame[outer]
        if own is not None:
            inside[own] = [UNBOUND]

        def fill(namespace: dict[str, Any]) -> None:
            namespace["__module__"] = PROGRAM_MODULE
            namespace["__qualname__"] = node.name
            if node.docstring is not None:
                namespace["__doc__"] = node.docstring
            if annotations:
                namespace["__annotations__"] = dict(annotations)
            inside[0] = namespace
            body(inside)

        made = types.new_class(node.name, tuple([base(frame) for base in bases]), {}, fill)
        if own is not None:
            inside[own][0] = made
        return made

    return _define(node.decorators, make, node.name, scope)


def _annotations(node: ir.Class) -> dict[str, object]:
    """The annotated attributes, for data classes and named tuples; only ``ClassVar`` matters to these."""
    return {
        item.target.id: ClassVar
        if isinstance(item.type, ir.TypeRef) and "ClassVar" in (item.type.text or "")
        else object
        for item in node.body
        if isinstance(item, ir.AnnAssign) and isinstance(item.target, ir.Name)
    }


def _define(decorators: tuple[ir.Expr, ...], make: Maker, name: str, scope: Scope) -> Code:
    wrappers = [scope.code(decorator) for decorator in decorators]
    assign = store(scope, name)
    if not wrappers:

        def define(frame: Frame) -> None:
            assign(frame, make(frame))

        return define

    def define_decorated(frame: Frame) -> None:
        functions = [wrapper(frame) for wrapper in wrappers]
        made = make(frame)
        for function in reversed(functions):
            made = function(made)
        assign(frame, made)

    return define_decorated


def _compile_function(node: ir.Function | ir.Lambda, name: str, docstring: str | None, scope: Scope) -> Maker:
    names = function_names(node)
    binder = compile_binder(name, node.parameters, scope)
    inner, lent = _function_scope(node, names, scope)
    before = scope.unit.nodes
    if isinstance(node, ir.Lambda):
        value = inner.code(node.body)
        cost = 1 + scope.unit.nodes - before
        start: Callable[[Frame], Any] = _metered(value, cost, scope.unit.meter)
    elif any(yields(statement) for statement in node.body):
        start = _generator_start(compile_generator_block(node.body, inner), scope.unit.meter)
    else:
        start = _plain_start(node.body, inner)
    scope.unit.nodes = before
    parameters = [parameter.name for parameter in node.parameters.all()]
    cells = [inner.slots[name][0] for name in parameters if name in names.captured]
    locals_ = [inner.slots[name] for name in inner.slots if inner.slots[name][1] != "free" and name not in parameters]
    rest = inner.layout.size - 1 - len(parameters) - len(lent)
    blank = (UNBOUND,) * rest
    fresh = [slot for slot, home in locals_ if home == "cell"]
    slots = _Slots(blank, cells, fresh, [slot for _, slot in lent])
    return _maker(name, docstring, binder, start, slots, scope.unit.meter)


def _function_scope(node: ir.Function | ir.Lambda, names: Names, scope: Scope) -> tuple[Scope, list[tuple[str, int]]]:
    """The function's scope: its parameters first, then captured variables, then its other locals."""
    parameters = [parameter.name for parameter in node.parameters.all()]
    inner = Scope(
        scope.unit,
        "function",
        declared_global=names.declared_global,
        always_bound=frozenset(parameters) - names.deleted,
        receiver=parameters[0] if parameters else None,
    )
    lent = scope.lend(names.free)
    for parameter in parameters:
        inner.slots[parameter] = (inner.layout.add(), "cell" if parameter in names.captured else "plain")
    for name, _ in lent:
        inner.slots[name] = (inner.layout.add(), "free")
    for name in sorted(names.bound - set(parameters)):
        inner.slots[name] = (inner.layout.add(), "cell" if name in names.captured else "plain")
    return inner, lent


@dataclass(frozen=True, slots=True)
class _Slots:
    """The slots of a function's frame behind its parameters.

    ``blank`` is what its locals begin with. ``cells`` are parameters and ``fresh`` locals that inner functions capture;
    ``lent`` are the slots of the frame around, whose variables it captures.
    """

    blank: tuple[Any, ...]
    cells: Sequence[int]
    fresh: Sequence[int]
    lent: Sequence[int]


def _maker(
    name: str,
    docstring: str | None,
    binder: Binder,
    start: Callable[[Frame], Any],
    slots: _Slots,
    meter: Meter,
) -> Maker:
    """The code that makes the function object: what it captures is taken from the frame at hand."""
    wanted = binder.simple
    blank, cells, fresh, lent = slots.blank, slots.cells, slots.fresh, slots.lent

    def make(frame: Frame) -> Callable[..., Any]:
        tail = (*[frame[slot] for slot in lent], *blank)
        defaults = binder.defaults(frame)

        def function(*arguments: Any, **keywords: Any) -> Any:
            if keywords or len(arguments) != wanted:
                arguments = binder.bind(arguments, keywords, defaults)
            inside = [None, *arguments, *tail]
            for slot in cells:
                inside[slot] = [inside[slot]]
            for slot in fresh:
                inside[slot] = [UNBOUND]
            depth = meter.depth
            meter.depth = depth + 1
            try:
                if depth >= meter.alarm:
                    return meter.deepen(start, inside)
                return start(inside)
            finally:
                meter.depth = depth

        function.__name__ = function.__qualname__ = name
        function.__doc__ = docstring
        function.__module__ = PROGRAM_MODULE
        return function

    return make


def _metered(value: Code, cost: int, meter: Meter) -> Code:
    def evaluate(frame: Frame) -> Any:
        meter.left -= cost
        if meter.left < 0:
            meter.stop("steps")
        return value(frame)

    return evaluate


def _plain_start(body: ir.Block, inner: Scope) -> Code:
    if len(body) == 1 and isinstance(body[0], ir.Return) and body[0].value is not None:
        before = inner.unit.nodes
        value = inner.code(body[0].value)
        return _metered(value, 2 + inner.unit.nodes - before, inner.unit.meter)
    run = compile_block(body, inner)

    def start(frame: Frame) -> Any:
        return frame[0] if run(frame) is RETURNED else None

    return start


def _generator_start(
    run: Callable[[Frame], Generator[Any, Any, Any]], meter: Meter
) -> Callable[[Frame], Generator[Any, Any, Any]]:
    def body(frame: Frame) -> Generator[Any, Any, Any]:
        signal = yield from run(frame)
        return frame[0] if signal is RETURNED else None

    def start(frame: Frame) -> Generator[Any, Any, Any]:
        return _drive(body(frame), meter)

    return start


def _drive(body: Generator[Any, Any, Any], meter: Meter) -> Generator[Any, Any, Any]:
    """Resume a generator one level deeper than where it is resumed from, which differs from time to time."""
    resume: Callable[[Any], Any] = body.send
    passed: Any = None
    while True:
        depth = meter.depth
        meter.depth = depth + 1
        try:
            if depth >= meter.limit:
                raise RecursionError("maximum recursion depth exceeded")
            item = resume(passed)
        except StopIteration as stop:
            return stop.value
        finally:
            meter.depth = depth
        try:
            passed = yield item
            resume = body.send
        except GeneratorExit:
            body.close()
            raise
        except BaseException as error:
            passed = error
            resume = body.throw
