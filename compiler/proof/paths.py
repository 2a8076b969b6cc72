"""Symbolic execution: every path through a function without loops, with its condition and how it ends."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.interpreter.bindings import function_names, module_names
from compiler.ir.nodes import (
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    Binary,
    Block,
    Call,
    Const,
    Expr,
    ExprStmt,
    For,
    FString,
    Function,
    Global,
    If,
    Module,
    Name,
    Pass,
    Raise,
    Replacement,
    Return,
    Stmt,
    While,
    Yield,
    YieldFrom,
)
from compiler.ir.walk import walk
from compiler.proof.symbolic import Symbols
from compiler.proof.values import Opaque, UnsupportedError, Value, is_number, merge
from solver import smt
from solver.smt import Smt

_MOST_PATHS = 200
_DEEPEST_CALL = 4


@dataclass(frozen=True, slots=True)
class Path:
    """A way through a block: when it is taken, the names after it, and how it ended, if it did."""

    conditions: tuple[Smt, ...]
    names: Mapping[str, Value]
    returned: Value | None = None
    raised: str | None = None

    @property
    def open(self) -> bool:
        return self.returned is None and self.raised is None


def ways_through(module: Module, function: Function, names: Mapping[str, Value]) -> list[tuple[Smt, Value]]:
    """Each way through a function that gives a value: when it is taken, and the value. Raises ``UnsupportedError``."""
    paths = Execution(module).call(function, names, 0)
    return [(smt.conjunction(path.conditions), path.returned) for path in paths if path.returned is not None]


@dataclass(frozen=True, slots=True)
class _Frame:
    """One call: how deep it is, and the names that are the function's own."""

    depth: int
    own: frozenset[str]


class Execution:
    """Runs functions of a module symbolically; calls between them are followed to a fixed depth."""

    def __init__(self, module: Module) -> None:
        self._bound = module_names(module)
        self._functions = _plain_functions(module)
        self._exceptions = _plain_exceptions() - self._bound

    def function(self, name: str) -> Function:
        """The function that a name of the module stands for, whatever ran. Raises ``UnsupportedError``."""
        if name not in self._functions:
            raise UnsupportedError(f"the call of `{name}`")
        return self._functions[name]

    def call(self, function: Function, names: Mapping[str, Value], depth: int) -> list[Path]:
        """Every path through the function's body. Raises ``UnsupportedError``."""
        if function.decorators:
            raise UnsupportedError("decorators")
        if any(isinstance(node, Yield | YieldFrom) for node in walk(function)):
            raise UnsupportedError("generators")
        paths = self._block(function.body, Path((), names), _Frame(depth, function_names(function).bound))
        if any(path.open for path in paths):
            raise UnsupportedError("`None` values")
        return paths

    def _block(self, block: Block, start: Path, frame: _Frame) -> list[Path]:
        paths = [start]
        for statement in block:
            following: list[Path] = []
            for path in paths:
                following += self._statement(statement, path, frame) if path.open else [path]
            paths = following
            if len(paths) > _MOST_PATHS:
                raise UnsupportedError("too many paths")
        return paths

    def _statement(self, statement: Stmt, path: Path, frame: _Frame) -> list[Path]:
        import z3

        symbols = self._symbols(path, frame)
        match statement:
            case Return(value=value) if value is not None:
                result = symbols.value(value)
                return _after(symbols, path, returned=result)
            case Assign(targets=targets, value=value) if all(isinstance(target, Name) for target in targets):
                assigned = symbols.value(value)
                names = {target.id: assigned for target in targets if isinstance(target, Name)}
                return _after(symbols, path, names=names)
            case AnnAssign(target=Name(id=name), value=value) if value is not None:
                return _after(symbols, path, names={name: symbols.value(value)})
            case AugAssign(target=Name(id=name) as target, operator=operator, value=value):
                return _after(symbols, path, names={name: symbols.value(Binary(operator, target, value))})
            case If(test=test, then=then, otherwise=otherwise):
                holds_here = symbols.truth(test)
                branches = [(holds_here, then), (z3.Not(holds_here), otherwise)]
                made = _after(symbols, path)
                ended, going = made[:-1], made[-1]
                for branch, block in branches:
                    taken = Path((*going.conditions, branch), path.names)
                    ended += self._block(block, taken, frame)
                return ended
            case Assert(test=test, message=message):
                fails = z3.Not(symbols.truth(test))
                if message is not None:
                    _evaluate_message(symbols.under(fails), message, "AssertionError")
                symbols.note(fails, "AssertionError")
                return _after(symbols, path)
            case Raise(exception=exception, cause=None | Const(value=None)) if exception is not None:
                raised = self._raised(exception, symbols, frame)
                *ended, going = _after(symbols, path)
                return [*ended, Path(going.conditions, going.names, raised=raised)]
            case Pass() | ExprStmt(value=Const()):
                return [path]
            case For() | While():
                raise UnsupportedError("loop")
            case _:
                raise UnsupportedError(f"`{type(statement).__name__}` statements")

    def _symbols(self, path: Path, frame: _Frame) -> Symbols:
        inline = Inlined(self, frame.depth, frame.own)
        return Symbols(dict(path.names), list(path.conditions), inline=inline, bound=self._bound | frame.own)

    def _raised(self, exception: Expr, symbols: Symbols, frame: _Frame) -> str:
        """The name of the exception, once its arguments are evaluated."""
        match exception:
            case Name(id=name) if name in self._exceptions and name not in frame.own:
                return name
            case Call(function=Name(id=name), arguments=arguments, keywords=()) if (
                name in self._exceptions and name not in frame.own
            ):
                for argument in arguments:
                    _evaluate_message(symbols, argument, name)
                return name
            case _:
                raise UnsupportedError("what is raised")


