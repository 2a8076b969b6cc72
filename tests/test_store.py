from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from compiler.acceptance.evidence import ClauseEvidence
from compiler.judge.verdicts import Shown, Unchecked
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import FunctionResult, Result
from compiler.runs.store import remember, similar, stored
from compiler.task.options import Options
from compiler.task.usage import Usage
from compiler.text.source import Source
from compiler.trace.events import Compile, Settings
from compiler.trace.trace import Trace

ROOT = Path(__file__).parent.parent


def result_of(specification: str, name: str = "f") -> Result:
    trace = Trace()
    options = Settings(**{**asdict(Options()), "without": ()})
    trace.record(Compile(name="spec.txt", text=specification, options=options))
    evidence = (ClauseEvidence("example", "f(1) == 1", Shown()), ClauseEvidence("prose", "words", Unchecked()))
    program = f"def {name}(n: int) -> int:\n    return n\n"
    function = FunctionResult(name, True, program, "search", evidence)
    return Result("accepted", program, (function,), (), Usage(), None, trace)


def test_what_is_remembered_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.sqlite"
    assert remember(result_of("The same number."), "tiny", path) == ()
    [item] = stored(path)
    assert (item.name, item.signature, item.specification) == ("f", "def f(n: int) -> int", "The same number.")
    assert (item.model, json.loads(item.evidence)) == ("tiny", {"example": 1, "unchecked": 1})


def test_an_equal_compile_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    for _ in range(3):
        remember(result_of("The same number."), None, path)
    assert len(stored(path)) == 1


def test_there_is_nothing_in_no_store(tmp_path: Path) -> None:
    assert stored(tmp_path / "none.sqlite") == []
    assert similar("anything", path=tmp_path / "none.sqlite") == []
    assert not (tmp_path / "none.sqlite").exists()


def test_similar_specifications_come_first(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    for name, text in [("median", "median of a list"), ("slug", "slug of a title"), ("mode", "mode of a list")]:
        remember(result_of(text, name), None, path)
    found = similar("the median of some numbers in a list", 2, path)
    assert [item.name for item in found] == ["median", "mode"]
    assert similar("zebra", path=path) == []


def test_a_specification_is_not_similar_to_itself(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    remember(result_of("median of a list"), None, path)
    remember(result_of("mode of a list"), None, path)
    assert [item.specification for item in similar("median of a list", path=path)] == ["mode of a list"]


def test_all_files_of_a_specification_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    area, double = (
        Source("area.txt", "area(2, 3) == 6\narea(4, 5) == 20\n"),
        Source("d.txt", "double(2) == 4\ndouble(5) == 10\n"),
    )
    assert remember(compile_source(area, Options(best_effort=True), more=[double]), None, path) == ()
    assert {item.specification for item in stored(path)} == {f"{area.text}\n\n{double.text}"}


def test_a_damaged_store_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"this is no database" * 100)
    [warning] = remember(result_of("The same number."), None, path)
    assert (warning.code, warning.severity) == ("L0702", "warning")
    assert path.read_bytes() == b"this is no database" * 100


def test_a_store_that_cannot_be_made_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    [warning] = remember(result_of("The same number."), None, tmp_path / "file" / "store.sqlite")
    assert warning.code == "L0702"


WRITER = """
import sys
from dataclasses import asdict
from pathlib import Path
sys.path.insert(0, "tests")
from test_store import remember, result_of
for number in range(20):
    assert remember(result_of(f"{sys.argv[1]} {number}"), None, Path(sys.argv[2])) == ()
"""


def test_processes_share_the_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, f"writer {number}", str(path)], cwd=ROOT) for number in range(3)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(stored(path)) == 60
