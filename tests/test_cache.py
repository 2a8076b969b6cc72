from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.cache import CachedBackend
from backends.protocol import BackendError, Message, Proposal, Request, Sampling


class Echo:
    """Answers with the question and how many requests it has had; it stands for an engine that is slow to ask."""

    engine = "echo"
    model = "1"

    def __init__(self) -> None:
        self.batches: list[int] = []

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.batches.append(len(requests))
        return [
            Proposal(f"{item.messages[0].content}/{item.occurrence}", 3, 5, "stop", -1.25, 0.5) for item in requests
        ]

    def close(self) -> None:
        self.batches.append(-1)


def _requests(*occurrences: int, text: str = "hé") -> list[Request]:
    return [Request((Message("user", text),), Sampling(0.8), occurrence=number) for number in occurrences]


def test_only_misses_reach_the_engine_in_one_batch(tmp_path: Path) -> None:
    engine = Echo()
    cached = CachedBackend(engine, tmp_path / "cache.sqlite")
    first = cached.propose(_requests(0, 1))
    again = cached.propose(_requests(2, 1, 0, 3))
    assert engine.batches == [2, 2]
    assert [item.text for item in again] == ["hé/2", "hé/1", "hé/0", "hé/3"]
    assert [item.cached for item in first] == [False, False]
    assert [item.cached for item in again] == [False, True, True, False]
    assert again[1] == Proposal("hé/1", 3, 5, "stop", -1.25, 0.5, cached=True)
    cached.close()
    assert engine.batches[-1] == -1


def test_equal_requests_of_one_batch_are_asked_once(tmp_path: Path) -> None:
    engine = Echo()
    assert len(CachedBackend(engine, tmp_path / "cache.sqlite").propose(_requests(0, 0, 0))) == 3
    assert engine.batches == [1]


def test_a_replay_needs_no_engine_and_refuses_what_was_never_asked(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "cache.sqlite"
    CachedBackend(Echo(), path).propose(_requests(0))
    replay = CachedBackend(None, path, engine="echo", model="1")
    assert replay.propose(_requests(0))[0].text == "hé/0"
    with pytest.raises(BackendError, match="1 of the model's replies are not in the cache"):
        replay.propose(_requests(0, 1))
    with pytest.raises(BackendError):
        CachedBackend(None, path, engine="echo", model="2").propose(_requests(0))


def test_a_corrupt_file_is_told_with_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(BackendError, match="cannot use the cache") as caught:
        CachedBackend(Echo(), path)
    assert "delete the file" in caught.value.hint
    with pytest.raises(BackendError):
        CachedBackend(Echo(), tmp_path)


def test_threads_and_other_connections_share_the_file(tmp_path: Path) -> None:
    shared = [CachedBackend(Echo(), tmp_path / "cache.sqlite") for _ in range(3)]
    failures: list[BaseException] = []

    def ask(cached: CachedBackend, text: str) -> None:
        try:
            for number in range(20):
                assert cached.propose(_requests(number, text=text))[0].text == f"{text}/{number}"
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(shared[index % 3], f"t{index % 4}")) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_cache_stands_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFTC_HOME", str(tmp_path / "home"))
    CachedBackend(Echo()).propose(_requests(0))
    assert (tmp_path / "home" / "cache.sqlite").is_file()
