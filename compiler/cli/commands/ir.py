"""Print the IR of a specification, or of Python code, as .lir text.

stages: spec (what was understood, as JSON), holes (the partial program), propagated (after its domains were narrowed),
module (complete Python code, lowered). The default is holes for a specification with code missing, else module.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.front.spec import Spec
    from compiler.ir.nodes import Module
    from compiler.text.source import Source

STAGES = ("spec", "holes", "propagated", "module")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help="the specification or Python file, - for standard input")
    parser.add_argument("--stage", choices=STAGES, help="how far to go")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: Namespace) -> int:
    """Print the stage's text. Raises ``LiftcError``."""
    from compiler.front import read_source
    from compiler.text.diagnostics import ExitCode

    source = read_source(arguments.file)
    stage = arguments.stage or _default_stage(source)
    text = _text(source, stage)
    print(json.dumps({"stage": stage, "text": text}) if arguments.json else text.rstrip("\n"))
    return ExitCode.ACCEPTED


def _default_stage(source: Source) -> str:
    from compiler.front import read_spec
    from compiler.text.diagnostics import LiftcError

    try:
        read_spec(source)
    except LiftcError:
        return "module" if source.name.endswith(".py") else "holes"
    return "holes"


def _text(source: Source, stage: str) -> str:
    from compiler.front import read_spec
    from compiler.lir.text import print_module

    match stage:
        case "module":
            return print_module(_lowered(source))
        case "spec":
            return json.dumps(_spec_data(read_spec(source)), indent=2, ensure_ascii=False)
        case "holes":
            return _functions_text(read_spec(source), narrowed=False)
        case _:
            return _functions_text(read_spec(source), narrowed=True)


def _lowered(source: Source) -> Module:
    from compiler.ir.lower import LowerError, lower_module
    from compiler.text.diagnostics import Diagnostic, LiftcError

    try:
        return lower_module(source)
    except LowerError as error:
        if source.name.endswith(".py"):
            raise
        message, why = "the stage `module` is for Python code", f"{source.name}: {error.reason}"
        stages = "`--stage holes` and `--stage propagated` print a specification's partial program"
        raise LiftcError([Diagnostic("L0703", message, notes=(why,), help=(stages,))]) from error


def _functions_text(spec: Spec, *, narrowed: bool) -> str:
    from compiler.lir.text import print_module
    from compiler.propagation.conflicts import find_conflicts
    from compiler.propagation.elaborate import elaborate
    from compiler.propagation.propagate import propagate

    parts: list[str] = []
    for function in spec.functions:
        module = elaborate(function, spec.context)
        if not narrowed:
            parts.append(print_module(module))
            continue
        propagation = propagate(module, function)
        steps = [f"# ?{step.hole}: {step.before} -> {step.after} ({step.reason})" for step in propagation.steps]
        conflicts = [f"# conflict: {item.message}" for item in find_conflicts(function) if item.severity == "error"]
        parts.append("\n".join([*steps, *conflicts, print_module(propagation.module)]))
    return "\n".join(parts)


def _spec_data(spec: Spec) -> dict[str, object]:
    from solver.sorts import format_sort

    return {
        "name": spec.source.name,
        "form": spec.form,
        "context": spec.context,
        "functions": [
            {
                "name": function.name,
                "parameters": [
                    {"name": item.name, "kind": item.kind, "sort": format_sort(item.sort), "default": item.default}
                    for item in function.signature.parameters
                ],
                "returns": format_sort(function.signature.returns),
                "written": function.signature.written,
                "prose": function.prose,
                "examples": [example.text for example in function.examples],
                "contracts": [contract.text for contract in function.contracts],
                "holes": [{"name": hole.name, "kind": hole.kind, "place": str(hole.span)} for hole in function.holes],
            }
            for function in spec.functions
        ],
    }
