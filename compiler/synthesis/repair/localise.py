"""Localising a fault: which expressions the failing examples run and the passing ones do not.

Suspicion is measured as by Ochiai (Abreu et al. 2007, "On the accuracy of spectrum-based fault localization").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from compiler.enumerate.targets import Accepts
from compiler.front.spec import FunctionSpec
from compiler.interpreter.interpreter import Program
from compiler.ir.nodes import Expr, Module
from compiler.synthesis.problem.cases import Case, run_case
from compiler.synthesis.problem.data import fresh
from compiler.synthesis.problem.places import places_in, size_of
from solver.sorts import ANY, NONE, Sort, join_all, sort_of_value

_MOST_VALUES = 40


@dataclass(frozen=True, slots=True)
class Suspect:
    """An expression that every failing example runs, with the sort of what stands there."""

    function: str
    place: Expr
    sort: Sort
    suspicion: float

    @property
    def size(self) -> int:
        """How many expressions a replacement takes away."""
        return size_of(self.place)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The cases that fail and those that pass, and the suspects, the most suspicious and smallest first."""

    failing: tuple[Case, ...]
    passing: tuple[Case, ...]
    suspects: tuple[Suspect, ...]


def localise(module: Module, functions: Sequence[FunctionSpec], cases: Sequence[Case]) -> Spectrum:
    """Run every case and see which expressions can be at fault, where one expression is.

    An example that fails without running an expression fails whatever stands there, so that a suspect is run by all of
    them.
    """
    program = Program(module)
    failing: list[Case] = []
    passing: list[Case] = []
    counts: dict[int, list[int]] = {}
    values: dict[int, list[object]] = {}
    for case in cases:
        ran = _Ran({})
        run = run_case(program, case, observe=ran.note)
        fails = run is None or not case.accepts(run)
        (failing if fails else passing).append(case)
        for node, seen in ran.values.items():
            counts.setdefault(node, [0, 0])[fails] += 1
            values.setdefault(node, []).extend(seen)
    found: list[Suspect] = []
    for function in functions:
        wanted = [case.wanted for case in cases if case.function == function and not isinstance(case.wanted, Accepts)]
        returns = function.signature.returns
        returns = join_all(map(sort_of_value, wanted)) if returns == ANY and wanted else returns
        for place, sort in places_in(module.function(function.name), returns):
            passed, failed = counts.get(id(place), [0, 0])
            if failed and failed == len(failing):
                known = sort if sort != ANY else _sort_of(values[id(place)])
                found.append(Suspect(function.name, place, known, failed / sqrt(len(failing) * (failed + passed))))
    ranked = sorted(found, key=lambda suspect: (-suspect.suspicion, suspect.size))
    return Spectrum(tuple(failing), tuple(passing), tuple(ranked))


@dataclass(frozen=True, slots=True)
class _Ran:
    """The expressions of a run, by identity, with some of their values."""

    values: dict[int, list[object]]

    def note(self, node: Expr, value: object) -> None:
        seen = self.values.setdefault(id(node), [])
        if len(seen) < _MOST_VALUES:
            seen.append(fresh(value))


def _sort_of(values: Sequence[object]) -> Sort:
    told = [sort for sort in map(sort_of_value, values) if sort != NONE]
    return join_all(told) if told else ANY
