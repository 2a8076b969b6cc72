"""Repair: near-misses close to a program that passes. A repair is one more candidate, never more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from compiler.acceptance.candidate import Candidate, Provenance
from compiler.acceptance.support import is_supported_change
from compiler.enumerate.targets import Accepts
from compiler.ir.nodes import Module
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.cases import Case, cases_of, passes
from compiler.synthesis.problem.problem import rows_of
from compiler.synthesis.problem.template import with_function
from compiler.synthesis.repair.edits import edits
from compiler.synthesis.repair.reopen import Reopened, reopen
from compiler.trace import events

Way: TypeAlias = Literal["edits", "reopening"]
WAYS: tuple[Way, ...] = ("edits", "reopening")

NEAR_MISSES = 3
EDITS = 1200
WORK = 150_000
FOUND = 3


def repair(pool: Pool, ways: Sequence[Way] = WAYS) -> None:
    """Add programs near the best near-misses that pass every example in the interpreter.

    First those one small edit away, then those in which one expression, reopened as a hole, is searched for anew.
    """
    cases = cases_of(pool.unit.functions)
    near = near_misses(pool.candidates)
    if not cases or not near:
        return
    if "edits" in ways and _by_edits(pool, near, cases):
        return
    if "reopening" in ways:
        _by_reopening(pool, near, cases)


def near_misses(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best failing model candidates, one for each way of failing, at most ``NEAR_MISSES``."""
    seen: set[tuple[str, ...]] = set()
    chosen: list[Candidate] = []
    ranked = sorted(candidates, key=lambda item: (-item.judgement.passed, len(item.judgement.violations), item.index))
    for candidate in ranked:
        key = (*(verdict.got for verdict in candidate.judgement.examples), *candidate.judgement.vector)
        if candidate.provenance.origin == "model" and not candidate.judgement.clean and key not in seen:
            seen.add(key)
            chosen.append(candidate)
    return chosen[:NEAR_MISSES]


def _by_edits(pool: Pool, near: Sequence[Candidate], cases: Sequence[Case]) -> bool:
    """Whether a small edit of a near-miss passes everything."""
    tried = found = 0
    for candidate in near:
        with pool.budget.phase("search"):
            repaired, count = _edited(candidate.module, pool, cases)
        tried += count
        found += sum(_add(pool, candidate, module, place).judgement.clean for module, place in repaired)
        if found or pool.budget.cut("repair"):
            break
    pool.trace.record(events.Search(unit=pool.unit.name, limit=EDITS, expansions=tried, found=found, exhausted=False))
    return found > 0


def _edited(module: Module, pool: Pool, cases: Sequence[Case]) -> tuple[list[tuple[Module, int]], int]:
    """Modules with one edit that pass every case, at most ``FOUND``, each with its number, and how many were run."""
    found: list[tuple[Module, int]] = []
    tried = 0
    for function in pool.unit.functions:
        for edited in edits(module.function(function.name)):
            if tried >= EDITS or len(found) >= FOUND or pool.budget.cut("repair"):
                return found, tried
            tried += 1
            variant = with_function(module, edited)
            if passes(variant, cases):
                found.append((variant, tried))
    return found, tried


def _by_reopening(pool: Pool, near: Sequence[Candidate], cases: Sequence[Case]) -> None:
    for candidate in near:
        with pool.budget.phase("search"):
            reopened = reopen(
                candidate.module,
                pool.unit.functions,
                cases,
                limit=WORK,
                should_stop=lambda: pool.budget.cut("repair"),
                at_most=FOUND,
            )
        for item in reopened:
            _record(pool, candidate, item)
        if _add_nearest(pool, candidate, reopened) or pool.budget.cut("repair"):
            break


def _add_nearest(pool: Pool, near: Candidate, reopened: Sequence[Reopened]) -> int:
    """How many of the nearest repairs pass everything; farther ones are added only where none of the nearer do."""
    repairs = [found for item in reopened for found in item.repairs]
    tried = sum(item.tried for item in reopened)
    for distance in sorted({found.distance for found in repairs}):
        added = [_add(pool, near, found.module, tried) for found in repairs if found.distance == distance]
        clean = sum(candidate.judgement.clean for candidate in added)
        if clean:
            return clean
    return 0


def _add(pool: Pool, near: Candidate, repaired: Module, tried: int) -> Candidate:
    """The repair as a candidate: convincing where chance alone would hardly mend what it mends."""
    failing = {verdict.example for verdict in near.judgement.examples if verdict.state != "holds"}
    values = [
        (case.named, case.wanted)
        for case in cases_of(pool.unit.functions)
        if case.function.examples[case.place] in failing and not isinstance(case.wanted, Accepts)
    ]
    function = pool.unit.functions[0]
    inputs = rows_of(function, pool.inputs.for_program(repaired)[function.name]) if near.judgement.violations else []
    with pool.budget.phase("judge"):
        mdl_significant = is_supported_change(near.module, repaired, tried, values, function, inputs)
    return pool.add(repaired, Provenance("repair", parent=near.index, mdl_significant=mdl_significant))


def _record(pool: Pool, near: Candidate, item: Reopened) -> None:
    from compiler.emit.expressions import code_of, emit

    pool.trace.record(
        events.Reopened(
            unit=pool.unit.name,
            parent=near.index,
            expression=code_of(emit(item.suspect.place)),
            suspicion=round(item.suspect.suspicion, 4),
            angelic=item.angelic,
            demanded=item.demanded,
            tried=item.tried,
            fills=tuple(code_of(emit(found.content)) for found in item.repairs),
        )
    )
