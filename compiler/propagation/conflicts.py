"""Contradictions: clauses of a specification that no function satisfies together, each told as a derivation.

What the detectors find is reduced to a smallest set: without any of its clauses, nothing contradicts any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from compiler.front.spec import Example, FunctionSpec
from compiler.propagation.clauses import Clause, Contradiction, derivation, in_order, only, outcome, premises
from compiler.propagation.disagreements import broken_by, disagreements, unfit_arguments
from compiler.propagation.facts import fact_fixpoint
from compiler.propagation.joint import (
    empty_quantity,
    jointly_impossible,
    no_listed_value,
    no_result,
    without_results,
)
from compiler.propagation.observations import observations
from compiler.text.diagnostics import Diagnostic, Label
from solver.domains import describe
from solver.explanation import minimal_conflict

MOST_OF_A_KIND = 3


def find_conflicts(function: FunctionSpec) -> list[Diagnostic]:
    """What contradicts what in one function's specification: errors, and warnings for clauses that say nothing.

    Of many contradictions of one kind the first few are told, and how many more there are.
    """
    return [*_capped(_outside(function)), *_capped(_misfits(function)), *_errors(function)]


def contradictions(function: FunctionSpec) -> Iterator[Contradiction]:
    """What the detectors find, the surest and cheapest first; Z3 is asked only where nothing else is found."""
    found = False
    for item in disagreements(function):
        found = True
        yield item
    binding = without_results(function)
    empty = empty_quantity(binding)
    if empty is not None:
        found = True
        yield empty
    if not found:
        yield from filter(None, [no_listed_value(binding)])
        yield from no_result(function)
        yield from filter(None, [jointly_impossible(binding)])


def contradictory(function: FunctionSpec) -> bool:
    """Whether anything in a specification is known to contradict."""
    return next(contradictions(function), None) is not None


def _errors(function: FunctionSpec) -> list[Diagnostic]:
    told: list[Diagnostic] = []
    cores: list[frozenset[Clause]] = []
    shown: Counter[str] = Counter()
    more: Counter[str] = Counter()
    for raw in contradictions(function):
        if any(core <= frozenset(raw.clauses) for core in cores):
            continue
        if shown[raw.code] >= MOST_OF_A_KIND:
            more[raw.code] += 1
            continue
        least = _smallest(function, raw)
        if frozenset(least.clauses) not in cores:
            cores.append(frozenset(least.clauses))
            shown[raw.code] += 1
            told.append(_told(function, least))
    return [_with_count(item, more[item.code]) if _is_last(item, told) else item for item in told]


def _smallest(function: FunctionSpec, raw: Contradiction) -> Contradiction:
    """The contradiction with none of its clauses to spare, in its own words."""
    ordered = in_order(function, raw.clauses)
    core = minimal_conflict(ordered, lambda some: contradictory(only(function, some)))
    if core == ordered:
        return replace(raw, clauses=ordered)
    own = next(contradictions(only(function, core)), raw)
    return replace(own, clauses=core)


def _told(function: FunctionSpec, item: Contradiction) -> Diagnostic:
    placed = [clause for clause in item.clauses if clause.span is not None]
    labels = [Label(clause.span, _label(place, clause)) for place, clause in enumerate(placed) if clause.span]
    if not labels and function.span is not None:
        labels = [Label(function.span)]
    notes = (derivation(item.clauses), *_steps(only(function, item.clauses)))
    return Diagnostic(item.code, item.message, tuple(labels), notes, derivation=premises(item.clauses))


def _label(place: int, clause: Clause) -> str:
    if isinstance(clause.said, Example):
        return outcome(clause.said)
    return "this" if place == 0 else "and this"


def _steps(function: FunctionSpec) -> Iterator[str]:
    """How intervals became empty, where it takes more than two clauses to see it."""
    fixpoint = fact_fixpoint(function)
    if fixpoint.empty is not None and len(fixpoint.steps) > 2:
        steps = [f"`{step.variable}` is {describe(step.after)} ({step.clause.says})" for step in fixpoint.steps[:-1]]
        last = fixpoint.steps[-1]
        yield f"step by step: {', so '.join(steps)}; {last.clause.says} leaves nothing for `{last.variable}`"


def _outside(function: FunctionSpec) -> Iterator[Diagnostic]:
    for item in observations(function):
        for clause in broken_by(function, item)[:1]:
            example = Clause(item.example)
            message = f"the example `{item.example.call.text}` breaks {clause.text}"
            labels = [(example, "these arguments are excluded"), (clause, "by this")]
            yield _warning("L0302", message, labels)


def _misfits(function: FunctionSpec) -> Iterator[Diagnostic]:
    for kind, example in unfit_arguments(function):
        message = f"an argument of {example.text} is of another kind: {kind.text}"
        yield _warning("L0308", message, [(example, "this call"), (kind, "")])


def _warning(code: str, message: str, labels: Sequence[tuple[Clause, str]]) -> Diagnostic:
    placed = tuple(Label(clause.span, text) for clause, text in labels if clause.span is not None)
    clauses = premises([clause for clause, _ in labels])
    return Diagnostic(code, message, placed, severity="warning", derivation=clauses)


def _capped(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    items = list(found)
    shown = items[:MOST_OF_A_KIND]
    return [*shown[:-1], *(_with_count(item, len(items) - len(shown)) for item in shown[-1:])]


def _is_last(item: Diagnostic, told: Sequence[Diagnostic]) -> bool:
    return [other for other in told if other.code == item.code][-1] is item


def _with_count(item: Diagnostic, more: int) -> Diagnostic:
    if not more:
        return item
    noun = "is 1 more" if more == 1 else f"are {more} more"
    return replace(item, notes=(*item.notes, f"there {noun} of this kind"))
