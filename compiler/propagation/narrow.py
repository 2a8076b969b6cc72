"""Elaboration and propagation of one unit: the partial program, its narrowed domains, and conflicts."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.front.spec import FunctionSpec
from compiler.ir.nodes import Module
from compiler.propagation.conflicts import find_conflicts
from compiler.propagation.elaborate import elaborate
from compiler.propagation.propagate import propagate
from compiler.task.unit import Unit
from compiler.text.diagnostics import Diagnostic
from compiler.trace import events
from compiler.trace.trace import Trace
from compiler.trace.typed_json import read
from solver.sorts import format_sort


@dataclass(frozen=True, slots=True)
class Narrowed:
    """One partial module a function, in the unit's order, and what propagation has to say."""

    modules: tuple[Module, ...]
    conflicts: tuple[Diagnostic, ...]
    warnings: tuple[Diagnostic, ...]


def narrow(unit: Unit, trace: Trace) -> Narrowed:
    """Elaborate every function of a unit and propagate its constraints to a fixpoint."""
    modules: list[Module] = []
    found: list[Diagnostic] = []
    for function in unit.functions:
        _record(trace, function)
        found += find_conflicts(function)
        propagation = propagate(elaborate(function, unit.context), function)
        modules.append(propagation.module)
        for step in propagation.steps:
            trace.record(
                events.Narrow(
                    hole=step.hole,
                    before=step.before,
                    after=step.after,
                    sizes=step.sizes,
                    why=step.reason,
                )
            )
    conflicts = tuple(item for item in found if item.severity == "error")
    for conflict in conflicts:
        trace.record(
            events.Conflict(unit=unit.name, diagnostic=read(events.Diagnostic, conflict.to_json(), "diagnostic"))
        )
    return Narrowed(tuple(modules), conflicts, tuple(item for item in found if item.severity != "error"))


def _record(trace: Trace, function: FunctionSpec) -> None:
    signature = function.signature
    trace.record(
        events.Spec(
            function=function.name,
            parameters=tuple((parameter.name, format_sort(parameter.sort)) for parameter in signature.parameters),
            returns=format_sort(signature.returns),
            examples=tuple(example.text for example in function.examples),
            contracts=tuple(contract.text for contract in function.contracts),
            holes=tuple(hole.name for hole in function.holes),
        )
    )
