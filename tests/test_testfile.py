"""Written test files: they pass under pytest, and notice small faults of the program."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from compiler.front import read_spec
from compiler.front.spec import Call, Contract, Equals, Example, FunctionSpec, Parameter, RaisesError, Signature
from compiler.judge.inputs import generate_inputs
from compiler.judge.outcome import behaviour
from compiler.judge.sandbox import Limits, Probe, run_probes
from compiler.testfile.module import write_tests
from compiler.testfile.mutants import mutants
from compiler.text.source import Source
from solver.sorts import FLOAT, INT, STR, DictSort, ListSort, Sort


def spec(name: str, parameters: dict[str, Sort], examples: list[tuple[str, str]], *contracts: Contract) -> FunctionSpec:
    signature = Signature(name, tuple(Parameter(key, sort=sort) for key, sort in parameters.items()))
    shown = []
    for call, expected in examples:
        kind = RaisesError(expected) if expected.endswith("Error") else Equals(expected)
        shown.append(Example(Call(name, (call,) if len(parameters) == 1 else tuple(call.split(" | "))), kind))
    return FunctionSpec(signature, examples=tuple(shown), contracts=contracts)


SUBJECTS: dict[str, tuple[FunctionSpec, str]] = {
    "median": (
        spec(
            "median",
            {"xs": ListSort(INT)},
            [("[3, 1, 2]", "2"), ("[4, 1, 2, 3]", "2.5")],
            Contract("pre", "len(xs) > 0"),
            Contract("post", "min(xs) <= result <= max(xs)"),
        ),
        "def median(xs):\n    ys = sorted(xs)\n    half = len(ys) // 2\n    if len(ys) % 2:\n        return ys[half]\n"
        "    return (ys[half - 1] + ys[half]) / 2\n",
    ),
    "root": (
        spec(
            "root",
            {"n": INT},
            [("9", "3"), ("17", "4"), ("-1", "ValueError")],
            Contract("post", "result * result <= n < (result + 1) ** 2"),
            Contract("raises", "n < 0", "ValueError"),
        ),
        "def root(n):\n    if n < 0:\n        raise ValueError('negative')\n    low = 0\n"
        "    while (low + 1) * (low + 1) <= n:\n        low += 1\n    return low\n",
    ),
    "grade": (
        spec("grade", {"score": INT}, [("95", "'A'"), ("85", "'B'"), ("10", "'F'"), ("75", "'C'")]),
        "def grade(score):\n    for letter, least in (('A', 90), ('B', 80), ('C', 70)):\n"
        "        if score >= least:\n            return letter\n    return 'F'\n",
    ),
    "count_words": (
        spec("count_words", {"text": STR}, [("'a b a'", "{'a': 2, 'b': 1}"), ("'one two'", "{'one': 1, 'two': 1}")]),
        "from collections import Counter\n\ndef count_words(text):\n    counts = Counter()\n"
        "    for word in text.split():\n        counts[word] += 1\n    return dict(counts)\n",
    ),
    "rotate": (
        spec("rotate", {"xs": ListSort(INT), "k": INT}, [("[1, 2, 3, 4] | 1", "None"), ("[5, 6, 7] | 2", "None")]),
        "def rotate(xs, k):\n    if xs:\n        k = k % len(xs)\n        xs[:] = xs[-k:] + xs[:-k]\n",
    ),
    "running": (
        spec("running", {"xs": ListSort(FLOAT)}, []),
        "def running(xs):\n    total = 0.0\n    for x in xs:\n        total += x\n        yield total\n",
    ),
    "test": (
        spec("test", {"prices": DictSort(STR, FLOAT), "most": FLOAT}, [("{'a': 2.5, 'b': 4.0} | 3.0", "['a']")]),
        "def test(prices, most):\n    return sorted(name for name, price in prices.items() if price <= most)\n",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    for name, (function, program) in SUBJECTS.items():
        (folder / f"{name}.py").write_text(program)
        (folder / f"test_of_{name}.py").write_text(write_tests([function], program, f"{name}.py"))
    return folder


def test_the_files_pass_under_pytest(written: Path) -> None:
    files = sorted(map(str, written.glob("test_of_*.py")))
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(written), *files]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def load(path: Path) -> ModuleType:
    found = importlib.util.spec_from_file_location(f"loaded_{path.stem}", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


class TooLong(BaseException):
    """Not an ``Exception``, which Hypothesis would try to reproduce."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit the processor time, which does not depend on what else runs."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def passes(test: Callable[..., None]) -> bool:
    """Run one test as pytest would, with each row of its parameters."""
    rows: list[tuple[Any, ...]] = [()]
    for mark in getattr(test, "pytestmark", []):
        rows = list(mark.args[1])
    try:
        with time_limit(1.0):
            for row in rows:
                test(*row)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return False
    return True


