"""Servers that fail in every way: the right message, another attempt where it helps, nothing lost or paid twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backends.anthropic import Anthropic
from backends.asking import Asker, Manner
from backends.cache import CachedBackend
from backends.faults import ServerError
from backends.openai import OpenAICompatible
from backends.protocol import BackendError, Interrupted, Message, Proposal, Request, Sampling
from backends.retry import CircuitBreaker, RetryPolicy
from tests import loopback
from tests.loopback import Server, Turn, says, serving, status
from tests.test_remote import ENGINES, backend_for, request


class Naps:
    """Takes the place of waiting, and notes for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def manner(naps: Naps, *, attempts: int = 3, turn: Turn | None = None) -> Manner:
    """Patient with a busy machine, and less so with a server that is to hang."""
    policy = RetryPolicy(attempts=attempts, initial=1.0, longest=60.0)
    return Manner(1, policy, 0.7 if turn is loopback.hangs else 20.0, failures=99, sleep=naps)


PASSING: list[tuple[str, Turn, str]] = [
    ("reset", loopback.resets, "L0607"),
    ("limited", status(429, "slow down"), "L0606"),
    ("failing", status(500, "oops"), "L0606"),
    ("overloaded", status(529, "overloaded"), "L0606"),
    ("garbage", loopback.garbage, "L0607"),
    ("page", loopback.page, "L0607"),
    ("truncated", loopback.truncated, "L0607"),
    ("unfinished", loopback.unfinished, "L0607"),
    ("hang", loopback.hangs, "L0604"),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("turn", "code"), [item[1:] for item in PASSING], ids=[item[0] for item in PASSING])
def test_what_may_pass_is_tried_again_and_told_if_it_stays(engine: str, turn: Turn, code: str) -> None:
    naps = Naps()
    with serving(turn, turn, says("at last")) as server:
        backend = backend_for(server, engine, manner(naps, turn=turn))
        assert backend.propose([request()])[0].text == "at last"
        assert (len(server.bodies), len(naps.seconds)) == (3, 2)
        backend.close()
    assert 0.5 <= naps.seconds[0] <= 1 <= naps.seconds[1] <= 2
    with serving(turn) as server:
        backend = backend_for(server, engine, manner(Naps(), turn=turn))
        with pytest.raises(BackendError) as caught:
            backend.propose([request()])
        backend.close()
    assert (caught.value.code, len(server.bodies)) == (code, 3)
    assert f"{engine}:tiny@{server.url}" in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_closed_port_is_told(engine: str) -> None:
    server = Server((), loopback.closed_port())
    backend = backend_for(server, engine, manner(Naps()))
    with pytest.raises(BackendError, match=r"cannot be reached: .*refused") as caught:
        backend.propose([request()])
    backend.close()
    assert caught.value.code == "L0604"
    assert "listens at" in caught.value.hint


LASTING: list[tuple[int, str, str]] = [(401, "L0605", "refuses the key"), (404, "L0608", "404"), (402, "L0608", "402")]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("number", "code", "words"), LASTING)
def test_what_lasts_is_asked_once_for_all_requests(engine: str, number: int, code: str, words: str) -> None:
    naps = Naps()
    with serving(status(number, "wrong")) as server:
        backend = backend_for(server, engine, manner(naps))
        for _ in range(2):
            with pytest.raises(BackendError, match=words) as caught:
                backend.propose([request(occurrence=number) for number in range(3)])
            assert caught.value.code == code
        backend.close()
    assert (len(server.bodies), naps.seconds) == (1, [])


def test_a_refused_request_is_told_and_not_repeated() -> None:
    with serving(status(400, "the prompt is too long"), says("short")) as server:
        backend = backend_for(server, "openai", manner(Naps()))
        with pytest.raises(BackendError, match="too long") as caught:
            backend.propose([request()])
        assert caught.value.code == "L0608"
        assert backend.propose([request()])[0].text == "short"
        backend.close()


def test_retry_after_is_kept_to_in_seconds_and_as_a_date() -> None:
    naps = Naps()
    turns = [status(429, retry_after="7"), status(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), says("ok")]
    with serving(*turns) as server:
        backend = backend_for(server, "openai", manner(naps))
        assert backend.propose([request()])[0].text == "ok"
        backend.close()
    assert naps.seconds[0] == 7
    assert naps.seconds[1] < 3
    with serving(status(429, "come tomorrow", retry_after="86400")) as server:
        backend = backend_for(server, "openai", manner(naps))
        with pytest.raises(BackendError, match="asks to wait 86400 s"):
            backend.propose([request()])
        backend.close()
    assert len(server.bodies) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_an_answer_whose_end_had_come_is_not_asked_for_again(engine: str) -> None:
    with serving(loopback.resets_after_the_end("whole")) as server:
        backend = backend_for(server, engine, manner(Naps()))
        [answer] = backend.propose([request()])
        backend.close()
    assert (answer.text, len(server.bodies)) == ("whole", 1)
    assert answer.completion_tokens > 0


