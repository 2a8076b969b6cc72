"""Filling by force: a program of which propagation leaves no part open is a candidate before any search."""

from __future__ import annotations

from dataclasses import replace

from compiler.acceptance.candidate import Provenance
from compiler.front.spec import FunctionSpec
from compiler.ir.holes import holes_of
from compiler.ir.imports import missing_imports, with_imports
from compiler.ir.nodes import Function, Module, Param, Parameters, TypeHole, TypeRef
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.signature import type_of


def force(pool: Pool) -> None:
    """Add the unit's program where propagation has filled every function of it.

    It is judged like any other. No description-length margin applies: the specification itself says what is returned.
    """
    functions: list[Function] = []
    for spec, module in zip(pool.unit.functions, pool.partial, strict=False):
        function = module.function(spec.name)
        if any(not isinstance(hole, TypeHole) for hole in holes_of(function)):
            return
        functions.append(_as_written(function, spec))
    if len(functions) != len(pool.unit.functions):
        return
    names = {function.name for function in functions}
    around = [item for item in pool.partial[0].body if not (isinstance(item, Function) and item.name in names)]
    module = Module((*around, *functions))
    pool.add(with_imports(module, missing_imports(module)), Provenance("forced"))


def _as_written(function: Function, spec: FunctionSpec) -> Function:
    """The function with the annotations that its author wrote: what was inferred is no part of the program."""
    if spec.definition is not None:
        return function
    types = {parameter.name: type_of(parameter) for parameter in spec.signature.parameters}

    def typed(param: Param) -> Param:
        return replace(param, type=types.get(param.name))

    taken = function.parameters
    parameters = Parameters(
        positional=tuple(map(typed, taken.positional)),
        star=None if taken.star is None else typed(taken.star),
        keyword_only=tuple(map(typed, taken.keyword_only)),
        double_star=None if taken.double_star is None else typed(taken.double_star),
    )
    returns = spec.signature.returns_annotation
    return replace(
        function,
        parameters=parameters,
        returns=None if returns is None else TypeRef(spec.signature.returns, returns),
    )
