"""What enumeration computes for a term is what the interpreter computes for the text that the term is written as.

Every operation by itself, on values and on failures, and over 10,000 terms as enumeration keeps them, comprehensions
included. Enumeration may fail where Python does not: it refuses what grows too large, and looks at both sides of
``and`` and ``or``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.enumerate.ingredients import leaves_for, library_for
from compiler.enumerate.rendering import to_expr
from compiler.enumerate.universe import universe
from compiler.interpreter.interpreter import Program
from compiler.ir.nodes import Expr, Module
from solver.behaviour import FAILURE
from solver.enumeration import Enumeration, Library
from solver.meter import BudgetSpentError, Meter
from solver.partition import Entry
from solver.sorts import (
    BOOL,
    FLOAT,
    INT,
    STR,
    DictSort,
    IterableSort,
    ListSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
)
from solver.terms import App, Component, Term, Var

Scope = tuple[tuple[str, Sort], ...]

PAIR = TupleSort((INT, STR))
SCOPES: dict[str, Scope] = {
    "numbers": (("n", INT), ("m", INT)),
    "real numbers": (("r", FLOAT), ("n", INT)),
    "list": (("xs", ListSort(INT)), ("n", INT)),
    "text": (("text", STR), ("n", INT)),
    "words": (("words", ListSort(STR)), ("text", STR)),
    "dictionary": (("d", DictSort(STR, INT)), ("text", STR)),
    "pairs": (("pairs", ListSort(PAIR)),),
    "sets": (("s", SetSort(INT)), ("t", SetSort(INT))),
    "rows": (("rows", ListSort(ListSort(INT))),),
    "truth": (("p", BOOL), ("n", INT)),
}
# These look at one side only where it decides.
SHORT_CIRCUITS = ("a and b", "a or b")
WORK = 6_000
TERMS = 250
RUNS = 5


def values(sort: Sort) -> st.SearchStrategy[object]:
    """Values of a sort, small enough to be looked into and various enough to differ."""
    match sort:
        case ListSort(element) | IterableSort(element):
            return st.lists(values(element), max_size=4)
        case RowSort(element):
            return st.lists(values(element), max_size=4).map(tuple)
        case SetSort(element):
            return st.sets(values(element), max_size=4)
        case DictSort(key, value):
            return st.dictionaries(values(key), values(value), max_size=3)
        case TupleSort(items):
            return st.tuples(*map(values, items))
        case UnionSort(options):
            return st.one_of(*map(values, options))
        case _ if sort == INT:
            return st.integers(-4, 12) | st.sampled_from([30, 97, -100])
        case _ if sort == FLOAT:
            return st.sampled_from([0.0, 0.5, -1.5, 2.0, 3.25, 100.0])
        case _ if sort == BOOL:
            return st.booleans()
        case _ if sort == STR:
            return st.text("abB z1-.", max_size=5) | st.sampled_from(["12", "-7", "a b", "Ab,c"])
        case _:
            return st.none()


def exact(value: object) -> object:
    """A value as data in which types differ and the order of sets does not."""
    match value:
        case set() | frozenset():
            return ("set", sorted(repr(exact(item)) for item in value))
        case list() | tuple():
            return (type(value).__name__, [exact(item) for item in value])
        case dict():
            return ("dict", [(exact(key), exact(item)) for key, item in value.items()])
        case _:
            return f"{type(value).__name__} {value!r}"


def listed(value: object, sort: Sort) -> object:
    return list(value) if isinstance(sort, IterableSort) else value  # type: ignore[call-overload]


@cache
def library_over(scope: Scope) -> Library:
    sorts = [sort for _, sort in scope]
    return library_for(universe(sorts, sorts[0]), [], [], frozenset(name for name, _ in scope))


@cache
def written(term: Term) -> tuple[Program, Expr]:
    expr, imports = to_expr(term)
    return Program(Module(imports)), expr


def interpreted(term: Term, row: Mapping[str, object], sort: Sort) -> object:
    """What the interpreter gives for the term's text; ``FAILURE`` where it raises, ``None`` where a limit stops it."""
    program, expr = written(term)
    run = program.evaluate(expr, row)
    if run.stopped is not None:
        return None
    return FAILURE if run.error is not None else exact(listed(run.value, sort))


def applied(component: Component, arguments: Sequence[object]) -> object:
    try:
        return exact(listed(component.evaluate(*arguments), component.result))
    except Exception:
        return FAILURE


def is_refused(component: Component, arguments: Sequence[object]) -> bool:
    """Whether it is enumeration alone that does not want to compute this."""
    try:
        component.evaluate(*arguments)
    except OverflowError:
        return True
    except Exception:
        return component.name in SHORT_CIRCUITS
    return False


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
@settings(max_examples=RUNS, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_operation_does_what_its_text_says(scope: Scope, data: st.DataObject) -> None:
    for component in library_over(scope).components:
        variables = [Var(name, sort) for name, sort in zip("xyz", component.parameters, strict=False)]
        arguments = [data.draw(values(sort)) for sort in component.parameters]
        given_ = {variable.name: value for variable, value in zip(variables, arguments, strict=True)}
        found = interpreted(App(component, tuple(variables)), given_, component.result)
        computed = applied(component, arguments)
        if found is not None and not (computed is FAILURE and is_refused(component, arguments)):
            assert computed == found, (component, arguments)


def test_what_has_no_length_is_not_asked_for_it() -> None:
    operations = library_over(SCOPES["rows"]).components
    sized = [item for item in operations if item.name in ("len(a)", "not a")]
    assert {item.name for item in sized} == {"len(a)", "not a"}
    assert not [item for item in sized if isinstance(item.parameters[0], IterableSort)]


def kept_terms(scope: Scope, rows: Sequence[Mapping[str, object]]) -> list[Entry]:
    enumeration = Enumeration(library_over(scope), leaves_for(scope, rows), len(rows), Meter(WORK, lambda: False))
    entries: list[Entry] = []
    with suppress(BudgetSpentError):
        while True:
            for entry in enumeration.grow():
                entries.append(entry)
    return entries


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
@settings(max_examples=RUNS, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_kept_terms_have_the_values_of_their_text(scope: Scope, data: st.DataObject) -> None:
    rows = [{name: data.draw(values(sort)) for name, sort in scope} for _ in range(3)]
    entries = kept_terms(scope, rows)
    chosen = Random(data.draw(st.integers(0, 10**6))).sample(entries, min(TERMS, len(entries)))
    for entry in chosen:
        for row, value in zip(rows, entry.values, strict=True):
            if value is not FAILURE:
                found = interpreted(entry.term, row, entry.sort)
                assert found in (None, exact(listed(value, entry.sort))), (entry.term, row)
