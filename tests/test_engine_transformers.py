"""transformers in this process, on a model made on the spot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.folders import find_folder
from backends.local import LocalModel
from backends.models import pull
from backends.opening import open_local
from backends.protocol import Backend, BackendError, Message, Request, Sampling
from compiler.cli import main
from tests.engine_laws import HELLO, LONGER, EngineLaws, sample
from tests.tiny_models import needs, tiny_adapter, tiny_model

pytestmark = [pytest.mark.engine, needs("torch", "transformers", "llguidance", "peft")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def backend(model: Path) -> Iterator[Backend]:
    backend = open_local(LocalModel("transformers", str(model)))
    yield backend
    backend.close()


class TestTransformers(EngineLaws):
    pass


def test_a_prompt_padded_in_a_batch_is_read_as_it_is_alone(backend: Backend) -> None:
    short = sample(HELLO, 0, top_p=0.9)
    [alone] = backend.propose([short])
    together = backend.propose([sample(LONGER, 0), short])[1]
    assert together.text == alone.text
    assert together.logprob == pytest.approx(alone.logprob, abs=0.01)


def test_an_adapter_changes_answers_and_the_models_name(model: Path, backend: Backend, tmp_path: Path) -> None:
    adapter = tiny_adapter(tmp_path / "adapter", model)
    adapted = open_local(LocalModel("transformers", str(model), str(adapter)))
    greedy = Request(LONGER, Sampling(max_tokens=12))
    assert adapted.propose([greedy])[0].text != backend.propose([greedy])[0].text
    assert adapted.model != backend.model
    assert adapted.engine == backend.engine == "transformers"
    adapted.close()
    with pytest.raises(BackendError, match="there is no adapter"):
        find_folder(LocalModel("transformers", str(model), str(tmp_path)))


def test_a_models_name_is_of_its_bytes(model: Path, tmp_path: Path) -> None:
    again, other = tiny_model(tmp_path / "again"), tiny_model(tmp_path / "other")
    (other / "chat_template.jinja").write_text("{{ messages }}")
    ids = [find_folder(LocalModel("transformers", str(folder))).id for folder in (model, again, other)]
    assert ids[0] == ids[1] != ids[2]


def test_models_that_cannot_be_used_are_told(model: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"none")
    with pytest.raises(BackendError, match="holds no model"):
        find_folder(LocalModel("transformers", str(tmp_path)))
    (tmp_path / "config.json").write_text((model / "config.json").read_text())
    with pytest.raises(BackendError, match="transformers cannot load"):
        open_local(LocalModel("transformers", str(tmp_path))).propose([Request(HELLO)])
    silent = tiny_model(tmp_path / "silent")
    (silent / "chat_template.jinja").unlink()
    with pytest.raises(BackendError, match="no chat template"):
        open_local(LocalModel("transformers", str(silent))).propose([Request(HELLO)])
    with pytest.raises(BackendError, match="cannot be fetched") as caught:
        find_folder(LocalModel("transformers", "nobody/nothing"), offline=True)
    assert caught.value.hint


def test_the_command_compiles_with_it(model: Path, own_home: Path, spec: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    arguments = [str(spec), "--model", f"transformers:{model}", "--trace", str(trace), "-o", str(tmp_path / "out.py")]
    assert main([*arguments, "--budget-tokens", "400"]) == 0
    assert '"engine": "transformers"' in trace.read_text() or '"transformers"' in trace.read_text()


@pytest.mark.model
def test_the_weights_of_a_gguf_file_are_dequantised_once_and_answer(own_home: Path) -> None:
    pulled = pull("smollm2-135m")
    backend = open_local(LocalModel("transformers", "smollm2-135m"))
    [answer] = backend.propose([Request((Message("user", "What is the capital of France?"),), Sampling(max_tokens=12))])
    assert "Paris" in answer.text
    assert answer.finish == "stop"
    folder = find_folder(LocalModel("transformers", str(pulled.path)))
    assert folder.id == backend.model
    assert [path.name for path in folder.path.parent.glob(".*partial")] == []
    backend.close()
