"""Terms: what typed enumeration builds, over components that the caller brings with their evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from solver.columns import Columns
from solver.sorts import Sort


@dataclass(frozen=True, slots=True)
class Component:
    """One operation, at fixed sorts: a polymorphic operation is one component for each instance.

    ``evaluate`` takes the arguments' values, never changes them, and raises where the operation does. ``commutative``
    operations are built in one order only. ``promoting`` marks an instance over ``float`` whose ``int`` instance exists
    too, so that it is not built over integers alone. ``invert`` gives the argument of a unary operation from its
    result, or ``None``. ``meets`` are the soft constraints that a use of it meets, as bits. Functions are
    not compared: the name stands for them. ``columns`` is the same operation on all inputs at once, where there is a
    faster one than calling ``evaluate`` on each.
    """

    name: str
    parameters: tuple[Sort, ...]
    result: Sort
    cost: int
    evaluate: Callable[..., object] = field(compare=False, repr=False)
    commutative: bool = False
    promoting: bool = False
    invert: Callable[[object], object] | None = field(default=None, compare=False, repr=False)
    meets: int = 0
    columns: Columns | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binder:
    """An operation over a collection with a body, a condition or both, which see the bound variables.

    ``bound`` are the sorts of the bound variables: one for the element, or one for each part of a tuple. ``body`` is
    the sort of the body, ``None`` where there is none. ``collect`` makes the result of one run from the elements that
    the condition keeps and the body's values on them. ``invert`` gives, from one run's elements and result, the values
    that the body (or the condition, where there is no body) must have on the elements, or ``None``. ``meets`` is as for
    components.
    """

    name: str
    source: Sort
    bound: tuple[Sort, ...]
    body: Sort | None
    conditional: bool
    result: Sort
    cost: int
    collect: Callable[[Sequence[object], Sequence[object]], object] = field(compare=False, repr=False)
    invert: Callable[[Sequence[object], object], list[object] | None] | None = field(
        default=None, compare=False, repr=False
    )
    meets: int = 0


@dataclass(frozen=True, slots=True)
class Var:
    """A parameter or a bound variable."""

    name: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class Lit:
    """A constant; ``text`` is what equality compares, so that ``1``, ``1.0`` and ``True`` are told apart."""

    value: object = field(compare=False, repr=False)
    sort: Sort
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", repr(self.value))


@dataclass(frozen=True, slots=True)
class App:
    """A component applied."""

    component: Component
    arguments: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Bind:
    """A binder applied: ``variables`` range over ``source`` in ``body`` and ``condition``."""

    binder: Binder
    variables: tuple[Var, ...]
    source: Term
    body: Term | None
    condition: Term | None


@dataclass(frozen=True, slots=True)
class Choice:
    """``then`` where ``test`` holds, ``otherwise`` elsewhere."""

    test: Term
    then: Term
    otherwise: Term


Term: TypeAlias = Var | Lit | App | Bind | Choice


def sort_of(term: Term) -> Sort:
    """The sort of a term; of a choice, its first branch's."""
    match term:
        case Var(_, sort) | Lit(_, sort):
            return sort
        case App(component, _):
            return component.result
        case Bind(binder):
            return binder.result
        case Choice(_, then, _):
            return sort_of(then)


def variables_of(term: Term) -> Iterator[Var]:
    """Every variable in a term, bound ones included, as often as it stands there."""
    match term:
        case Var():
            yield term
        case Lit():
            pass
        case App(_, arguments):
            for argument in arguments:
                yield from variables_of(argument)
        case Bind(_, variables, source, body, condition):
            yield from variables
            for part in (source, body, condition):
                if part is not None:
                    yield from variables_of(part)
        case Choice(test, then, otherwise):
            for part in (test, then, otherwise):
                yield from variables_of(part)


def size(term: Term) -> int:
    """The number of variables, constants and operations in a term."""
    match term:
        case Var() | Lit():
            return 1
        case App(_, arguments):
            return 1 + sum(map(size, arguments))
        case Bind(_, _, source, body, condition):
            return 1 + size(source) + sum(size(part) for part in (body, condition) if part is not None)
        case Choice(test, then, otherwise):
            return 1 + size(test) + size(then) + size(otherwise)
