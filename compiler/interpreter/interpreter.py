"""The interpreter: the definition of the IR. Python's semantics, exceptions included, within a budget of steps.

A module is compiled once, to Python closures over frames, and can then be called as often as needed. What a run may
use up is bounded (``meter``, ``guards``); what it may name is what ``subset`` lists. Where a bound is reached the
outcome is ``Stopped``: unknown, to be settled by running the emitted code in a child process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import DefaultContext, localcontext
from functools import lru_cache
from typing import Any

from compiler.interpreter.bindings import expression_names, module_names
from compiler.interpreter.evaluate import compile_expression
from compiler.interpreter.execute import compile_block
from compiler.interpreter.frames import UNBOUND, Code, Frame, Scope, Unit
from compiler.interpreter.functions import compile_definition
from compiler.interpreter.meter import Halt, HoleFiller, Meter, Observer, Refused, Stop, StopReason, with_host_depth
from compiler.interpreter.outcomes import describe, raised
from compiler.interpreter.surroundings import Surroundings
from compiler.ir import nodes as ir
from compiler.ir.lower import lower_expression
from compiler.ir.walk import walk
from compiler.judge.outcome import Outcome, Stopped

DEFAULT_STEPS = 200_000
_STEPS_TO_DESCRIBE = 100_000
_LARGEST_CACHE = 4096


class InterpretationError(Exception):
    """The program cannot be interpreted as it is: a hole is open, or something is outside the subset."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to: its value, or the exception of the program, or neither where it was stopped."""

    value: Any
    error: BaseException | None
    stopped: StopReason | None
    steps: int
    _describe: Callable[[object], Outcome] = field(repr=False, compare=False)

    @property
    def outcome(self) -> Outcome:
        """The run as other runs are compared with it; describes the value, which uses an iterator up."""
        if self.stopped is not None:
            return Stopped(self.stopped)
        return raised(self.error) if self.error is not None else self._describe(self.value)


class Program:
    """A module in the form in which it runs. Not for use by two threads at a time."""

    def __init__(self, module: ir.Module) -> None:
        self.module = module
        self._meter = Meter()
        self._surroundings = Surroundings(self._meter)
        self._modes: dict[bool, _Mode] = {}

    def call(
        self,
        function: str,
        arguments: Sequence[object],
        keywords: Mapping[str, object] | None = None,
        *,
        steps: int = DEFAULT_STEPS,
        holes: Mapping[str, HoleFiller] | None = None,
        observe: Observer | None = None,
        allow_unbounded: bool = False,
    ) -> Run:
        """Call a function of the module.

        ``holes`` gives the values of open holes from the variables in sight; ``observe`` is told each expression with
        its value. ``allow_unbounded`` lets regular expressions run, which nothing can interrupt. Exceptions of
        ``holes`` and ``observe`` are the program's. Raises ``InterpretationError``.
        """
        mode = self._mode(observe is not None)

        def run() -> Any:
            mode.start()
            try:
                called = mode.unit.globals[function]
            except KeyError:
                raise Refused(f"the module has no {function}") from None
            return called(*arguments, **(keywords or {}))

        return self._run(run, steps, holes, observe, allow_unbounded)

    def evaluate(
        self,
        expression: ir.Expr,
        variables: Mapping[str, object] | None = None,
        *,
        steps: int = DEFAULT_STEPS,
        holes: Mapping[str, HoleFiller] | None = None,
        observe: Observer | None = None,
        allow_unbounded: bool = False,
    ) -> Run:
        """Evaluate an expression over ``variables`` and the module's names. Raises ``InterpretationError``."""
        mode = self._mode(observe is not None)
        values = dict(variables or {})

        def run() -> Any:
            mode.start()
            code, make_frame = mode.expression(expression, tuple(values))
            return code(make_frame(values))

        return self._run(run, steps, holes, observe, allow_unbounded)

    def _mode(self, observing: bool) -> _Mode:
        if observing not in self._modes:
            self._modes[observing] = _Mode(self.module, self._meter, self._surroundings, observing)
        return self._modes[observing]

    def _run(
        self,
        run: Callable[[], Any],
        steps: int,
        holes: Mapping[str, HoleFiller] | None,
        observe: Observer | None,
        allow_unbounded: bool,
    ) -> Run:
        meter = self._meter
        before = meter.state()
        meter.begin(steps, holes or {}, observe, allow_unbounded)
        value: Any = None
        error: BaseException | None = None
        try:
            with localcontext(DefaultContext):
                value = with_host_depth(run)
        except Stop as stop:
            meter.stopped = stop.reason
        except Refused as refused:
            raise InterpretationError(str(refused)) from None
        except MemoryError:
            meter.stopped = "memory"
        except (Halt, KeyboardInterrupt):
            raise
        except BaseException as caught:
            error = caught.with_traceback(None)
        finally:
            used, stopped = steps - max(meter.left, 0), meter.stopped
            meter.restore(before)
        if stopped is not None:
            value = error = None
        return Run(value, error, stopped, used, self._describe)

    def _describe(self, value: object) -> Outcome:
        """Describing may run the program's own code (``__repr__``, a generator's body), so it is bounded too."""
        meter = self._meter
        before = meter.state()
        meter.begin(_STEPS_TO_DESCRIBE, {}, None, False)
        try:
            with localcontext(DefaultContext):
                return with_host_depth(lambda: describe(value))
        except Stop as stop:
            return Stopped(stop.reason)
        except Refused as refused:
            raise InterpretationError(str(refused)) from None
        except MemoryError:
            return Stopped("memory")
        except (Halt, KeyboardInterrupt):
            raise
        except BaseException as error:
            return raised(error)
        finally:
            meter.restore(before)


