"""Holes asked for by fill-in-the-middle: what stands around them, how answers fit in, and who can answer."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

import pytest

from backends.gaps import MARKS, ended, ends_of, gap_text, marks_of, refuse_gaps
from backends.llama_cpp import LlamaCpp
from backends.models import pull
from backends.prices import Price
from backends.protocol import BackendError, Gap, Message, Proposal, Request, Sampling
from compiler.front import read_spec
from compiler.pipeline.driver import compile_source
from compiler.runs.replay import compare, replay
from compiler.synthesis.ask.ask import constrained_request, first_request, sample_request
from compiler.synthesis.ask.gaps import Draft, first_drafts
from compiler.task.few_shot import FewShotExample
from compiler.task.options import Options
from compiler.task.unit import Unit
from compiler.text.source import Source
from compiler.trace import events
from compiler.trace.trace import parse_trace
from grammar.acceptor import accepts
from tests.test_asking import FILE, TEXT, Recording

LONG = '''LIMIT = 5


def is_long(word: str) -> bool:
    """Whether a word has more than LIMIT letters.

    >>> is_long('banana')
    True
    >>> is_long('apple')
    False
    >>> is_long('fig')
    False
    """
    return ...  # the only hole


def main():
    print(is_long("hello"))
'''
TWO = '''def last(items):
    """The last item, None where there is none.

    >>> last([1, 2])
    2
    >>> last([])
    """
    if (...):
        ...
    return items[-1]
'''
METHOD = '''class Box:
    def __init__(self, size):
        self.size = size

    def doubled(self):
        """Twice the size.

        >>> Box(2).doubled()
        4
        """
        ...

    def other(self):
        return 1
'''
BODY = 'def f(x):\n    """Doubles.\n\n    >>> f(2)\n    4\n    """\n'
LINE = "def f(x): ...\n"


def drafts(text: str, count: int = 1, *, narrowed: bool = False) -> list[Draft]:
    spec = read_spec(Source("s.py", text))
    return first_drafts(Unit(spec, spec.functions, spec.context), count, narrowed=narrowed)


def through(draft: Draft, answers: Sequence[str]) -> Draft:
    for answer in answers:
        assert accepts(draft.request(0).grammar or "", answer)
        draft = draft.filled(answer)
    return draft


@pytest.mark.parametrize(
    ("text", "prefix", "suffix"),
    [
        (LONG, LONG.partition(" ...")[0], LONG.partition("...")[2]),
        (TWO, TWO.partition("...")[0], TWO.partition("...")[2]),
        (METHOD, METHOD.partition("        ...")[0], METHOD.partition("...\n")[2]),
        (BODY, BODY, ""),
        (LINE, "def f(x):\n", ""),
    ],
)
def test_a_gap_has_the_file_around_it(text: str, prefix: str, suffix: str) -> None:
    [draft] = drafts(text)
    assert draft.gap == Gap(prefix, suffix)


@pytest.mark.parametrize(
    ("text", "answers", "filled"),
    [
        (LONG, [" len(word) > LIMIT"], "    return len(word) > LIMIT  # the only hole\n"),
        (LONG, [" len(word) > LIMIT  # the only hole\n\n\n"], "    return len(word) > LIMIT  # the only hole\n"),
        (
            TWO,
            ["not items", "        return None\n"],
            "    if (not items):\n        return None\n    return items[-1]\n",
        ),
        (TWO, ["not items):\n", "        return None\n\n"], "    if (not items):\n        return None\n"),
        (METHOD, ["        return 2 * self.size\n"], '    """\n    return 2 * self.size\n'),
        (BODY, ["    return 2 * x\n"], '    """\n    return 2 * x\n'),
        (LINE, ["    return 2 * x\n"], "def f(x):\n    return 2 * x\n"),
    ],
)
def test_answers_fit_into_the_function(text: str, answers: Sequence[str], filled: str) -> None:
    draft = through(drafts(text)[0], answers)
    assert draft.finished
    assert filled in draft.text
    [function] = ast.parse(draft.text).body
    assert isinstance(function, ast.FunctionDef)


def test_later_gaps_see_what_earlier_answers_wrote() -> None:
    [draft] = drafts(TWO)
    later = draft.filled("not items").gap
    assert later.prefix.endswith("    if (not items):\n")
    assert later.suffix == "    return items[-1]\n"
    assert draft.gap.suffix == "):\n        ...\n    return items[-1]\n"


def test_the_first_try_is_greedy_and_the_others_are_samples() -> None:
    requests = [draft.request(7) for draft in drafts(LONG, 3)]
    assert [request.sampling.temperature for request in requests] == [0.0, 0.8, 0.8]
    assert len({request.key("e", "m") for request in requests}) == 3
    assert not any(request.messages for request in requests)


def test_a_gap_is_narrowed_where_its_sort_is_known() -> None:
    text = LONG.partition("\n\n\ndef main")[0]
    plain, narrowed = (drafts(text, narrowed=narrowed)[0].request(0).grammar or "" for narrowed in (False, True))
    assert accepts(plain, " unknown(word)")
    assert not accepts(narrowed, " unknown(word)")
    assert accepts(narrowed, " len(word) > LIMIT")