@dataclass(frozen=True, slots=True)
class Inlined:
    """Evaluates a call of one of the module's functions as part of an expression in a function with ``own`` names."""

    execution: Execution
    depth: int
    own: frozenset[str]

    def __call__(self, name: str, values: Sequence[Value], symbols: Symbols) -> Value:
        """The merged value of all paths; exceptions are noted with the caller."""
        if name in self.own:
            raise UnsupportedError(f"the call of `{name}`")
        function = self.execution.function(name)
        parameters = [*function.parameters.positional_only, *function.parameters.positional]
        if (
            self.depth >= _DEEPEST_CALL
            or len(parameters) != len(values)
            or len(function.parameters.all()) != len(values)
        ):
            raise UnsupportedError(f"the call of `{name}`")
        names = {param.name: value for param, value in zip(parameters, values, strict=True)}
        result: Value | None = None
        for path in reversed(self.execution.call(function, names, self.depth + 1)):
            taken = smt.conjunction(path.conditions)
            if path.raised is not None:
                symbols.note(taken, path.raised)
            elif path.returned is not None:
                result = path.returned if result is None else merge(taken, path.returned, result)
        if result is None:
            raise UnsupportedError(f"`{name}`, which always raises")
        return result


def _after(
    symbols: Symbols, path: Path, *, names: Mapping[str, Value] | None = None, returned: Value | None = None
) -> list[Path]:
    """The paths that the exceptions noted end, and last the one that goes on."""
    import z3

    ended = [Path((when,), path.names, raised=exception) for when, exception in symbols.raised]
    fine = [z3.Not(when) for when, _ in symbols.raised]
    going = Path((*path.conditions, *fine), {**path.names, **(names or {})}, returned)
    return [*ended, going]


def _evaluate_message(symbols: Symbols, expression: Expr, exception: str) -> None:
    """Evaluates what an exception is made with, for what that may raise instead; its value does not matter."""
    match expression:
        case Const():
            return
        case FString(parts=parts):
            for part in parts:
                if isinstance(part, Replacement):
                    _evaluate_field(symbols, part, exception)
        case _:
            symbols.value(expression)


def _evaluate_field(symbols: Symbols, part: Replacement, exception: str) -> None:
    value = symbols.value(part.value)
    if part.format is not None or isinstance(value, Opaque):
        raise UnsupportedError("a format")
    # A number of more digits than Python writes raises this error in place of the other.
    if is_number(value) and exception != "ValueError":
        raise UnsupportedError("the text of a number")


def _plain_functions(module: Module) -> dict[str, Function]:
    """The functions whose names nothing else in the module binds, by name."""
    functions = [item for item in module.body if isinstance(item, Function)]
    counts = Counter(item.name for item in functions)
    others = module_names(Module(tuple(item for item in module.body if not isinstance(item, Function))))
    bound_inside = {name for node in walk(module) if isinstance(node, Global) for name in node.names}
    return {item.name: item for item in functions if counts[item.name] == 1 and item.name not in others | bound_inside}


def _plain_exceptions() -> frozenset[str]:
    """The built-in exceptions that any arguments make."""
    return frozenset(name for name, value in vars(builtins).items() if _takes_anything(value))


def _takes_anything(kind: object) -> bool:
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        return False
    try:
        kind(0, "", 0, 0)
    except TypeError:
        return False
    return True
