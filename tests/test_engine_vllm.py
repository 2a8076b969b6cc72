"""vLLM in this process, on a model made on the spot, beside transformers on the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backends import vllm
from backends.local import LocalModel
from backends.opening import open_local
from backends.protocol import Backend, BackendError, Message, Request, Sampling
from tests.engine_laws import CHOICE, HELLO, LONGER, TWICE, EngineLaws, sample
from tests.tiny_models import needs, tiny_adapter, tiny_model

pytestmark = [pytest.mark.engine, pytest.mark.slow, needs("vllm", "torch", "transformers", "llguidance", "peft")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def backend(model: Path) -> Iterator[Backend]:
    backend = open_local(LocalModel("vllm", str(model)))
    yield backend
    backend.close()


class TestVLLM(EngineLaws):
    pass


def test_both_engines_give_the_same_greedy_answers(model: Path, backend: Backend) -> None:
    other = open_local(LocalModel("transformers", str(model)))
    asked = [Request(HELLO, Sampling(max_tokens=16)), Request(LONGER, Sampling(max_tokens=16))]
    for ours, theirs in zip(backend.propose(asked), other.propose(asked), strict=True):
        assert ours.text == theirs.text
        assert ours.prompt_tokens == theirs.prompt_tokens
        assert ours.logprob == pytest.approx(theirs.logprob, abs=0.01)
    constrained = Request(LONGER, Sampling(max_tokens=30), TWICE)
    assert backend.propose([constrained])[0].text == other.propose([constrained])[0].text
    other.close()


def test_threads_share_the_engine_and_get_their_own_answers(backend: Backend) -> None:
    asked = [[sample(HELLO if number % 2 else LONGER, number, max_tokens=6 + number)] for number in range(6)]
    alone = [backend.propose(requests) for requests in asked]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(backend.propose, asked))
    for [ours], [theirs] in zip(together, alone, strict=True):
        assert (ours.text, ours.completion_tokens) == (theirs.text, theirs.completion_tokens)


def test_more_prompts_than_one_step_reads_are_sampled_all_the_same(backend: Backend) -> None:
    long = (Message("user", "hello world " * 50),)
    answers = backend.propose([sample(long, number, max_tokens=2) for number in range(40)])
    assert len({answer.text for answer in answers}) > 1
    assert sum(answer.prompt_tokens for answer in answers) > 8192


def test_vllm_itself_keeps_grammar_and_seed_as_it_has_to_on_a_gpu(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vllm, "_drawn_here", vllm._drawn_by_vllm)
    asked = [Request(HELLO, Sampling(t, 0.9, max_tokens=20), CHOICE, number) for number, t in enumerate((0, 1, 2))]
    assert {answer.text for answer in backend.propose(asked)} <= {"yes", "no"}
    free = [sample(HELLO, number, top_p=0.9) for number in range(3)]
    first, again = backend.propose(free), backend.propose(free)
    assert [answer.text for answer in first] == [answer.text for answer in again]
    assert len({answer.text for answer in first}) > 1


def test_a_model_that_does_not_load_is_told(model: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"none")
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((model / name).read_bytes())
    with pytest.raises(BackendError, match="vLLM cannot load"):
        open_local(LocalModel("vllm", str(tmp_path))).propose([Request(HELLO)])


def test_an_adapter_changes_answers_as_it_does_in_transformers(model: Path, backend: Backend, tmp_path: Path) -> None:
    adapter = tiny_adapter(tmp_path / "adapter", model)
    adapted, other = (open_local(LocalModel(engine, str(model), str(adapter))) for engine in ("vllm", "transformers"))
    greedy = Request(LONGER, Sampling(max_tokens=12))
    [answer], [expected] = adapted.propose([greedy]), other.propose([greedy])
    assert answer.text == expected.text != backend.propose([greedy])[0].text
    assert adapted.model == other.model != backend.model
    adapted.close()
    other.close()
