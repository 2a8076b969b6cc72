"""What a hole must give, read off the examples: its value in each environment that reaches it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.enumerate.targets import Accepts
from compiler.front.spec import Call, Equals, Example, FunctionSpec, RaisesError, Satisfies
from compiler.interpreter.interpreter import Program, Run, evaluate_text
from compiler.ir.lower import lower_expression
from compiler.ir.nodes import (
    Assign,
    BlockHole,
    Conditional,
    Const,
    Display,
    ExprHole,
    Function,
    If,
    Module,
    Name,
    Param,
    Parameters,
    Return,
    TypeRef,
    While,
)
from compiler.ir.walk import walk
from compiler.propagation.template import template_of
from compiler.synthesis.problem.signature import type_of
from compiler.text.diagnostics import LiftcError
from solver.sorts import ANY, BOOL, Sort, join_all, sort_of_value

SEARCH_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What a hole must give: its value (a target) in each environment.

    ``partial`` tells that it is a part of the function's body, whose values the contracts do not speak of.
    """

    parameters: tuple[tuple[str, Sort], ...]
    environments: tuple[Mapping[str, object], ...]
    targets: tuple[object, ...]
    sort: Sort
    partial: bool = False


def partial_function(function: FunctionSpec) -> Function:
    """The function with its holes: a Python file's own, or the signature of a text with a hole for its body."""
    if function.definition is not None:
        return template_of(function)
    signature = function.signature
    parameters = Parameters(
        positional=tuple(
            Param(
                parameter.name,
                type_of(parameter),
                None if parameter.default is None else lower_expression(parameter.default),
            )
            for parameter in signature.parameters
        )
    )
    returns = signature.returns_annotation
    return Function(
        signature.name,
        parameters,
        (BlockHole(f"{signature.name}.body"),),
        None if returns is None else TypeRef(signature.returns, returns),
    )


def body_problem(function: FunctionSpec) -> Problem | None:
    """The whole body as one expression over the parameters; ``None`` where an example cannot be evaluated."""
    environments: list[Mapping[str, object]] = []
    targets: list[object] = []
    for example in function.examples:
        if isinstance(example.expected, RaisesError):
            continue
        row = arguments_of(function, example)
        target = target_of(example)
        if row is None or target is None:
            return None
        environments.append(row)
        targets.append(target[0])
    parameters = tuple((parameter.name, parameter.sort) for parameter in function.signature.parameters)
    return Problem(parameters, tuple(environments), tuple(targets), function.signature.returns)


def with_constants(problem: Problem, context: Module) -> Problem:
    """The problem with the literal constants of a module in every environment, by their names."""
    constants: dict[str, object] = {}
    for statement in context.body:
        match statement:
            case Assign(targets=(Name(id=name),), value=Const() | Display() as value):
                run = Program(Module(())).evaluate(value)
                if run.error is None and run.stopped is None:
                    constants[name] = run.value
    shadowed = {name for name, _ in problem.parameters}
    seen = {name: value for name, value in constants.items() if name not in shadowed}
    return replace(
        problem,
        parameters=(*problem.parameters, *((name, sort_of_value(value)) for name, value in seen.items())),
        environments=tuple({**seen, **row} for row in problem.environments),
    )


def arguments_of(function: FunctionSpec, example: Example) -> dict[str, object] | None:
    """An example's arguments by parameter name; ``None`` where one cannot be evaluated or none is given."""
    row: dict[str, object] = {}
    names = [parameter.name for parameter in function.signature.parameters]
    given = [*zip(names, example.call.arguments, strict=False), *example.call.keywords]
    defaults = {p.name: p.default for p in function.signature.parameters if p.default is not None}
    for name, text in {**defaults, **dict(given)}.items():
        value = _value(text)
        if value is None:
            return None
        row[name] = value[0]
    return row if set(row) == set(names) and len(example.call.arguments) <= len(names) else None


def rows_of(function: FunctionSpec, calls: Sequence[Sequence[str]]) -> list[dict[str, object]]:
    """Arguments given as texts, by parameter name; those that cannot be evaluated are left out."""
    examples = (Example(Call(function.name, tuple(arguments)), Satisfies("True")) for arguments in calls)
    return [row for example in examples if (row := arguments_of(function, example)) is not None]


