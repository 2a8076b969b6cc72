"""A compile seen afterwards, from its trace: what was narrowed, asked, tried, refused and chosen, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.trace import events
from compiler.trace.attempts import attempts
from compiler.trace.banks import shown
from compiler.trace.trace import Trace
from compiler.trace.tree import Tree, group, tree

EventT = TypeVar("EventT", bound=events.Event)

_READING = (events.Spec, events.Narrow)
_SHOWN_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Chapter:
    """The events of one unit: what is compiled together."""

    name: str
    events: tuple[events.Event, ...]

    def select(self, kind: type[EventT]) -> list[EventT]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]


def view(trace: Trace) -> Tree:
    """The whole compile as a tree."""
    parts = [_chapter_tree(chapter) for chapter in chapters(trace)]
    return tree(_title(trace.start), [*parts, _evidence(trace), _result(trace)])


def view_hole(trace: Trace, hole: str) -> Tree | None:
    """Why one hole became what it is; ``None`` for a hole that the trace does not name.

    A text's hole, such as ``f.body``, is also found as ``body`` where no other function has one of that name.
    """
    known = [(chapter, name) for chapter in chapters(trace) for name in hole_names(chapter)]
    wanted = hole.removeprefix("?")
    exact = [(chapter, name) for chapter, name in known if name.removeprefix("?") == wanted]
    short = [(chapter, name) for chapter, name in known if name.rpartition(".")[2] == wanted]
    if not exact and len(short) != 1:
        return None
    chapter, name = (exact or short)[0]
    own = [_holes(chapter, name), _conflicts(chapter), _searches(chapter, name), _candidates(chapter)]
    return tree(f"{name} of {chapter.name}", [*own, _choice(chapter, with_program=True)])


def all_holes(trace: Trace) -> list[str]:
    """The names of the holes that a trace speaks of."""
    return [name for chapter in chapters(trace) for name in hole_names(chapter)]


def hole_names(chapter: Chapter) -> list[str]:
    """The holes of one unit: those of the specification, and those whose domains were narrowed."""
    written = [name for spec in chapter.select(events.Spec) for name in spec.holes]
    narrowed = [step.hole for step in chapter.select(events.Narrow)]
    return list(dict.fromkeys([*written, *narrowed]))


def chapters(trace: Trace) -> Iterator[Chapter]:
    """The units in the order in which they were compiled. A unit begins where specifications are read again.

    Queries to Z3 are asked before, during and after all of them, and belong to the unit of their function.
    """
    read: list[events.Event] = []
    queries = list(trace.select(events.Solver))
    for event in trace.events:
        if isinstance(event, (events.Compile, events.Solver, events.Evidence, events.Error, events.Result)):
            continue
        if isinstance(event, events.Spec) and not all(isinstance(earlier, _READING) for earlier in read):
            yield _chapter(read, queries)
            read = []
        read.append(event)
    if read:
        yield _chapter(read, queries)


def _chapter(read: Sequence[events.Event], queries: Sequence[events.Solver]) -> Chapter:
    names = [event.function for event in read if isinstance(event, events.Spec)]
    own = [event for event in queries if event.function in ("", *names)]
    return Chapter("+".join(names), (*read, *own))


def _title(start: events.Compile) -> str:
    options = start.options
    model = f"{start.engine} {start.model}" if start.model else "no model"
    limits = f"{options.budget_tokens} tokens, {options.budget_seconds} s"
    without = "".join(f", without {name}" for name in options.without)
    return f"{start.name}: {model}, seed {options.seed}, at most {limits}{without}"


def _chapter_tree(chapter: Chapter) -> Tree:
    return tree(
        chapter.name,
        [
            *(_spec(spec) for spec in chapter.select(events.Spec)),
            _holes(chapter),
            _conflicts(chapter),
            _answers(chapter),
            group("how answers differ", [_diversity(item) for item in chapter.select(events.Diversity)]),
            group("engines that failed", [_failure(item) for item in chapter.select(events.Failure)]),
            _searches(chapter),
            _candidates(chapter),
            group("suspect examples", [Tree(item.example) for item in chapter.select(events.Suspect)]),
            group(
                "cut by a budget", [Tree(f"{item.where} at step {item.step}") for item in chapter.select(events.Cut)]
            ),
            group("calls stopped by a limit", [_stopped(item) for item in chapter.select(events.Stopped)]),
            _choice(chapter),
        ],
    )


def _diversity(item: events.Diversity) -> Tree:
    hotter = "" if item.next == item.temperature else f", so the next ones at temperature {item.next}"
    return Tree(f"{item.answers} answers, {item.behaviours} of them different in what they do{hotter}")


def _failure(item: events.Failure) -> Tree:
    count = len(item.keys)
    left = f"{count} {'request' if count == 1 else 'requests'} unanswered"
    return Tree(f"{item.engine} {item.model}, {left}: {item.message}")


def _stopped(item: events.Stopped) -> Tree:
    reasons = sorted({reason for _, _, reason in item.calls})
    return Tree(f"{item.where}, run {item.step}: {len(item.calls)} ({', '.join(reasons)})")


def _spec(spec: events.Spec) -> Tree:
    parameters = ", ".join(f"{name}: {sort}" for name, sort in spec.parameters)
    clauses = [*spec.examples, *spec.contracts]
    return tree(f"def {spec.function}({parameters}) -> {spec.returns}", [Tree(text) for text in clauses])


def _holes(chapter: Chapter, only: str | None = None) -> Tree | None:
    steps = chapter.select(events.Narrow)
    holes = [name for name in hole_names(chapter) if only in (None, name)]
    return group(
        "holes and their values", [_hole(name, [step for step in steps if step.hole == name]) for name in holes]
    )


def _hole(name: str, steps: Sequence[events.Narrow]) -> Tree:
    path = " → ".join([steps[0].before, *(step.after for step in steps)]) if steps else "not narrowed"
    reasons = [Tree(f"{step.before} → {step.after}{_sizes(step)}: {step.why}") for step in steps]
    return Tree(f"{name}: {path}", tuple(reasons))


def _sizes(step: events.Narrow) -> str:
    """The numbers of values before and after, where one of them is counted."""
    before, after = step.sizes
    return "" if before is after is None else f" ({'-' if before is None else before} → {after})"


def _conflicts(chapter: Chapter) -> Tree | None:
    return group("conflicts", [_conflict(item.diagnostic) for item in chapter.select(events.Conflict)])


def _conflict(diagnostic: events.Diagnostic) -> Tree:
    labels = [f"line {label.start[0]}: {label.message}" for label in diagnostic.labels if label.message]
    notes = [*labels, *diagnostic.notes, *diagnostic.help]
    return Tree(f"{diagnostic.code}: {diagnostic.message}", tuple(Tree(note) for note in notes))


def _answers(chapter: Chapter) -> Tree | None:
    asked = chapter.select(events.Proposal)
    tokens = sum(answer.completion_tokens for answer in asked)
    seconds = sum(answer.waited for answer in asked)
    nodes: list[Tree | None] = []
    several = len({(answer.engine, answer.model) for answer in asked}) > 1
    for answer, outcome in _outcomes(chapter):
        by = f"{answer.engine} {answer.model}, " if several else ""
        kind = "greedy" if answer.temperature == 0 else f"sample {answer.occurrence + 1}"
        grammar = ", under the grammar" if answer.constrained else ""
        cached = ", from the cache" if answer.cached else ""
        nodes.append(Tree(f"{by}{kind}{grammar}: {answer.completion_tokens} tokens{cached}, {outcome}"))
    plural = "answer" if len(asked) == 1 else "answers"
    return group(f"model: {len(asked)} {plural}, {tokens} tokens, {seconds:.1f} s", nodes)


def _outcomes(chapter: Chapter) -> Iterator[tuple[events.Proposal, str]]:
    """Each answer with what became of it: the event of that comes before the next answer."""
    asked: events.Proposal | None = None
    outcome = ""
    for event in chapter.events:
        match event:
            case events.Proposal():
                if asked is not None:
                    yield asked, outcome
                asked, outcome = event, "not used"
            case events.Drop(reason=reason) if outcome == "not used":
                outcome = f"dropped: {reason}"
            case events.Candidate(index=index, repeats=repeats) if outcome == "not used":
                outcome = f"{'again ' if repeats else ''}candidate {index}"
    if asked is not None:
        yield asked, outcome


def _searches(chapter: Chapter, hole: str | None = None) -> Tree | None:
    """Search, nogoods and solver queries; of one hole, where the events name one."""
    chosen = [step for step in chapter.select(events.Search) if hole is None or step.hole in (None, hole)]
    nodes = [Tree(f"search: {_details(step)}", tuple(shown(step.bank))) for step in chosen]
    return group("search and solvers", [*nodes, *attempts(chapter.events, hole), *_queries(chapter, hole)])


def _queries(chapter: Chapter, hole: str | None) -> Iterator[Tree]:
    """The queries to Z3; those of one hole with their text."""
    function = None if hole is None else _function_of(chapter, hole)
    for query in chapter.select(events.Solver):
        if hole is not None and (query.hole or hole) != hole:
            continue
        if function is not None and query.function != function:
            continue
        place = f" for {query.hole}" if query.hole else ""
        work = f"{query.spent} of {query.limit} units of work"
        text = [] if hole is None else [Tree(query.smt.rstrip())]
        yield Tree(f"solver: {_one_line(query.clause)}{place}: {query.answer}, {work}", tuple(text))


def _function_of(chapter: Chapter, hole: str) -> str | None:
    """The function that a hole belongs to: narrowing follows the specification that it is about."""
    function = None
    for event in chapter.events:
        match event:
            case events.Spec():
                function = event.function
                if hole in event.holes:
                    return function
            case events.Narrow() | events.Search() | events.Solver() if event.hole == hole:
                return function
            case events.Nogood() | events.Combination() if hole in event.holes:
                return function
    return None


def _details(step: events.Search) -> str:
    """What one search did, in words."""
    ends = (
        (step.contested, "answers of one size differ"),
        (step.exhausted, "nothing left to try"),
        (step.full, "memory was full"),
    )
    parts = [
        f"{step.expansions} tried of at most {step.limit}",
        *([f"{step.terms} kept"] if step.terms else []),
        f"{step.found or 'nothing'} found",
        *(text for ended, text in ends if ended),
    ]
    return (f"for {step.hole}, " if step.hole else "") + ", ".join(parts)


def _candidates(chapter: Chapter) -> Tree | None:
    verdicts = {verdict.index: verdict for verdict in chapter.select(events.Verdict)}
    chosen = {choice.index for choice in chapter.select(events.Choice)}
    fresh = [candidate for candidate in chapter.select(events.Candidate) if not candidate.repeats]
    nodes = [_candidate(item, verdicts.get(item.index), item.index in chosen) for item in fresh]
    return group(f"candidates: {len(fresh)}", nodes)


def _candidate(item: events.Candidate, verdict: events.Verdict | None, chosen: bool) -> Tree:
    parent = f", from {item.parent}" if item.parent is not None else ""
    title = f"{item.index} ({item.origin}{parent})"
    if verdict is None:
        return Tree(f"{title}: not judged")
    failed = [f"{text} {state}: {got}" for text, state, got in verdict.examples if state != "holds"]
    broken = [f"{call} breaks {text}: {got}" for text, call, got in verdict.violations]
    faults = [*failed, *broken]
    shown = [Tree(fault) for fault in faults[:_SHOWN_FAILURES]]
    if len(faults) > _SHOWN_FAILURES:
        shown.append(Tree(f"and {len(faults) - _SHOWN_FAILURES} more"))
    held = len(verdict.examples) - len(failed)
    state = "chosen" if chosen else "fell" if faults else "passes"
    return Tree(f"{title}: {state}, {held} of {len(verdict.examples)} examples", tuple(shown))


def _choice(chapter: Chapter, *, with_program: bool = False) -> Tree | None:
    found = chapter.select(events.Choice)
    if not found:
        return None
    choice = found[-1]
    programs = {item.index: item.program for item in chapter.select(events.Candidate) if item.program}
    groups = [
        Tree(f"group of {', '.join(map(str, members))}: {votes} {'vote' if votes == 1 else 'votes'}")
        for members, votes in zip(choice.groups, choice.votes, strict=False)
    ]
    questions = [Tree(f"{call} gives {own} here and {rival} in a rival") for call, own, rival in choice.ambiguities]
    program = programs.get(choice.index) if with_program else None
    text = f"choice: candidate {choice.index}"
    return tree(text, [*groups, *questions, Tree(program.rstrip()) if program else None])


def _evidence(trace: Trace) -> Tree | None:
    found = list(trace.select(events.Evidence))
    names = dict.fromkeys(item.function for item in found)
    return group("evidence", [tree(name, [_clause(item) for item in found if item.function == name]) for name in names])


def _clause(item: events.Evidence) -> Tree:
    return Tree(f"{item.kind} {_one_line(item.clause)}: {item.verdict}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _result(trace: Trace) -> Tree | None:
    for result in trace.select(events.Result):
        tokens = f"{result.prompt_tokens} tokens read, {result.completion_tokens} written"
        split = [f"{name} {seconds:.2f} s" for name, seconds in result.phases.items()]
        ended = [Tree(f"the budget of {name} ended") for name in result.budgets_ended]
        spent = [Tree(", ".join(split))] if split else []
        return tree(f"{result.status}: {tokens}, {result.seconds:.1f} s", [*ended, *spent])
    for error in trace.select(events.Error):
        return Tree(f"failed: {error.message}")
    return Tree("the compile did not end")
