"""Constraints over Z3's integers and truth values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import combinations, pairwise

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
    z3 = _z3()
    first = values[0]
    match name:
        case "+":
            return reduce(lambda left, right: left + right, values)
        case "-":
            return -first if len(values) == 1 else reduce(lambda left, right: left - right, values)
        case "*":
            return reduce(lambda left, right: left * right, values)
        case "div":
            return reduce(lambda left, right: left / right, values)
        case "mod":
            return first % values[1]
        case "abs":
            return z3.If(first >= 0, first, -first)
        case "and" | "or":
            return (z3.And if name == "and" else z3.Or)(*values)
        case "not":
            return z3.Not(first)
        case "=>":
            return reduce(lambda later, earlier: z3.Implies(earlier, later), reversed(values))
        case "xor":
            return reduce(z3.Xor, values)
        case "ite":
            return z3.If(*values)
        case "distinct":
            return smt.conjunction([left != right for left, right in combinations(values, 2)])
        case "=" | "<" | "<=" | ">" | ">=":
            return smt.conjunction([_compare(name, left, right) for left, right in pairwise(values)])
    raise NotSymbolicError(f"the operator {name}")


def term_of(term: Smt, names: Mapping[str, Term]) -> Term | None:
    """A term of Z3 over names as a term of SMT-LIB; ``None`` where it holds anything but integers' operations."""
    z3 = _z3()
    operators = {
        z3.Z3_OP_ADD: "+",
        z3.Z3_OP_SUB: "-",
        z3.Z3_OP_UMINUS: "-",
        z3.Z3_OP_MUL: "*",
        z3.Z3_OP_IDIV: "div",
        z3.Z3_OP_MOD: "mod",
    }
    if z3.is_int_value(term):
        return Literal(int(term.as_long()))
    if z3.is_const(term):
        return names.get(str(term.decl().name()))
    operator = operators.get(term.decl().kind())
    found = [term_of(child, names) for child in term.children()]
    parts = [part for part in found if part is not None]
    return Apply(operator, tuple(parts)) if operator is not None and len(parts) == len(found) else None


def _compare(name: str, left: Smt, right: Smt) -> Smt:
    match name:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _z3() -> Smt:
    import z3

    return z3
