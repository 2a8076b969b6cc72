"""Terms of a SyGuS file, with their sorts checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.sygus.errors import problem_error
from compiler.sygus.operators import ALIASES, ANY, OPERATORS, Operator, Shape, operator_for
from compiler.sygus.problem import SORTS, Apply, Literal, Term, Variable
from compiler.sygus.sexpressions import DEEPEST, Atom, Group, Node
from compiler.sygus.text import unescape
from compiler.text.source import Span

LARGEST_TERM = 100_000
"""How many nodes a term may have once each ``let`` is written out."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A term with its sort, how many nodes it has, and how deep they nest."""

    term: Term
    sort: str
    size: int = 1
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Signature:
    """The sorts of a function's parameters and of its result."""

    parameters: tuple[str, ...]
    result: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a term may use: variables with their sorts, functions, and what ``let`` has bound."""

    variables: Mapping[str, str]
    functions: Mapping[str, Signature]
    bound: Mapping[str, Typed]


def read_term(node: Node, scope: Scope) -> Typed:
    """A term. Raises ``LiftcError``: L0502 for its form, L0503, L0504 for a name, L0505 for a sort."""
    match node:
        case Atom():
            return _leaf(node, scope)
        case Group((Atom("symbol", "let"), Group(bindings), body)):
            return _let(bindings, body, scope)
        case Group((Atom("symbol", ("forall" | "exists") as name, span), *_)):
            raise problem_error("L0503", f"`{name}` is not supported", span, "a quantifier")
        case Group((Atom("symbol", name, span), *nodes)):
            arguments = [read_term(argument, scope) for argument in nodes]
            return _application(ALIASES.get(name, name), span, nodes, arguments, scope)
        case Group((head, *_)):
            raise problem_error("L0503", "only a function's name can be applied", head.span, "not a name")
        case Group():
            raise problem_error("L0502", "an empty pair of brackets is no term", node.span, "nothing in it")


def read_sort(node: Node) -> str:
    """A sort's name. Raises ``LiftcError`` (L0503)."""
    if isinstance(node, Atom) and node.text in SORTS:
        return node.text
    known = ", ".join(SORTS)
    raise problem_error("L0503", f"the sort {node.span.text} is not supported", node.span, f"expected one of {known}")


def symbol(node: Node, what: str) -> str:
    """A name. Raises ``LiftcError`` (L0502)."""
    if isinstance(node, Atom) and node.kind == "symbol":
        return node.text
    raise problem_error("L0502", f"expected {what}", node.span, "not a name")


def expect_sort(typed: Typed, sort: str, span: Span) -> None:
    """Raises ``LiftcError`` (L0505) where the term has another sort."""
    if typed.sort != sort:
        raise problem_error("L0505", f"expected a term of sort {sort}, found {typed.sort}", span, f"is {typed.sort}")


def _leaf(atom: Atom, scope: Scope) -> Typed:
    match atom.kind:
        case "number":
            return Typed(Literal(int(atom.text)), "Int")
        case "string":
            return Typed(Literal(unescape(atom.text)), "String")
        case "symbol":
            return _named(atom, scope)
    raise problem_error("L0503", f"{atom.text} is not supported", atom.span, "constants are integers and strings")


def _named(atom: Atom, scope: Scope) -> Typed:
    name = atom.text
    if name in scope.bound:
        return scope.bound[name]
    if name in scope.variables:
        return Typed(Variable(name), scope.variables[name])
    if name in ("true", "false"):
        return Typed(Literal(name == "true"), "Bool")
    if name in scope.functions or ALIASES.get(name, name) in OPERATORS:
        return _application(name, atom.span, (), (), scope)
    raise problem_error("L0504", f"`{name}` is not declared", atom.span, "unknown here")


def _let(bindings: Sequence[Node], body: Node, scope: Scope) -> Typed:
    bound: dict[str, Typed] = {}
    for binding in bindings:
        match binding:
            case Group((name, value)):
                bound[symbol(name, "the name that `let` binds")] = read_term(value, scope)
            case _:
                raise problem_error(
                    "L0502", "a binding of `let` is a name and a term", binding.span, "not of that form"
                )
    return read_term(body, replace(scope, bound={**scope.bound, **bound}))


def _application(name: str, span: Span, nodes: Sequence[Node], arguments: Sequence[Typed], scope: Scope) -> Typed:
    size = 1 + sum(argument.size for argument in arguments)
    if size > LARGEST_TERM:
        raise problem_error(
            "L0503", f"a term of more than {LARGEST_TERM} nodes", span, "too large with `let` written out"
        )
    depth = 1 + max((argument.depth for argument in arguments), default=0)
    if depth > DEEPEST:
        raise problem_error(
            "L0503", f"a term that nests deeper than {DEEPEST}", span, "too deep with `let` written out"
        )
    term = Apply(name, tuple(argument.term for argument in arguments))
    spans = [node.span for node in nodes]
    if name in scope.functions:
        signature = scope.functions[name]
        _check_arguments(name, span, signature.parameters, arguments, spans)
        return Typed(term, signature.result, size, depth)
    operator = operator_for(name, len(arguments))
    if operator is None:
        code, reason = ("L0503", "is not supported") if "." in name or name == "_" else ("L0504", "is not declared")
        raise problem_error(code, f"`{name}` {reason}", span, "unknown here")
    wanted = _wanted_sorts(operator, arguments)
    _check_arguments(name, span, wanted, arguments, spans)
    return Typed(term, arguments[-1].sort if operator.result == ANY else operator.result, size, depth)


def _wanted_sorts(operator: Operator, arguments: Sequence[Typed]) -> tuple[str, ...]:
    """The sorts that an operator wants of as many arguments as it is given."""
    wanted = operator.arguments
    if operator.shape is not Shape.FIXED and len(arguments) > len(wanted):
        wanted = wanted[:1] * len(arguments)
    first = wanted.index(ANY) if ANY in wanted else None
    if first is None or first >= len(arguments):
        return wanted
    return tuple(arguments[first].sort if sort == ANY else sort for sort in wanted)


def _check_arguments(
    name: str, span: Span, wanted: Sequence[str], arguments: Sequence[Typed], spans: Sequence[Span]
) -> None:
    if len(wanted) != len(arguments):
        count = f"{len(wanted)} argument{'' if len(wanted) == 1 else 's'}"
        raise problem_error("L0505", f"`{name}` takes {count}, not {len(arguments)}", span, f"takes {count}")
    for sort, argument, place in zip(wanted, arguments, spans, strict=True):
        expect_sort(argument, sort, place)
