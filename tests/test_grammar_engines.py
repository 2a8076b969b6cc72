from __future__ import annotations

import json
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.bench.grammar_engines import GrammarEngine, Verdict, engines, oracle
from compiler.bench.grammars import bench_grammars, render, sample_grammars, texts_of
from compiler.bench.random_texts import Writer, near_miss
from grammar.acceptor import accepts, begin
from grammar.characters import Characters, characters, class_of, complement, read_class
from grammar.gbnf import gbnf
from grammar.json_schema import code_of, fenced, json_schema
from grammar.notation import NotationError, lark_text, read_grammar
from grammar.specialise import python_grammar

SMALL = 'start: "a" (WORD | "(" start ")")? "!" ~ 1..2\nWORD: /[b-d]+|\\x41/ | "xyz"\n'


def test_the_notation_reads_back_what_it_writes() -> None:
    for grammar in (SMALL, *sample_grammars().values()):
        read = read_grammar(grammar)
        assert read_grammar(lark_text(read)) == read


@pytest.mark.parametrize(
    "bad", ["", "start: other\n", "other: /a/\n", "start: (/a/\n", "start: ) /a/\n", "start: 'a'\n", "%ignore /a/\n"]
)
def test_other_dialects_are_refused(bad: str) -> None:
    with pytest.raises(NotationError):
        read_grammar(bad)


@given(st.lists(st.tuples(st.integers(0, 0x10FFFF), st.integers(0, 40))))
def test_classes_read_back(starts: list[tuple[int, int]]) -> None:
    wanted = characters((low, min(0x10FFFF, low + width)) for low, width in starts)
    assert complement(complement(wanted)) == wanted
    if wanted.ranges:
        assert read_class(class_of(wanted)[1:-1]) == wanted


def test_the_acceptor_reads_bit_by_bit() -> None:
    reading = begin(SMALL)
    assert reading.following == characters([(ord("a"), ord("a"))])
    for piece in ("a", "(a", "bc!", ")"):
        reading = reading.after(piece)
        assert reading.viable
        assert not reading.complete
    assert reading.after("!").complete
    assert reading.after("!!").complete
    assert not reading.after("!!!").viable
    assert not reading.after("(").viable
    assert reading.after("!").following == Characters(((ord("!"), ord("!")),))


def test_gbnf_says_the_same() -> None:
    assert gbnf(SMALL) == 'root ::= "a" (WORD | "(" root ")")? "!"{1,2}\nWORD ::= ([b-d]+ | "A") | "xyz"\n'


def test_a_schema_holds_code_in_one_field() -> None:
    assert json_schema()["required"] == ["code"]
    assert code_of(json.dumps({"code": "x = 1"})) == "x = 1"
    assert code_of('{"code": "x') is None
    assert code_of('["x"]') is None
    assert fenced("x = 1\n\n") == "```python\nx = 1\n```"


NARROWED = "a narrowed hole: "
GRAMMARS = {
    name: grammar
    for name, grammar in sample_grammars().items()
    if not name.startswith(NARROWED) or name.startswith(f"{NARROWED}bool over count")
}
EXPRESSION = GRAMMARS["an expression"]
WRITERS = {name: Writer(read_grammar(grammar)) for name, grammar in GRAMMARS.items()}
JUDGES = {name: oracle(grammar) for name, grammar in GRAMMARS.items()}


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(sorted(GRAMMARS)), st.integers(0, 2**32))
def test_what_a_grammar_writes_it_accepts(name: str, seed: int) -> None:
    text = WRITERS[name].text(Random(seed))
    assert JUDGES[name](text).accepted


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(sorted(GRAMMARS)), st.integers(0, 2**32))
def test_a_text_is_viable_as_long_as_its_beginnings_are(name: str, seed: int) -> None:
    random = Random(seed)
    text = near_miss(WRITERS[name].text(random), random)
    verdict = JUDGES[name](text)
    assert verdict.viable is not None
    if verdict.viable < len(text):
        assert not verdict.accepted
        assert not begin(GRAMMARS[name]).after(text[: verdict.viable + 1]).viable
    assert begin(GRAMMARS[name]).after(text[: verdict.viable]).viable


@cache
def verdicts() -> list[tuple[str, Verdict]]:
    ours = oracle(EXPRESSION)
    return [(text, ours(text)) for text in texts_of(EXPRESSION, 600, Random(0))]


QUICK = [engine for engine in engines() if engine.name != "lark"]


@pytest.mark.parametrize("engine", QUICK, ids=lambda engine: f"{engine.name}, {engine.dialect}")
def test_every_engine_reads_an_expression_as_the_acceptor_does(engine: GrammarEngine) -> None:
    judge = engine.judge_of(EXPRESSION)
    for text, ours in verdicts()[:: engine.every]:
        theirs = judge(text)
        assert theirs.gave_up or theirs.accepted == ours.accepted, text


def test_the_bench_tells_what_differs() -> None:
    report = bench_grammars(60, grammars={"small": SMALL}, wanted=("llguidance",))
    assert report.texts == 60
    assert report.in_grammar >= 30
    assert all(item.same == item.texts for item in report.engines)
    assert "60 texts of 1 grammars" in render(report)
    assert json.loads(json.dumps(report.to_json()))["engines"][0]["same"] == 60


def test_an_answer_is_checked_within_seconds() -> None:
    lines = "".join(f"    if xs[{number}] in (1, 2, [3, {{4: 5}}]):\n        n += {number}\n" for number in range(20))
    assert accepts(python_grammar(), f"```python\ndef f(xs):\n    n = 0\n{lines}    return n\n```")
