from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from backends.llama_cpp import LlamaCpp
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
from backends.llama_cpp import LlamaCpp
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
