"""vLLM's server on loopback, asked in both languages that it speaks, with a model made on the spot."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from backends.address import Address
from backends.anthropic import Anthropic
from backends.openai import OpenAICompatible
from backends.protocol import BackendError, Request, Sampling
from backends.recheck import conforms
from tests.engine_laws import CHOICE, HELLO, LONGER, TWICE, sample
from tests.tiny_models import needs, tiny_adapter, tiny_model

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    needs("vllm", "torch", "transformers", "peft", "openai", "anthropic"),
]

KEY = "sk-of-the-loopback-server"
START_SECONDS = 400


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server in a process of its own. Its log is shown where it does not start."""
    folder = tmp_path_factory.mktemp("served")
    model = tiny_model(folder / "tiny")
    adapter = tiny_adapter(folder / "adapter", model)
    port = free_port()
    arguments = {
        "model": model,
        "served-model-name": "tiny",
        "dtype": "float32",
        "lora-modules": f"adapted={adapter}",
        "structured-outputs-config.backend": "xgrammar",
        "tool-call-parser": "hermes",
        "host": "127.0.0.1",
        "port": port,
        "api-key": KEY,
    }
    switches = ["--enforce-eager", "--enable-lora", "--enable-auto-tool-choice", "--no-enable-chunked-prefill"]
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", *switches]
    command += [str(word) for name, value in arguments.items() for word in (f"--{name}", value)]
    log = folder / "log.txt"
    with log.open("wb") as output:
        environment = {**os.environ, "VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_NO_USAGE_STATS": "1"}
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(1)
    pytest.fail(f"the server does not start:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


def test_openai_answers_with_tokens_log_probabilities_and_timing(url: str) -> None:
    with closing(OpenAICompatible(Address("openai", "tiny", f"{url}/v1"))) as backend:
        greedy = Request(HELLO, Sampling(max_tokens=8))
        samples = [sample(HELLO, number) for number in range(3)]
        first, *others = backend.propose([greedy, *samples])
        again = backend.propose([greedy, *samples])
    assert [answer.text for answer in again] == [first.text, *(other.text for other in others)]
    assert len({other.text for other in others}) == 3
    assert first.prompt_tokens > 8
    assert first.completion_tokens <= 8
    assert first.logprob is not None
    assert first.logprob < 0 < first.seconds


def test_the_server_holds_openai_answers_to_the_grammar(url: str) -> None:
    asked = [Request(LONGER, Sampling(0.7, max_tokens=60), TWICE, number) for number in range(3)]
    with closing(OpenAICompatible(Address("openai", "tiny", f"{url}/v1"))) as backend:
        choice, *code = backend.propose([Request(HELLO, Sampling(max_tokens=20), CHOICE), *asked])
    assert choice.text in ("yes", "no")
    for answer in code:
        assert answer.text.startswith("```python\n")
        assert answer.finish == "length" or conforms(answer.text, TWICE)


def test_an_adapter_is_a_model_of_its_own(url: str) -> None:
    greedy = Request(LONGER, Sampling(max_tokens=12))
    answers = []
    for name in ("tiny", "adapted"):
        with closing(OpenAICompatible(Address("openai", name, f"{url}/v1"))) as backend:
            answers += backend.propose([greedy])
    assert answers[0].text != answers[1].text


def test_anthropic_answers_in_text_and_as_a_call_of_the_tool(url: str) -> None:
    with closing(Anthropic(Address("anthropic", "tiny", url))) as backend:
        told, code = backend.propose(
            [Request(HELLO, Sampling(max_tokens=8)), Request(LONGER, Sampling(max_tokens=40), TWICE)]
        )
    assert told.text
    assert told.prompt_tokens > 8
    assert 0 < told.completion_tokens <= 8
    # The server makes the model call the tool, whose arguments are JSON; this model never comes to their end.
    assert code.text.lstrip().startswith("{")
    assert (code.finish, code.conforms) == ("length", False)


def test_wrong_keys_and_unknown_models_are_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, base in ((OpenAICompatible, f"{url}/v1"), (Anthropic, url)):
        with closing(kind(Address(kind.engine, "missing", base))) as backend:
            with pytest.raises(BackendError) as caught:
                backend.propose([Request(HELLO, Sampling(max_tokens=4))])
            assert caught.value.code == "L0608"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")
    with closing(OpenAICompatible(Address("openai", "tiny", f"{url}/v1"))) as backend:
        with pytest.raises(BackendError, match="refuses the key") as caught:
            backend.propose([Request(HELLO, Sampling(max_tokens=4))])
        assert caught.value.code == "L0605"
