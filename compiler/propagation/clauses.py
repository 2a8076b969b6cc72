"""The clauses of one function's specification: what explanations name, and what can be left out one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from compiler.front.spec import Bound, Contract, Equals, Example, FunctionSpec, RaisesError, Satisfies
from compiler.text.diagnostics import Premise
from compiler.text.source import Span
from solver.sorts import ANY, Sort, format_sort


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a specification says.

    ``about`` is the parameter that a type or a bound is about, ``result`` for the result, and empty for the rest.
    """

    said: Example | Contract | Bound | Sort
    about: str = ""

    @property
    def kind(self) -> str:
        """``example``, ``pre``, ``post``, ``raises``, ``bound`` or ``type``."""
        match self.said:
            case Example():
                return "example"
            case Contract(kind=kind):
                return kind
            case Bound():
                return "bound"
            case _:
                return "type"

    @property
    def span(self) -> Span | None:
        """Where it stands; types have no place of their own."""
        return self.said.span if isinstance(self.said, Example | Contract | Bound) else None

    @property
    def text(self) -> str:
        """The clause as a sentence without its place."""
        match self.said:
            case Example():
                return f"`{self.said.call.text}` {outcome(self.said)}"
            case Contract(text=text):
                return f"`{text}`"
            case Bound():
                return f"`{self.said.condition(self.about)}`"
            case _:
                return _typed([self.about], _sort_text(self))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Clauses that no function satisfies together, with a diagnostic's code and message."""

    code: str
    message: str
    clauses: tuple[Clause, ...]


def clauses_of(function: FunctionSpec) -> Iterator[Clause]:
    """Every clause of a function: types, bounds, contracts, examples."""
    signature = function.signature
    for parameter in signature.parameters:
        if parameter.sort != ANY:
            yield Clause(parameter.sort, parameter.name)
    if signature.returns != ANY:
        yield Clause(signature.returns, "result")
    for parameter in signature.parameters:
        yield from (Clause(bound, parameter.name) for bound in parameter.bounds)
    yield from map(Clause, function.contracts)
    yield from map(Clause, function.examples)


def only(function: FunctionSpec, clauses: Iterable[Clause]) -> FunctionSpec:
    """The function's specification with these of its clauses and no others."""
    kept = frozenset(clauses)
    signature = function.signature
    parameters = tuple(
        replace(
            parameter,
            sort=parameter.sort if Clause(parameter.sort, parameter.name) in kept else ANY,
            bounds=tuple(bound for bound in parameter.bounds if Clause(bound, parameter.name) in kept),
        )
        for parameter in signature.parameters
    )
    returns = signature.returns if Clause(signature.returns, "result") in kept else ANY
    return replace(
        function,
        signature=replace(signature, parameters=parameters, returns=returns),
        contracts=tuple(contract for contract in function.contracts if Clause(contract) in kept),
        examples=tuple(example for example in function.examples if Clause(example) in kept),
    )


def in_order(function: FunctionSpec, clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Clauses without repetition: types first, then as they stand in the text."""
    chosen = frozenset(clauses)
    unplaced = [clause for clause in clauses_of(function) if clause in chosen]
    ordered = sorted(unplaced, key=lambda clause: -1 if clause.span is None else clause.span.start)
    return tuple(dict.fromkeys(ordered))


def premises(clauses: Sequence[Clause]) -> tuple[Premise, ...]:
    """The clauses as data for diagnostics."""
    return tuple(Premise(clause.kind, clause.text, clause.span) for clause in clauses)


def derivation(clauses: Sequence[Clause]) -> str:
    """Clauses that cannot hold together, as one sentence in the manner of PubGrub (Weizenbaum 2018)."""
    sentences = [*_types(clauses), *(_sentence(clause) for clause in clauses if clause.kind != "type")]
    match len(sentences):
        case 1:
            end = "no function satisfies it"
        case 2:
            end = "no function satisfies both"
        case _:
            end = "no function satisfies all of them"
    return f"because {' and '.join(sentences)}, {end}"


def _types(clauses: Sequence[Clause]) -> list[str]:
    types = [clause for clause in clauses if clause.kind == "type"]
    return [_typed([clause.about for clause in group], sort) for sort, group in groupby(types, key=_sort_text)]


def _sort_text(clause: Clause) -> str:
    match clause.said:
        case Example() | Contract() | Bound():
            return ""
        case sort:
            return format_sort(sort)


def _typed(names: Sequence[str], sort: str) -> str:
    quoted = [f"`{name}`" for name in names]
    if len(quoted) == 1:
        return f"{quoted[0]} is {'an' if sort[0] in 'aeiou' else 'a'} {sort}"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]} are {sort}"


def _sentence(clause: Clause) -> str:
    return clause.text if clause.span is None else f"line {clause.span.line} says {clause.text}"


def outcome(example: Example) -> str:
    """What an example says of its call."""
    match example.expected:
        case Equals(value):
            return f"returns {value}"
        case RaisesError(exception):
            return f"raises {exception}"
        case Satisfies(condition):
            return f"gives what satisfies `{condition}`"
