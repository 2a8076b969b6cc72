"""Repair: near-misses one slip away from a program that passes. A repair is one more candidate, never more."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.candidate import Candidate
from compiler.fill.cases import Case, cases_of, passes
from compiler.fill.edits import edits
from compiler.fill.pool import Pool
from compiler.fill.template import with_function
from compiler.ir.nodes import Module

NEAR_MISSES = 3
EDITS = 1200
FOUND = 3


def repair(pool: Pool) -> None:
    """Add the candidates that one small edit of a near-miss gives, where they pass every example in the interpreter."""
    cases = cases_of(pool.unit.functions)
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


def _repairs(module: Module, pool: Pool, cases: Sequence[Case]) -> tuple[list[Module], int]:
    """Modules with one edit that pass every case, at most ``FOUND``, and how many edits were run."""
    found: list[Module] = []
    tried = 0
    for function in pool.unit.functions:
        for edited in edits(module.function(function.name)):
            if tried >= EDITS or len(found) >= FOUND or pool.budget.cut("repair"):
                return found, tried
            tried += 1
            variant = with_function(module, edited)
            if passes(variant, cases):
                found.append(variant)
    return found, tried
