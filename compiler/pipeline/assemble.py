"""Assembling the chosen candidates into the text that is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.acceptance.candidate import Candidate
from compiler.emit.module import emit_module
from compiler.emit.splice import splice
from compiler.front.spec import Spec
from compiler.ir.lower import lower_module
from compiler.ir.nodes import Class, Function, Import, Module, Name, Stmt
from compiler.ir.walk import walk
from compiler.judge.verdicts import Violated
from compiler.pipeline.merge import Part, imports_first, merge
from compiler.pipeline.result import FunctionResult
from compiler.propagation.template import template_of
from compiler.synthesis.ask.conform import fills_in
from compiler.synthesis.problem.methods import called_as_methods
from compiler.synthesis.problem.template import Fill
from compiler.task.unit import Unit
from compiler.text.source import Source


@dataclass(frozen=True, slots=True)
class Assembly:
    """The whole ``program``, and ``context``: what later functions of the specification see of it."""

    module: Module
    program: str
    context: str

    def function_text(self, name: str) -> str | None:
        """One function of the program as text; ``None`` where the program lacks it."""
        try:
            function = self.module.function(name)
        except KeyError:
            return None
        return emit_module(Module((function,)))


def assemble(spec: Spec, chosen: Sequence[tuple[Unit, Candidate]]) -> Assembly:
    """Put the candidates chosen for some units together, in order.

    A Python file keeps every byte outside its holes, but for added import lines and helper functions; the holes of
    functions for which nothing was chosen stay. Raises ``LowerError`` where the file's own text is outside the subset.
    """
    merged = _merged(spec, chosen)
    if spec.form == "text":
        program = emit_module(merged) if chosen else ""
        return Assembly(merged, program, program)
    context = spec.context
    if chosen:
        functions = Module(tuple(item for item in merged.body if isinstance(item, (Function, Import))))
        context = "\n\n".join([spec.context, emit_module(functions)])
    names = frozenset(function.name for unit, _ in chosen for function in unit.functions)
    return Assembly(merged, _spliced(spec, merged, names), context)


def marked_best_effort(program: str, functions: Sequence[FunctionResult]) -> str:
    """The program with a first line that says why it is only a best effort."""
    fails = any(isinstance(clause.verdict, Violated) for item in functions for clause in item.evidence)
    why = (
        "see the report for what it fails"
        if fails
        else "it fails nothing that is checked, but too little speaks for it"
    )
    return f"# Best effort: liftc did not accept this program; {why}.\n{program}"


def _merged(spec: Spec, chosen: Sequence[tuple[Unit, Candidate]]) -> Module:
    """The candidates' programs as one module. A text's only program stays as it was judged."""
    specified = frozenset(function.name for function in spec.functions)
    parts = [_part(unit, candidate) for unit, candidate in chosen]
    if spec.form == "text" and all(part.own == specified for part in parts):
        return imports_first([statement for part in parts for statement in part.module.body])
    return merge(parts, specified, lower_module(Source(spec.source.name, spec.context)))


def _part(unit: Unit, candidate: Candidate) -> Part:
    own = frozenset(function.name for function in unit.functions)
    templates = tuple(template_of(function) for function in unit.functions if function.definition is not None)
    fixed = {node.id for node in walk(Module(templates)) if isinstance(node, Name)}
    return Part(candidate.module, own, frozenset(fixed))


def _identity(statement: Stmt) -> str:
    match statement:
        case Function(name=name) | Class(name=name):
            return f"definition of {name}"
        case _:
            return repr(statement)


def _spliced(spec: Spec, merged: Module, chosen: frozenset[str]) -> str:
    holes = [hole for function in spec.functions for hole in function.holes]
    fills: dict[str, Fill] = {}
    in_place = [function for function in spec.functions if function.definition is not None]
    methods = {function.name: function for function in in_place if function.owner is not None}
    for function in in_place:
        if function.name in chosen:
            made = merged.function(function.name)
            found = fills_in(made, function).items()
            fills.update((name, called_as_methods(fill, methods, made)) for name, fill in found)
    own = {_identity(item) for item in lower_module(Source(spec.source.name, spec.context)).body}
    own |= {f"definition of {function.name}" for function in in_place}
    added = called_as_methods(tuple(item for item in merged.body if _identity(item) not in own), methods)
    imports = [item for item in added if isinstance(item, Import)]
    helpers = tuple(item for item in added if not isinstance(item, Import))
    return splice(spec.source, fills, holes, imports, helpers)
