from __future__ import annotations

import json
from collections.abc import Callable

from compiler.acceptance.evidence import Ambiguity, ClauseEvidence
from compiler.cli.report import failure_data, report_text, result_data
from compiler.judge import verdicts
from compiler.judge.verdicts import Proved, Shown, Unchecked, Unknown, Violated
from compiler.pipeline.result import FunctionResult, Result
from compiler.task.usage import Usage
from compiler.text.diagnostics import Diagnostic, Label
from compiler.text.source import Source
from compiler.trace.trace import Trace

SOURCE = Source("median.txt", "Return the median.\n\nmedian([1, 2]) == 1.5\npost: result <= max(xs)\n")


def clauses() -> tuple[ClauseEvidence, ...]:
    example = SOURCE.span(20, 41)
    return (
        ClauseEvidence("example", "median([1, 2]) == 1.5", Shown(), example),
        ClauseEvidence("post", "post: result <= max(xs)", verdicts.Tested(24), SOURCE.span(42, 65)),
        ClauseEvidence("post", "post: result >= min(xs)", Proved("Z3")),
        ClauseEvidence("post", "post: result > 0", Violated("median([0])", "0")),
        ClauseEvidence("raises", "raises: ValueError when not xs", Unknown("the solver gave up")),
        ClauseEvidence("prose", "Return the median.\n" * 9, Unchecked(), SOURCE.span(0, 18)),
    )


def result() -> Result:
    accepted = FunctionResult(
        "median",
        True,
        "def median(xs):\n    ...\n",
        "model",
        clauses(),
        (Ambiguity("median([1, 2])", "1.5", "2"),),
    )
    usage = Usage(120, 45, 1, 3.25, (("judge", 0.5), ("model", 2.5)))
    warning = Diagnostic("L0403", "is it right?", (Label(SOURCE.span(20, 41)),), severity="warning")
    return Result(
        "accepted", "program\n", (accepted, FunctionResult("mode", False, None)), (warning,), usage, "1d96", Trace()
    )


def test_the_report_is_a_table_of_clauses(golden: Callable[[str, str], None]) -> None:
    golden("report.txt", report_text(result(), model="qwen2.5-coder-0.5b") + "\n")


def test_the_json_object(golden: Callable[[str, str], None]) -> None:
    golden("report.json", json.dumps(result_data(result(), trace="t.jsonl"), indent=1) + "\n")


def test_colour_changes_no_word() -> None:
    coloured = report_text(result(), colour=True)
    assert "\x1b[" in coloured
    for style in ("1;32", "1;31", "1;33", "32", "31", "33", "1", "0"):
        coloured = coloured.replace(f"\x1b[{style}m", "")
    assert coloured == report_text(result())


def test_a_failure_has_the_same_keys() -> None:
    assert failure_data(()).keys() == result_data(result()).keys()
