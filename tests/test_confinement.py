"""Candidate code behind the walls: what it cannot do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compiler.judge.child import canonical
from compiler.judge.outcome import Raised, Returned, Stopped
from compiler.judge.sandbox import run_script
from tests.sandboxed import one, outcome_of


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
