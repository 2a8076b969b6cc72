"""Whole compiles with a real model: pulled, loaded in process, asked, judged, replayed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.cache import CachedBackend
from backends.llama_cpp import LlamaCpp
from backends.models import find_model, pull
from backends.protocol import Backend
from compiler.front import read_spec
from compiler.judge.verdicts import Unchecked, Violated
from compiler.pipeline.driver import compile_source
from compiler.runs.replay import compare, replay
from compiler.synthesis.ask.ask import first_request
from compiler.task.options import Options
from compiler.task.unit import Unit
from compiler.text.source import Source
from compiler.trace.events import Proposal

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]
EXAMPLES = Path(__file__).parent.parent / "examples"
PATIENT = Options(samples=3, budget_seconds=600)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    pull("qwen2.5-coder-0.5b")
    engine = CachedBackend(LlamaCpp(find_model("qwen2.5-coder-0.5b")), tmp_path_factory.mktemp("cache") / "c.sqlite")
    yield engine
    engine.close()


def source_of(name: str) -> Source:
    return Source(name, (EXAMPLES / name).read_text(encoding="utf-8"))


def test_a_text_with_contracts_compiles_and_replays(backend: Backend) -> None:
    result = compile_source(source_of("median.txt"), PATIENT, backend)
    assert result.status == "accepted"
    assert result.functions[0].origin in ("model", "repair")
    assert not any(isinstance(clause.verdict, Violated) for clause in result.functions[0].evidence)
    assert compare(result.trace, replay(result.trace)).same


def test_the_first_request_is_the_raw_model_s_own(backend: Backend) -> None:
    source = source_of("word_count.md")
    result = compile_source(source, PATIENT, backend)
    spec = read_spec(source)
    unit = Unit(spec, spec.functions, "")
    expected = first_request(spec, unit.functions, unit.context).key(backend.engine, backend.model)
    assert next(result.trace.select(Proposal)).key == expected


def test_prose_alone_is_accepted_unchecked_where_the_samples_agree(backend: Backend) -> None:
    text = "Write a function called add_one that takes an integer n and returns the integer that follows it.\n"
    result = compile_source(Source("prose.txt", text), PATIENT, backend)
    assert result.status == "accepted"
    assert all(isinstance(clause.verdict, Unchecked) for clause in result.functions[0].evidence)


def test_a_hole_in_a_file_is_filled_in_place(backend: Backend) -> None:
    text = (
        "LONG = 5\n\n\ndef is_long(word: str) -> bool:\n"
        '    """Whether a word has more than LONG letters.\n\n'
        "    >>> is_long('banana')\n    True\n    >>> is_long('apple')\n    False\n    >>> is_long('fig')\n    False\n"
        '    """\n    return ...  # the only hole\n'
    )
    result = compile_source(Source("part.py", text), Options(samples=3, budget_seconds=600, best_effort=True), backend)
    assert result.program is not None
    before, after = text.split("...")
    assert before in result.program
    assert result.program.endswith(after)
