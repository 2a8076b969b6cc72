"""A compile seen afterwards, from its trace: what was narrowed, asked, tried, refused and chosen, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compiler.trace.attempts import attempts
from compiler.trace.banks import shown
from compiler.trace.events import Event, Trace
from compiler.trace.tree import Tree, group, tree

Data = Mapping[str, Any]

_READING = {"spec", "narrow"}
_SHOWN_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Chapter:
    """The events of one unit: what is compiled together."""

    name: str
    events: tuple[Event, ...]

    def select(self, kind: str) -> list[Data]:
        """The data of the events of one kind, in order."""
        return [event.data for event in self.events if event.kind == kind]


def view(trace: Trace) -> Tree:
    """The whole compile as a tree."""
    parts = [_chapter_tree(chapter) for chapter in chapters(trace)]
    return tree(_title(trace.events[0].data), [*parts, _evidence(trace), _result(trace)])


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
    written = [name for spec in chapter.select("spec") for name in spec.get("holes", ())]
    narrowed = [step["hole"] for step in chapter.select("narrow")]
    return list(dict.fromkeys([*written, *narrowed]))


def chapters(trace: Trace) -> Iterator[Chapter]:
    """The units in the order in which they were compiled. A unit begins where specifications are read again.

    Queries to Z3 are asked before, during and after all of them, and belong to the unit of their function.
    """
    events: list[Event] = []
    queries = list(trace.select("solver"))
    for event in trace.events:
        if event.kind in ("compile", "solver", "evidence", "error", "result"):
            continue
        if event.kind == "spec" and any(earlier.kind not in _READING for earlier in events):
            yield _chapter(events, queries)
            events = []
        events.append(event)
    if events:
        yield _chapter(events, queries)


def _chapter(events: Sequence[Event], queries: Sequence[Event]) -> Chapter:
    names = [str(event.data["function"]) for event in events if event.kind == "spec"]
    own = [event for event in queries if event.data.get("function") in ("", *names)]
    return Chapter("+".join(names), (*events, *own))


def _title(start: Data) -> str:
    options = start.get("options", {})
    model = f"{start['engine']} {start['model']}" if start.get("model") else "no model"
    limits = f"{options.get('budget_tokens')} tokens, {options.get('budget_seconds')} s"
    without = "".join(f", without {name}" for name in options.get("without", ()))
    return f"{start['name']}: {model}, seed {options.get('seed')}, at most {limits}{without}"


def _chapter_tree(chapter: Chapter) -> Tree:
    return tree(
        chapter.name,
        [
            *(_spec(spec) for spec in chapter.select("spec")),
            _holes(chapter),
            _conflicts(chapter),
            _answers(chapter),
            group("how answers differ", [_diversity(item) for item in chapter.select("diversity")]),
            group("engines that failed", [_failure(item) for item in chapter.select("failure")]),
            _searches(chapter),
            _candidates(chapter),
            group("suspect examples", [Tree(item["example"]) for item in chapter.select("suspect")]),
            group(
                "cut by a budget", [Tree(f"{item['where']} at step {item['step']}") for item in chapter.select("cut")]
            ),
            group("calls stopped by a limit", [_stopped(item) for item in chapter.select("stopped")]),
            _choice(chapter),
        ],
    )


def _diversity(item: Data) -> Tree:
    hotter = "" if item["next"] == item["temperature"] else f", so the next ones at temperature {item['next']}"
    return Tree(f"{item['answers']} answers, {item['behaviours']} of them different in what they do{hotter}")


def _failure(item: Data) -> Tree:
    count = len(item["keys"])
    left = f"{count} {'request' if count == 1 else 'requests'} unanswered"
    return Tree(f"{item['engine']} {item['model']}, {left}: {item['message']}")


def _stopped(item: Data) -> Tree:
    reasons = sorted({reason for _, _, reason in item["calls"]})
    return Tree(f"{item['where']}, run {item['step']}: {len(item['calls'])} ({', '.join(reasons)})")


def _spec(spec: Data) -> Tree:
    parameters = ", ".join(f"{name}: {sort}" for name, sort in spec.get("parameters", ()))
    clauses = [*spec.get("examples", ()), *spec.get("contracts", ())]
    return tree(f"def {spec['function']}({parameters}) -> {spec.get('returns')}", [Tree(text) for text in clauses])


def _holes(chapter: Chapter, only: str | None = None) -> Tree | None:
    steps = chapter.select("narrow")
    holes = [name for name in hole_names(chapter) if only in (None, name)]
    return group(
        "holes and their values", [_hole(name, [step for step in steps if step["hole"] == name]) for name in holes]
    )


def _hole(name: str, steps: Sequence[Data]) -> Tree:
    path = " → ".join([str(steps[0]["before"]), *(str(step["after"]) for step in steps)]) if steps else "not narrowed"
    reasons = [Tree(f"{step['before']} → {step['after']}{_sizes(step)}: {step['why']}") for step in steps]
    return Tree(f"{name}: {path}", tuple(reasons))


def _sizes(step: Data) -> str:
    """The numbers of values before and after, where one of them is counted."""
    before, after = step.get("sizes", (None, None))
    return "" if before is after is None else f" ({'-' if before is None else before} → {after})"


def _conflicts(chapter: Chapter) -> Tree | None:
    return group("conflicts", [_conflict(item["diagnostic"]) for item in chapter.select("conflict")])


def _conflict(diagnostic: Data) -> Tree:
    labels = [
        f"line {label['start'][0]}: {label['message']}" for label in diagnostic.get("labels", ()) if label["message"]
    ]
    notes = [*labels, *diagnostic.get("notes", ()), *diagnostic.get("help", ())]
    return Tree(f"{diagnostic['code']}: {diagnostic['message']}", tuple(Tree(note) for note in notes))


def _waited(event: Event) -> float:
    """The time that passed until an answer came: those decoded together share it, whatever each says of itself."""
    return float(str(event.timing.get("waited", event.timing.get("seconds", 0.0))))


def _answers(chapter: Chapter) -> Tree | None:
    asked = [event for event in chapter.events if event.kind == "proposal"]
    tokens = sum(data["completion_tokens"] for data in chapter.select("proposal"))
    seconds = sum(_waited(event) for event in asked)
    nodes: list[Tree | None] = []
    several = len({(data.get("engine"), data.get("model")) for data in chapter.select("proposal")}) > 1
    for event, outcome in _outcomes(chapter):
        data: Data = event.data
        by = f"{data.get('engine')} {data.get('model')}, " if several else ""
        kind = "greedy" if data["temperature"] == 0 else f"sample {data['occurrence'] + 1}"
        grammar = ", under the grammar" if data.get("constrained") else ""
        cached = ", from the cache" if event.timing.get("cached") else ""
        length = f"{data['completion_tokens']} tokens"
        nodes.append(Tree(f"{by}{kind}{grammar}: {length}{cached}, {outcome}"))
    plural = "answer" if len(asked) == 1 else "answers"
    return group(f"model: {len(asked)} {plural}, {tokens} tokens, {seconds:.1f} s", nodes)


def _outcomes(chapter: Chapter) -> Iterator[tuple[Event, str]]:
    """Each answer with what became of it: the event of that comes before the next answer."""
    asked: Event | None = None
    outcome = ""
    for event in chapter.events:
        if event.kind == "proposal":
            if asked is not None:
                yield asked, outcome
            asked, outcome = event, "not used"
        elif outcome == "not used" and event.kind == "drop":
            outcome = f"dropped: {event.data['reason']}"
        elif outcome == "not used" and event.kind == "candidate":
            outcome = f"{'again ' if event.data.get('repeats') else ''}candidate {event.data['index']}"
    if asked is not None:
        yield asked, outcome


def _searches(chapter: Chapter, hole: str | None = None) -> Tree | None:
    """Search, nogoods and solver queries; of one hole, where the events name one."""
    chosen = [data for data in chapter.select("search") if hole is None or data.get("hole", hole) == hole]
    nodes = [Tree(f"search: {_details(data)}", tuple(shown(data.get("bank", {})))) for data in chosen]
    return group("search and solvers", [*nodes, *attempts(chapter.select, hole), *_queries(chapter, hole)])


def _queries(chapter: Chapter, hole: str | None) -> Iterator[Tree]:
    """The queries to Z3; those of one hole with their text."""
    function = None if hole is None else _function_of(chapter, hole)
    for data in chapter.select("solver"):
        if hole is not None and (data.get("hole") or hole) != hole:
            continue
        if function is not None and data["function"] != function:
            continue
        place = f" for {data['hole']}" if data.get("hole") else ""
        work = f"{data['spent']} of {data['limit']} units of work"
        text = [] if hole is None else [Tree(str(data["smt"]).rstrip())]
        yield Tree(f"solver: {_one_line(data['clause'])}{place}: {data['answer']}, {work}", tuple(text))


def _function_of(chapter: Chapter, hole: str) -> str | None:
    """The function that a hole belongs to: narrowing follows the specification that it is about."""
    function = None
    for event in chapter.events:
        if event.kind == "spec":
            function = str(event.data["function"])
        if hole in event.data.get("holes", ()) or event.data.get("hole") == hole:  # type: ignore[operator]
            return function
    return None


def _details(data: Data) -> str:
    """What one search did, in words."""
    hole = f"for {data['hole']}, " if data.get("hole") else ""
    limit = f" of at most {data['limit']}" if "limit" in data else ""
    found = {0: "nothing found", None: ""}.get(data.get("found"), f"{data.get('found')} found")
    kept = f"{data['terms']} kept" if data.get("terms") else ""
    ends = [
        text
        for name, text in (
            ("contested", "answers of one size differ"),
            ("exhausted", "nothing left to try"),
            ("full", "memory was full"),
        )
        if data.get(name)
    ]
    work = f"{data.get('expansions', 0)} tried{limit}"
    return hole + ", ".join(part for part in (work, kept, found, *ends) if part)


def _candidates(chapter: Chapter) -> Tree | None:
    verdicts = {data["index"]: data for data in chapter.select("verdict")}
    chosen = {data["index"] for data in chapter.select("choice")}
    fresh = [data for data in chapter.select("candidate") if not data.get("repeats")]
    nodes = [_candidate(data, verdicts.get(data["index"]), data["index"] in chosen) for data in fresh]
    return group(f"candidates: {len(fresh)}", nodes)


def _candidate(data: Data, verdict: Data | None, chosen: bool) -> Tree:
    parent = f", from {data['parent']}" if data.get("parent") is not None else ""
    title = f"{data['index']} ({data['origin']}{parent})"
    if verdict is None:
        return Tree(f"{title}: not judged")
    failed = [f"{text} {state}: {got}" for text, state, got in verdict["examples"] if state != "holds"]
    broken = [f"{call} breaks {text}: {got}" for text, call, got in verdict["violations"]]
    faults = [*failed, *broken]
    shown = [Tree(fault) for fault in faults[:_SHOWN_FAILURES]]
    if len(faults) > _SHOWN_FAILURES:
        shown.append(Tree(f"and {len(faults) - _SHOWN_FAILURES} more"))
    held = len(verdict["examples"]) - len(failed)
    state = "chosen" if chosen else "fell" if faults else "passes"
    return Tree(f"{title}: {state}, {held} of {len(verdict['examples'])} examples", tuple(shown))


def _choice(chapter: Chapter, *, with_program: bool = False) -> Tree | None:
    found = chapter.select("choice")
    if not found:
        return None
    choice = found[-1]
    programs = {data["index"]: data.get("program") for data in chapter.select("candidate") if data.get("program")}
    groups = [
        Tree(f"group of {', '.join(map(str, members))}: {votes} {'vote' if votes == 1 else 'votes'}")
        for members, votes in zip(choice["groups"], choice["votes"], strict=True)
    ]
    questions = [Tree(f"{call} gives {own} here and {rival} in a rival") for call, own, rival in choice["ambiguities"]]
    program = programs.get(choice["index"]) if with_program else None
    text = f"choice: candidate {choice['index']}"
    return tree(text, [*groups, *questions, Tree(program.rstrip()) if program else None])


def _evidence(trace: Trace) -> Tree | None:
    found = [event.data for event in trace.select("evidence")]
    names = list(dict.fromkeys(str(data["function"]) for data in found))
    return group(
        "evidence", [tree(name, [_clause(data) for data in found if data["function"] == name]) for name in names]
    )


def _clause(data: Data) -> Tree:
    return Tree(f"{data['kind']} {_one_line(data['clause'])}: {data['verdict']}")


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


def _result(trace: Trace) -> Tree | None:
    for event in trace.select("result"):
        data: Data = event.data
        timing = event.timing
        tokens = f"{data['prompt_tokens']} tokens read, {data['completion_tokens']} written"
        phases = timing.get("phases")
        split = (
            [f"{name} {float(seconds):.2f} s" for name, seconds in phases.items()] if isinstance(phases, dict) else []
        )
        seconds = float(str(timing.get("seconds", 0.0)))
        ended = [Tree(f"the budget of {name} ended") for name in data.get("budgets_ended", ())]
        spent = [Tree(", ".join(split))] if split else []
        return tree(f"{data['status']}: {tokens}, {seconds:.1f} s", [*ended, *spent])
    for event in trace.select("error"):
        return Tree(f"failed: {event.data['message']}")
    return Tree("the compile did not end")
