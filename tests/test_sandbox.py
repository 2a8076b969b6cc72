"""Candidate code behind the walls: what it does, and what it cannot do."""

from __future__ import annotations

import collections
import itertools
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.judge.child import canonical
from compiler.judge.outcome import Outcome, Raised, Returned, Stopped, behaviour
from compiler.judge.sandbox import Limits, Probe, ProbeResult, run_probes, run_script
from compiler.judge.stops import Stop, run_again, stops_of

QUICK = Limits(cpu_seconds=0.2, wall_seconds=3.0)

OS_WALK = """
def inner():
    for kind in object.__subclasses__():
        if kind.__name__ == "_wrap_close":
            return kind.__init__.__globals__
"""


def one(program: str, call: str = "f", *arguments: str, checks: tuple[str, ...] = ()) -> ProbeResult:
    return run_probes(program, [Probe(call, arguments, (), checks)], QUICK)[0]


def outcome_of(body: str) -> Outcome:
    """What ``f()`` with this body does; the probe after it must still be answered."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    first, second = run_probes(f"{OS_WALK}\ndef f():\n{lines}\n", [Probe("f", ()), Probe("abs", ("-3",))], QUICK)
    assert second.outcome == Returned("3", "3", "int")
    return first.outcome


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
    "body",
    [
        'inner()["system"]("touch /tmp/liftc-broke-out")',
        'inner()["open"]("/etc/passwd", 0)',
        'inner()["__builtins__"]["open"]("/etc/passwd").read()',
        'inner()["fork"]()',
        'inner()["kill"](1, 0)',
        'inner()["listdir"]("/")',
        'inner()["remove"]("/tmp/none")',
        'inner()["rmdir"](".")',
        'inner()["execv"]("/bin/true", ["true"])',
        'inner()["sys"].modules["builtins"].__import__("socket")',
        'inner()["sys"].addaudithook(print)',
        "import random\nrandom._os.system('true')",
        "import json\njson.codecs.open('/etc/passwd')",
        "import zoneinfo\nreturn zoneinfo.ZoneInfo('Europe/Vienna').key",
    ],
)
def test_doors_are_shut(body: str) -> None:
    outcome = outcome_of(body)
    assert isinstance(outcome, Raised)
    assert outcome.exception in {"SandboxViolation", "ImportError", "ZoneInfoNotFoundError", "ModuleNotFoundError"}
    assert not Path("/tmp/liftc-broke-out").exists()


@pytest.mark.parametrize(
    "name", ["open('/etc/passwd')", "eval('1')", "exec('1')", "compile('1', '', 'eval')", "breakpoint()"]
)
def test_dangerous_builtins_are_not_there(name: str) -> None:
    outcome = outcome_of(f"return {name}")
    assert isinstance(outcome, Raised)
    assert outcome.exception == "NameError"


def test_a_violation_that_is_caught_still_counts() -> None:
    outcome = outcome_of('try:\n    inner()["listdir"]("/")\nexcept BaseException:\n    pass\nreturn 1')
    assert isinstance(outcome, Raised)
    assert outcome.exception == "SandboxViolation"


def test_a_system_call_that_nothing_reports_is_refused() -> None:
    if os.uname().machine not in {"x86_64", "aarch64"} or os.uname().sysname != "Linux":
        pytest.skip("no system call filter for this machine")
    assert outcome_of('return inner()["getppid"]()') == Returned("-1", "-1", "int")


def test_the_environment_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFTC_SECRET", "swordfish")
    outcome = outcome_of('return dict(inner()["environ"])')
    assert isinstance(outcome, Returned)
    assert "swordfish" not in outcome.value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("while True:\n    pass", "time"),
        ("return 10 ** 10 ** 9", "time"),
        ("import re\nreturn re.match(r'(a+)+$', 'a' * 40 + '!')", "time"),
        ("return sum(range(10 ** 12))", "time"),
        ("return len('a' * 10 ** 11)", "memory"),
        ("return [0] * 10 ** 9", "memory"),
        ("xs = []\nwhile True:\n    xs.append(bytes(10 ** 7))", "memory"),
        ("while True:\n    print('x' * 100)", "output"),
        ("import sys\nwhile True:\n    sys.stderr.write('x' * 100)", "output"),
        ('inner()["_exit"](0)', "crash"),
        ('for fd in range(64):\n    try:\n        inner()["close"](fd)\n    except OSError:\n        pass', "crash"),
        (
            "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
            "time",
        ),
    ],
)
def test_what_would_never_end_is_stopped(body: str, reason: str) -> None:
    assert outcome_of(body) == Stopped(reason)  # type: ignore[arg-type]


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


@pytest.mark.parametrize(
    "body",
    [
        "import json\njson.dumps = json.encoder.encode_basestring_ascii = lambda *a, **k: '[]'\nreturn 2",
        "__builtins__['repr'] = __builtins__['str'] = lambda value: '3'\nreturn 2",
        "globals()['canonical'] = lambda value: '3'\nreturn 2",
    ],
)
def test_results_cannot_be_forged_by_patching(body: str) -> None:
    assert outcome_of(body) == Returned("2", "2", "int")


SPEAKING = """
def say(frame):
    while frame is not None:
        if "report" in frame.f_locals:
            frame.f_locals["report"]("loaded", "returned", "None", "None", "NoneType", "0.1")
        frame = frame.f_back
