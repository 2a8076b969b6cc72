"""Proofs of contracts by symbolic execution of functions without loops.

Each path through the function becomes a condition and a value; Z3 is asked for arguments that satisfy the
pre-conditions and on which the contract does not hold. What Z3 finds is run by the interpreter before it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.front.spec import Contract, FunctionSpec
from compiler.interpreter.conditions import holds
from compiler.interpreter.interpreter import InterpretationError, run_call
from compiler.ir.nodes import Function, Module
from compiler.judge.outcome import Raised
from compiler.judge.verdicts import Proved, Unchecked, Unknown, Verdict, Violated
from compiler.proof.paths import Execution
from compiler.proof.symbolic import condition
from compiler.proof.values import Opaque, UnsupportedError, Value, symbol
from solver import smt
from solver.smt import Smt
from solver.sorts import BOOL, INT, STR


def prove(module: Module, function: FunctionSpec, clause: Contract) -> Verdict:
    """Whether a post-condition or a ``raises`` clause holds for every input that satisfies the pre-conditions.

    ``Proved`` also means that no such input raises, except as the ``raises`` clauses tell. Integers are of any size;
    parameters without a known type, floats, loops and what else has no symbolic form give ``Unknown``.
    """
    if clause.kind == "pre":
        return Unchecked()
    try:
        attempt = _Attempt(module, function)
        if not attempt.has_inputs(clause):
            return Unknown("not proved: no input satisfies the pre-conditions")
        return attempt.prove_raises(clause) if clause.kind == "raises" else attempt.prove_post(clause)
    except UnsupportedError as error:
        return Unknown(f"not proved: {error}")
    except RecursionError:
        return Unknown("not proved: nested too deeply")


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
            self._assumed += [condition(b.condition(parameter.name), self._names) for b in parameter.bounds]
        self._assumed += [condition(c.condition, self._names) for c in function.contracts if c.kind == "pre"]
        self._raising = [condition(c.condition, self._names) for c in function.contracts if c.kind == "raises"]
        execution = Execution(module)
        answer = execution.function(function.name)
        self._paths = execution.call(answer, self._arguments(answer), 0)

    def _arguments(self, answer: Function) -> dict[str, Value]:
        parameters = answer.parameters
        taken = [*parameters.positional_only, *parameters.positional, *parameters.keyword_only]
        wanted = list(self._names.values())
        if parameters.star or parameters.double_star or len(taken) != len(wanted):
            raise UnsupportedError("parameters that differ from the specification's")
        return {param.name: value for param, value in zip(taken, wanted, strict=True)}

    def has_inputs(self, clause: Contract) -> bool:
        """Whether there is any input to prove something of. Raises ``UnsupportedError``."""
        return not self._assumed or self._counterexample((), clause, "; has it any input") is not None

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

    def _counterexample(
        self, constraints: Sequence[Smt], clause: Contract, asked: str = ""
    ) -> Mapping[str, object] | None:
        """Arguments on which the constraints hold; ``None`` where there are none. Raises ``UnsupportedError``."""
        variables = {name: value for name, value in self._names.items() if not isinstance(value, Opaque)}
        about = smt.Subject(self._function.name, f"{clause.text}{asked}")
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


def _is_below(exception: str, wanted: str) -> bool:
    import builtins

    lower, upper = getattr(builtins, exception, None), getattr(builtins, wanted, None)
    if isinstance(lower, type) and isinstance(upper, type):
        return issubclass(lower, upper)
    return exception == wanted
