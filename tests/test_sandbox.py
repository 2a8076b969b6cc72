"""Candidate code in a child process: what calls of it give, and what is told of them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compiler.judge.child import canonical
from compiler.judge.outcome import Raised, Returned, Stopped, behaviour
from compiler.judge.sandbox import Probe, run_probes, run_script
from tests.sandboxed import OS_WALK, QUICK, one, outcome_of


def test_a_call_returns_its_value_and_its_checks() -> None:
    program = "def f(a, b=2, *rest, key=0, **more):\n    return a + b + key + sum(rest)"
    checks = (
        "result == a + b + key + sum(rest)",
        "b == 2 and rest == () and more == {}",
        "a > 100",
        "missing",
        "1 / 0",
    )
    result = one(program, "f", "1", checks=checks)
    assert result.outcome == Returned("3", "3", "int")
    assert result.checks == (True, True, False, None, None)
    assert not result.mutated


def test_keywords_are_bound() -> None:
    program = "def f(a, *rest, key=0, **more):\n    return a"
    probe = Probe(
        "f", ("1", "2", "3"), (("key", "4"), ("z", "[5]")), ("(a, rest, key, more) == (1, (2, 3), 4, {'z': [5]})",)
    )
    assert run_probes(program, [probe])[0].checks == (True,)


def test_checks_see_fresh_arguments_and_mutation_is_told() -> None:
    result = one("def f(xs):\n    xs.sort()\n    return xs", "f", "[2, 1]", checks=("xs == [2, 1]", "result == [1, 2]"))
    assert result.checks == (True, True)
    assert result.mutated


def test_checks_without_result_hold_when_the_call_raises() -> None:
    result = one("def f(n):\n    raise ValueError(n)", "f", "-1", checks=("n < 0", "result == 1"))
    assert result.outcome == Raised("ValueError", "-1", ("ValueError", "Exception"))
    assert result.checks == (True, None)


def test_checks_are_not_misled_by_names_of_the_program() -> None:
    program = "def sorted(xs):\n    return xs\nresult = 5\ndef f(xs):\n    return xs"
    assert one(program, "f", "[2, 1]", checks=("result == sorted(xs)",)).checks == (False,)


def test_modules_are_there_for_arguments_and_checks() -> None:
    result = one(
        "def f(x):\n    return x", "f", "math.inf", checks=("math.isinf(result)", "re.match('a', 'ab') is not None")
    )
    assert result.checks == (True, True)


def test_a_generator_is_listed_and_still_there_for_each_check() -> None:
    checks = ("list(result) == [0, 1, 2]", "sum(result) == 3")
    result = one("def f():\n    yield from range(3)", checks=checks)
    assert result.outcome == Returned("iter(0, 1, 2)", "iter(0, 1, 2)", "iterator")
    assert result.checks == (True, True)


def test_an_endless_generator_has_a_behaviour() -> None:
    outcome = one("import itertools\ndef f():\n    return itertools.count()").outcome
    assert isinstance(outcome, Returned)


@pytest.mark.parametrize(
    ("program", "exception"),
    [
        ("def f(:", "SyntaxError"),
        ("x = 1 / 0", "ZeroDivisionError"),
        ("import numpy", "ModuleNotFoundError"),
        ("import os", "ModuleNotFoundError"),
        ("from os import path", "ModuleNotFoundError"),
        ("raise SystemExit", "SystemExit"),
        ("g = 1", "NameError"),
        ("\0", "SyntaxError"),
    ],
)
def test_a_program_that_does_not_load_raises_everywhere(program: str, exception: str) -> None:
    results = run_probes(program, [Probe("f", ()), Probe("f", ())], QUICK)
    for result in results:
        assert isinstance(result.outcome, Raised)
        assert result.outcome.exception in {exception, "ValueError"}


@pytest.mark.parametrize(
    "module", ["math", "datetime", "collections", "decimal", "statistics", "typing", "dataclasses", "random", "heapq"]
)
def test_the_allowed_library_works(module: str) -> None:
    uses = {
        "math": "math.sqrt(4)",
        "datetime": "datetime.datetime.strptime('2020-01-02', '%Y-%m-%d').strftime('%d %B')",
        "collections": "collections.Counter('abca').most_common(1)",
        "decimal": "str(decimal.Decimal('1.10') * 3)",
        "statistics": "statistics.median([3, 1, 2])",
        "typing": "typing.NamedTuple('P', [('x', int)])(1).x",
        "dataclasses": "dataclasses.make_dataclass('P', ['x'])(1).x",
        "random": "random.random() == random.Random(0).random()",
        "heapq": "heapq.nsmallest(1, [2, 1])",
    }
    outcome = one(f"import {module}\ndef f():\n    return {uses[module]}").outcome
    assert isinstance(outcome, Returned), outcome


@pytest.mark.parametrize(
    ("body", "exception"),
    [
        ("raise SystemExit", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def deeper(n):\n    return deeper(n + 1)\nreturn deeper(0)", "RecursionError"),
        ("return input()", "EOFError"),
        ("import threading", "ModuleNotFoundError"),
        ("class Odd(Exception):\n    def __str__(self):\n        raise self\nraise Odd", "Odd"),
    ],
)
def test_unusual_exceptions_are_only_exceptions(body: str, exception: str) -> None:
    outcome = outcome_of(body)
    assert isinstance(outcome, Raised)
    assert outcome.exception == exception


def test_huge_integers_have_a_behaviour() -> None:
    outcome = outcome_of("return [10 ** 20000]")
    assert isinstance(outcome, Returned)
    assert outcome.behaviour == canonical([10**20000])


def test_scripts() -> None:
    assert run_script("import math\nassert math.sqrt(4) == 2") == Returned("None", "None", "NoneType")
    assert run_script("assert 1 == 2, 'no'") == Raised("AssertionError", "no", ("AssertionError", "Exception"))
    assert isinstance(run_script("import sys\nsys.exit(0)\nassert False"), Raised)
    assert run_script(OS_WALK + "inner()['_exit'](0)") == Stopped("crash")
    assert run_script("while True: pass", QUICK) == Stopped("time")


def test_order_of_sets_is_the_same_in_every_run_and_follows_the_hash_seed() -> None:
    program = "def f():\n    return list({'one', 'two', 'three', 'four', 'five'})"
    probes = [Probe("f", ())]
    first, again = run_probes(program, probes), run_probes(program, probes)
    assert first[0].outcome == again[0].outcome
    others = [run_probes(program, probes, hash_seed=seed)[0].outcome for seed in (1, 2, 3)]
    assert any(other != first[0].outcome for other in others)


def test_nothing_is_left_in_the_scratch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    one("def f():\n    return 1")
    outcome_of("while True:\n    pass")
    assert not list(tmp_path.iterdir())


def children_of(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's signal at a parent's death is Linux's")
def test_a_child_dies_with_its_parent() -> None:
    code = (
        "from compiler.judge.sandbox import Limits, Probe, run_probes\n"
        "import sys\n"
        "program = 'import time\\ndef f():\\n    while True:\\n        time.sleep(1)'\n"
        "print('ready', flush=True)\n"
        "run_probes(program, [Probe('f', ())], Limits(cpu_seconds=60.0, wall_seconds=60.0))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    assert parent.stdout is not None
    parent.stdout.readline()
    while not any(map(is_confined, children_of(parent.pid))):
        time.sleep(0.01)
    children = children_of(parent.pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while any(is_running(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(is_running(child) for child in children)


def is_confined(process: int) -> bool:
    return "Seccomp:\t2" in Path(f"/proc/{process}/status").read_text()


def is_running(process: int) -> bool:
    """Whether a process is there and no zombie, for which nobody may wait."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_two_threads_at_once_do_not_disturb_each_other() -> None:
    def run(number: int) -> list[str]:
        program = f"def f(n):\n    return n * {number}"
        return [behaviour(result.outcome) for result in run_probes(program, [Probe("f", (str(n),)) for n in range(5)])]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, range(6))) == [[str(n * number) for n in range(5)] for number in range(6)]
    assert threading.active_count() >= 1
