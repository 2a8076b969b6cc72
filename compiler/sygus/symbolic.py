"""Constraints over Z3's integers and truth values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from compiler.sygus.forms import PARTS
from compiler.sygus.operators import Operator, operator_for
from compiler.sygus.problem import Apply, Literal, Problem, Term, Variable
from solver import smt
from solver.smt import Smt

# What a function to synthesise gives for arguments.
Application = Callable[[str, tuple[Smt, ...]], Smt]


class NotSymbolicError(Exception):
    """A term outside the integers and truth values; the message says what."""


def declared(name: str, sort: str, context: Smt = None) -> Smt:
    """A variable of Z3 for a declared one. Raises ``NotSymbolicError``."""
    import z3

    match sort:
        case "Int":
            return z3.Int(name, context)
        case "Bool":
            return z3.Bool(name, context)
    raise NotSymbolicError(f"the sort {sort}")


def all_constraints(
    problem: Problem, variables: Mapping[str, Smt], application: Application, context: Smt = None
) -> Smt:
    """All constraints of a problem together, under a meaning of its targets. Raises ``NotSymbolicError``."""
    meaning = _Meaning(problem, application, context)
    true = _z3().BoolVal(True, context)
    return smt.conjunction([true, *(meaning.of(constraint, variables) for constraint in problem.constraints)])


def symbolic(problem: Problem, term: Term, names: Mapping[str, Smt], context: Smt = None) -> Smt:
    """A term that applies none of a problem's targets. Raises ``NotSymbolicError``."""

    def application(name: str, arguments: tuple[Smt, ...]) -> Smt:  # noqa: ARG001
        raise NotSymbolicError(f"the function {name}")

    return _Meaning(problem, application, context).of(term, names)


class _Meaning:
    def __init__(self, problem: Problem, application: Application, context: Smt) -> None:
        self._context = context
        self._targets = frozenset(target.name for target in problem.targets)
        self._definitions = {definition.name: definition for definition in problem.definitions}
        self._application = application

    def of(self, term: Term, names: Mapping[str, Smt]) -> Smt:
        match term:
            case Literal(bool() as value):
                return _z3().BoolVal(value, self._context)
            case Literal(int() as value):
                return _z3().IntVal(value, self._context)
            case Literal():
                raise NotSymbolicError("strings")
            case Variable(name):
                return names[name]
            case Apply(name, arguments):
                values = [self.of(argument, names) for argument in arguments]
                if name in self._targets:
                    return self._application(name, tuple(values))
                definition = self._definitions.get(name)
                if definition is None:
                    return apply_operator(name, values)
                parameters = [parameter for parameter, _ in definition.parameters]
                return self.of(definition.body, dict(zip(parameters, values, strict=True)))


def apply_operator(name: str, values: Sequence[Smt]) -> Smt:
    """An operator of SMT-LIB applied. Raises ``NotSymbolicError`` for one that is not about integers."""
    operator = operator_for(name, len(values))
    if operator is None or not operator.z3:
        raise NotSymbolicError(f"the operator {name}")
    apply = _function(operator)
    return apply(*values) if "*parts" in operator.z3 else operator.chained(apply, values, smt.conjunction)


@cache
def _function(operator: Operator) -> Callable[..., Smt]:
    """What the table writes over Z3's functions, as a function."""
    names = "*parts" if "*parts" in operator.z3 else ", ".join(PARTS[: len(operator.arguments)])
    function: Callable[..., Smt] = eval(f"lambda {names}: {operator.z3}", dict(vars(_z3())))
    return function


def term_of(term: Smt, names: Mapping[str, Term]) -> Term | None:
    """A term of Z3 over names as a term of SMT-LIB; ``None`` where it holds anything but integers' operations."""
    z3 = _z3()
    if z3.is_int_value(term):
        return Literal(int(term.as_long()))
    name = str(term.decl().name())
    if z3.is_const(term):
        return names.get(name)
    found = [term_of(child, names) for child in term.children()]
    parts = [part for part in found if part is not None]
    operator = operator_for(name, len(found))
    about_integers = operator is not None and {*operator.arguments, operator.result} == {"Int"}
    return Apply(name, tuple(parts)) if about_integers and len(parts) == len(found) else None


def _z3() -> Smt:
    import z3

    return z3
