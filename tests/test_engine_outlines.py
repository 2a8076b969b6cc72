"""Outlines in this process, on a model made on the spot: named on the command line, or a model that the user has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.local import LocalModel
from backends.opening import open_local
from backends.outlines import Outlines
from backends.protocol import Backend, BackendError, Request, Sampling
from compiler.trace.events import Proposal
from liftc import compile_spec
from tests.command_line import DOUBLE
from tests.engine_laws import HELLO, LONGER, TWICE, EngineLaws
from tests.tiny_models import needs, tiny_adapter, tiny_model

pytestmark = [pytest.mark.engine, needs("outlines", "torch", "transformers", "llguidance", "peft")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def backend(model: Path) -> Iterator[Backend]:
    backend = open_local(LocalModel("outlines", str(model)))
    yield backend
    backend.close()


class TestOutlines(EngineLaws):
    tells_logprob = False
    fills_gaps = False


def test_greedy_answers_are_those_of_transformers(model: Path, backend: Backend, tmp_path: Path) -> None:
    adapter = str(tiny_adapter(tmp_path / "adapter", model))
    asked = [
        Request(messages, Sampling(max_tokens=16), grammar) for messages in (HELLO, LONGER) for grammar in (None, TWICE)
    ]
    for named in (None, adapter):
        ours, other = (open_local(LocalModel(engine, str(model), named)) for engine in ("outlines", "transformers"))
        assert [answer.text for answer in ours.propose(asked)] == [answer.text for answer in other.propose(asked)]
        assert ours.model == other.model


def test_a_compile_takes_a_model_that_the_user_has(model: Path, own_home: Path) -> None:
    import outlines
    from transformers import AutoModelForCausalLM, AutoTokenizer

    theirs = outlines.from_transformers(
        AutoModelForCausalLM.from_pretrained(model), AutoTokenizer.from_pretrained(model)
    )
    backend = Outlines(theirs, "theirs")
    assert (backend.engine, backend.model) == ("outlines", "theirs")
    result = compile_spec(DOUBLE, backend=backend)
    assert result.status == "accepted"
    assert any(result.trace.select(Proposal))


def test_a_model_of_another_kind_is_told() -> None:
    with pytest.raises(BackendError, match="no model of Outlines over transformers"):
        Outlines(lambda: "a model", "odd").propose([Request(HELLO)])