class _Mode:
    """A module compiled for being watched, or for not being watched."""

    def __init__(self, module: ir.Module, meter: Meter, surroundings: Surroundings, observing: bool) -> None:
        self.unit = Unit(
            meter, surroundings, {}, module_names(module), compile_expression, compile_definition, observing
        )
        self._scope = Scope(self.unit, "module")
        try:
            self._body = compile_block(module.body, self._scope)
        except Refused as refused:
            raise InterpretationError(str(refused)) from None
        self._lasting = _is_stateless(module)
        self._started = False
        self._expressions: dict[tuple[ir.Expr, tuple[str, ...]], tuple[Code, Callable[..., Frame]]] = {}

    def start(self) -> None:
        """Run the module's body, afresh where a run may have left something behind in it."""
        if self._started and (self._lasting or self.unit.meter.nested):
            return
        self._started = False
        self.unit.globals.clear()
        self.unit.surroundings.seed()
        meter = self.unit.meter
        before = meter.left
        self._body([UNBOUND] * self._scope.layout.size)
        if self._lasting:
            # Made once for many runs, so that no run pays for it.
            meter.left = before
        self._started = True

    def expression(
        self, node: ir.Expr, variables: tuple[str, ...]
    ) -> tuple[Code, Callable[[Mapping[str, object]], Frame]]:
        key = (node, variables)
        if key not in self._expressions:
            if len(self._expressions) >= _LARGEST_CACHE:
                self._expressions.clear()
            self._expressions[key] = self._compile(node, variables)
        return self._expressions[key]

    def _compile(
        self, node: ir.Expr, variables: tuple[str, ...]
    ) -> tuple[Code, Callable[[Mapping[str, object]], Frame]]:
        names = expression_names(node, variables)
        scope = Scope(self.unit, "function", always_bound=frozenset(variables))
        scope.declare(names, variables)
        before = self.unit.nodes
        value = scope.code(node)
        cost = 1 + self.unit.nodes - before
        self.unit.nodes = before
        meter = self.unit.meter
        places = [(name, *scope.slots[name]) for name in scope.slots]

        def code(frame: Frame) -> Any:
            meter.tick(cost)
            return value(frame)

        def make_frame(values: Mapping[str, object]) -> Frame:
            frame: Frame = [UNBOUND] * scope.layout.size
            for name, slot, home in places:
                content = values.get(name, UNBOUND)
                frame[slot] = [content] if home == "cell" else content
            return frame

        return code, make_frame


def _is_stateless(module: ir.Module) -> bool:
    """Whether a run surely leaves the module's own names, and what they stand for, as they were."""
    if not all(_makes_nothing_mutable(statement) for statement in module.body):
        return False
    return not any(
        isinstance(node, ir.Global) or (isinstance(node, ir.Import) and _imports_random(node)) for node in walk(module)
    )


def _makes_nothing_mutable(statement: ir.Stmt) -> bool:
    match statement:
        case ir.Import() | ir.Assign((ir.Name(),), ir.Const()):
            return True
        case ir.Function(decorators=()):
            constant = all(isinstance(item.default, ir.Const | None) for item in statement.parameters.all())
            return constant and not any(_stores_attribute(node) for node in walk(statement))
        case _:
            return False


def _stores_attribute(node: object) -> bool:
    """Functions too have attributes that last."""
    match node:
        case ir.Assign(targets) | ir.Delete(targets):
            return any(isinstance(part, ir.Attribute) for target in targets for part in walk(target))
        case ir.AugAssign(target) | ir.AnnAssign(target) | ir.For(target) | ir.Clause(target):
            return isinstance(target, ir.Attribute)
        case ir.Call(ir.Name("setattr")):
            return True
        case _:
            return False


def _imports_random(node: ir.Import) -> bool:
    return node.module == "random" or any(item.name == "random" for item in node.names)


def run_call(module: ir.Module, function: str, arguments: Sequence[object], *, steps: int = DEFAULT_STEPS) -> Run:
    """Call a function of a module once; ``Program`` is for calling it often. Raises ``InterpretationError``."""
    return Program(module).call(function, arguments, steps=steps)


def evaluate_text(text: str, variables: Mapping[str, object] | None = None, *, steps: int = DEFAULT_STEPS) -> Run:
    """Evaluate the text of an expression. Raises ``LowerError`` and ``InterpretationError``."""
    return Program(ir.Module(())).evaluate(_lowered(text), variables, steps=steps)


@lru_cache(maxsize=256)
def _lowered(text: str) -> ir.Expr:
    """Contracts are evaluated on many values."""
    return lower_expression(text)
