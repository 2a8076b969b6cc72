"""Show afterwards how a compile went, from the trace that `liftc SPEC --trace FILE` wrote.

The tree has the holes with their domains before and after each step, the model's answers, the candidates and why each
fell, conflicts, nogoods and solver queries, the choice, the evidence, tokens and seconds.
"""

from __future__ import annotations

import json
import sys
from argparse import Action, ArgumentParser, Namespace


class _Schema(Action):
    """Prints the schema whatever else stands in the command, as ``--version`` prints the version."""

    def __call__(self, parser: ArgumentParser, *_: object) -> None:
        from compiler.trace.lines import line_schema

        print(json.dumps(line_schema(), indent=1))
        parser.exit()


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help="the trace")
    parser.add_argument("--why", metavar="HOLE", help="show one hole alone, and the program that filled it")
    parser.add_argument("--dump-smt", metavar="DIR", help="write the queries to Z3 to a folder, as .smt2 files")
    parser.add_argument("--json", action="store_true", help="print the tree as JSON")
    parser.add_argument("--schema", action=_Schema, nargs=0, help="print the JSON Schema of a trace's line, and stop")


def run(arguments: Namespace) -> int:
    """Print the tree. Raises ``LiftcError`` for a file that is no trace and for an unknown hole."""
    from compiler.text.diagnostics import Diagnostic, ExitCode, LiftcError
    from compiler.trace.file import open_trace
    from compiler.trace.queries import dump_queries
    from compiler.trace.view import all_holes, view, view_hole

    trace = open_trace(arguments.file)
    if arguments.dump_smt is not None:
        written = len(dump_queries(trace, arguments.dump_smt))
        to = f" in {arguments.dump_smt}" if written else ""
        print(f"{written} {'query' if written == 1 else 'queries'} to Z3{to}", file=sys.stderr)
    shown = view(trace) if arguments.why is None else view_hole(trace, arguments.why)
    if shown is None:
        known = ", ".join(all_holes(trace)) or "none"
        message = f"the trace has no hole {arguments.why}"
        raise LiftcError([Diagnostic("L0703", message, help=(f"its holes are {known}",))])
    print(json.dumps(shown.to_json(), ensure_ascii=False) if arguments.json else "\n".join(shown.lines()))
    return ExitCode.ACCEPTED