def target_of(example: Example) -> tuple[object] | None:
    """What an example wants as a value or a test, in a tuple; ``None`` where that cannot be evaluated."""
    match example.expected:
        case Equals(value):
            return _value(value)
        case Satisfies(condition) if _is_in_subset(condition):
            return (Accepts(lambda result: evaluate_text(condition, {"result": result}).value is True),)
        case _:
            return None


def _value(text: str) -> tuple[object] | None:
    """The value of an expression of the specification, in a tuple; ``None`` where it has none by itself."""
    try:
        run = evaluate_text(text)
    except LiftcError:
        return None
    return None if run.error is not None or run.stopped is not None else (run.value,)


def _is_in_subset(text: str) -> bool:
    """Whether an expression can be evaluated without the module around it, whose classes have attributes."""
    try:
        lower_expression(text)
    except LiftcError:
        return False
    return True


def hole_problem(function: FunctionSpec, context: Module, template: Function, hole: ExprHole) -> Problem | None:
    """One expression hole that each example reaches once: which values of it make the example pass."""
    module = Module((*context.body, template))
    program = Program(module)
    environments: list[Mapping[str, object]] = []
    targets: list[object] = []
    for example in function.examples:
        row = arguments_of(function, example)
        target = target_of(example)
        seen: list[Mapping[str, object]] = []
        if row is None or target is None:
            return None
        _run_with(program, function.name, row, hole, lambda env, seen=seen: seen.append(dict(env)))  # type: ignore[misc]
        if len(seen) != 1:
            return None
        environments.append(seen[0])
        targets.append(_hole_target(program, function, row, hole, template, target[0]))
    names = [name for name in environments[0] if all(name in env for env in environments)] if environments else []
    parameters = tuple((name, join_all(sort_of_value(env[name]) for env in environments)) for name in names)
    if _is_test(template, hole):
        decided = tuple(_truth_value(target) for target in targets)
        return Problem(parameters, tuple(environments), decided, BOOL, partial=True)
    returned = _is_returned(template, hole)
    sort = function.signature.returns if returned else ANY
    return Problem(parameters, tuple(environments), tuple(targets), sort, partial=not returned)


def _is_returned(template: Function, hole: ExprHole) -> bool:
    return any(isinstance(node, Return) and node.value == hole for node in walk(template))


def _is_test(template: Function, hole: ExprHole) -> bool:
    return any(isinstance(node, (If, While, Conditional)) and node.test == hole for node in walk(template))


def _truth_value(target: object) -> object:
    """The truth value that passes, where only one does."""
    if not isinstance(target, Accepts):
        return target
    passing = [value for value in (True, False) if target.test(value)]
    return passing[0] if len(passing) == 1 else target


def _run_with(
    program: Program,
    name: str,
    row: Mapping[str, object],
    hole: ExprHole,
    value: Callable[[Mapping[str, object]], object],
) -> Run:
    return program.call(name, [], dict(row), steps=SEARCH_STEPS, holes={hole.name: value})


def _hole_target(
    program: Program,
    function: FunctionSpec,
    row: Mapping[str, object],
    hole: ExprHole,
    template: Function,
    wanted: object,
) -> object:
    """The value itself where the hole is what is returned; else a test that runs the function with a value in place."""
    if _is_returned(template, hole):
        return wanted
    results: dict[str, bool] = {}

    def passes(value: object) -> bool:
        key = repr(value)
        if key not in results:
            run = _run_with(program, function.name, row, hole, lambda _: value)
            held = wanted.test(run.value) if isinstance(wanted, Accepts) else run.value == wanted
            results[key] = run.error is None and run.stopped is None and held
        return results[key]

    return Accepts(passes)


_NUMBER = re.compile(r"(?<![\w.])-?\d{1,30}(?:\.\d{1,30})?(?![\w.])")
_QUOTED = re.compile(r"\"([^\"\n]{1,20})\"|'([^'\n]{1,20})'")


def constants_of(function: FunctionSpec) -> Sequence[object]:
    """Numbers and quoted strings of the prose, which a program is likely to need; what is very long is none of them."""
    found: list[object] = []
    for match in _NUMBER.finditer(function.prose):
        found.append(float(match.group()) if "." in match.group() else int(match.group()))
    found += [match.group(1) or match.group(2) for match in _QUOTED.finditer(function.prose)]
    return list(dict.fromkeys(found))[:12]