def all_pass(tests: Path) -> bool:
    try:
        module = load(tests)
    except Exception:
        return False
    found = [test for name, test in vars(module).items() if name.startswith("test_")]
    # The property comes last: finding and shrinking a failure takes it longest.
    return all(passes(test) for test in sorted(found, key=lambda test: "contracts" in test.__name__))


@pytest.mark.parametrize("name", list(SUBJECTS))
def test_most_mutants_are_killed(name: str, written: Path, tmp_path: Path) -> None:
    function, program = SUBJECTS[name]
    probes = [Probe(function.name, row) for row in generate_inputs(function, 60, 99)]
    tests = tmp_path / "test_it.py"
    tests.write_text((written / f"test_of_{name}.py").read_text())

    def vector(text: str) -> list[tuple[str, bool]]:
        results = run_probes(text, probes, Limits(cpu_seconds=0.2, stops=1))
        return [(behaviour(result.outcome), result.mutated) for result in results]

    (tmp_path / f"{name}.py").write_text(program)
    assert all_pass(tests)
    sound = vector(program)
    killed = total = 0
    for mutant in mutants(program)[:25]:
        if vector(mutant) == sound:
            continue
        (tmp_path / f"{name}.py").write_text(mutant)
        total += 1
        killed += not all_pass(tests)
    assert total >= 2
    assert killed >= 0.7 * total, f"{killed} of {total}"


def test_the_file_reads_well(written: Path) -> None:
    text = (written / "test_of_root.py").read_text()
    assert "assert program.root(9) == 3" in text
    assert "with pytest.raises(ValueError):\n        program.root(-1)" in text
    assert "@hypothesis.example(n=9)" in text
    assert "assert result * result <= n < (result + 1) ** 2" in text
    assert "which nobody specified" in text


def test_recording_can_be_left_out() -> None:
    function, program = SUBJECTS["grade"]
    assert "recorded" not in write_tests([function], program, "grade.py", recorded=False)


def test_an_example_that_is_not_met_is_an_expected_failure() -> None:
    function = spec("f", {"n": INT}, [("1", "2"), ("2", "5")])
    text = write_tests([function], "def f(n):\n    return n + 1\n", "f.py", recorded=False)
    assert "@pytest.mark.xfail(strict=True" in text
    assert text.index("assert program.f(1) == 2") < text.index("xfail") < text.index("assert program.f(2) == 5")


def test_the_path_may_lead_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "sub folder").mkdir()
    (tmp_path / "sub folder" / "f-1.py").write_text("import math\n\ndef f(n):\n    return math.floor(n)\n")
    function = spec("f", {"n": FLOAT}, [("1.5", "1")], Contract("post", "math.floor(n) == result"))
    text = write_tests([function], (tmp_path / "sub folder" / "f-1.py").read_text(), "sub folder/f-1.py")
    (tmp_path / "test_f.py").write_text(text)
    assert all_pass(tmp_path / "test_f.py")


def test_mutants_differ_in_one_place() -> None:
    assert set(mutants("def f(a):\n    return a + 1\n")) == {
        "def f(a):\n    return a - 1",
        "def f(a):\n    return a + 2",
        "def f(a):\n    return a + 0",
        "def f(a):\n    return None",
    }
    assert mutants('def f():\n    """Say nothing."""\n') == []


METHODS = '''\
class Rope:
    def __init__(self, text):
        self.text = text

    def cut(self, n: int) -> str:
        """The first n letters.

        >>> r = Rope("abc")
        >>> r.grow()
        >>> r.cut(4)
        'abca'
        >>> Rope("xyz").cut(1)
        'x'

        post: len(result) <= n
        """
        ...

    def grow(self):
        self.text += self.text

    @property
    def size(self) -> int:
        """
        >>> Rope("xyz").size
        3
        """
        ...

    @staticmethod
    def twice(n: int) -> int:
        """Twice: Rope.twice(4) == 8 and Rope.twice(-1) == -2."""
        ...
'''


def test_the_tests_of_methods_call_them_on_objects(tmp_path: Path) -> None:
    functions = read_spec(Source("rope.py", METHODS)).functions
    bodies = ("return self.text[: n if n > 0 else 0]", "return len(self.text)", "return n * 2")
    program = METHODS
    for body in bodies:
        program = program.replace("...", body, 1)
    (tmp_path / "rope.py").write_text(program, encoding="utf-8")
    tests = write_tests(functions, program, "rope.py")
    assert 'assert Rope("xyz").cut(1) == "x"' in tests
    assert "def test_Rope_twice_as_recorded(" in tests
    (tmp_path / "test_rope.py").write_text(tests, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_rope.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    (tmp_path / "rope.py").write_text(program.replace("return len(self.text)", "return 0"), encoding="utf-8")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_only_what_is_used_is_imported(written: Path) -> None:
    assert "strategies" not in (written / "test_of_grade.py").read_text()
    assert "strategies" in (written / "test_of_root.py").read_text()
