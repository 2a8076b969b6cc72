"""Several files as one specification."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.cli import main
from compiler.front import read_spec
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.runs.replay import compare, replay
from compiler.text.diagnostics import LiftcError, render
from compiler.text.source import Source
from compiler.trace.trace import parse_trace

COST = Source(
    "cost.txt",
    "def cost(w: int, h: int) -> int\n\nTwice the area(w, h).\n\npost: result == 2 * area(w, h)\n\narea(7, 1) == 7\n",
)
AREA = Source("area.md", "def area(w: int, h: int) -> int\n\narea(2, 3) == 6\narea(4, 5) == 20\narea(9, 9) == 81\n")
TWICE = Source(
    "twice.py",
    "# Numbers.\nLIMIT = 3\n\n\ndef twice(n: int) -> int:\n    return ...\n\n\n"
    "assert twice(2) == 4\nassert twice(9) == 18\nassert twice(-4) == -8\nassert area(3, 3) == 9\n",
)


def compiled(*sources: Source) -> Result:
    return compile_source(sources[0], more=sources[1:])


def refused(*sources: Source) -> str:
    with pytest.raises(LiftcError) as caught:
        compiled(*sources)
    return "\n".join(render(item) for item in caught.value.diagnostics)


def replays(result: Result) -> bool:
    trace = parse_trace(result.trace.text().splitlines())
    return compare(trace, replay(trace)).same


def test_what_a_file_names_comes_first_and_examples_find_their_function() -> None:
    spec = read_spec(COST, AREA)
    area, cost = spec.functions
    assert (area.name, cost.name) == ("area", "cost")
    assert (str(area.span), str(cost.span)) == ("area.md:1:1", "cost.txt:1:1")
    assert "area(7, 1) == 7" in [example.text for example in area.examples]
    assert not cost.examples
    assert (spec.form, spec.source, spec.more, spec.warnings) == ("text", COST, (AREA,), ())


def test_a_guessed_signature_takes_in_the_examples_of_other_files() -> None:
    spec = read_spec(
        Source("a.txt", "Name: half\n\nHalf of it."), Source("b.txt", "def g(n)\n\ng(1) == 2\nhalf(4) == 2")
    )
    half = next(function for function in spec.functions if function.name == "half")
    assert len(half.signature.parameters) == 1
    assert [example.text for example in half.examples] == ["half(4) == 2"]


def test_functions_of_texts_are_added_to_the_python_file() -> None:
    result = compiled(AREA, TWICE)
    assert result.program is not None
    assert result.program.startswith("# Numbers.\nLIMIT = 3\n\n\ndef area(w: int, h: int) -> int:")
    assert result.program.endswith(TWICE.text.partition("...")[2])
    assert "..." not in result.program
    assert replays(result)
    spec = read_spec(AREA, TWICE)
    assert (spec.form, spec.source, spec.more) == ("python", TWICE, (AREA,))
    assert "area(3, 3) == 9" in [example.text for function in spec.functions for example in function.examples]


def test_a_function_of_two_files_is_refused_with_both_places() -> None:
    told = refused(AREA, Source("again.txt", "\n`def area(side: int) -> int`"))
    assert "error[L0109]: `area` is specified twice" in told
    assert "again.txt:2:2" in told
    assert "area.md:1:1" in told


def test_two_python_files_are_refused() -> None:
    told = refused(TWICE, Source("other.py", "def f():\n    ...\n"))
    assert "error[L0125]" in told
    assert "other.py:1:1" in told


def test_every_file_is_told_what_is_wrong_with_it() -> None:
    told = refused(
        Source("a.txt", "def f(n: int) -> int\n\npost: unknown > 1"),
        Source("b.txt", "def g(n)\n\ng(1, 2) == 3"),
    )
    assert "a.txt:3" in told
    assert "b.txt:3" in told


def test_an_example_that_does_not_fit_points_at_its_own_file() -> None:
    assert "b.txt:3" in refused(AREA, Source("b.txt", "def g(n)\n\narea(1, 2, 3) == 3"))


def test_the_command_takes_several_files(tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    area, double = tmp_path / "area.txt", tmp_path / "double.txt"
    area.write_text(AREA.text)
    double.write_text("double(2) == 4\ndouble(5) == 10\ndouble(-3) == -6\n")
    out, trace = tmp_path / "out.py", tmp_path / "trace.jsonl"
    arguments = [str(area), str(double), "-o", str(out), "--trace", str(trace), "--model", "none", "--no-store"]
    assert main(arguments) == 0
    assert "def area(" in out.read_text()
    assert "def double(" in out.read_text()
    assert [name for name, _ in json.loads(trace.read_text().splitlines()[0])["data"]["more"]] == [str(double)]
    assert main(["replay", str(trace)]) == 0
    assert main([str(area), str(tmp_path / "missing.txt"), str(area), "--model", "none"]) == 2
    told = capsys.readouterr().err
    assert "missing.txt" in told
    assert "is given twice" in told
