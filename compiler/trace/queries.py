"""Queries to Z3 in the trace: recorded as they are answered, and written as files that Z3 reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.text.diagnostics import Diagnostic, LiftcError
from compiler.text.output import write_whole
from compiler.trace.events import Solver
from compiler.trace.trace import Trace

if TYPE_CHECKING:
    from solver.smt import Query


def record_query(trace: Trace, query: Query) -> None:
    """Append a query to the trace."""
    trace.record(
        Solver(
            function=query.about.function,
            clause=query.about.clause,
            hole=query.about.hole,
            smt=query.text,
            limit=query.limit,
            spent=query.spent,
            answer=query.answer,
        )
    )


def dump_queries(trace: Trace, folder: str) -> list[Path]:
    """Write every query of a trace to a file of its own, numbered in order; the folder is made where there is none,
    and not for no query at all.

    Raises ``LiftcError``.
    """
    queries = list(trace.select(Solver))
    if not queries:
        return []
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LiftcError([Diagnostic("L0701", f"cannot make the folder {folder}: {error.strerror}")]) from error
    written: list[Path] = []
    for number, query in enumerate(queries, start=1):
        words = re.sub(r"\W+", "-", f"{query.function} {query.clause}").strip("-")[:_LONGEST_NAME]
        path = Path(folder) / f"{number:03}-{words}-{query.answer}.smt2"
        hole = f"; hole {query.hole}\n" if query.hole else ""
        write_whole(
            str(path),
            f"; function {query.function}\n; {' '.join(query.clause.split())}\n{hole}"
            f"; {query.answer}, {query.spent} of {query.limit} units of work\n"
            f"(set-option :rlimit {query.limit})\n{query.smt}",
        )
        written.append(path)
    return written


_LONGEST_NAME = 60
