"""Scratch lines: text before an answer's code, for the model to reason in, that never becomes code."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.llama_cpp import LlamaCpp
from backends.models import pull
from compiler.bench.grammar_engines import GrammarEngine, engines, oracle
from compiler.bench.random_texts import Writer, near_miss
from compiler.front import read_spec
from compiler.pipeline.driver import compile_source
from compiler.runs.replay import compare, replay
from compiler.synthesis.ask.ask import answered_code, code_in, constrained_request, scratch_request
from compiler.task.options import Options
from compiler.text.source import Source
from compiler.trace.events import Proposal
from compiler.trace.trace import parse_trace
from grammar.acceptor import accepts
from grammar.json_schema import answer_of, json_schema
from grammar.notation import lark_text, read_grammar
from grammar.scratch import CHARACTERS, LINES, has_scratch, scratch_lines, with_scratch
from grammar.specialise import candidate_grammar
from tests.test_asking import Recording

PLAIN = candidate_grammar("mode", ["items"])
REASONED = with_scratch(PLAIN)
SMALL = with_scratch('start: "```python\\n" "x" "```"\n')
CODE = "```python\nx```"
WRITER, JUDGE = Writer(read_grammar(REASONED)), oracle(REASONED)

TEXT = "Write a function that gives the most frequent item.\n\nmode([1, 2, 2]) == 2\nmode([3, 3, 1]) == 3\n"
WRONG = "def mode(items):\n    return items[0] + 9"
RIGHT = (
    "Count `each` item.\ndef mode(items): is not code here\n"
    "```python\ndef mode(items):\n    return max(items, key=items.count)\n```"
)


@pytest.mark.parametrize(
    ("scratch", "held"),
    [
        ("", False),
        ("Sort `xs`, then count.\nReturn it.\n", True),
        ("`xs` is sorted\n", True),
        ("ends in a `tick`\n", True),
        ("x" * CHARACTERS + "\n", True),
        ("x" * (CHARACTERS + 1) + "\n", False),
        ("line\n" * LINES, True),
        ("line\n" * (LINES + 1), False),
        ("# a comment\n", False),
        ("a ``fence\n", False),
        ("\n", False),
        ("no end", False),
    ],
)
@pytest.mark.parametrize("engine", list(engines()), ids=lambda engine: f"{engine.name}, {engine.dialect}")
def test_every_engine_holds_a_few_short_lines(engine: GrammarEngine, scratch: str, held: bool) -> None:
    assert engine.judge_of(SMALL)(scratch + CODE).accepted is held
    assert accepts(SMALL, scratch + CODE) is held


def test_the_grammar_reads_back() -> None:
    assert read_grammar(lark_text(read_grammar(REASONED))) == read_grammar(REASONED)
    assert has_scratch(REASONED)
    assert not has_scratch(PLAIN)
    with pytest.raises(ValueError, match="start"):
        with_scratch("other: /a/\n")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_the_code_is_what_the_plain_grammar_derives(seed: int, missed: bool) -> None:
    random = Random(seed)
    text = WRITER.text(random)
    text = near_miss(text, random) if missed else text
    if JUDGE(text).accepted:
        begin = text.index("```")
        assert accepts(PLAIN, text[begin:])
        assert code_in(text, "mode") == code_in(text[begin:], "mode")
    else:
        assert missed


@given(st.text(), st.text())
def test_what_a_model_thought_fits_the_grammar(thoughts: str, code: str) -> None:
    lines = scratch_lines(thoughts)
    assert accepts(SMALL, (lines or "line\n") + CODE)
    document = json.dumps({"scratch": thoughts, "code": code})
    assert answer_of(document) == f"{lines}```python\n{code.rstrip()}\n```"


def test_a_schema_has_a_field_for_it_before_the_code() -> None:
    assert json_schema(scratch=True)["required"] == ["scratch", "code"]
    assert json_schema()["required"] == ["code"]
    assert answer_of('{"scratch": "cut o') is None
    assert answer_of('{"code": "x = 1"}') == "```python\nx = 1\n```"


def test_the_question_asks_for_it_and_the_answer_is_read_without_it() -> None:
    spec = read_spec(Source("s.txt", TEXT))
    plain = constrained_request(spec, spec.functions, "", 0, 0)
    request = scratch_request(spec, spec.functions, "", 0, 0)
    [message] = request.messages
    assert message.content.startswith(plain.messages[0].content)
    assert "plain lines" in message.content
    assert request.grammar == with_scratch(plain.grammar or "")
    assert answered_code(request, RIGHT, "mode") == "def mode(items):\n    return max(items, key=items.count)"
    assert answered_code(request, "def mode(items): return 1", "mode") == ""
    assert answered_code(plain, "def mode(items): return 1", "mode") == "def mode(items): return 1"


@pytest.mark.parametrize(("scratch", "asked"), [(False, 3), (True, 6)])
def test_it_is_asked_for_last_and_only_where_that_is_wanted(scratch: bool, asked: int) -> None:
    backend = Recording([WRONG, WRONG, WRONG, RIGHT, "only thoughts", RIGHT])
    options = Options(samples=2, scratch=scratch, without=frozenset({"search", "repair"}), best_effort=True)
    result = compile_source(Source("spec.txt", TEXT), options, backend)
    assert [has_scratch(request.grammar or "") for request in backend.requests] == [False] * 3 + [True] * (asked - 3)
    assert (result.status == "accepted") is scratch
    told = [event.text for event in result.trace.select(Proposal)]
    assert (RIGHT in told) is scratch
    assert "Count" not in (result.program or "")
    trace = parse_trace(result.trace.text().splitlines())
    assert compare(trace, replay(trace)).same


def test_a_right_answer_is_not_followed_by_reasoning() -> None:
    backend = Recording([RIGHT.partition("\n")[2]])
    compile_source(Source("spec.txt", TEXT), Options(samples=1, scratch=True), backend)
    assert not any(has_scratch(request.grammar or "") for request in backend.requests)


@pytest.mark.model
def test_a_real_model_reasons_and_then_writes_code() -> None:
    spec = read_spec(Source("s.txt", TEXT))
    request = scratch_request(spec, spec.functions, "", 0, 0)
    backend = LlamaCpp(pull("qwen2.5-coder-0.5b"), parallel=2)
    try:
        [answer] = backend.propose([request])
    finally:
        backend.close()
    assert accepts(request.grammar or "", answer.text)
    assert not answer.text.startswith("```")
    assert answer.finish == "stop"
