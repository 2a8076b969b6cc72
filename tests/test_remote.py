"""Remote engines against servers on loopback: answers, grammars, addresses and keys."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import Any

import pytest

from backends.address import Address, parse_address
from backends.anthropic import Anthropic
from backends.asking import Manner
from backends.faults import fault_of
from backends.keys import Key, _from_keyring, find_key
from backends.openai import OpenAICompatible
from backends.protocol import BackendError, Gap, Message, Proposal, Request, Sampling
from backends.retry import RetryPolicy
from grammar.scratch import with_scratch
from grammar.specialise import candidate_grammar
from tests.loopback import Server, echoes, says, serving, status

QUICK = Manner(retry=RetryPolicy(attempts=3), sleep=lambda seconds: None, silent_seconds=20.0)
GRAMMAR = candidate_grammar("twice", ["n"])
CODE = "def twice(n):\n    return n * 2"
ENGINES = ["openai", "anthropic"]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("backends.keys._from_keyring", lambda variable: None)


def backend_for(server: Server, engine: str, manner: Manner = QUICK) -> OpenAICompatible | Anthropic:
    address = parse_address(server.openai if engine == "openai" else server.anthropic)
    assert address is not None
    return OpenAICompatible(address, manner) if engine == "openai" else Anthropic(address, manner)


def ask(server: Server, engine: str, *requests: Request) -> list[Proposal]:
    backend = backend_for(server, engine)
    try:
        return backend.propose(requests)
    finally:
        backend.close()


def request(text: str = "hi", occurrence: int = 0, grammar: str | None = None, **how: Any) -> Request:
    return Request((Message("user", text),), Sampling(**{"max_tokens": 99, **how}), grammar, occurrence)


@pytest.mark.parametrize("engine", ENGINES)
def test_answers_come_in_order_with_their_tokens(engine: str) -> None:
    with serving(echoes(lambda body: str(body["messages"][-1]["content"]).upper())) as server:
        answers = ask(server, engine, *(request(f"number {number}") for number in range(9)))
    assert [answer.text for answer in answers] == [f"NUMBER {number}" for number in range(9)]
    first = answers[0]
    assert (first.prompt_tokens, first.completion_tokens, first.finish, first.cached) == (11, 7, "stop", False)
    assert first.seconds > 0
    assert len(server.bodies) == 9
    assert all(body["max_tokens"] == 99 and body["stream"] for body in server.bodies)


def test_a_request_is_carried_whole() -> None:
    asked = request("q", occurrence=2, temperature=0.8, top_p=0.9, stop=("END",))
    with serving(says("a")) as server:
        ask(server, "openai", asked)
        ask(server, "anthropic", asked)
    first, second = server.bodies
    assert first["seed"] == asked.engine_seed
    assert (first["temperature"], first["top_p"], first["stop"]) == (0.8, 0.9, ["END"])
    assert (second["temperature"], second["top_p"], second["stop_sequences"]) == (0.8, 0.9, ["END"])
    assert first["model"] == second["model"] == "tiny"


def test_llama_cpp_and_vllm_are_held_to_the_grammar_itself() -> None:
    with serving(says(f"```python\n{CODE}\n```"), owner="llamacpp") as server:
        [answer] = ask(server, "openai", request(grammar=GRAMMAR))
    assert server.bodies[0]["grammar"] == "%llguidance {}\n" + GRAMMAR
    assert answer.conforms is None
    with serving(says(f"```python\n{CODE}\n```"), owner="vllm") as server:
        [answer] = ask(server, "openai", request(grammar=GRAMMAR))
    assert server.bodies[0]["structured_outputs"] == {"grammar": GRAMMAR}
    assert answer.conforms is True


def test_a_server_that_takes_no_such_grammar_answers_freely_and_is_checked() -> None:
    turns = [status(400, "Failed to parse grammar"), says(f"```python\n{CODE}\n```")]
    with serving(*turns, owner="llamacpp") as server:
        [answer] = ask(server, "openai", request(grammar=GRAMMAR))
    assert "grammar" not in server.bodies[1]
    assert answer.conforms is True


def test_other_servers_are_held_to_a_schema_and_checked_here() -> None:
    with serving(echoes(lambda body: f'{{"code": "{CODE!r}"}}'.replace("'", ""))) as server:
        [good] = ask(server, "openai", request(grammar=GRAMMAR))
    assert server.bodies[0]["response_format"]["json_schema"]["strict"] is True
    assert good.text == f"```python\n{CODE}\n```"
    assert good.conforms is True
    with serving(says(f"Here it is:\n\n```python\n{CODE}\n```\n\nIt doubles.")) as server:
        [wordy] = ask(server, "openai", request(grammar=GRAMMAR))
    assert (wordy.text, wordy.conforms) == (good.text, True)
    with serving(says("I would rather talk.")) as server:
        [bad] = ask(server, "openai", request(grammar=GRAMMAR))
    assert (bad.text, bad.conforms) == ("I would rather talk.", False)


def test_anthropic_answers_as_the_call_of_a_strict_tool() -> None:
    with serving(says(CODE)) as server:
        [good] = ask(server, "anthropic", request(grammar=GRAMMAR))
    [tool] = server.bodies[0]["tools"]
    assert tool["strict"] is True
    assert tool["input_schema"]["required"] == ["code"]
    assert server.bodies[0]["tool_choice"] == {"type": "tool", "name": "answer"}
    assert (good.text, good.conforms) == (f"```python\n{CODE}\n```", True)
    with serving(says("def twice(m):\n    return m")) as server:
        [bad] = ask(server, "anthropic", request(grammar=GRAMMAR))
    assert bad.conforms is False


def test_a_schema_leaves_room_to_reason_where_the_grammar_does() -> None:
    wanted = request(grammar=with_scratch(GRAMMAR))
    with serving(echoes(lambda body: json.dumps({"scratch": "Add it.\n# Or so.", "code": CODE}))) as server:
        [answer] = ask(server, "openai", wanted)
    assert server.bodies[0]["response_format"]["json_schema"]["schema"]["required"] == ["scratch", "code"]
    assert (answer.text, answer.conforms) == (f"Add it.\nOr so.\n```python\n{CODE}\n```", True)
    with serving(says(CODE)) as server:
        ask(server, "anthropic", wanted)
    assert server.bodies[0]["tools"][0]["input_schema"]["required"] == ["scratch", "code"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_gap_is_refused_before_anything_is_sent(engine: str) -> None:
    with serving(says(CODE)) as server, pytest.raises(BackendError, match="knows no fill-in-the-middle"):
        ask(server, engine, Request((), gap=Gap("a", "b")))
    assert server.bodies == []


def test_parameters_that_a_server_refuses_are_left_out_from_then_on() -> None:
    turns = [
        status(400, "`temperature` is deprecated for this model."),
        status(400, "tool_choice: forced tool use is not supported"),
        says(CODE),
    ]
    with serving(*turns) as server, closing(backend_for(server, "anthropic")) as backend:
        answers = [backend.propose([request(grammar=GRAMMAR, occurrence=number)])[0] for number in range(2)]
    assert [answer.conforms for answer in answers] == [True, True]
    assert "temperature" not in server.bodies[-1]
    assert server.bodies[-1]["tool_choice"] == {"type": "auto"}
    with serving(status(400, "Unknown parameter: 'top_logprobs'"), says("a")) as server:
        ask(server, "openai", request())
    assert len(server.bodies) == 2
    assert "top_logprobs" not in server.bodies[1]
    assert server.bodies[1]["logprobs"] is True


ADDRESSES = [
    ("openai:gpt-x", Address("openai", "gpt-x"), "https://api.openai.com/v1"),
    ("openai:org/m:4b@http://127.0.0.1:8080/v1/", Address("openai", "org/m:4b", "http://127.0.0.1:8080/v1"), None),
    ("anthropic:claude@https://a.example/x", Address("anthropic", "claude", "https://a.example/x"), None),
    ("anthropic:claude@2026", Address("anthropic", "claude@2026"), "https://api.anthropic.com"),
]


@pytest.mark.parametrize(("text", "address", "url"), ADDRESSES)
def test_addresses_are_read(text: str, address: Address, url: str | None) -> None:
    read = parse_address(text)
    assert read == address
    assert address.url == (url or address.base_url)
    assert parse_address(address.name) == address


@pytest.mark.parametrize("text", ["qwen2.5-coder-0.5b", "./openai.gguf", "none", "vllm:x"])
def test_local_names_are_no_addresses(text: str) -> None:
    assert parse_address(text) is None


BAD = ["openai:", "openai:@http://h/v1", "openai:m@http://", "openai:m@https://me:secret@h/", "openai:m@https://h/?k=s"]


@pytest.mark.parametrize("text", BAD)
def test_malformed_addresses_are_refused_without_repeating_secrets(text: str) -> None:
    with pytest.raises(BackendError) as caught:
        parse_address(text)
    assert caught.value.code == "L0608"
    assert "secret" not in str(caught.value) + caught.value.hint


def test_keys_come_from_the_environment_and_go_over_https_or_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackendError, match="there is no key") as caught:
        find_key(Address("openai", "m"))
    assert caught.value.code == "L0605"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted\n")
    for url in (
        None,
        "https://api.openai.com/v1",
        "https://localhost:1/v1",
        "http://127.0.0.1:1/v1",
        "http://localhost:1/v1",
        "http://[::1]:1/v1",
    ):
        assert find_key(Address("openai", "m", url)).secret == "sk-planted"
    assert find_key(Address("openai", "m", "http://h.example/v1")).secret != "sk-planted"
    monkeypatch.setenv("OPENAI_API_KEY", "sk planted é")
    with pytest.raises(BackendError) as caught:
        find_key(Address("openai", "m"))
    assert "planted" not in str(caught.value)
    assert "planted" not in repr(Key("sk-planted"))


OTHERS = [
    ("https://h.example/v1", "OPENAI_API_KEY_H_EXAMPLE"),
    ("https://API.my-host.example:8443", "OPENAI_API_KEY_API_MY__HOST_EXAMPLE"),
    ("https://api.openai.com.h.example", "OPENAI_API_KEY_API_OPENAI_COM_H_EXAMPLE"),
    ("https://10.0.0.2/v1", "OPENAI_API_KEY_10_0_0_2"),
]


@pytest.mark.parametrize(("url", "variable"), OTHERS)
def test_another_host_gets_a_key_of_its_own_only(url: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = Address("openai", "m", url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-planted")
    assert find_key(address).secret != "sk-planted"
    monkeypatch.setenv(variable, "sk-own")
    assert find_key(address).secret == "sk-own"
    assert find_key(Address("openai", "m", url.replace("https", "http"))).secret != "sk-own"
    assert find_key(Address("openai", "m")).secret == "sk-planted"
    assert find_key(Address("anthropic", "m", url)).secret not in ("sk-own", "sk-planted")


def test_a_host_that_refuses_is_told_with_its_own_variable() -> None:
    openai, httpx = pytest.importorskip("openai"), pytest.importorskip("httpx2")
    response = httpx.Response(401, request=httpx.Request("POST", "https://h.example/v1"))
    error = openai.AuthenticationError("no key", response=response, body=None)
    told = fault_of(error, Address("openai", "m", "https://h.example/v1"), Key("sk"), openai)
    assert (told.code, "check OPENAI_API_KEY_H_EXAMPLE" in told.hint) == ("L0605", True)


def test_keys_come_from_the_keyring_too(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")
    held = {("liftc", "ANTHROPIC_API_KEY"): "ring"}
    monkeypatch.setattr("backends.keys._from_keyring", _from_keyring)
    monkeypatch.setattr(keyring, "get_password", lambda service, name: held.get((service, name)))
    assert find_key(Address("anthropic", "m")).secret == "ring"
    with pytest.raises(BackendError, match="there is no key"):
        find_key(Address("openai", "m"))
    monkeypatch.undo()
    before = keyring.get_keyring()
    keyring.set_keyring(pytest.importorskip("keyring.backends.fail").Keyring())
    assert _from_keyring("ANTHROPIC_API_KEY") is None
    keyring.set_keyring(before)


@pytest.fixture
def without_sdks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENGINES:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("without_sdks")
@pytest.mark.parametrize("kind", [OpenAICompatible, Anthropic])
def test_a_missing_package_is_named_with_its_install_line(kind: type[OpenAICompatible | Anthropic]) -> None:
    with pytest.raises(BackendError) as caught:
        kind(Address(kind.engine, "m", "http://127.0.0.1:1"))
    assert caught.value.code == "L0609"
    assert f"pip install 'liftc[{kind.engine}]'" in caught.value.hint
