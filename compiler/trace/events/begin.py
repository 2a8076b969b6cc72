"""What is compiled, and what is known of it before anything is tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compiler.trace.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of a compile."""

    seed: int
    budget_tokens: int
    budget_seconds: float
    budget_money: float | None
    samples: int
    best_effort: bool
    without: tuple[str, ...]
    narrow: bool
    scratch: bool
    fim: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compile(Event):
    """A compile begins: the specification's name and text, the options, the engine and model.

    ``more`` are name and text of each further file. ``engine`` and ``model`` are ``null`` without a model; a local
    model is named by the first 16 digits of its file's SHA-256, a remote one by its name and its server's base URL.
    ``stages`` are, for several models, the engine and model of each, in the order in which they are asked.
    ``few_shot`` are the similar specifications with their functions, from the local store, that the model was shown.
    """

    name: str
    text: str
    more: tuple[tuple[str, str], ...] = ()
    options: Settings
    few_shot: tuple[tuple[str, str], ...] = ()
    engine: str | None = None
    model: str | None = None
    stages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(Event):
    """One function as read: signature, examples, contracts, holes.

    ``parameters`` are pairs of name and type, ``examples`` and ``contracts`` texts, ``holes`` the names of the holes of
    a Python file. The functions of one unit, which are compiled together, follow each other.
    """

    function: str
    parameters: tuple[tuple[str, str], ...]
    returns: str
    examples: tuple[str, ...]
    contracts: tuple[str, ...]
    holes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow(Event):
    """A hole's domain before and after a step of propagation, and why.

    ``hole`` is a hole, or a parameter or ``result`` of the function that stands just before; ``before`` and ``after``
    are domains in words, ``sizes`` the number of values before and after, ``null`` where it has no end or is not
    counted, and ``why`` names the clauses that it follows from.

    For an expression hole, and for a body, which counts as the expressions that it may return, the values are the
    expressions up to the cost that is named, over the parameters in scope whose types are known and the constants
    ``0``, ``1``, ``""``, ``True`` and ``False``, by the operations and costs of search. Comprehensions are not
    counted, and expressions of equal behaviour are counted each: the number tells how far types and scope have
    narrowed the hole. A body that contracts or examples force has one value.
    """

    hole: str
    before: str
    after: str
    sizes: tuple[int | None, int | None]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of a file; ``start`` and ``end`` are line and column, from 1."""

    file: str
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Place):
    """A stretch of a file with what there is to say of it."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Premise:
    """One clause of a derivation."""

    kind: str
    text: str
    span: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A message as under ``diagnostics`` of ``liftc --json``."""

    code: str
    severity: Literal["error", "warning", "note"]
    message: str
    labels: tuple[Label, ...]
    notes: tuple[str, ...]
    help: tuple[str, ...]
    derivation: tuple[Premise, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(Event):
    """No program can satisfy the specification: the derivation.

    ``diagnostic`` is the error that is printed, as under ``diagnostics`` of ``liftc --json``.
    """

    unit: str
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Solver(Event):
    """A query to Z3: what it is for, its text, its limit of work, the work done and the answer.

    ``clause`` are the clauses that are asked about, ``;`` between them, ``hole`` is ``null`` where it is not asked for
    one hole alone. ``smt`` is the query in SMT-LIB, ``limit`` and ``spent`` count Z3's resource units, which do not
    depend on the clock. A proof asks whether a contract can fail: ``unsat`` says that it cannot. ``liftc trace FILE
    --dump-smt DIR`` writes the queries as files that Z3 reads.
    """

    function: str
    clause: str
    hole: str | None
    smt: str
    limit: int
    spent: int
    answer: str
