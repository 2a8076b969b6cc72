"""Signatures that the specification leaves open, completed from a candidate."""

from __future__ import annotations

from dataclasses import replace

from compiler.front.spec import FunctionSpec, Parameter, Signature
from compiler.ir.nodes import Module, Param, TypeRef
from solver.sorts import ANY, format_sort


def completed(function: FunctionSpec, module: Module) -> FunctionSpec:
    """The specification with the parameters of the module's function where it names none of its own."""
    signature = function.signature
    if signature.written or signature.parameters:
        return function
    try:
        parameters = module.function(function.name).parameters
    except KeyError:
        return function
    found = tuple(_parameter(param) for param in (*parameters.positional_only, *parameters.positional))
    return replace(function, signature=Signature(signature.name, found, signature.returns, written=False))


def type_of(parameter: Parameter) -> TypeRef | None:
    """The type to emit for a parameter. Bounds are constraints of the specification and no part of the program."""
    if parameter.annotation is None:
        return None
    return TypeRef(parameter.sort, format_sort(parameter.sort) if parameter.bounds else parameter.annotation)


def _parameter(param: Param) -> Parameter:
    match param.type:
        case TypeRef(sort=sort, text=text):
            known, annotation = sort, text
        case _:
            known, annotation = ANY, None
    # The value of a default does not matter to those who make inputs, only that there is one.
    return Parameter(param.name, sort=known, annotation=annotation, default=None if param.default is None else "...")
