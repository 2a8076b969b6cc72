"""Productions of a grammar in normal form: each is a leaf, or one operation over nonterminals.

The caller brings what each operation does, and may say which known operation it is, so that it can be inverted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

Vector: TypeAlias = tuple[Any, ...]
"""A value on each example."""


class Role(Enum):
    """The operations that can be inverted: over examples, or from what a term is to mean.

    Positions count from 0, and every operation gives a value everywhere. ``SUBSTRING`` of a text takes a start and a
    length and is cut at the text's end, empty outside it; ``CHARACTER`` is the one at a position, or empty; ``INDEX``
    of a part in a text from a start on is -1 where there is none; ``REPLACE`` replaces the first occurrence;
    ``READ_INTEGER`` gives -1 for all but digits; ``WRITE_INTEGER`` is empty below 0.
    """

    CONCATENATION = "concatenation"
    SUBSTRING = "substring"
    CHARACTER = "character"
    REPLACE = "replace"
    INDEX = "index"
    READ_INTEGER = "read integer"
    WRITE_INTEGER = "write integer"
    SUM = "sum"
    DIFFERENCE = "difference"
    NEGATIVE = "negative"
    PRODUCT = "product"
    CHOICE = "choice"
    NOT = "not"
    AND = "and"
    OR = "or"
    IMPLIES = "implies"
    EQUAL = "equal"
    AT_MOST = "at most"
    BELOW = "below"
    AT_LEAST = "at least"
    ABOVE = "above"


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One production.

    ``evaluate`` takes the children's values; that of a leaf, which has no children, takes an example's inputs. It
    never raises. ``label`` is for the caller, to know the production again in a derivation.
    """

    head: str
    children: tuple[str, ...]
    cost: int
    evaluate: Callable[..., Any] = field(repr=False)
    label: object
    role: Role | None = None
    commutative: bool = False


@dataclass(frozen=True, slots=True)
class Productions:
    """All rules by their heads, the kind of value that each nonterminal gives, and the nonterminal to begin with."""

    start: str
    kinds: Mapping[str, type]
    rules: Mapping[str, tuple[Rule, ...]]

    def with_role(self, head: str, role: Role) -> Iterator[Rule]:
        """The rules of a nonterminal that do this."""
        return (rule for rule in self.rules[head] if rule.role is role)


class Derivation:
    """A term derived from a nonterminal, with its cost and its value on each example."""

    __slots__ = ("arguments", "cost", "rule", "values")

    def __init__(self, rule: Rule, arguments: tuple[Derivation, ...], cost: int, values: Vector) -> None:
        self.rule = rule
        self.arguments = arguments
        self.cost = cost
        self.values = values


def derive(rule: Rule, *arguments: Derivation) -> Derivation:
    """The rule applied to these children."""
    values = tuple(map(rule.evaluate, *(argument.values for argument in arguments)))
    return Derivation(rule, arguments, rule.cost + sum(argument.cost for argument in arguments), values)


def value_of(term: Derivation, row: Sequence[Any]) -> Any:
    """The value of a term on one more example, given by its inputs."""
    if not term.arguments:
        return term.rule.evaluate(row)
    return term.rule.evaluate(*(value_of(argument, row) for argument in term.arguments))
