"""Fitting a model's answer to the specification: its names, its parameters, the text around its holes."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace

from compiler.front.spec import FunctionSpec, Parameter
from compiler.ir.lower import LowerError, lower_expression
from compiler.ir.nodes import BlockHole, Call, Function, Module, Name, Param, TypeRef
from compiler.ir.rewrite import rewrite
from compiler.ir.walk import Node, walk
from compiler.propagation.template import template_of
from compiler.synthesis.problem.signature import type_of
from compiler.synthesis.problem.template import Fill, fill_template, match_template, with_function
from compiler.task.unit import Unit


def renamed_entry(code: str, entry: str) -> str:
    """The code with its only top-level function renamed to ``entry`` where it has no function of that name."""
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code
    names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    if entry in names or len(names) != 1:
        return code
    return re.sub(rf"\b{re.escape(names[0])}\b", entry, code)


def conform(module: Module, unit: Unit) -> Module:
    """The module with every function of the unit in the form that the specification wrote down.

    Raises ``LowerError`` where a function is missing or differs from the file outside its holes.
    """
    for function in unit.functions:
        try:
            answer = module.function(function.name)
        except KeyError:
            raise LowerError("L0206", f"the answer does not define `{function.name}`", None) from None
        module = with_function(module, _conform_function(answer, function))
    return module


def _conform_function(answer: Function, function: FunctionSpec) -> Function:
    if function.definition is None:
        return _with_signature(answer, function)
    return fill_template(template_of(function), fills_in(answer, function))


def fills_in(answer: Function, function: FunctionSpec) -> Mapping[str, Fill]:
    """What an answer puts into the holes of a Python file's function. Raises ``LowerError`` where it does not fit."""
    template = template_of(function)
    names = [parameter.name for parameter in function.signature.parameters]
    renamed = _with_parameter_names(answer, names)
    match template.body:
        case (BlockHole(name=name),):
            return {name: renamed.body}
    fills = match_template(template, renamed)
    if fills is None:
        raise LowerError("L0207", f"the answer changes `{function.name}` outside its holes", None)
    return fills


def _with_signature(answer: Function, function: FunctionSpec) -> Function:
    """A text's function with the names, types and defaults that its ``def`` line wrote down."""
    signature = function.signature
    if not signature.written:
        return answer
    answer = _with_parameter_names(answer, [parameter.name for parameter in signature.parameters])
    written = {parameter.name: parameter for parameter in signature.parameters}

    def adopt(param: Param) -> Param:
        parameter = written.get(param.name)
        return param if parameter is None else _with_type_and_default(param, parameter)

    parameters = answer.parameters
    parameters = replace(
        parameters,
        positional=tuple(map(adopt, parameters.positional)),
        keyword_only=tuple(map(adopt, parameters.keyword_only)),
    )
    returns = answer.returns
    if signature.returns_annotation is not None:
        returns = TypeRef(signature.returns, signature.returns_annotation)
    return replace(answer, parameters=parameters, returns=returns)


def _with_type_and_default(param: Param, parameter: Parameter) -> Param:
    known = type_of(parameter)
    if known is not None:
        param = replace(param, type=known)
    if parameter.default is not None and param.default is None:
        param = replace(param, default=lower_expression(parameter.default))
    return param


def _with_parameter_names(answer: Function, names: list[str]) -> Function:
    """The function with its positional parameters renamed, where that captures nothing."""
    old = [param.name for param in answer.parameters.positional]
    if len(old) != len(names) or old == names:
        return answer
    change = {before: after for before, after in zip(old, names, strict=True) if before != after}
    used = {node.id for node in walk(answer) if isinstance(node, Name)}
    if set(change.values()) & (used | set(old)):
        return answer

    def rename(node: Node) -> Node:
        match node:
            case Name(id=name) if name in change:
                return replace(node, id=change[name])
            case Param(name=name) if name in change:
                return replace(node, name=change[name])
            case Call(function=Name(id=name), keywords=keywords) if name == answer.name:
                named = tuple(replace(word, name=change.get(word.name or "", word.name)) for word in keywords)
                return replace(node, keywords=named) if named else node
            case _:
                return node

    return rewrite(answer, rename)
