from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.cli import main
from compiler.trace.events import EVENTS, Event, Trace
from compiler.trace.tree import Tree, group, tree
from compiler.trace.view import Chapter, _answers, all_holes, chapters, view, view_hole

Golden = Callable[[str, str], None]


def whole_trace() -> Trace:
    """A compile of two functions in which everything that a trace can tell happens."""
    events = [
        Event(
            "compile",
            {
                "name": "rank.txt",
                "text": "...",
                "options": {"seed": 3, "budget_tokens": 4096, "budget_seconds": 120.0, "without": ["grammar"]},
                "engine": "llama.cpp",
                "model": "1d9614638d18024d",
            },
        ),
        Event(
            "spec",
            {
                "function": "rank",
                "parameters": [["n", "int"]],
                "returns": "int",
                "examples": ["rank(1) == 1"],
                "contracts": ["pre: n > 0"],
                "holes": ["rank.body"],
            },
        ),
        Event("narrow", {"hole": "rank.body", "before": "40 terms", "after": "12 terms", "why": "`n` is an int"}),
        Event("narrow", {"hole": "rank.body", "before": "12 terms", "after": "3 terms", "why": "line 4 says n > 0"}),
        Event("narrow", {"hole": "result", "before": "anything", "after": "any whole number", "why": "`-> int`"}),
        Event(
            "solver",
            {
                "function": "rank",
                "clause": "pre: n > 0",
                "hole": None,
                "smt": "(declare-fun n () Int)\n(assert (> n 0))\n(check-sat)\n",
                "limit": 100000,
                "spent": 64,
                "answer": "sat",
            },
        ),
        Event(
            "proposal",
            {
                "unit": "rank",
                "key": "a1",
                "occurrence": 0,
                "temperature": 0.0,
                "constrained": False,
                "prompt": "...",
                "text": "def rank(n): return n",
                "prompt_tokens": 40,
                "completion_tokens": 12,
                "finish": "stop",
                "logprob": -1.5,
            },
            {"seconds": 0.5, "cached": True},
        ),
        Event(
            "candidate",
            {
                "unit": "rank",
                "index": 0,
                "origin": "model",
                "parent": None,
                "repeats": False,
                "program": "def rank(n):\n    return n\n",
            },
        ),
        Event(
            "verdict",
            {
                "unit": "rank",
                "index": 0,
                "examples": [["rank(1) == 1", "fails", "2"], ["rank(2) == 2", "holds", "2"]],
                "violations": [["post: result > n", f"rank({n})", str(n)] for n in range(3)],
                "vector": ["1"],
            },
        ),
        Event(
            "proposal",
            {
                "unit": "rank",
                "key": "a2",
                "occurrence": 0,
                "temperature": 0.8,
                "constrained": True,
                "prompt": "...",
                "text": "import os",
                "prompt_tokens": 40,
                "completion_tokens": 8,
                "finish": "length",
                "logprob": None,
            },
            {"seconds": 0.25, "cached": False},
        ),
        Event(
            "failure",
            {
                "unit": "rank",
                "engine": "openai",
                "model": "m@http://127.0.0.1:8080/v1",
                "keys": ["k1", "k2"],
                "code": "L0606",
                "message": "it is busy (429)",
                "hint": "try again later",
            },
        ),
        Event("diversity", {"unit": "rank", "answers": 4, "behaviours": 1, "temperature": 0.8, "next": 1.0}),
        Event("drop", {"unit": "rank", "occurrence": 0, "reason": "the module `os` is outside the subset", "text": ""}),
        Event("candidate", {"unit": "rank", "index": 0, "origin": "model", "repeats": True}),
        Event(
            "search",
            {
                "unit": "rank",
                "limit": 1000,
                "expansions": 17,
                "terms": 9,
                "bank": {"int": {"1": 3, "2": 4}, "bool": {"1": 2}},
                "found": 1,
                "exhausted": False,
                "full": False,
            },
        ),
        Event(
            "nogood",
            {
                "unit": "rank",
                "holes": {"rank.body": "a + b"},
                "alike": {"rank.body": 3},
                "example": "rank(1) == 1",
            },
        ),
        Event(
            "combination",
            {
                "unit": "rank",
                "holes": {"rank.body": 12, "rank.test": 5},
                "possible": 60,
                "run": 4,
                "nogoods": 3,
                "found": 1,
                "exhausted": False,
            },
        ),
        Event(
            "reopened",
            {
                "unit": "rank",
                "parent": 0,
                "expression": "n + 1",
                "suspicion": 0.71,
                "angelic": "found",
                "demanded": {"rank(1) == 1": ["1"]},
                "tried": 12,
                "fills": ["n"],
            },
        ),
        Event(
            "candidate",
            {
                "unit": "rank",
                "index": 1,
                "origin": "repair",
                "parent": 0,
                "repeats": False,
                "program": "def rank(n):\n    return n + 0\n",
            },
        ),
        Event(
            "verdict",
            {"unit": "rank", "index": 1, "examples": [["rank(1) == 1", "holds", "1"]], "violations": [], "vector": []},
        ),
        Event("suspect", {"unit": "rank", "example": "rank(3) == 4"}),
        Event("cut", {"where": "search", "step": 17}),
        Event("stopped", {"where": "candidate", "step": 2, "calls": [[3, None, "time"], [4, 0, "time"]]}),
        Event(
            "choice",
            {
                "unit": "rank",
                "index": 1,
                "groups": [[1], [0]],
                "votes": [0, 2],
                "ambiguities": [["rank(4)", "4", "5"]],
            },
        ),
        Event(
            "spec",
            {"function": "other", "parameters": [], "returns": "Any", "examples": [], "contracts": [], "holes": []},
        ),
        Event(
            "conflict",
            {
                "unit": "other",
                "diagnostic": {
                    "code": "L0301",
                    "message": "two examples disagree",
                    "labels": [{"start": [3, 1], "message": "gives 2"}, {"start": [4, 1], "message": ""}],
                    "notes": ["because"],
                    "help": [],
                },
            },
        ),
        Event("evidence", {"function": "rank", "kind": "example", "clause": "rank(1)\n == 1", "verdict": "example"}),
        Event(
            "result",
            {"status": "rejected", "program": None, "prompt_tokens": 80, "completion_tokens": 20},
            {"seconds": 1.5, "phases": {"judge": 0.25, "model": 0.75}},
        ),
    ]
    return Trace(events)


