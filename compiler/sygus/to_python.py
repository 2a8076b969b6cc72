"""Answers as Python modules: each function, what it calls, and nothing more."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from inspect import getmembers, isfunction

from compiler.ir.nodes import Function, Module, Name, Param, Parameters, TypeRef
from compiler.ir.walk import walk
from compiler.sygus import runtime_helpers
from compiler.sygus.names import names_in
from compiler.sygus.problem import Definition, Problem, Term, definitions_of
from compiler.sygus.python_bodies import body_of
from compiler.text.source import Source
from solver.sorts import BOOL, INT, STR, Sort

_SORTS: Mapping[str, Sort] = {"Int": INT, "Bool": BOOL, "String": STR}
_TAKEN = frozenset(
    {
        *dir(builtins),
        *keyword.kwlist,
        *keyword.softkwlist,
        *(name for name, _ in getmembers(runtime_helpers, isfunction)),
    }
)


def emit_python(problem: Problem, terms: tuple[Term, ...]) -> str:
    """The targets with these terms as bodies, as a formatted module of typed functions."""
    from compiler.emit.module import emit_module

    answers = definitions_of(problem, terms)
    functions = (*_needed(problem.definitions, answers), *answers)
    names = function_names(problem)
    written = [_function(function, names) for function in functions]
    called = {node.id for function in written for node in walk(function) if isinstance(node, Name)}
    helpers = [function for function in _helpers() if function.name in called]
    return emit_module(Module((*helpers, *written)))


def function_names(problem: Problem) -> dict[str, str]:
    """What the problem's functions are called in Python."""
    defined = [definition.name for definition in problem.definitions]
    return python_names([*defined, *(target.name for target in problem.targets)])


def python_names(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """An identifier for each name, itself where it can be one; none is a built-in's or a runtime helper's."""
    used = {*_TAKEN, *taken}
    given: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"\W", "_", name)
        identifier = plain if plain.isidentifier() else f"n{plain}"
        while identifier in used:
            identifier += "_"
        used.add(identifier)
        given[name] = identifier
    return given


def _function(definition: Definition, names: Mapping[str, str]) -> Function:
    own = python_names((name for name, _ in definition.parameters), names.values())
    parameters = tuple(Param(own[name], TypeRef(_SORTS[sort])) for name, sort in definition.parameters)
    body = body_of(definition.body, {**names, **own})
    return Function(names[definition.name], Parameters(positional=parameters), body, TypeRef(_SORTS[definition.result]))


def _needed(definitions: tuple[Definition, ...], answers: tuple[Definition, ...]) -> Iterator[Definition]:
    """The definitions that the answers call, themselves or through others, in their order."""
    by_name = {definition.name: definition for definition in definitions}
    reached: set[str] = set()
    waiting = [answer.body for answer in answers]
    while waiting:
        for _, name in names_in(waiting.pop()):
            if name in by_name and name not in reached:
                reached.add(name)
                waiting.append(by_name[name].body)
    return (definition for definition in definitions if definition.name in reached)


@cache
def _helpers() -> tuple[Function, ...]:
    from compiler.ir.lower import lower_module

    text = (files("compiler.sygus") / "runtime_helpers.py").read_text(encoding="utf-8")
    return tuple(item for item in lower_module(Source("runtime_helpers.py", text)).body if isinstance(item, Function))