def test_pauses_are_the_same_for_the_same_request() -> None:
    fault = ServerError("x", code="L0606", retryable=True)
    policy = RetryPolicy()
    pauses = [policy.pause("key", attempt, fault) for attempt in (1, 2, 3)]
    assert pauses == [RetryPolicy().pause("key", attempt, fault) for attempt in (1, 2, 3)]
    assert pauses[0] != policy.pause("other", 1, fault)
    assert policy.pause("key", 4, fault) is None
    assert policy.pause("key", 1, fault, spent=299.9) is None
    assert policy.pause("key", 1, ServerError("x", code="L0608")) is None


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_breaker_leaves_a_server_alone_and_tries_it_again() -> None:
    clock = Clock()
    breaker = CircuitBreaker("it", limit=2, rest=30, clock=clock)
    fault = ServerError("broken", code="L0604", retryable=True)
    for _ in range(2):
        breaker.admit()
        breaker.failed(fault)
    with pytest.raises(ServerError, match="left alone for 30 s after 2 failures in a row; the last: broken") as caught:
        breaker.admit()
    assert (caught.value.code, caught.value.retryable) == ("L0604", False)
    clock.now = 31
    breaker.admit()
    with pytest.raises(ServerError):
        breaker.admit()
    breaker.succeeded()
    breaker.admit()


def test_rate_limits_do_not_open_the_breaker() -> None:
    breaker = CircuitBreaker("it", limit=2)
    for _ in range(5):
        breaker.failed(ServerError("slow", code="L0606", retryable=True, status=429))
    breaker.admit()


def test_a_server_that_is_left_alone_is_not_asked() -> None:
    with serving(status(500)) as server:
        backend = backend_for(server, "openai", Manner(1, RetryPolicy(3), 20.0, failures=3, sleep=lambda seconds: None))
        for _ in range(4):
            with pytest.raises(BackendError):
                backend.propose([request()])
        backend.close()
    assert len(server.bodies) == 3


@pytest.mark.parametrize("engine", ENGINES)
def test_answers_that_arrived_survive_a_failure_and_are_not_paid_twice(engine: str, tmp_path: Path) -> None:
    asked = [request(f"n{number}") for number in range(5)]
    broken = {"n2"}

    def turn(handler: loopback.Handler) -> None:
        text = handler.body["messages"][-1]["content"]
        (status(500) if text in broken else says(text.upper()))(handler)

    with serving(turn) as server:
        cached = CachedBackend(backend_for(server, engine, manner(Naps(), attempts=1)), tmp_path / "c.sqlite")
        with pytest.raises(BackendError) as caught:
            cached.propose(asked)
        assert [item.text if item else None for item in caught.value.arrived] == ["N0", "N1", None, "N3", "N4"]
        broken.clear()
        assert [item.text for item in cached.propose(asked)] == ["N0", "N1", "N2", "N3", "N4"]
        cached.close()
    assert sorted(body["messages"][-1]["content"] for body in server.bodies) == ["n0", "n1", "n2", "n2", "n3", "n4"]


class Interrupting:
    """Answers the first of the requests, then meets Ctrl-C."""

    engine = model = "x"

    def propose(self, requests: list[Request]) -> list[Proposal]:
        raise Interrupted([Proposal("paid", 1, 1, "stop"), *(None for _ in requests[1:])])

    def close(self) -> None:
        pass


def test_answers_that_arrived_survive_an_interruption(tmp_path: Path) -> None:
    cached = CachedBackend(Interrupting(), tmp_path / "c.sqlite")  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        cached.propose([request("a"), request("b")])
    offline = CachedBackend(None, tmp_path / "c.sqlite", engine="x", model="x")
    assert offline.propose([request("a")])[0].text == "paid"


def test_unforeseen_errors_are_not_hidden() -> None:
    def fails(asked: Request, stop: object) -> Proposal:
        raise RuntimeError("a fault of ours")

    with pytest.raises(RuntimeError, match="ours"):
        Asker("x", fails, Manner()).ask([Request((Message("user", "q"),), Sampling())])


SECRET = "sk-planted-0123456789"


def shouting(handler: loopback.Handler) -> str:
    return " ".join(f"{name}: {value}" for name, value in handler.headers.items())


LOUD: list[Callable[[loopback.Handler], None]] = [
    lambda handler: status(401, f"Incorrect API key provided: {shouting(handler)}")(handler),
    lambda handler: status(500, shouting(handler))(handler),
    lambda handler: handler.events(f"event: error\ndata: {shouting(handler)}"),
]


@pytest.mark.parametrize("kind", [OpenAICompatible, Anthropic], ids=ENGINES)
@pytest.mark.parametrize("turn", LOUD)
def test_no_error_repeats_the_key(
    kind: type[OpenAICompatible | Anthropic], turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    with serving(turn) as server:
        backend = backend_for(server, kind.engine, manner(Naps()))
        with pytest.raises(BackendError) as caught:
            backend.propose([request()])
        backend.close()
    assert any(SECRET in value for value in server.headers[0].values())
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
