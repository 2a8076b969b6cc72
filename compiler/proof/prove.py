"""Proofs of contracts by symbolic execution of functions without loops.

Each path through the function becomes a condition and a value; Z3 is asked for arguments that satisfy the
pre-conditions and on which the contract does not hold. What Z3 finds is run by the interpreter before it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compiler.evidence import Proved, Unchecked, Unknown, Verdict, Violated
from compiler.ir.interpreter import InterpretationError, run_call
from compiler.ir.nodes import (
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    Binary,
    Block,
    Call,
    Const,
    ExprStmt,
    For,
    Function,
    If,
    Module,
    Name,
    Pass,
    Raise,
    Return,
    Stmt,
    While,
)
from compiler.judge.outcome import Raised
from compiler.proof.symbolic import Symbols, condition
from compiler.proof.values import Opaque, UnsupportedError, Value, merge, symbol
from compiler.propagation.intervals import bound_condition
from compiler.propagation.observations import holds
from compiler.spec import Contract, FunctionSpec
from solver import smt
from solver.smt import Smt
from solver.sorts import BOOL, INT, STR

_MOST_PATHS = 200
_DEEPEST_CALL = 4


@dataclass(frozen=True, slots=True)
class _Path:
    """A way through a block: when it is taken, the names after it, and how it ended, if it did."""

    conditions: tuple[Smt, ...]
    names: Mapping[str, Value]
    returned: Value | None = None
    raised: str | None = None

    @property
    def open(self) -> bool:
        return self.returned is None and self.raised is None


def prove(module: Module, function: FunctionSpec, clause: Contract) -> Verdict:
    """Whether a post-condition or a ``raises`` clause holds for every input that satisfies the pre-conditions.

    ``Proved`` also means that no such input raises, except as the ``raises`` clauses tell. Integers are of any size;
    parameters without a known type, floats, loops and what else has no symbolic form give ``Unknown``.
    """
    if clause.kind == "pre":
        return Unchecked()
    try:
        attempt = _Attempt(module, function)
        return attempt.prove_raises(clause) if clause.kind == "raises" else attempt.prove_post(clause)
    except UnsupportedError as error:
        return Unknown(f"not proved: {error}")
    except RecursionError:
        return Unknown("not proved: nested too deeply")


def ways_through(module: Module, function: Function, names: Mapping[str, Value]) -> list[tuple[Smt, Value]]:
    """Each way through a function that gives a value: when it is taken, and the value. Raises ``UnsupportedError``."""
    paths = _Execution(module).call(function, names, 0)
    return [(smt.conjunction(path.conditions), path.returned) for path in paths if path.returned is not None]


class _Attempt:
    def __init__(self, module: Module, function: FunctionSpec) -> None:
        self._module = module
        self._function = function
        self._names: dict[str, Value] = {}
        self._assumed: list[Smt] = []
        for parameter in function.signature.parameters:
            if parameter.kind not in ("positional", "keyword_only") or parameter.sort not in (INT, BOOL, STR):
                raise UnsupportedError(f"the type of `{parameter.name}`")
            self._names[parameter.name], facts = symbol(parameter.name, parameter.sort)
            self._assumed += facts
            self._assumed += [condition(bound_condition(parameter.name, b), self._names) for b in parameter.bounds]
        self._assumed += [condition(c.condition, self._names) for c in function.contracts if c.kind == "pre"]
        self._raising = [condition(c.condition, self._names) for c in function.contracts if c.kind == "raises"]
        self._paths = _Execution(module).call(module.function(function.name), self._arguments(module), 0)

    def _arguments(self, module: Module) -> dict[str, Value]:
        parameters = module.function(self._function.name).parameters
        taken = [*parameters.positional_only, *parameters.positional, *parameters.keyword_only]
        wanted = list(self._names.values())
        if parameters.star or parameters.double_star or len(taken) != len(wanted):
            raise UnsupportedError("parameters that differ from the specification's")
        return {param.name: value for param, value in zip(taken, wanted, strict=True)}

    def prove_post(self, clause: Contract) -> Verdict:
        import z3

        expected = [z3.Not(item) for item in self._raising]
        for path in self._paths:
            if path.raised is not None:
                unexpected = self._counterexample([*path.conditions, *expected], clause)
                if unexpected is not None:
                    return Unknown(f"not proved: may raise {path.raised}")
            else:
                assert path.returned is not None
                fails = z3.Not(condition(clause.condition, {**self._names, "result": path.returned}))
                found = self._counterexample([*path.conditions, *expected, fails], clause)
                if found is not None:
                    return self._confirmed(found, clause)
        return Proved("Z3")

    def prove_raises(self, clause: Contract) -> Verdict:
        when = condition(clause.condition, self._names)
        for path in self._paths:
            if path.raised is None or not _is_below(path.raised, clause.raises or ""):
                found = self._counterexample([*path.conditions, when], clause)
                if found is not None:
                    return self._confirmed(found, clause)
        return Proved("Z3")

    def _counterexample(self, constraints: Sequence[Smt], clause: Contract) -> Mapping[str, object] | None:
        """Arguments on which the constraints hold; ``None`` where there are none. Raises ``UnsupportedError``."""
        variables = {name: value for name, value in self._names.items() if not isinstance(value, Opaque)}
        about = smt.Subject(self._function.name, clause.text)
        match smt.solve([*self._assumed, *constraints], variables, about=about):
            case smt.Unsatisfiable():
                return None
            case smt.Satisfied(values):
                return values
            case smt.GaveUp(reason):
                raise UnsupportedError(f"Z3 gave up: {reason}")

    def _confirmed(self, arguments: Mapping[str, object], clause: Contract) -> Verdict:
        name = self._function.name
        words = [
            f"{parameter.name}={arguments[parameter.name]!r}"
            if parameter.kind == "keyword_only"
            else repr(arguments[parameter.name])
            for parameter in self._function.signature.parameters
        ]
        call = f"{name}({', '.join(words)})"
        if any(parameter.kind == "keyword_only" for parameter in self._function.signature.parameters):
            return Unknown(f"not proved: {call} was not run")
        try:
            run = run_call(self._module, name, [arguments[p.name] for p in self._function.signature.parameters])
        except InterpretationError as error:
            return Unknown(f"not proved: {error}")
        if run.stopped is not None:
            return Unknown(f"not proved: {call} does not end within the steps of a test")
        raised = run.outcome if run.error is not None else None
        if clause.kind == "raises":
            fine = isinstance(raised, Raised) and (clause.raises or "") in raised.lineage
        else:
            fine = raised is not None or holds(clause.condition, {**arguments, "result": run.value}) is not False
        if fine:
            return Unknown(f"not proved: {call} was a false alarm")
        return Violated(call, f"raises {raised.exception}" if isinstance(raised, Raised) else repr(run.value))


@dataclass(slots=True)
class _Execution:
    """Runs functions of a module symbolically; calls between them are followed to a fixed depth."""

    module: Module
    _made: int = field(default=0)

    def call(self, function: Function, names: Mapping[str, Value], depth: int) -> list[_Path]:
        """Every path through the function's body. Raises ``UnsupportedError``."""
        if function.decorators:
            raise UnsupportedError("decorators")
        paths = self._block(function.body, _Path((), names), depth)
        if any(path.open for path in paths):
            raise UnsupportedError("`None` values")
        return paths

    def _block(self, block: Block, start: _Path, depth: int) -> list[_Path]:
        paths = [start]
        for statement in block:
            following: list[_Path] = []
            for path in paths:
                following += self._statement(statement, path, depth) if path.open else [path]
            paths = following
            if len(paths) > _MOST_PATHS:
                raise UnsupportedError("too many paths")
        return paths

    def _statement(self, statement: Stmt, path: _Path, depth: int) -> list[_Path]:
        import z3

        symbols = Symbols(dict(path.names), list(path.conditions), inline=self._inline(depth))
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
                    taken = _Path((*going.conditions, branch), path.names)
                    ended += self._block(block, taken, depth)
                return ended
            case Assert(test=test):
                symbols.note(z3.Not(symbols.truth(test)), "AssertionError")
                return _after(symbols, path)
            case Raise(exception=Name(id=name) | Call(function=Name(id=name))):
                return [_Path(path.conditions, path.names, raised=name)]
            case Pass() | ExprStmt(value=Const()):
                return [path]
            case For() | While():
                raise UnsupportedError("loop")
            case _:
                raise UnsupportedError(f"`{type(statement).__name__}` statements")

    def _inline(self, depth: int) -> Inlined:
        return Inlined(self, depth)


@dataclass(frozen=True, slots=True)
class Inlined:
    """Evaluates a call of one of the module's functions as part of an expression."""

    execution: _Execution
    depth: int

    def __call__(self, name: str, values: Sequence[Value], symbols: Symbols) -> Value:
        """The merged value of all paths; exceptions are noted with the caller."""
        try:
            function = self.execution.module.function(name)
        except KeyError:
            raise UnsupportedError(f"the call of `{name}`") from None
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
    symbols: Symbols, path: _Path, *, names: Mapping[str, Value] | None = None, returned: Value | None = None
) -> list[_Path]:
    """The paths that the exceptions noted end, and last the one that goes on."""
    import z3

    ended = [_Path((when,), path.names, raised=exception) for when, exception in symbols.raised]
    fine = [z3.Not(when) for when, _ in symbols.raised]
    going = _Path((*path.conditions, *fine), {**path.names, **(names or {})}, returned)
    return [*ended, going]


def _is_below(exception: str, wanted: str) -> bool:
    import builtins

    lower, upper = getattr(builtins, exception, None), getattr(builtins, wanted, None)
    if isinstance(lower, type) and isinstance(upper, type):
        return issubclass(lower, upper)
    return exception == wanted
