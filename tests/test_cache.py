from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.cache import CachedBackend
from backends.protocol import BackendError, Message, Proposal, Request, Sampling
from backends.replies import Replies
from compiler.cli import main


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


WORKER = """
import sys, pathlib
from tests.test_cache import Echo, _requests
from backends.cache import CachedBackend
path, name = pathlib.Path(sys.argv[1]), sys.argv[2]
for number in range(25):
    cached = CachedBackend(Echo(), path)
    texts = [cached.propose(_requests(number, text=text))[0].text for text in ("shared", name)]
    assert texts == [f"shared/{number}", f"{name}/{number}"], texts
    cached.close()
"""


def test_processes_share_the_file_while_it_is_trimmed(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    root = Path(__file__).parent.parent
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(path), f"w{number}"], cwd=root, stderr=subprocess.PIPE)
        for number in range(4)
    ]
    while any(worker.poll() is None for worker in workers):
        replies = Replies(path)
        replies.trim(most_bytes=2000)
        replies.close()
        time.sleep(0.05)
    assert [(worker.communicate(timeout=60)[1], worker.returncode) for worker in workers] == [(b"", 0)] * 4
    replies = Replies(path)
    assert replies.trim(most_bytes=10**9) == 0
    assert sum(item.entries for item in replies.holdings()) <= 5 * 25


def test_a_file_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    [request] = _requests(0)
    proposal = {"text": "old", "prompt_tokens": 1, "completion_tokens": 1, "finish": "stop"}
    with sqlite3.connect(path) as database:
        database.execute("create table reply (key text primary key, proposal text not null) without rowid")
        database.execute("insert into reply values (?, ?)", (request.key("echo", "1"), json.dumps(proposal)))
    cached = CachedBackend(Echo(), path)
    assert [item.text for item in cached.propose([request, *_requests(1)])] == ["old", "hé/1"]
    holdings = {item.engine: (item.entries, item.oldest > 0) for item in Replies(path).holdings()}
    assert holdings == {"": (1, False), "echo": (1, True)}


def _shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["cache", "--json", *arguments]) == 0
    data: dict[str, object] = json.loads(capsys.readouterr().out)
    return data


def test_the_command_shows_and_trims(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _shown(capsys)["entries"] == 0
    assert not own_home.exists()
    cached = CachedBackend(Echo())
    cached.propose(_requests(*range(10)))
    cached.close()
    old = sqlite3.connect(own_home / "cache.sqlite")
    with old:
        keys = [row[0] for row in old.execute("select key from reply order by key limit 4")]
        old.executemany("update reply set made = made - 86400 * 3 where key = ?", [(key,) for key in keys])
    old.close()
    data = _shown(capsys)
    assert (data["entries"], data["removed"]) == (10, 0)
    assert main(["cache"]) == 0
    told = capsys.readouterr().out
    assert "10 replies" in told
    assert "echo:1" in told
    assert "0 s to 3 d old" in told
    assert _shown(capsys, "--older-than", "4d")["removed"] == 0
    assert _shown(capsys, "--older-than", "2d")["removed"] == 4
    data = _shown(capsys, "--larger-than", "0.5K")
    assert data["removed"] == 4
    assert isinstance(data["bytes"], int)
    assert 0 < data["bytes"] <= 512
    assert _shown(capsys, "--clear")["entries"] == 0


@pytest.mark.parametrize("arguments", [["--older-than", "soon"], ["--larger-than", "-3"], ["--older-than", "3y"]])
def test_the_command_refuses_what_it_cannot_read(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["cache", *arguments])
    assert caught.value.code == 2


def test_the_command_tells_of_a_corrupt_file(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_home.mkdir()
    (own_home / "cache.sqlite").write_bytes(b"no database at all" * 100)
    assert main(["cache"]) == 3
    assert "error[L0603]" in capsys.readouterr().err
