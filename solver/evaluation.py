"""The value of a term in one environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from solver.terms import App, Bind, Choice, Lit, Term, Var


def evaluate(term: Term, environment: Mapping[str, object]) -> object:
    """What the term gives for these values of its variables. Raises what its operations raise."""
    match term:
        case Var(name):
            return environment[name]
        case Lit(value):
            return value
        case App(component, arguments):
            return component.evaluate(*(evaluate(argument, environment) for argument in arguments))
        case Choice(test, then, otherwise):
            return evaluate(then if evaluate(test, environment) else otherwise, environment)
        case Bind():
            return _bind(term, environment)


def _bind(term: Bind, environment: Mapping[str, object]) -> object:
    source = evaluate(term.source, environment)
    if not isinstance(source, Iterable):
        raise TypeError(f"{type(source).__name__} cannot be looped over")
    kept: list[object] = []
    bodies: list[object] = []
    for element in source:
        parts = (element,) if len(term.variables) == 1 else element
        inside = {**environment, **{v.name: part for v, part in zip(term.variables, parts, strict=True)}}
        if term.condition is None or evaluate(term.condition, inside):
            kept.append(element)
            bodies.append(element if term.body is None else evaluate(term.body, inside))
    return term.binder.collect(kept, bodies)


def compiled(term: Term) -> Callable[[Mapping[str, object]], object]:
    """The term as a function of the environment, for terms that are evaluated many times."""
    match term:
        case Var(name):
            return lambda environment: environment[name]
        case Lit(value):
            return lambda _: value
        case App(component, arguments):
            return _compiled_application(component.evaluate, [compiled(argument) for argument in arguments])
        case Choice(test, then, otherwise):
            holds, yes, no = compiled(test), compiled(then), compiled(otherwise)
            return lambda environment: yes(environment) if holds(environment) else no(environment)
        case Bind():
            return lambda environment: _bind(term, environment)


def _compiled_application(
    operation: Callable[..., object], arguments: list[Callable[[Mapping[str, object]], object]]
) -> Callable[[Mapping[str, object]], object]:
    match arguments:
        case [only]:
            return lambda environment: operation(only(environment))
        case [left, right]:
            return lambda environment: operation(left(environment), right(environment))
        case _:
            return lambda environment: operation(*(argument(environment) for argument in arguments))
