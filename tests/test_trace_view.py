from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.cli import main
from compiler.trace import events
from compiler.trace.trace import Trace
from compiler.trace.tree import Tree, group, tree
from compiler.trace.view import Chapter, _answers, all_holes, chapters, view, view_hole

Golden = Callable[[str, str], None]


def whole_trace() -> Trace:
    """A compile of two functions in which everything that a trace can tell happens."""
    return Trace(
        [
            events.Compile(
                name="rank.txt",
                text="...",
                options=events.Settings(
                    seed=3,
                    budget_tokens=4096,
                    budget_seconds=120.0,
                    budget_money=None,
                    samples=6,
                    best_effort=False,
                    without=("grammar",),
                    narrow=True,
                    scratch=False,
                    fim=False,
                ),
                engine="llama.cpp",
                model="1d9614638d18024d",
            ),
            events.Spec(
                function="rank",
                parameters=(("n", "int"),),
                returns="int",
                examples=("rank(1) == 1",),
                contracts=("pre: n > 0",),
                holes=("rank.body",),
            ),
            events.Narrow(
                hole="rank.body", before="40 terms", after="12 terms", sizes=(None, None), why="`n` is an int"
            ),
            events.Narrow(
                hole="rank.body", before="12 terms", after="3 terms", sizes=(None, None), why="line 4 says n > 0"
            ),
            events.Narrow(
                hole="result", before="anything", after="any whole number", sizes=(None, None), why="`-> int`"
            ),
            events.Solver(
                function="rank",
                clause="pre: n > 0",
                hole=None,
                smt="(declare-fun n () Int)\n(assert (> n 0))\n(check-sat)\n",
                limit=100000,
                spent=64,
                answer="sat",
            ),
            events.Proposal(
                unit="rank",
                engine="llama.cpp",
                model="1d9614638d18024d",
                key="a1",
                occurrence=0,
                temperature=0.0,
                few_shot=0,
                constrained=False,
                prompt="...",
                text="def rank(n): return n",
                prompt_tokens=40,
                completion_tokens=12,
                finish="stop",
                logprob=-1.5,
                seconds=0.5,
                waited=0.5,
                cached=True,
            ),
            events.Candidate(unit="rank", index=0, origin="model", program="def rank(n):\n    return n\n"),
            events.Verdict(
                unit="rank",
                index=0,
                examples=(("rank(1) == 1", "fails", "2"), ("rank(2) == 2", "holds", "2")),
                violations=(
                    ("post: result > n", "rank(0)", "0"),
                    ("post: result > n", "rank(1)", "1"),
                    ("post: result > n", "rank(2)", "2"),
                ),
                vector=("1",),
            ),
            events.Proposal(
                unit="rank",
                engine="llama.cpp",
                model="1d9614638d18024d",
                key="a2",
                occurrence=0,
                temperature=0.8,
                few_shot=0,
                constrained=True,
                prompt="...",
                text="import os",
                prompt_tokens=40,
                completion_tokens=8,
                finish="length",
                logprob=None,
                seconds=0.25,
                waited=0.25,
            ),
            events.Failure(
                unit="rank",
                engine="openai",
                model="m@http://127.0.0.1:8080/v1",
                keys=("k1", "k2"),
                code="L0606",
                message="it is busy (429)",
                hint="try again later",
            ),
            events.Diversity(unit="rank", answers=4, behaviours=1, temperature=0.8, next=1.0),
            events.Drop(unit="rank", occurrence=0, reason="the module `os` is outside the subset", text=""),
            events.Candidate(unit="rank", index=0, origin="model", repeats=True),
            events.Search(
                unit="rank",
                limit=1000,
                expansions=17,
                terms=9,
                bank={"int": {"1": 3, "2": 4}, "bool": {"1": 2}},
                found=1,
            ),
            events.Nogood(unit="rank", holes={"rank.body": "a + b"}, alike={"rank.body": 3}, example="rank(1) == 1"),
            events.Combination(
                unit="rank",
                holes={"rank.body": 12, "rank.test": 5},
                possible=60,
                run=4,
                nogoods=3,
                found=1,
                exhausted=False,
            ),
            events.Reopened(
                unit="rank",
                parent=0,
                expression="n + 1",
                suspicion=0.71,
                angelic="found",
                demanded={"rank(1) == 1": ("1",)},
                tried=12,
                fills=("n",),
            ),
            events.Candidate(
                unit="rank", index=1, origin="repair", parent=0, program="def rank(n):\n    return n + 0\n"
            ),
            events.Verdict(unit="rank", index=1, examples=(("rank(1) == 1", "holds", "1"),), violations=(), vector=()),
            events.Suspect(unit="rank", example="rank(3) == 4"),
            events.Cut(where="search", step=17),
            events.Stopped(where="candidate", step=2, calls=((3, None, "time"), (4, 0, "time"))),
            events.Choice(
                unit="rank", index=1, groups=((1,), (0,)), votes=(0, 2), ambiguities=(("rank(4)", "4", "5"),)
            ),
            events.Spec(function="other", parameters=(), returns="Any", examples=(), contracts=(), holes=()),
            events.Conflict(
                unit="other",
                diagnostic=events.Diagnostic(
                    code="L0301",
                    severity="error",
                    message="two examples disagree",
                    labels=(
                        events.Label(file="rank.txt", start=(3, 1), end=(3, 9), message="gives 2"),
                        events.Label(file="rank.txt", start=(4, 1), end=(4, 9), message=""),
                    ),
                    notes=("because",),
                    help=(),
                    derivation=(),
                ),
            ),
            events.Evidence(function="rank", kind="example", clause="rank(1)\n == 1", verdict="example"),
            events.Result(
                status="rejected",
                program=None,
                prompt_tokens=80,
                completion_tokens=20,
                budgets_ended=(),
                seconds=1.5,
                phases={"judge": 0.25, "model": 0.75},
            ),
        ]
    )


def test_a_failed_compile_and_an_ended_budget_are_told() -> None:
    start, *rest, result = whole_trace().events
    assert isinstance(result, events.Result)
    failed = Trace([start, *rest[:4], events.Error(message="L0601: the model did not load")])
    assert view(failed).children[-1].text == "failed: L0601: the model did not load"
    ended = replace(result, budgets_ended=("seconds",))
    assert "the budget of seconds ended" in "\n".join(view(Trace([start, ended])).lines())


def test_the_trace_holds_every_kind_of_event() -> None:
    assert {type(event) for event in whole_trace().events} == set(events.EVENTS.values()) - {events.Error}


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
    [
        "",
        "not json\n",
        "[]\n",
        '{"v": 99}\n',
        '{"v": 2, "event": "dance", "data": {}}\n',
        "\x00\n",
        '{"v": 2}\n',
        "{}\n",
    ],
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
    asked = list(whole_trace().select(events.Proposal))
    told = _answers(
        Chapter("f", tuple(replace(answer, seconds=9.0, waited=9.5 - 9.5 * n) for n, answer in enumerate(asked)))
    )
    assert told is not None
    assert told.text == "model: 2 answers, 20 tokens, 9.5 s"


def test_a_hole_is_found_by_its_short_name_and_no_query_makes_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert view_hole(whole_trace(), "body") == view_hole(whole_trace(), "rank.body")
    path, folder = tmp_path / "trace.jsonl", tmp_path / "queries"
    path.write_text(Trace([event for event in whole_trace().events if not isinstance(event, events.Solver)]).text())
    assert main(["trace", str(path), "--dump-smt", str(folder)]) == 0
    assert capsys.readouterr().err == "0 queries to Z3\n"
    assert not folder.exists()
