"""Repair: near-misses one slip away from a program that passes. A repair is one more candidate, never more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.candidate import Candidate
from compiler.components.search import Accepts
from compiler.fill.edits import edits
from compiler.fill.pool import Pool
from compiler.fill.problem import arguments_of, target_of
from compiler.fill.template import with_function
from compiler.ir.interpreter import InterpretationError, Program
from compiler.ir.nodes import Module
from compiler.judge.canonical import canonical
from compiler.spec import FunctionSpec, RaisesError

NEAR_MISSES = 3
EDITS = 1200
FOUND = 3
STEPS = 20_000


@dataclass(frozen=True, slots=True)
class _Case:
    """One example as values: the arguments as a recipe, since a run may change them, and what must come back."""

    function: FunctionSpec
    place: int
    wanted: object

    def arguments(self) -> Mapping[str, object] | None:
        """The arguments, made afresh."""
        return arguments_of(self.function, self.function.examples[self.place])


def repair(pool: Pool) -> None:
    """Add the candidates that one small edit of a near-miss gives, where they pass every example in the interpreter."""
    cases = _cases(pool.unit.functions)
    if not cases:
        return
    tried = 0
    found = 0
    for near in near_misses(pool.candidates):
        with pool.budget.phase("search"):
            repaired, count = _repairs(near.module, pool, cases)
        tried += count
        for module in repaired:
            candidate = pool.add(module, "repair", parent=near.index)
            found += candidate.judgement.clean
        if found or pool.budget.cut("repair"):
            break
    pool.trace.record("search", unit=pool.unit.name, limit=EDITS, expansions=tried, found=found, exhausted=False)


def near_misses(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best failing model candidates, one for each way of failing, at most ``NEAR_MISSES``."""
    seen: set[tuple[str, ...]] = set()
    chosen: list[Candidate] = []
    ranked = sorted(candidates, key=lambda item: (-item.judgement.passed, len(item.judgement.violations), item.index))
    for candidate in ranked:
        key = (*(verdict.got for verdict in candidate.judgement.examples), *candidate.judgement.vector)
        if candidate.origin == "model" and not candidate.judgement.clean and key not in seen:
            seen.add(key)
            chosen.append(candidate)
    return chosen[:NEAR_MISSES]


def _cases(functions: Sequence[FunctionSpec]) -> list[_Case]:
    cases: list[_Case] = []
    for function in functions:
        for place, example in enumerate(function.examples):
            if isinstance(example.expected, RaisesError):
                continue
            target = target_of(example)
            if target is None or arguments_of(function, example) is None:
                return []
            cases.append(_Case(function, place, target[0]))
    return cases


def _repairs(module: Module, pool: Pool, cases: Sequence[_Case]) -> tuple[list[Module], int]:
    """Modules with one edit that pass every case, at most ``FOUND``, and how many edits were run."""
    found: list[Module] = []
    tried = 0
    for function in pool.unit.functions:
        for edited in edits(module.function(function.name)):
            if tried >= EDITS or len(found) >= FOUND or pool.budget.cut("repair"):
                return found, tried
            tried += 1
            variant = with_function(module, edited)
            if _passes(variant, cases):
                found.append(variant)
    return found, tried


def _passes(module: Module, cases: Sequence[_Case]) -> bool:
    program = Program(module)
    return all(_passes_case(program, case) for case in cases)


def _passes_case(program: Program, case: _Case) -> bool:
    arguments = case.arguments()
    try:
        run = program.call(case.function.name, [], dict(arguments or {}), steps=STEPS)
    except InterpretationError:
        return False
    if run.error is not None or run.stopped is not None:
        return False
    if isinstance(case.wanted, Accepts):
        return case.wanted.test(run.value)
    return canonical(run.value) == canonical(case.wanted)
