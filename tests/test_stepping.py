"""vLLM's engine in a thread of its own, with an engine in its place that is told what to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import sleep
from types import SimpleNamespace

import pytest

from backends.stepping import Asked, Stepping


@dataclass
class Engine:
    """Gives each request its prompt's length in steps, then its sum; notes who ran together."""

    going: threading.Event = field(default_factory=threading.Event)
    running: dict[str, list[int]] = field(default_factory=dict)
    together: set[int] = field(default_factory=set)
    aborted: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    closed: bool = False

    @property
    def llm_engine(self) -> Engine:
        return self

    @property
    def engine_core(self) -> Engine:
        return self

    def add_request(self, number: str, prompt: dict[str, list[int]], parameters: object, lora_request: object) -> None:
        if parameters == "refused":
            raise ValueError("no such parameter")
        self.running[number] = list(prompt["prompt_token_ids"])

    def step(self) -> list[SimpleNamespace]:
        self.going.wait(10)
        self.threads.add(threading.current_thread().name)
        self.together.add(len(self.running))
        if [0] in self.running.values():
            self.running.clear()
            raise RuntimeError("the engine is broken")
        outputs = []
        for number, left in list(self.running.items()):
            left.pop()
            outputs.append(SimpleNamespace(request_id=number, finished=not left, number=number))
            if not left:
                del self.running[number]
        return outputs

    def abort_request(self, numbers: list[str]) -> None:
        self.aborted += numbers
        for number in numbers:
            del self.running[number]

    def shutdown(self) -> None:
        self.closed = True


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def stepping(engine: Engine) -> Iterator[Stepping]:
    stepping = Stepping(lambda: engine)
    yield stepping
    engine.going.set()
    stepping.close()
    assert engine.closed
    assert not stepping.works


def asked(*lengths: int) -> list[Asked]:
    return [Asked([1] * length, "as usual") for length in lengths]


def test_requests_of_several_threads_run_together_and_each_gets_its_own(engine: Engine, stepping: Stepping) -> None:
    assert stepping.loaded() is engine
    with ThreadPoolExecutor(4) as threads:
        futures = [threads.submit(stepping.answers, asked(*lengths)) for lengths in ((3, 9), (5,), (7, 2, 4), (1,))]
        while stepping._arrivals.qsize() + len(engine.running) < 7:
            sleep(0.001)
        engine.going.set()
        numbers = [[output.number for output in future.result()] for future in futures]
    assert sorted(number for some in numbers for number in some) == ["1", "2", "3", "4", "5", "6", "7"]
    assert max(engine.together) >= 6
    assert engine.threads == {"vllm"}


def test_what_one_request_meets_is_not_the_others(engine: Engine, stepping: Stepping) -> None:
    engine.going.set()
    with pytest.raises(ValueError, match="no such parameter"):
        stepping.answers([Asked([1], "refused"), *asked(3)])
    assert len(stepping.answers(asked(2, 1))) == 2


def test_a_broken_step_is_told_to_all_that_ran_and_is_the_last(engine: Engine, stepping: Stepping) -> None:
    with ThreadPoolExecutor(2) as threads:
        futures = [
            threads.submit(stepping.answers, [Asked([0], "as usual")]),
            threads.submit(stepping.answers, asked(5)),
        ]
        while stepping._arrivals.qsize() + len(engine.running) < 2:
            sleep(0.001)
        engine.going.set()
        for future in futures:
            with pytest.raises(RuntimeError, match="the engine is broken"):
                future.result()
    with pytest.raises(RuntimeError, match="has ended"):
        stepping.answers(asked(2))


def test_what_runs_is_answered_before_the_end(engine: Engine, stepping: Stepping) -> None:
    with ThreadPoolExecutor(2) as threads:
        answer = threads.submit(stepping.answers, asked(30))
        while not engine.running:
            sleep(0.001)
        end = threads.submit(stepping.close)
        engine.going.set()
        assert len(answer.result()) == 1
        end.result()


def test_whoever_goes_leaves_nothing_running(
    engine: Engine, stepping: Stepping, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(stepping, "_wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stepping.answers(asked(50, 60))
    engine.going.set()
    assert len(stepping.answers(asked(1))) == 1
    assert max(engine.together) <= 3
    assert engine.running == {}


def test_an_engine_that_does_not_load_says_so() -> None:
    def opened() -> Engine:
        raise OSError("no such folder")

    with pytest.raises(OSError, match="no such folder"):
        Stepping(opened).loaded()