def test_what_is_no_single_function_of_a_file_has_no_gaps() -> None:
    spec = read_spec(Source("s.txt", TEXT))
    assert first_drafts(Unit(spec, spec.functions, ""), 1) == []


def test_requests_without_a_gap_keep_their_keys() -> None:
    text, file = read_spec(Source("s.txt", TEXT)), read_spec(Source("s.py", FILE))
    shot = FewShotExample(
        "Write a function `low` that gives the least item.\n", "def low(items):\n    return min(items)\n"
    )
    requests = [
        first_request(text, text.functions, ""),
        sample_request(text, text.functions, "", 7, 3, few_shot=[shot]),
        replace(constrained_request(file, file.functions, "", 0, 1), grammar='start: "a"\n'),
        Request((Message("user", "Say hi."),), Sampling(0.8, 0.95, 64, 3, ("\n",)), 'start: "a"\n', 2),
    ]
    assert [request.key("llama.cpp", "m")[:16] for request in requests[:3]] == [
        "8db4b2a449c4088f",
        "8bb5ca1bee84285b",
        "b2de1bca6a799cc1",
    ]
    assert requests[3].key("engine", "model")[:16] == "94324748fb7d8b8a"


def test_marks_are_those_that_the_vocabulary_holds() -> None:
    marks = marks_of({*MARKS[1], "a"}, "m")
    assert gap_text(Gap("a", "b"), marks) == "<fim_prefix>a<fim_suffix>b<fim_middle>"
    assert ends_of({"<|endoftext|>", "a"}) == ("<|endoftext|>",)
    with pytest.raises(BackendError, match="knows no fill-in-the-middle") as caught:
        marks_of({"<fim_prefix>"}, "m")
    assert caught.value.code == "L0613"
    with pytest.raises(BackendError, match="holds the tokens"):
        gap_text(Gap("a<fim_suffix>", "b"), marks)


def test_a_grammar_may_end_with_the_model_s_own_end() -> None:
    assert ended('start: "a" | "b"\nA: /c/\n', ["<x>", "<y>"]) == 'start: ("a" | "b") (<x> | <y>)?\nA: /c/\n'
    assert ended('start: "a"\n', []) == 'start: "a"\n'


def test_a_gap_is_paid_for() -> None:
    assert Price(1e6, 0.0).most(Request((), gap=Gap("ab", "c"))) == Price(1e6, 0.0).most(Request(())) + 3


class Filling(Recording):
    """An engine that answers gaps with others of its answers than conversations."""

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        answers = super().propose(requests)
        middle = Proposal(" len(word) > LIMIT", 30, 20, "stop", -1.0)
        return [middle if request.gap else answer for request, answer in zip(requests, answers, strict=True)]


class Refusing(Recording):
    """An engine that knows no gaps."""

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        refuse_gaps(requests, "this engine")
        return super().propose(requests)


OPTIONS = Options(samples=1, fim=True, without=frozenset({"search", "repair"}), best_effort=True)
WRONG = ["```python\ndef is_long(word: str) -> bool:\n    return not word\n```"]


@pytest.mark.parametrize(("engine", "accepted"), [(Filling, True), (Refusing, False)])
def test_gaps_are_asked_for_last_recorded_and_replayed(engine: type[Recording], accepted: bool) -> None:
    backend = engine(WRONG)
    result = compile_source(Source("part.py", LONG), OPTIONS, backend)
    assert (result.status == "accepted") is accepted
    if accepted:
        assert result.program == LONG.replace("...", "len(word) > LIMIT")
        assert [request.gap is not None for request in backend.requests] == [False, False, True, True, True]
        [*_, last] = result.trace.select(events.Proposal)
        assert f"{last.prompt} ...{last.suffix}" == LONG
    else:
        assert [event.code for event in result.trace.select(events.Failure)] == ["L0613"]
        assert any("knows no fill-in-the-middle" in item.message for item in result.diagnostics)
    trace = parse_trace(result.trace.text().splitlines())
    assert compare(trace, replay(trace)).same


def test_gaps_are_not_asked_for_unless_wanted() -> None:
    backend = Filling(WRONG)
    compile_source(Source("part.py", LONG), Options(samples=1, without=OPTIONS.without), backend)
    assert not any(request.gap for request in backend.requests)


@pytest.mark.model
def test_a_real_model_fills_a_gap() -> None:
    backend = LlamaCpp(pull("qwen2.5-coder-0.5b"), parallel=2)
    [draft] = drafts(LONG)
    try:
        [answer] = backend.propose([draft.request(0)])
    finally:
        backend.close()
    assert answer.finish == "stop"
    assert answer.prompt_tokens > 40
    assert answer.logprob is not None
    assert "len(word)" in draft.filled(answer.text).text


@pytest.mark.model
def test_a_model_that_knows_no_gaps_says_so() -> None:
    backend = LlamaCpp(pull("smollm2-135m"), parallel=2)
    try:
        with pytest.raises(BackendError, match="smollm2-135m knows no fill-in-the-middle"):
            backend.propose([drafts(LONG)[0].request(0)])
    finally:
        backend.close()
