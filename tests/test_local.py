"""How models for other engines in this process are named, and what is told where an engine is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backends.local import LOCAL_ENGINES, LocalModel, parse_local
from backends.opening import open_local
from backends.protocol import BackendError
from compiler.cli import main


@pytest.mark.parametrize(
    ("text", "model", "adapter"),
    [
        ("transformers:./qwen", "./qwen", None),
        ("transformers:Qwen/Qwen2.5-Coder-0.5B-Instruct", "Qwen/Qwen2.5-Coder-0.5B-Instruct", None),
        ("transformers:./qwen+./adapter", "./qwen", "./adapter"),
        ("transformers:./c++/qwen+./adapter", "./c++/qwen", "./adapter"),
    ],
)
def test_models_are_named_with_their_engine(text: str, model: str, adapter: str | None) -> None:
    read = parse_local(text)
    assert read == LocalModel("transformers", model, adapter)
    assert read.name == text


def test_a_plus_sign_may_belong_to_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "c++"
    folder.mkdir()
    assert parse_local(f"transformers:{folder}") == LocalModel("transformers", str(folder))


@pytest.mark.parametrize("text", ["qwen2.5-coder-0.5b", "openai:m", "./transformers/model.gguf", "llama:x", ""])
def test_other_names_are_left_to_others(text: str) -> None:
    assert parse_local(text) is None


@pytest.mark.parametrize("text", ["transformers:", "transformers: ", "transformers:+a", "transformers:a+"])
def test_a_name_without_a_model_or_an_adapter_is_refused(text: str) -> None:
    with pytest.raises(BackendError, match="names no") as caught:
        parse_local(text)
    assert "MODEL+ADAPTER" in caught.value.hint


@pytest.mark.parametrize("engine", LOCAL_ENGINES)
def test_a_missing_package_is_named_with_its_install_line(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, engine, None)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BackendError) as caught:
        open_local(LocalModel(engine, "nothing"))
    assert caught.value.code == "L0609"
    assert caught.value.hint == f"install it: pip install 'liftc[{engine}]'"


def test_the_command_tells_it_and_writes_nothing(
    spec: Path, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    out = tmp_path / "out.py"
    assert main([str(spec), "--model", "transformers:./nothing", "-o", str(out)]) == 3
    assert "pip install 'liftc[transformers]'" in capsys.readouterr().err
    assert not out.exists()
