"""Repeat a compile from its trace alone, offline, and tell whether program and trace come out the same.

exit codes: 0 the same, byte for byte; 1 not the same; 2 the file is not a trace; 3 the trace lacks an answer.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.runs.replay import Comparison


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help="the trace")
    parser.add_argument("-o", "--output", metavar="OUT", help="write the program here, - for standard output")
    parser.add_argument("--trace", metavar="FILE", dest="new_trace", help="write the trace of the replay")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON (on stderr with -o -)")


def run(arguments: Namespace) -> int:
    """Replay and compare. Raises ``LiftcError``."""
    from compiler.cli.progress import Activity, shown
    from compiler.runs.replay import compare, replay
    from compiler.text.diagnostics import Diagnostic, ExitCode, LiftcError
    from compiler.text.output import check_writable, write_whole
    from compiler.trace.file import open_trace

    for path in (arguments.output, arguments.new_trace):
        if path is not None:
            check_writable(path)
    trace = open_trace(arguments.file)
    activity = Activity()
    try:
        with shown(activity):
            result = replay(trace, activity)
    except ValueError as error:
        raise LiftcError([Diagnostic("L0706", f"{arguments.file} cannot be replayed: {error}")]) from error
    if arguments.output is not None and result.program is not None:
        write_whole(arguments.output, result.program)
    if arguments.new_trace is not None:
        write_whole(arguments.new_trace, result.trace.text())
    comparison = compare(trace, result)
    _report(arguments, result.status, comparison)
    return ExitCode.ACCEPTED if comparison.same else ExitCode.NOT_ACCEPTED


def _report(arguments: Namespace, status: str, comparison: Comparison) -> None:
    found = comparison.difference
    if arguments.json:
        data = {
            "status": status,
            "same_program": comparison.same_program,
            "same_trace": found is None,
            "difference": None
            if found is None
            else {"line": found.line, "recorded": found.recorded, "replayed": found.replayed},
        }
        print(json.dumps(data), file=sys.stderr if arguments.output == "-" else sys.stdout)
        return
    program = "the same bytes" if comparison.same_program else "other bytes than recorded"
    trace = "the same but for timings" if found is None else f"another from line {found.line} on"
    lines = [f"{status}: the program is {program}, the trace is {trace}"]
    if found is not None:
        lines += [f"  recorded: {_cut(found.recorded)}", f"  replayed: {_cut(found.replayed)}"]
    print("\n".join(lines), file=sys.stderr)


def _cut(line: str | None, length: int = 400) -> str:
    if line is None:
        return "the trace has ended"
    return line if len(line) <= length else f"{line[:length]}..."