"""


@pytest.mark.parametrize(
    "way",
    [
        "import sys\nsay(sys._getframe())",
        "import sys\nsay(sys._getframe(1))",
        "import typing\nsay(typing.sys._getframe(1))",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    say(error.__traceback__.tb_frame)",
        "def g():\n    say(held[0].gi_frame)\n    yield 1\nheld = []\nheld.append(g())\nnext(held[0])",
        "async def g():\n    pass\nsay(g().cr_frame)",
        "import sys\nsay(getattr(sys, '_get' + 'frame')())",
        "import sys\nsys.modules['child'].BaseException = KeyError",
        "import sys\nsys.modules['__main__'].child.BaseException = KeyError",
        "import sys\nsys.stdout.write.__globals__['BaseException'] = KeyError",
    ],
)
def test_a_script_does_not_find_its_judge(way: str) -> None:
    assert isinstance(run_script(f"{SPEAKING}\n{way}\nraise ValueError"), Raised)


def test_what_names_its_module_still_can() -> None:
    program = """
from collections import namedtuple
from dataclasses import make_dataclass
from enum import Enum
from typing import NamedTuple, NewType, Protocol, TypeVar

class Sized(Protocol):
    def size(self) -> int: ...

kinds = namedtuple("P", "x"), Enum("E", "a"), NamedTuple("N", [("x", int)]), NewType("W", int), TypeVar("T")
made = make_dataclass("D", ["x"])(1)

def f():
    return [kind.__module__ for kind in kinds]
