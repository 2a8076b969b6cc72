from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.llama_cpp import LlamaCpp, alike
from backends.models import ModelFile, pull
from backends.protocol import BackendError, Message, Request, Sampling
from grammar.specialise import candidate_grammar

pytestmark = pytest.mark.model

_HELLO = (Message("user", "Say hi."),)


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return pull("smollm2-135m")


@pytest.fixture(scope="module")
def backend(model: ModelFile) -> Iterator[LlamaCpp]:
    backend = LlamaCpp(model, parallel=4, context=512)
    yield backend
    backend.close()


def test_greedy_answers_do_not_depend_on_what_came_before(backend: LlamaCpp, model: ModelFile) -> None:
    greedy = Request(_HELLO, Sampling(max_tokens=8))
    [first] = backend.propose([greedy])
    samples = backend.propose([Request(_HELLO, Sampling(1.0, max_tokens=4), occurrence=number) for number in range(3)])
    [again] = backend.propose([greedy])
    assert (again.text, again.logprob) == (first.text, first.logprob)
    assert (first.finish, first.completion_tokens) == ("length", 8)
    assert first.prompt_tokens > 8
    assert first.logprob is not None
    assert first.logprob < 0 < first.seconds
    assert len({sample.text for sample in samples}) == 3
    assert (backend.engine, backend.model) == ("llama.cpp", model.id)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not bind processes to cores")
def test_no_more_threads_decode_than_cores_may_be_used(model: ModelFile) -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        bound = LlamaCpp(model)
    finally:
        os.sched_setaffinity(0, allowed)
    assert bound.threads == 1
    assert LlamaCpp(model).threads == len(allowed)


def test_samples_of_one_prompt_are_drawn_in_one_call_and_each_keeps_its_own_count(backend: LlamaCpp) -> None:
    other = (Message("user", "Count from one to nine."),)
    asked = [
        Request(_HELLO if number % 2 else other, Sampling(1.2, max_tokens=24, seed=3, stop=("!",)), occurrence=number)
        for number in range(9)
    ]
    proposals = backend.propose(asked)
    assert len({proposal.text for proposal in proposals}) == 9
    for proposal in proposals:
        assert proposal.completion_tokens == 24 if proposal.finish == "length" else "!" not in proposal.text
        assert 0 < proposal.completion_tokens <= 24
        assert proposal.logprob is not None
        assert proposal.logprob < 0 < proposal.seconds
    lengths = [proposal.prompt_tokens for proposal in proposals]
    assert len(set(lengths[::2])) == len(set(lengths[1::2])) == 1
    assert lengths[0] > lengths[1]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([0.0, 0.8]), st.sampled_from([None, "start: /x/"]))),
    st.integers(1, 4),
)
def test_what_is_drawn_in_one_call_differs_in_its_occurrence_alone(
    asked: list[tuple[str, float, str | None]], most: int
) -> None:
    requests = [
        Request((Message("user", text),), Sampling(temperature), grammar, number)
        for number, (text, temperature, grammar) in enumerate(asked)
    ]
    groups = alike(requests, most)
    assert sorted(place for group in groups for place in group) == list(range(len(requests)))
    for group in groups:
        assert len({replace(requests[place], occurrence=0) for place in group}) == 1
        assert len(group) <= (most if requests[group[0]].sampling.temperature else 1)
    assert len(groups) <= len(requests)
    full = {replace(requests[group[0]], occurrence=0) for group in groups if len(group) < most}
    assert all(
        request.sampling.temperature == 0
        or sum(replace(requests[group[0]], occurrence=0) == request and len(group) < most for group in groups) == 1
        for request in full
    )


def test_stop_words_and_grammars_hold(backend: LlamaCpp) -> None:
    stopped = Request(_HELLO, Sampling(max_tokens=20, stop=(" ",)))
    chosen = Request(_HELLO, Sampling(max_tokens=20), grammar='start: "yes" | "no"\n')
    first, second = backend.propose([stopped, chosen])
    assert " " not in first.text
    assert second.text in ("yes", "no")
    assert (first.finish, second.finish) == ("stop", "stop")


def test_samples_under_the_grammar_parse(backend: LlamaCpp) -> None:
    question = (Message("user", "Write the Python function `double(n)`. Answer with one Python code block."),)
    grammar = candidate_grammar("double", ["n"])
    requests = [Request(question, Sampling(1.0, max_tokens=80), grammar, number) for number in range(5)]
    for proposal in backend.propose(requests):
        if proposal.finish == "stop":
            code = proposal.text.removeprefix("```python\n").removesuffix("```")
            assert isinstance(ast.parse(code).body[-1], ast.FunctionDef)
        else:
            assert proposal.text.startswith("```python\n")


def test_failures_are_told(backend: LlamaCpp) -> None:
    with pytest.raises(BackendError, match="the context holds 512") as caught:
        backend.propose([Request((Message("user", "hello world " * 600),))])
    assert caught.value.hint
    with pytest.raises(BackendError, match="malformed"):
        backend.propose([Request(_HELLO, grammar="start: foo ((")])
    assert backend.propose([]) == []


def test_a_truncated_file_is_told_and_nothing_is_printed(model: ModelFile) -> None:
    script = f"""
import pathlib, tempfile
from backends.llama_cpp import LlamaCpp, alike
from backends.models import find_model
from backends.protocol import BackendError, Message, Request
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "cut.gguf")
    path.write_bytes(pathlib.Path({str(model.path)!r}).read_bytes()[:3_000_000])
    try:
        LlamaCpp(find_model(path)).propose([Request((Message("user", "hi"),))])
    except BackendError as error:
        print("told", bool(error.hint))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("told True\n", "", 0)
