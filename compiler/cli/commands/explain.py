"""Explain a diagnostic's code, such as L0312."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("code", metavar="CODE", nargs="?", help="the code; without one, all codes are listed")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: Namespace) -> int:
    """Print the explanation; 2 for an unknown code."""
    from compiler.text.diagnostics import Diagnostic, ExitCode, LiftcError, catalogue, explain

    if arguments.code is None:
        titles = {code: entry["title"] for code, entry in sorted(catalogue().items())}
        print(json.dumps(titles) if arguments.json else "\n".join(f"{code}  {text}" for code, text in titles.items()))
        return ExitCode.ACCEPTED
    code = arguments.code.upper()
    text = explain(code)
    if text is None:
        help_ = ("`liftc explain` lists the codes",)
        raise LiftcError([Diagnostic("L0704", f"there is no diagnostic with the code {arguments.code}", help=help_)])
    print(json.dumps({"code": code, **catalogue()[code]}) if arguments.json else text.rstrip("\n"))
    return ExitCode.ACCEPTED
