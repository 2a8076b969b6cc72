"""Calls that a limit stops: which they are, what they leave behind, and how they are repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compiler.judge.outcome import Returned, Stopped, behaviour
from compiler.judge.sandbox import Limits, Probe, run_probes
from compiler.judge.stops import Stop, run_again, stops_of
from tests.sandboxed import QUICK, outcome_of


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
