"""Examples as values: what each call binds to the parameters, and what it must give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.front.spec import Call, Equals, Example, FunctionSpec, Parameter
from compiler.interpreter.conditions import UnevaluatedError, evaluate


@dataclass(frozen=True, slots=True)
class Observation:
    """An example whose arguments could be evaluated.

    ``arguments`` maps every parameter to its value. ``returns`` tells whether the example names the value that the
    call returns, which is then ``result``.
    """

    example: Example
    arguments: Mapping[str, object]
    returns: bool
    result: object = None


def observations(function: FunctionSpec) -> list[Observation]:
    """The examples of a function that can be evaluated without the functions of its module, in their order."""
    found = []
    for example in function.examples:
        try:
            arguments = bind(function.signature.parameters, example.call)
            match example.expected:
                case Equals(value):
                    found.append(Observation(example, arguments, True, evaluate(value)))
                case _:
                    found.append(Observation(example, arguments, False))
        except UnevaluatedError:
            continue
    return found


def bind(parameters: Sequence[Parameter], call: Call) -> dict[str, object]:
    """The values that a call gives the parameters, defaults included.

    Raises ``UnevaluatedError``, also where the call does not fit the parameters.
    """
    values = [evaluate(text) for text in call.arguments]
    words = {name: evaluate(text) for name, text in call.keywords}
    bound: dict[str, object] = {}
    for parameter in parameters:
        match parameter.kind:
            case "star":
                bound[parameter.name], values = tuple(values), []
            case "double_star":
                bound[parameter.name], words = words, {}
            case "positional" if values:
                bound[parameter.name] = values.pop(0)
            case _ if parameter.name in words:
                bound[parameter.name] = words.pop(parameter.name)
            case _ if parameter.default is not None:
                bound[parameter.name] = evaluate(parameter.default)
            case _:
                raise UnevaluatedError(f"no value for {parameter.name}")
    if values or words:
        raise UnevaluatedError("more arguments than parameters")
    return bound
