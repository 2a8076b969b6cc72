"""Synthesis problems of SyGuS-IF 2.1 as data: terms, grammars, functions, and what they must satisfy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from compiler.text.source import Span

Value: TypeAlias = int | bool | str

KINDS: Mapping[str, type] = {"Int": int, "Bool": bool, "String": str}
"""What the values of each sort are."""

SORTS = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter or a declared variable; inside a production also a nonterminal."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A constant. ``True`` and ``1`` are different constants."""

    value: Value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator of the theory, a defined function, or a function to synthesise, applied to its arguments."""

    operator: str
    arguments: tuple[Term, ...]


Term: TypeAlias = Variable | Literal | Apply


def sort_of(value: Value) -> str:
    """The sort of a constant."""
    return next(sort for sort, kind in KINDS.items() if kind is type(value))


def constant_of(term: Production) -> Literal | None:
    """The constant that a term is; ``(- 1)`` is one."""
    match term:
        case Literal():
            return term
        case Apply("-", (Literal(int() as value),)) if not isinstance(value, bool):
            return Literal(-value)
    return None


@dataclass(frozen=True, slots=True)
class AnyConstant:
    """The production ``(Constant S)``: every literal of the sort."""

    sort: str


Production: TypeAlias = Variable | Literal | Apply | AnyConstant


@dataclass(frozen=True, slots=True)
class Grammar:
    """The terms that may be an answer. ``(Variable S)`` is written out as the parameters of that sort."""

    start: str
    sorts: Mapping[str, str]
    productions: Mapping[str, tuple[Production, ...]]


@dataclass(frozen=True, slots=True)
class Target:
    """A function to synthesise. Without a grammar every term of the logic may be its answer."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    result: str
    grammar: Grammar | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function with its body: from ``define-fun``, or an answer."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    result: str
    body: Term


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole problem: each constraint must hold for all values of the declared variables.

    ``name``, ``parameters``, ``result`` and ``grammar`` are those of the first target, which is mostly the only one.
    """

    logic: str
    targets: tuple[Target, ...]
    variables: tuple[tuple[str, str], ...] = ()
    definitions: tuple[Definition, ...] = ()
    constraints: tuple[Term, ...] = ()
    constraint_spans: tuple[Span, ...] = field(default=(), compare=False)

    @property
    def name(self) -> str:
        return self.targets[0].name

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        return self.targets[0].parameters

    @property
    def result(self) -> str:
        return self.targets[0].result

    @property
    def grammar(self) -> Grammar | None:
        return self.targets[0].grammar


def definitions_of(problem: Problem, terms: tuple[Term, ...]) -> tuple[Definition, ...]:
    """The targets with their answers as bodies."""
    return tuple(
        Definition(target.name, target.parameters, target.result, term)
        for target, term in zip(problem.targets, terms, strict=True)
    )
