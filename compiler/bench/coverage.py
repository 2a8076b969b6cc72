"""``liftc bench ir``: how much of a body of reference solutions the IR covers.

A reference is covered when it lowers, verifies, prints and reads back to the equal tree, and when the interpreter
gives exactly what CPython gives (type, value, exception, what becomes of the arguments) on every call of its tests.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from compiler.bench.agreement import Stage, Verdict, check_reference
from compiler.bench.references import Reference, read_references
from compiler.text.table import plain_table

_PROCESSES = 2
_MEMORY_BYTES = 4 * 1024**3
_STAGES: tuple[Stage, ...] = ("lowered", "verified", "roundtrip", "agree")
_FELL: dict[Stage, str] = {
    "read": "does not lower",
    "lowered": "does not verify",
    "verified": "does not read back",
    "roundtrip": "does not agree",
}


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """How many references passed each stage. ``skipped`` ones fail their own tests and count nowhere else."""

    total: int
    lowered: int
    verified: int
    roundtrip: int
    agree: int
    calls: int
    rejected: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[str, str], ...]


def coverage(paths: Sequence[Path], limit: int | None = None) -> CoverageReport:
    """Measures the references at ``paths``, the first ``limit`` of them. Raises ``OSError`` and ``ValueError``."""
    verdicts = list(_verdicts(read_references(paths)[:limit]))
    counted = [verdict for verdict in verdicts if verdict.stage != "skipped"]
    passed = {stage: sum(_reached(verdict, stage) for verdict in counted) for stage in _STAGES}
    return CoverageReport(
        total=len(counted),
        lowered=passed["lowered"],
        verified=passed["verified"],
        roundtrip=passed["roundtrip"],
        agree=passed["agree"],
        calls=sum(verdict.calls for verdict in counted),
        rejected=tuple((item.id, f"{_FELL[item.stage]}: {item.reason}") for item in counted if item.stage != "agree"),
        skipped=tuple((verdict.id, verdict.reason) for verdict in verdicts if verdict.stage == "skipped"),
    )


def render(report: CoverageReport) -> str:
    """The report for people."""
    rows = [("total", report.total), *((stage, getattr(report, stage)) for stage in _STAGES)]
    table = [("stage", "passed", "share"), *((name, str(count), _percent(count, report.total)) for name, count in rows)]
    lines = [plain_table(table), f"calls compared: {report.calls}"]
    lines += [f"rejected {name}: {reason}" for name, reason in report.rejected]
    lines += [f"skipped {name}: {reason}" for name, reason in report.skipped]
    return "\n".join(lines) + "\n"


def to_json(report: CoverageReport) -> dict[str, object]:
    """The report as JSON data."""
    counts: dict[str, object] = {name: getattr(report, name) for name in ("total", *_STAGES, "calls")}
    return counts | {
        "rejected": [{"id": name, "reason": reason} for name, reason in report.rejected],
        "skipped": [{"id": name, "reason": reason} for name, reason in report.skipped],
    }


def _percent(count: int, total: int) -> str:
    return f"{100 * count / total:.1f}%" if total else "-"


def _reached(verdict: Verdict, stage: Stage) -> bool:
    return verdict.stage in _STAGES and _STAGES.index(verdict.stage) >= _STAGES.index(stage)


def _verdicts(references: Sequence[Reference]) -> Iterator[Verdict]:
    """A verdict for each reference, in order; one that kills its process is told apart by running it alone."""
    found: dict[int, Verdict] = {}
    with _pool(_PROCESSES) as pool:
        futures = [pool.submit(check_reference, reference) for reference in references]
        for index, future in enumerate(futures):
            try:
                found[index] = future.result()
            except BrokenProcessPool:
                continue
    for index, reference in enumerate(references):
        yield found[index] if index in found else _alone(reference)


def _alone(reference: Reference) -> Verdict:
    with _pool(1) as pool:
        try:
            return pool.submit(check_reference, reference).result()
        except BrokenProcessPool:
            return Verdict(reference.id, "roundtrip", reason="the process died")


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        processes, mp_context=multiprocessing.get_context("spawn"), initializer=_confine, initargs=()
    )


def _confine() -> None:
    """The limits of a child: memory, no core files, no environment, nothing on standard output, no warnings."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ.clear()
    warnings.simplefilter("ignore")
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
