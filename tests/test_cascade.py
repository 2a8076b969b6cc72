"""Cascades: who is asked when, what is spent, what happens where engines fail; whole compiles over loopback servers."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from backends.cache import CachedBackend
from backends.cascade import Cascade, stages_of
from backends.prices import FREE, Price, price_of, required_price
from backends.protocol import BackendError, Message, Proposal, Request, Sampling
from compiler.cli import main
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.runs.experience import ENOUGH, Experience, experience, in_learned_order, learn, outcomes
from compiler.runs.replay import compare, replay
from compiler.task.options import Ablation, Options
from compiler.text.source import Source
from compiler.trace.events import Cut, Failure
from compiler.trace.trace import read_trace
from tests import loopback
from tests.command_line import ROOT, START
from tests.loopback import Server, says, serving, status
from tests.test_remote import ENGINES, backend_for
from tests.test_remote_faults import PASSING, Naps, manner

SPEC = "Write a function half_up(n: int) -> int that halves n and rounds up.\n\nhalf_up(7) == 4\nhalf_up(8) == 4\n"
RIGHT = "```python\ndef half_up(n):\n    return -(-n // 2)\n```"
WRONG = "```python\ndef half_up(n):\n    return len(str(n)) * 31 + sum(range(n))\n```"


class Scripted:
    """Gives one answer to everything, or fails; notes what it was asked."""

    def __init__(self, name: str, answer: str | None, engine: str = "scripted", fails_after: int = 0) -> None:
        self.engine, self.model = engine, name
        self.answer = answer
        self.fails_after = fails_after
        self.asked: list[Request] = []

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        found: list[Proposal | None] = []
        for request in requests:
            self.asked.append(request)
            alive = self.answer is not None and (not self.fails_after or len(self.asked) <= self.fails_after)
            found.append(Proposal(self.answer or "", 100, 20, "stop") if alive else None)
        whole = [item for item in found if item is not None]
        if len(whole) < len(found):
            raise BackendError(f"{self.model} is down", hint="wait", code="L0604", arrived=found)
        return whole

    def close(self) -> None:
        self.asked.clear()


QUICK: frozenset[Ablation] = frozenset({"search", "repair"})


def compiled(*stages: Scripted, **options: object) -> Result:
    chosen = Options(**{"samples": 2, "without": QUICK, **options})  # type: ignore[arg-type]
    return compile_source(Source("spec.txt", SPEC), chosen, Cascade(stages) if len(stages) > 1 else stages[0])


def test_the_first_model_that_solves_it_is_the_last_asked() -> None:
    small, large = Scripted("small", RIGHT), Scripted("large", RIGHT)
    assert compiled(small, large).status == "accepted"
    assert small.asked
    assert not large.asked


def test_the_next_model_is_asked_where_the_first_does_not_solve_it() -> None:
    small, large = Scripted("small", WRONG), Scripted("large", RIGHT)
    result = compiled(small, large)
    assert result.status == "accepted"
    assert [(item.model, item.failures) for item in result.usage.engines] == [("small", 0), ("large", 0)]
    assert large.asked[0].sampling.temperature == 0
    assert result.usage.requests == len(small.asked) + len(large.asked)


def test_the_next_model_is_asked_where_the_first_fails_and_that_is_told() -> None:
    result = compiled(Scripted("small", None), Scripted("large", RIGHT))
    assert result.status == "accepted"
    assert [item.code for item in result.diagnostics] == ["L0610"]
    assert "small is down" in result.diagnostics[0].message
    first, _ = result.usage.engines
    assert (first.model, first.requests, first.failures) == ("small", 0, 1)


def test_what_had_arrived_is_used_though_the_model_then_failed() -> None:
    only = Scripted("only", RIGHT, fails_after=2)
    result = compiled(only, samples=6)
    assert result.status == "accepted"
    assert result.usage.requests == 2
    assert [item.code for item in result.diagnostics] == ["L0610"]


def test_where_all_fail_the_compile_fails_with_the_last_error() -> None:
    from compiler.text.diagnostics import LiftcError

    with pytest.raises(LiftcError) as caught:
        compiled(Scripted("small", None), Scripted("large", None))
    assert [item.code for item in caught.value.diagnostics] == ["L0604"]
    assert "large is down" in caught.value.diagnostics[0].message


@pytest.mark.parametrize(
    "stages",
    [
        [Scripted("small", WRONG), Scripted("large", RIGHT)],
        [Scripted("small", None), Scripted("large", RIGHT)],
        [Scripted("small", WRONG, fails_after=2), Scripted("large", RIGHT, fails_after=2)],
    ],
)
def test_a_cascade_replays_with_its_failures(stages: list[Scripted]) -> None:
    result = compiled(*stages)
    assert result.status == "accepted"
    again = replay(result.trace)
    comparison = compare(result.trace, again)
    assert comparison.same, comparison.difference


def test_tokens_are_shared_among_the_models_that_may_still_be_asked() -> None:
    small, large = Scripted("small", WRONG), Scripted("large", WRONG)
    compiled(small, large, samples=6, budget_tokens=4096)
    greedy, samples = 1, (2048 - 20) // 512
    assert len(small.asked) == greedy + samples
    assert len(large.asked) > 1 + samples


DEAR = Price(1000.0, 1000.0)


@pytest.fixture
def own_prices(own_home: Path) -> Path:
    own_home.mkdir()
    table = own_home / "prices.toml"
    table.write_text('[openai]\n"dear" = [1000, 1000]\n"cheap" = [1, 2.5]\n', encoding="utf-8")
    return table


@pytest.mark.usefixtures("own_prices")
def test_money_is_counted_and_never_exceeded() -> None:
    result = compiled(Scripted("cheap", RIGHT, "openai"))
    [account] = result.usage.engines
    assert account.money == pytest.approx(Price(1, 2.5).of(100, 20) * account.requests)
    most = DEAR.most(Request((Message("user", "x" * 300),), Sampling(max_tokens=512)))
    dear = Scripted("dear", WRONG, "openai")
    poor = compiled(dear, budget_money=most * 1.5, samples=6)
    assert poor.status == "rejected"
    assert len(dear.asked) == 2
    assert sum(item.money or 0 for item in poor.usage.engines) <= most * 1.5
    cuts = [event.where for event in poor.trace.select(Cut)]
    assert cuts == ["money for openai dear"]
    assert compare(poor.trace, replay(poor.trace)).same


@pytest.mark.usefixtures("own_prices")
def test_a_model_that_is_too_dear_is_passed_over() -> None:
    dear, cheap = Scripted("dear", RIGHT, "openai"), Scripted("cheap", RIGHT, "openai")
    assert compiled(dear, cheap, budget_money=0.01).status == "accepted"
    assert not dear.asked
    assert cheap.asked


def test_prices_are_data_and_the_users_table_goes_first(own_prices: Path) -> None:
    assert price_of("llama.cpp", "0123") == FREE
    assert price_of("openai", "m@http://127.0.0.1:8080/v1") == FREE
    assert price_of("openai", "m@https://h.example/v1") is None
    assert price_of("openai", "gpt-6-luna-2026-09-22") == Price(0.10, 0.50)
    assert price_of("anthropic", "claude-opus-5-5") == Price(4, 20)
    own_prices.write_text('[anthropic]\n"claude-opus-5-5" = [1, 2]\n', encoding="utf-8")
    assert price_of("anthropic", "claude-opus-5-5") == Price(1, 2)
    with pytest.raises(BackendError, match="no price is known") as caught:
        required_price("openai", "new")
    assert caught.value.code == "L0611"
    assert str(own_prices) in caught.value.hint


@pytest.mark.parametrize("text", ["[openai", "openai = 3", '[openai]\nm = "free"', "[openai]\nm = [1, -2]"])
def test_a_malformed_table_of_prices_is_told(own_prices: Path, text: str) -> None:
    own_prices.write_text(text, encoding="utf-8")
    with pytest.raises(BackendError, match="cannot be read") as caught:
        price_of("openai", "m")
    assert caught.value.code == "L0611"


def test_a_cascade_asks_the_next_stage_for_what_is_left() -> None:
    first, second = Scripted("first", "a", fails_after=2), Scripted("second", "b")
    requests = [Request((Message("user", str(number)),)) for number in range(4)]
    assert [item.text for item in Cascade([first, second]).propose(requests)] == ["a", "a", "b", "b"]
    assert [request.messages[0].content for request in second.asked] == ["2", "3"]
    with pytest.raises(BackendError, match="first is down") as caught:
        Cascade([Scripted("zero", None), Scripted("first", "a", fails_after=2)]).propose(requests)
    assert [item is None for item in caught.value.arrived] == [False, False, True, True]
    assert stages_of(first) == (first,)


@pytest.mark.usefixtures("own_prices")
def test_outcomes_are_learned_and_order_the_models(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    cheap, dear = Scripted("cheap", WRONG, "openai"), Scripted("dear", RIGHT, "openai")
    result = compiled(cheap, dear)
    assert [(item.model, item.solved) for item in outcomes(result)] == [("cheap", False), ("dear", True)]
    assert in_learned_order([cheap, dear], experience(store)) == [cheap, dear]
    for _ in range(ENOUGH):
        assert learn(result, store) == ()
    known = experience(store)
    assert (known["openai", "cheap"].tried, known["openai", "cheap"].solved) == (ENOUGH, 0)
    assert known["openai", "dear"].solved == ENOUGH
    assert in_learned_order([dear, cheap], known) == [cheap, dear]
    nearly = {**known, ("openai", "cheap"): Experience(5, 0, 60.0, 0.2), ("openai", "dear"): Experience(5, 5, 1.0, 0.3)}
    assert in_learned_order([cheap, dear], nearly) == [dear, cheap]


def test_answers_from_the_cache_teach_nothing_new(tmp_path: Path) -> None:
    result = compiled(Scripted("small", RIGHT))
    assert outcomes(result)
    assert outcomes(replay(result.trace)) == []


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    path = tmp_path / "half_up.txt"
    path.write_text(SPEC, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    code = main([*map(str, arguments), "--json", "--samples", "1"])
    data: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, data


FAULTS: list[tuple[str, loopback.Turn, str]] = [
    *PASSING,
    ("limited until told", status(429, retry_after="7"), "L0606"),
    ("limited for long", status(429, "tomorrow", retry_after="86400"), "L0606"),
    ("key", status(401), "L0605"),
]


def askings(server: Server) -> list[str]:
    """What tells the requests that a server was sent apart from each other."""
    return [json.dumps([body["messages"], body.get("seed"), body.get("temperature")]) for body in server.bodies]


@pytest.mark.parametrize(("name", "turn", "code"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_after_every_fault_the_cascade_goes_on_and_nothing_is_paid_twice(
    name: str, turn: loopback.Turn, code: str, tmp_path: Path
) -> None:
    engine = ENGINES[len(name) % 2]
    path = tmp_path / "cache.sqlite"
    with serving(says(RIGHT), turn) as first, serving(says(RIGHT)) as second:
        stages = [backend_for(server, engine, manner(Naps(), attempts=2, turn=turn)) for server in (first, second)]
        cascade = Cascade([CachedBackend(stage, path) for stage in stages])
        spec = Source("spec.txt", SPEC.replace("half_up(7) == 4", "half_up(7) == 5"))
        options = Options(samples=2, without=QUICK, best_effort=True)
        result = compile_source(spec, options, cascade)
        asked = askings(second)
        assert compile_source(spec, options, cascade).program == result.program
        assert askings(second) == asked
        assert askings(first).count(askings(first)[0]) == 1
        cascade.close()
    assert result.status == "best_effort"
    assert [(item.requests, item.failures) for item in result.usage.engines] == [(1, 1), (3, 0)]
    [failure] = result.trace.select(Failure)
    assert failure.code == code
    assert compare(result.trace, replay(result.trace)).same


@pytest.mark.usefixtures("own_home")
@pytest.mark.parametrize(("kind", "code"), [("refused", "L0604"), ("limited", "L0606"), ("truncated", "L0607")])
def test_the_command_goes_on_to_the_next_model(
    kind: str, code: str, spec_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "trace.jsonl"
    turn = status(429, "come tomorrow", retry_after="86400") if kind == "limited" else loopback.truncated
    with serving(turn) as bad, serving(says(RIGHT)) as good:
        first = Server((), loopback.closed_port()) if kind == "refused" else bad
        arguments = [spec_file, "--models", f"{first.openai},{good.openai}", "-o", tmp_path / "out.py"]
        ended, data = run(capsys, *arguments, "--trace", trace)
        asked = askings(good)
        again, _ = run(capsys, *arguments)
        assert (ended, again) == (0, 0)
        assert askings(good) == asked != []
    assert "L0610" in json.dumps(data["diagnostics"])
    assert [event.code for event in read_trace(trace).select(Failure)] == [code]


SECRET = "sk-planted-0123456789"


@pytest.mark.usefixtures("own_home")
def test_the_command_falls_down_the_cascade_and_leaks_no_key(
    spec_file: Path,
    tmp_path: Path,
    own_home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    trace, out = tmp_path / "trace.jsonl", tmp_path / "out.py"
    loud = f"# {SECRET}\n{RIGHT}"
    with serving(status(401, f"bad key {SECRET}")) as wrong, serving(says(loud)) as good:
        models = f"{wrong.anthropic},{good.openai}"
        code, data = run(capsys, spec_file, "--models", models, "-o", out, "--trace", trace)
        assert code == 0, data
        asked = len(good.bodies)
        again, _ = run(capsys, spec_file, "--models", models, "-o", out)
        assert again == 0
        assert len(good.bodies) == asked
    offline, _ = run(capsys, spec_file, "--model", good.openai, "--offline", "-o", out)
    assert offline == 0
    assert any(SECRET in value for value in good.headers[0].values())
    assert "L0610" in json.dumps(data["diagnostics"])
    engines = data["usage"]["engines"]  # type: ignore[index]
    assert [(item["engine"], item["failures"] > 0, item["money"]) for item in engines] == [
        ("anthropic", True, 0.0),
        ("openai", False, 0.0),
    ]
    written = [path for folder in (tmp_path, own_home) for path in folder.rglob("*") if path.is_file()]
    assert {out, trace, own_home / "cache.sqlite"} <= set(written)
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]
    assert SECRET not in json.dumps(data)


@pytest.mark.usefixtures("own_home")
def test_what_had_arrived_at_ctrl_c_is_not_asked_for_again(spec_file: Path, tmp_path: Path) -> None:
    waiting = Event()

    def turn(handler: loopback.Handler) -> None:
        if len(handler.script.bodies) == 4:
            waiting.set()
            loopback.hangs(handler)
        else:
            says(WRONG)(handler)

    with serving(turn) as server:
        command = [*START, str(spec_file), "--model", server.openai, "--samples", "3", "--best-effort"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert waiting.wait(30)
        sleep(1.5)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=30)[1]
        assert process.returncode == 130, told
    with sqlite3.connect(tmp_path / "home" / "cache.sqlite") as database:
        assert database.execute("select count(*) from reply").fetchone() == (3,)


@pytest.mark.usefixtures("own_home")
def test_offline_forbids_every_request(spec_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(says(RIGHT)) as server:
        code, data = run(capsys, spec_file, "--model", server.openai, "--offline")
    assert (code, server.bodies) == (3, [])
    assert "L0612" in json.dumps(data["diagnostics"])


@pytest.mark.usefixtures("own_home")
def test_a_wrong_key_is_told_with_its_code(
    spec_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with serving(status(401, "no such key")) as server:
        code = main([str(spec_file), "--model", server.openai])
    told = capsys.readouterr().err
    assert code == 3
    assert "error[L0605]" in told
    assert "check OPENAI_API_KEY" in told
    assert SECRET not in told


@pytest.mark.usefixtures("own_home")
def test_an_unknown_price_is_told_before_anything_is_spent(
    spec_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    code = main([str(spec_file), "--model", "openai:m@https://127.0.0.2.example/v1", "--budget-money", "1"])
    assert code == 3
    assert "error[L0611]" in capsys.readouterr().err


def test_a_server_is_described_by_its_script() -> None:
    assert Server((), "http://h").openai == "openai:tiny@http://h/v1"
    assert loopback.closed_port().startswith("http://127.0.0.1:")
