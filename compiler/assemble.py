"""Assembling the chosen candidates into the text that is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.candidate import Candidate
from compiler.emit.module import emit_module
from compiler.emit.splice import splice
from compiler.fill.conform import fills_in
from compiler.fill.methods import called_as_methods
from compiler.fill.template import Fill
from compiler.ir.lower import lower_module
from compiler.ir.nodes import Class, Function, Import, Module, Stmt
from compiler.source import Source
from compiler.spec import Spec


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


def assemble(spec: Spec, candidates: Sequence[Candidate]) -> Assembly:
    """Put the candidates' programs together, in order.

    A Python file keeps every byte outside its holes, but for added import lines and helper functions. Raises
    ``LowerError`` where the file's own text is outside the subset.
    """
    merged = _merge([candidate.module for candidate in candidates])
    if spec.form == "text":
        program = emit_module(merged) if candidates else ""
        return Assembly(merged, program, program)
    context = spec.context
    if candidates:
        functions = Module(tuple(item for item in merged.body if isinstance(item, (Function, Import))))
        context = "\n\n".join([spec.context, emit_module(functions)])
    return Assembly(merged, _spliced(spec, merged), context)


def _merge(modules: Sequence[Module]) -> Module:
    """One module with each statement once; imports first, later definitions of a name win."""
    statements: dict[str, Stmt] = {}
    for module in modules:
        for statement in module.body:
            statements[_identity(statement)] = statement
    body = tuple(statements.values())
    imports = tuple(item for item in body if isinstance(item, Import))
    return Module((*imports, *(item for item in body if not isinstance(item, Import))))


def _identity(statement: Stmt) -> str:
    match statement:
        case Function(name=name) | Class(name=name):
            return f"definition of {name}"
        case _:
            return repr(statement)


def _spliced(spec: Spec, merged: Module) -> str:
    holes = [hole for function in spec.functions for hole in function.holes]
    fills: dict[str, Fill] = {}
    in_place = [function for function in spec.functions if function.definition is not None]
    methods = {function.name: function for function in in_place if function.owner is not None}
    try:
        for function in spec.functions:
            made = merged.function(function.name)
            if function in in_place:
                found = fills_in(made, function).items()
                fills.update((name, called_as_methods(fill, methods, made)) for name, fill in found)
    except KeyError:
        return spec.source.text
    own = {_identity(item) for item in lower_module(Source(spec.source.name, spec.context)).body}
    own |= {f"definition of {function.name}" for function in in_place}
    added = called_as_methods(tuple(item for item in merged.body if _identity(item) not in own), methods)
    imports = [item for item in added if isinstance(item, Import)]
    helpers = tuple(item for item in added if not isinstance(item, Import))
    return splice(spec.source, fills, holes, imports, helpers)
