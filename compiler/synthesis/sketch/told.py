"""Candidates that a specification tells without any search: cases, rules with exceptions, functions of the file."""

from __future__ import annotations

from compiler.acceptance.candidate import SUGGESTED, Provenance
from compiler.enumerate.guidance import guidance_of
from compiler.enumerate.layers import layered_condition
from compiler.front.spec import FunctionSpec
from compiler.ir.lower import lower_expression
from compiler.ir.nodes import BlockHole, Call, ExprHole, Function, Name
from compiler.ir.walk import walk
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.problem import Problem
from compiler.synthesis.problem.template import fill_template
from compiler.synthesis.sketch.loops import statements
from compiler.synthesis.sketch.spoken_cases import spoken_cases
from solver.sorts import BOOL

_TAKE_FUNCTIONS = ("map", "filter", "reduce")


def add_spoken_cases(pool: Pool, function: FunctionSpec, template: Function, hole: BlockHole) -> None:
    """Add the cases that the prose itself tells of a function of one parameter."""
    parameters = function.signature.parameters
    cases = spoken_cases(function.prose) if len(parameters) == 1 else None
    if cases is None:
        return
    body = statements(cases.body(parameters[0].name))
    filled = fill_template(template, {hole.name: body})
    pool.add(pool.unit.program_of(filled), SUGGESTED)


def add_functions(pool: Pool, template: Function, hole: ExprHole) -> None:
    """Add each function of the file for a hole that stands where a function is asked for."""
    calls = [node for node in walk(template) if isinstance(node, Call) and node.arguments[:1] == (hole,)]
    if not any(isinstance(call.function, Name) and call.function.id in _TAKE_FUNCTIONS for call in calls):
        return
    for known in pool.unit.context_module.body:
        if isinstance(known, Function):
            filled = fill_template(template, {hole.name: Name(known.name)})
            pool.add(pool.unit.program_of(filled), Provenance("search"))


def add_layers(pool: Pool, function: FunctionSpec, problem: Problem, template: Function, hole: ExprHole) -> None:
    """Add the rules with exceptions that the prose tells of the only parameter, for a condition that is missing."""
    parameters = function.signature.parameters
    targets = [target for target in problem.targets if isinstance(target, bool)]
    if problem.sort != BOOL or len(parameters) != 1 or len(targets) != len(problem.targets):
        return
    phrases = guidance_of(function.name, function.prose).phrases
    text = layered_condition(phrases, parameters[0].name, problem.environments, targets)
    if text is not None:
        filled = fill_template(template, {hole.name: lower_expression(text)})
        pool.add(pool.unit.program_of(filled), SUGGESTED)