"""
    assert one(program).outcome == Returned(str(["candidate"] * 5), canonical(["candidate"] * 5), "list")


def test_writing_to_the_pipe_is_noticed() -> None:
    write = """inner()["write"](fd, b'["probe", "returned"]\\n')"""
    body = f"for fd in range(64):\n    try:\n        {write}\n    except OSError:\n        pass"
    assert outcome_of(body) == Stopped("crash")


def test_huge_integers_have_a_behaviour() -> None:
    outcome = outcome_of("return [10 ** 20000]")
    assert isinstance(outcome, Returned)
    assert outcome.behaviour == canonical([10**20000])


def test_after_several_stops_the_rest_is_not_run() -> None:
    program = "def f(n):\n    while n:\n        pass\n    return n"
    limits = Limits(cpu_seconds=0.1, stops=2)
    results = run_probes(program, [Probe("f", (text,)) for text in ("0", "1", "2", "3", "4", "5")], limits)
    assert results[0].outcome == Returned("0", "0", "int")
    assert {result.outcome for result in results[3:]} == {Stopped("time")}


@pytest.mark.parametrize(
    ("calls", "answers"),
    [
        ("a b B", "? b B"),
        ("A b B", "? ? ?"),
        ("a a b B", "? ? ? B"),
        ("a a A B b", "? ? ? ? ?"),
    ],
)
def test_a_program_that_loops_gets_little_time_for_further_calls(calls: str, answers: str) -> None:
    program = (
        "import time\n\ndef f(name):\n    end = time.process_time() + (0.25 if name in 'bB' else 100)\n"
        "    while time.process_time() < end:\n        pass\n    return name\n"
    )
    # Capital letters are examples.
    probes = [Probe("f", (repr(name),), shown=name.isupper()) for name in calls.split()]
    results = run_probes(program, probes, Limits(cpu_seconds=0.6, hurried_seconds=0.05))
    outcomes = [result.outcome for result in results]
    told = ["?" if outcome == Stopped("time") else getattr(outcome, "value", "")[1:-1] for outcome in outcomes]
    assert " ".join(told) == answers


def test_a_stopped_call_leaves_nothing_behind() -> None:
    program = "seen = []\ndef f(n):\n    seen.append(n)\n    while n == 1:\n        pass\n    return len(seen)"
    results = run_probes(program, [Probe("f", (text,)) for text in ("0", "1", "2", "3")], QUICK)
    assert [behaviour(result.outcome) for result in results] == ["1", "?time", "1", "2"]


def test_a_stopped_check_is_told_from_one_without_a_value() -> None:
    program = "def f(n):\n    return n\ndef forever():\n    while True:\n        pass"
    checks = ("n == 1", "forever()", "1 / 0", "result == 1")
    first, second = run_probes(program, [Probe("f", ("1",), (), checks)] * 2, QUICK)
    assert first.checks == second.checks == (True, None, None, True)
    assert first.broken_off == second.broken_off == ((1, "time"),)


def test_what_was_stopped_is_left_out_when_it_is_repeated() -> None:
    program = (
        "seen = []\ndef f(n):\n    seen.append(n)\n    while n == 1:\n        pass\n    return len(seen)\n"
        "def slow(n):\n    while n == 3:\n        pass\n    return True"
    )
    probes = [Probe("f", (str(n),), (), ("slow(n)", "result > 0")) for n in (0, 1, 2, 3, 4)]
    first = run_probes(program, probes, QUICK)
    stops = stops_of(first)
    assert stops == (Stop(1, None, "time"), Stop(3, 0, "time"))
    again = run_again(program, probes, stops)
    assert [replace(result, seconds=0.0) for result in again] == [replace(result, seconds=0.0) for result in first]
    other = run_again(program, probes[:1], [Stop(0, 1, "memory")])
    assert (other[0].checks, other[0].broken_off) == ((True, None), ((1, "memory"),))
    with pytest.raises(ValueError, match="not made"):
        run_again(program, probes, [Stop(5, None, "time")])


def test_a_module_that_never_loads_is_stopped() -> None:
    results = run_probes("while True:\n    pass", [Probe("f", ())] * 3, QUICK)
    assert [result.outcome for result in results] == [Stopped("time")] * 3


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


class Point(NamedTuple):
    x: int
    y: int


EQUAL_GROUPS: list[list[object]] = [
    [True, 1, 1.0, Decimal(1), Fraction(1), 1 + 0j],
    [0, -0.0, False],
    [0.1 + 0.2, 0.3],
    [10**22, 1e22],
    [0.5, Fraction(1, 2), Decimal("0.50")],
    [Decimal("0.1"), Fraction(1, 10)],
    [float("nan"), float("nan")],
    [{1, 2}, frozenset({2, 1}), {1: 0, 2: 0}.keys()],
    [{"a": 1, "b": 2}, collections.OrderedDict([("b", 2.0), ("a", True)]), collections.Counter("abb")],
    [(1, 2), Point(1, 2)],
    [range(0, 3, 2), range(0, 4, 2)],
    [b"ab", bytearray(b"ab")],
    ["é", "\u00e9"],
]


def test_equal_values_share_a_text_and_others_do_not() -> None:
    groups: list[list[object]] = [
        *EQUAL_GROUPS,
        [[1, 2]],
        [set()],
        [{}],
        [[]],
        [()],
        ["1"],
        [None],
        [1.5],
        [[[1], 2]],
        [iter([1, 2])],
    ]
    texts = [{canonical(value) for value in group} for group in groups]
    assert all(len(group) == 1 for group in texts)
    assert len(set.union(*texts)) == len(groups)


def test_recursive_deep_and_long_values_end() -> None:
    loop: list[object] = []
    loop.append(loop)
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert canonical(loop) == "[...]"
    assert len(canonical(deep)) < 2000
    long = canonical(list(range(10**5)))
    assert len(long) < 2000
    assert long == canonical([float(n) for n in range(10**5)]) != canonical([*range(10**5 - 1), 0])
    assert canonical(itertools.count()) == canonical(itertools.count())


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False).map(lambda x: round(x, 3))
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(plain, plain)
def test_same_text_exactly_for_equal_values(left: object, right: object) -> None:
    if left == right:
        assert canonical(left) == canonical(right)
    elif canonical(left) == canonical(right):
        # Only the rounding of floats may join what == keeps apart.
        assert "." in canonical(left) or "e" in repr(left) + repr(right)