def test_a_failed_compile_and_an_ended_budget_are_told() -> None:
    start, *events, result = whole_trace().events
    failed = Trace([start, *events[:4], Event("error", {"message": "L0601: the model did not load"})])
    assert view(failed).children[-1].text == "failed: L0601: the model did not load"
    ended = replace(result, data={**result.data, "budgets_ended": ["seconds"]})
    assert "the budget of seconds ended" in "\n".join(view(Trace([start, ended])).lines())


def test_the_trace_holds_every_kind_of_event() -> None:
    assert {event.kind for event in whole_trace().events} == set(EVENTS) - {"error"}


def test_the_whole_compile(golden: Golden) -> None:
    golden("trace.txt", "\n".join(view(whole_trace()).lines()) + "\n")


def test_one_hole(golden: Golden) -> None:
    shown = view_hole(whole_trace(), "?rank.body")
    assert shown is not None
    golden("trace_hole.txt", "\n".join(shown.lines()) + "\n")


def test_units_and_holes_are_told_apart() -> None:
    trace = whole_trace()
    assert [chapter.name for chapter in chapters(trace)] == ["rank", "other"]
    assert all_holes(trace) == ["rank.body", "result"]
    assert view_hole(trace, "nothing") is None


def test_a_trace_that_was_cut_off_is_shown() -> None:
    for length in range(1, len(whole_trace().events)):
        trace = Trace(whole_trace().events[:length])
        assert "the compile did not end" in "\n".join(view(trace).lines())


@pytest.fixture
def trace_file(tmp_path: Path) -> Path:
    path = tmp_path / "trace.jsonl"
    path.write_text(whole_trace().text(), encoding="utf-8")
    return path


def test_the_command_prints_the_tree(trace_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(trace_file)]) == 0
    assert capsys.readouterr().out == "\n".join(view(whole_trace()).lines()) + "\n"
    assert main(["trace", str(trace_file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == view(whole_trace()).to_json()


def test_an_unknown_hole_names_the_known_ones(trace_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(trace_file), "--why", "nothing"]) == 2
    assert "its holes are rank.body, result" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["", "not json\n", "[]\n", '{"v": 99}\n', '{"v": 1, "event": "dance", "data": {}}\n', "\x00\n", '{"v": 1}\n'],
)
def test_what_is_no_trace_is_refused_with_its_line(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no.jsonl"
    path.write_text(text, encoding="utf-8")
    for command in ("trace", "replay"):
        assert main([command, str(path)]) == 2
        told = capsys.readouterr().err
        assert told.startswith("error[L0705]")
        assert f"{path}:1:1" in told


def test_trees_are_drawn_with_branches() -> None:
    drawn = tree("root", [Tree("one\ntwo", (Tree("leaf"),)), None, group("empty", [None]), Tree("last\nline")])
    assert list(drawn.lines()) == ["root", "├─ one", "│  │ two", "│  └─ leaf", "└─ last", "   line"]


def test_answers_that_were_decoded_together_take_their_time_once() -> None:
    answer = {"completion_tokens": 5, "temperature": 0.8, "occurrence": 0, "key": "k", "unit": "f"}
    timings = [{"seconds": 9.0, "waited": 9.5}, {"seconds": 9.0, "waited": 0.0}]
    events = tuple(Event("proposal", {**answer, "occurrence": place}, timing) for place, timing in enumerate(timings))
    told = _answers(Chapter("f", events))
    assert told is not None
    assert told.text == "model: 2 answers, 10 tokens, 9.5 s"


def test_a_hole_is_found_by_its_short_name_and_no_query_makes_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert view_hole(whole_trace(), "body") == view_hole(whole_trace(), "rank.body")
    path, folder = tmp_path / "trace.jsonl", tmp_path / "queries"
    path.write_text(Trace([event for event in whole_trace().events if event.kind != "solver"]).text())
    assert main(["trace", str(path), "--dump-smt", str(folder)]) == 0
    assert capsys.readouterr().err == "0 queries to Z3\n"
    assert not folder.exists()
