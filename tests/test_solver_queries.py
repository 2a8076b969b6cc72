"""Every query to Z3 is in the trace, with its text, the work it took and its answer; the work repeats exactly."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import z3

from compiler.cli import main
from compiler.pipeline.driver import compile_source
from compiler.text.source import Source
from compiler.trace.events import Evidence, Solver
from compiler.trace.queries import dump_queries
from solver import smt

CLAMP = (
    "def clamp(x: int, lo: int, hi: int) -> int\n\npre: lo <= hi\npost: lo <= result <= hi\n"
    "post: result == (lo if x < lo else hi if x > hi else x)\n"
)
HARD = "def cubes(a: int, b: int, c: int) -> int\n\npost: result == a ** 3 + b ** 3 + c ** 3\npost: result != 114\n"


def queries(text: str) -> list[Solver]:
    return list(compile_source(Source("spec.txt", text)).trace.select(Solver))


def test_proofs_and_contradictions_are_recorded() -> None:
    found = queries(CLAMP)
    assert {query.function for query in found} == {"clamp"}
    proofs = [(query.clause, query.answer) for query in found if ";" not in query.clause]
    assert proofs == [
        ("post: lo <= result <= hi", "unsat"),
        ("post: result == (lo if x < lo else hi if x > hi else x)", "unsat"),
    ]
    for query in found:
        assert re.search(r"^\(check-sat(-assuming \(.*\))?\)$", query.smt, re.MULTILINE)
        assert 0 < query.spent < query.limit


def test_work_is_limited_by_z3s_own_measure_and_unknown_stays_unknown() -> None:
    result = compile_source(Source("spec.txt", HARD))
    [*_, last] = result.trace.select(Solver)
    assert last.answer == "unknown"
    assert last.spent >= last.limit
    verdicts = [event.verdict for event in result.trace.select(Evidence)]
    assert verdicts[-1].startswith("tested(")


def test_the_files_ask_what_was_asked(tmp_path: Path) -> None:
    trace = compile_source(Source("spec.txt", CLAMP)).trace
    written = dump_queries(trace, str(tmp_path / "queries"))
    assert len(written) == len(list(trace.select(Solver)))
    for path, event in zip(written, trace.select(Solver), strict=True):
        context = z3.Context()
        answer = z3.Z3_eval_smtlib2_string(context.ref(), path.read_text(encoding="utf-8"))
        assert answer.strip() == event.answer


def test_the_command_shows_and_dumps_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(compile_source(Source("spec.txt", CLAMP)).trace.text(), encoding="utf-8")
    assert main(["trace", str(path), "--why", "clamp.body", "--dump-smt", str(tmp_path / "smt")]) == 0
    shown = capsys.readouterr().out
    assert "solver: post: lo <= result <= hi: unsat, " in shown
    assert "(declare-fun lo () Int)" in shown
    assert len(list((tmp_path / "smt").glob("*.smt2"))) == len(queries(CLAMP))
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["trace", str(path), "--dump-smt", str(tmp_path / "file")]) == 2


@pytest.mark.parametrize("seed", ["1", "17"])
def test_queries_repeat_under_another_hash_seed(tmp_path: Path, seed: str) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(compile_source(Source("spec.txt", CLAMP + "post: result != 77\n")).trace.text(), encoding="utf-8")
    code = f"import sys; from compiler.cli import main; sys.exit(main(['replay', {str(path)!r}]))"
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, cwd=root, check=False)
    assert done.returncode == 0


def test_an_answer_does_not_depend_on_earlier_questions() -> None:
    x, y = z3.Int("x"), z3.Int("y")
    seen: list[smt.Query] = []
    with smt.observed(seen.append):
        for _ in range(3):
            smt.solve([x * x + y == 7, x > 3], {"x": x})
            smt.contradiction([x > 0], [x < 5, x > 7, x != y])
    assert len(set(seen)) == 2


def test_a_contradiction_is_traced_to_its_clauses() -> None:
    x = z3.Int("x")
    assert smt.contradiction([x > 0], [x != 6, x < 5, x > 7]) == (1, 2)
    assert smt.contradiction([], [x > 0, x < 5]) is None
