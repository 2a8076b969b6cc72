"""Remote engines against a real server: llama.cpp's own on loopback, which speaks both languages."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from backends.address import Address
from backends.anthropic import Anthropic
from backends.asking import Manner
from backends.models import pull
from backends.openai import OpenAICompatible
from backends.protocol import BackendError, Message, Request, Sampling
from grammar.specialise import candidate_grammar

pytestmark = pytest.mark.model

KEY = "sk-of-the-loopback-server"
SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.api_keys = sys.argv[1], [sys.argv[2]]
params.n_parallel, params.n_ctx, params.port, params.verbosity = 2, 2048, 0, -1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.no_extra_bufts = True
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
HELLO = (Message("user", "Say hi."),)
QUESTION = (Message("user", "Write the Python function `twice(n)`. Answer with one Python code block."),)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server in a process of its own, since a crash of it must not be ours."""
    command = [sys.executable, "-c", SERVER, str(pull("smollm2-135m").path), KEY]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().decode().strip()
        yield address if address.startswith("http") else f"http://{address}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


@pytest.fixture
def openai(url: str) -> Iterator[OpenAICompatible]:
    backend = OpenAICompatible(Address("openai", "smollm2", f"{url}/v1"), Manner(parallel=2))
    yield backend
    backend.close()


@pytest.fixture
def anthropic(url: str) -> Iterator[Anthropic]:
    backend = Anthropic(Address("anthropic", "smollm2", url), Manner(parallel=2))
    yield backend
    backend.close()


def test_openai_answers_with_tokens_log_probabilities_and_timing(openai: OpenAICompatible) -> None:
    greedy = Request(HELLO, Sampling(max_tokens=8))
    [first] = openai.propose([greedy])
    again, sample = openai.propose([greedy, Request(HELLO, Sampling(1.0, max_tokens=6), occurrence=1)])
    assert again.text == first.text
    assert (first.completion_tokens, first.finish) == (8, "length")
    assert first.prompt_tokens > 8
    assert first.logprob is not None
    assert first.logprob < 0 < first.seconds
    assert sample.completion_tokens <= 6


def test_the_server_holds_openai_answers_to_the_grammar(openai: OpenAICompatible) -> None:
    chosen = Request(HELLO, Sampling(max_tokens=20), grammar='start: "yes" | "no"\n')
    code = Request(QUESTION, Sampling(0.8, max_tokens=60, seed=3), candidate_grammar("twice", ["n"]))
    first, second = openai.propose([chosen, code])
    assert first.text in ("yes", "no")
    assert first.conforms is None
    assert second.text.startswith("```python\n")
    if second.finish == "stop":
        assert isinstance(ast.parse(second.text.strip("`").removeprefix("python\n")).body[-1], ast.FunctionDef)


def test_anthropic_answers_in_text_and_as_a_call_of_the_tool(anthropic: Anthropic) -> None:
    [told] = anthropic.propose([Request(HELLO, Sampling(max_tokens=8))])
    assert told.text
    assert (told.completion_tokens, told.finish) == (8, "length")
    assert told.prompt_tokens > 8
    [code] = anthropic.propose([Request(QUESTION, Sampling(max_tokens=80), candidate_grammar("twice", ["n"]))])
    assert code.conforms is not None
    assert code.completion_tokens > 0


@pytest.mark.parametrize("kind", [OpenAICompatible, Anthropic])
def test_a_wrong_key_is_told(
    url: str, kind: type[OpenAICompatible | Anthropic], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{kind.engine.upper()}_API_KEY", "sk-wrong")
    base = f"{url}/v1" if kind is OpenAICompatible else url
    backend = kind(Address(kind.engine, "smollm2", base))
    with pytest.raises(BackendError, match="refuses the key") as caught:
        backend.propose([Request(HELLO, Sampling(max_tokens=4))])
    backend.close()
    assert caught.value.code == "L0605"
