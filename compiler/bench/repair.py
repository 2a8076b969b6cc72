"""``liftc bench repair``: how many seeded bugs are repaired without a model, by small edits, by reopening, and by both.

Of each problem's reference solution one mutant is the near-miss: of those that fail a visible example, the one that its
own digest picks. What the compiler then chooses is scored on the hidden tests.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from compiler.acceptance.candidate import Candidate, Provenance
from compiler.acceptance.selection import select
from compiler.acceptance.verification import is_accepted
from compiler.bench.references import Reference, read_references
from compiler.bench.score import score
from compiler.bench.statistics import mean
from compiler.bench.suites import Problem, read_suite, unit_of
from compiler.ir.lower import lower_candidate
from compiler.pipeline.assemble import assemble
from compiler.synthesis.ask.conform import conform
from compiler.synthesis.pool import Pool
from compiler.synthesis.repair.repair import WAYS, Way, repair
from compiler.task.budget import Budget
from compiler.testfile.mutants import mutants
from compiler.text.diagnostics import LiftcError
from compiler.text.table import plain_table
from compiler.trace import events
from compiler.trace.trace import Trace

SETTINGS: dict[str, tuple[Way, ...]] = {"edits": ("edits",), "reopening": ("reopening",), "both": WAYS}
_MUTANTS = 40


@dataclass(frozen=True, slots=True)
class Repaired:
    """One near-miss and what one setting made of it.

    ``visible`` tells that a program was accepted, which passes the visible examples; ``hidden`` that it passes the
    hidden tests.
    """

    id: str
    setting: str
    mutant: str
    visible: bool
    hidden: bool
    tried: int
    seconds: float
    program: str

    def to_json(self) -> str:
        """The row as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def bench_repair(
    suite: str | Path, limit: int | None, seconds: float, progress: Callable[[str], None]
) -> Iterator[Repaired]:
    """Seed one bug a problem and repair it in each setting. Raises ``SuiteError`` and ``OSError``."""
    references = references_of(suite)
    seeded = 0
    for problem in read_suite(suite):
        if limit is not None and seeded >= limit:
            return
        reference = references.get(problem.id.lower())
        mutant = None if reference is None else _near_miss(problem, reference, seconds)
        if mutant is None:
            progress(f"{problem.id}: no mutant that fails a visible example")
            continue
        seeded += 1
        for setting in SETTINGS:
            row = _repaired(problem, mutant, setting, seconds)
            progress(
                f"{problem.id} by {setting}: {'visible' if row.visible else '-'} {'hidden' if row.hidden else '-'}"
            )
            yield row


def references_of(suite: str | Path) -> dict[str, Reference]:
    """The reference solutions of a suite by their problems' ids in lower case. Raises ``OSError``."""
    if suite == "own":
        from importlib.resources import as_file, files

        with as_file(files("compiler.bench") / "suites" / "own.jsonl") as path:
            return {item.id.lower(): item for item in read_references([path])}
    return {item.id.lower(): item for item in read_references([Path(suite)])}


def _near_miss(problem: Problem, reference: Reference, seconds: float) -> str | None:
    """A mutant of the reference that fails a visible example."""
    try:
        made = mutants(ast.unparse(ast.parse(reference.program)))
    except SyntaxError:
        return None
    ordered = sorted(made, key=lambda text: hashlib.sha256(f"{problem.id} {text}".encode()).digest())
    for text in ordered[:_MUTANTS]:
        pool = _pool(problem, seconds)
        if pool is None:
            return None
        candidate = _seed(pool, text)
        if candidate is not None and not candidate.judgement.clean and candidate.judgement.examples:
            return text
    return None


def _pool(problem: Problem, seconds: float) -> Pool | None:
    unit, trace = unit_of(problem), Trace()
    return None if unit is None else Pool(unit, trace, Budget(0, seconds, trace))


def _seed(pool: Pool, text: str) -> Candidate | None:
    """The mutant as a model's answer; ``None`` where it does not lower."""
    try:
        module = conform(lower_candidate(text, pool.unit.entry, pool.unit.context), pool.unit)
    except LiftcError:
        return None
    return pool.add(module, Provenance("model", votes=1, greedy=True))


def _repaired(problem: Problem, mutant: str, setting: str, seconds: float) -> Repaired:
    pool = _pool(problem, seconds)
    assert pool is not None
    _seed(pool, mutant)
    repair(pool, SETTINGS[setting])
    choice = select(pool.candidates)
    tried = sum(event.expansions for event in pool.trace.select(events.Search))
    tried += sum(event.tried for event in pool.trace.select(events.Reopened))
    if choice is None or not is_accepted(choice, pool.candidates, pool.unit.functions):
        return Repaired(problem.id, setting, mutant, False, False, tried, round(pool.budget.elapsed, 2), "")
    program = assemble(pool.unit.spec, [(pool.unit, choice.candidate)]).program
    elapsed = round(pool.budget.elapsed, 2)
    return Repaired(problem.id, setting, mutant, True, score(problem, program).passed, tried, elapsed, program)


def render(rows: Sequence[Repaired]) -> str:
    """The rows as a table."""
    lines = [("setting", "seeded", "visible", "hidden", "tried", "seconds")]
    for setting, own in _by_setting(rows):
        shares = (f"{mean(r.visible for r in own):.1%}", f"{mean(r.hidden for r in own):.1%}")
        effort = (f"{mean(r.tried for r in own):.0f}", f"{mean(r.seconds for r in own):.1f}")
        lines.append((setting, str(len(own)), *shares, *effort))
    return plain_table(lines)


def to_json(rows: Sequence[Repaired]) -> dict[str, dict[str, dict[str, float]]]:
    """The shares of each setting as JSON data."""
    settings = {
        setting: {
            "seeded": len(own),
            "visible": sum(row.visible for row in own),
            "hidden": sum(row.hidden for row in own),
            "tried": mean(row.tried for row in own),
        }
        for setting, own in _by_setting(rows)
    }
    return {"settings": settings}


def _by_setting(rows: Sequence[Repaired]) -> list[tuple[str, list[Repaired]]]:
    return [(setting, [row for row in rows if row.setting == setting]) for setting in SETTINGS]
