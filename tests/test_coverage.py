"""``bench ir``: what it counts, and that it tells a difference from an agreement."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from compiler.bench.coverage import coverage, render, to_json

OWN = Path(__file__).resolve().parent.parent / "compiler" / "bench" / "suites" / "own.jsonl"
DATA = os.environ.get("LIFTC_DATA")


def mbpp(number: int, code: str, *tests: str) -> str:
    return json.dumps({"task_id": number, "code": code, "test_list": tests, "test_setup_code": ""})


DIVIDES = "def f(xs):\n    xs.sort()\n    return xs[0] / xs[1]\n"
ROWS = [
    mbpp(1, DIVIDES, "assert f([2, 1]) == 0.5", "try: f([0, 0])\nexcept ZeroDivisionError: pass"),
    mbpp(2, "def f(n):\n    for i in range(n):\n        yield i\n", "assert list(f(3)) == [0, 1, 2]"),
    mbpp(3, "import os\ndef f():\n    return os.getcwd()\n", "assert f()"),
    mbpp(4, "def f():\n    return 1\n", "assert f() == 2"),
    mbpp(5, "def f():\n    return (1 << 9000000).bit_length()\n", "assert f() == 9000001"),
]


def test_each_reference_is_counted_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("\n".join(ROWS), encoding="utf-8")
    (tmp_path / "plain.py").write_text("LIMIT = 3\n\ndef f(x: int) -> int:\n    return x + LIMIT\n", encoding="utf-8")
    report = coverage([tmp_path])
    assert (report.total, report.lowered, report.roundtrip, report.agree, report.calls) == (5, 4, 4, 3, 4)
    assert [(name, reason.split(":")[0]) for name, reason in report.rejected] == [
        ("MBPP/3", "does not lower"),
        ("MBPP/5", "does not agree"),
    ]
    assert report.rejected[1][1].endswith("stopped: memory")
    assert report.skipped == (("MBPP/4", "its own tests fail: AssertionError: "),)
    assert "agree           3   60.0%" in render(report)
    assert to_json(report)["skipped"] == [{"id": "MBPP/4", "reason": "its own tests fail: AssertionError: "}]


def test_a_row_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"what": 1}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.jsonl:1"):
        coverage([tmp_path])


def test_the_own_suites_references_are_covered() -> None:
    report = coverage([OWN])
    assert report.agree == report.total, render(report)


@pytest.mark.skipif(DATA is None, reason="LIFTC_DATA does not name the folder of benchmark samples")
@pytest.mark.parametrize("name", ["humaneval_dev.jsonl", "mbpp_dev.jsonl"])
def test_public_references_are_covered(name: str) -> None:
    report = coverage([Path(DATA or "") / name])
    assert report.agree >= 0.97 * report.total, render(report)
