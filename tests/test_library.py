"""liftc as a library: ``liftc.compile_spec``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import liftc
from compiler.pipeline.result import Result
from compiler.task.options import Options
from compiler.text.diagnostics import LiftcError
from tests.test_replay import Scripted

DOUBLE = "def double(n: int) -> int\n\nTwice the number.\n\ndouble(2) == 4\ndouble(5) == 10\ndouble(-3) == -6\n"
FOURFOLD = "def fourfold(n: int) -> int\n\nTwice the double(n).\n\nfourfold(1) == 4\n"
ANSWERS = (
    "```python\ndef double(n):\n    return 2 * n\n```",
    "```python\ndef fourfold(n):\n    return 2 * double(n)\n```",
)


def scripted() -> Scripted:
    return Scripted(ANSWERS)


def test_a_text() -> None:
    result = liftc.compile_spec(DOUBLE, model="none")
    assert result.status == "accepted"
    assert "spec.txt:5" in str(result.functions[0].evidence[0].span)


def test_a_path(tmp_path: Path) -> None:
    path = tmp_path / "double.txt"
    path.write_text(DOUBLE, encoding="utf-8")
    assert liftc.compile_spec(path, backend=scripted(), options=Options(samples=0)).status == "accepted"


def test_texts_and_paths_are_one_specification(tmp_path: Path) -> None:
    path = tmp_path / "double.txt"
    path.write_text(DOUBLE, encoding="utf-8")
    specifications: list[Sequence[str | Path]] = [[path, FOURFOLD], (FOURFOLD, DOUBLE)]
    for parts in specifications:
        result = liftc.compile_spec(parts, backend=scripted(), options=Options(samples=0))
        assert result.program is not None
        assert "2 * double(n)" in result.program
        assert [function.name for function in result.functions] == ["double", "fourfold"]


def test_texts_keep_their_names_in_messages() -> None:
    with pytest.raises(LiftcError) as caught:
        liftc.compile_spec([DOUBLE, DOUBLE], model="none")
    labels = caught.value.diagnostics[0].labels
    assert [label.span.source.name for label in labels] == ["spec-2.txt", "spec.txt"]


def test_nothing_is_no_specification() -> None:
    with pytest.raises(ValueError, match="no files"):
        liftc.compile_spec([], model="none")


def test_several_specifications_are_compiled_each_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "double.txt"
    path.write_text(DOUBLE, encoding="utf-8")
    first, second, failed = liftc.compile_specs([path, DOUBLE.replace("double", "twice"), ""], model="none")
    assert isinstance(first, Result)
    assert isinstance(second, Result)
    assert [item.functions[0].name for item in (first, second)] == ["double", "twice"]
    assert isinstance(failed, LiftcError)
    assert liftc.compile_specs([], model="none") == []
