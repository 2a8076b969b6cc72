"""The last verdict: what is accepted, and what is said of a text that does not do what its candidate did."""

from __future__ import annotations

import pytest

from compiler.acceptance.candidate import Provenance
from compiler.acceptance.selection import select
from compiler.acceptance.verification import Verification, is_accepted, verify_program
from compiler.front import read_spec
from compiler.ir.lower import lower_module
from compiler.judge.verdicts import Proved, Shown, Tested, Unknown, Violated
from compiler.pipeline.driver import compile_source
from compiler.synthesis.pool import Pool
from compiler.task.budget import Budget
from compiler.task.options import Options
from compiler.task.unit import Unit
from compiler.text.source import Source
from compiler.trace.trace import Trace
from tests.test_replay import Scripted

SQUARE = "Return the square of n.\n\ndef g(n: int) -> int\n"
CODE = "def g(n):\n    return n * n\n"


def pool_of(text: str, code: str) -> Pool:
    spec = read_spec(Source("spec.txt", text))
    trace = Trace()
    pool = Pool(Unit(spec, spec.functions, ""), trace, Budget(1000, 100.0, trace))
    pool.add(lower_module(Source("code.py", code)), Provenance("model", votes=1, greedy=True))
    return pool


def spoken(text: str, program: str) -> Verification:
    pool = pool_of(text, CODE)
    function = pool.unit.functions[0]
    return verify_program(function, program, pool.inputs.made_for(function), pool.budget)


def accepted(text: str, code: str) -> bool:
    pool = pool_of(text, code)
    choice = select(pool.candidates)
    return choice is not None and is_accepted(choice, pool.candidates, pool.unit.functions)


def test_a_text_that_is_its_candidate_is_sound() -> None:
    found = spoken(SQUARE + "post: result >= 0\n\ng(2) == 4\n", CODE)
    assert found.sound
    assert [clause.verdict for clause in found.clauses][:2] == [Shown(), Proved("Z3")]


@pytest.mark.parametrize("examples", ["", "\n>>> g(2)\n4\n"])
@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("raise NameError('x')\n" + CODE, "NameError: x"),
        ("def h(n):\n    return 1\n", "no `g`"),
        ("def g(n)\n    return n * n\n", "SyntaxError"),
    ],
)
def test_nothing_is_claimed_of_a_text_that_does_not_load(program: str, why: str, examples: str) -> None:
    found = spoken(SQUARE + "post: result >= 0\n" + examples, program)
    assert not found.sound
    assert found.clauses
    for clause in found.clauses:
        assert isinstance(clause.verdict, Violated)
        assert why in clause.verdict.got


def test_an_example_that_time_stops_is_not_sound() -> None:
    found = spoken("def g(n: int) -> int\n>>> g(2)\n4\n", "def g(n):\n    while True:\n        pass\n")
    assert not found.sound
    assert isinstance(found.clauses[0].verdict, Unknown)


def test_a_broken_last_verdict_is_told() -> None:
    text = "LIMIT = 3\n\n\ndef most(n: int) -> int:\n    best = ...\n    return min(best, LIMIT)\n\n\n"
    answer = "```python\nLIMIT = 30\n\ndef most(n):\n    best = n + 1\n    return min(best, LIMIT)\n```"
    source = Source("most.py", text + "assert most(1) == 2\nassert most(9) == 10\n")
    result = compile_source(source, Options(samples=0), Scripted((answer,)))
    assert (result.status, result.program) == ("rejected", None)
    (told,) = result.diagnostics
    assert told.code == "L0405"
    assert told.notes[0] == "most(1) == 2: violated(loading the program gives AssertionError)"


@pytest.mark.parametrize(
    ("contract", "code", "wanted"),
    [
        ("post: result >= 0\n", "def g(n):\n    raise NotImplementedError\n", False),
        ("post: result >= 0\n", CODE, True),
        ("raises: ValueError when n > 10 ** 9\n", CODE, False),
        ("pre: n > 5\npre: n < 3\npost: result == n * n\n", "def g(n):\n    return n\n", False),
        (
            "raises: ValueError when n < 0\n",
            "def g(n):\n    if n < 0:\n        raise ValueError\n    return n * n\n",
            True,
        ),
    ],
)
def test_one_answer_needs_a_contract_that_was_seen_to_hold(contract: str, code: str, wanted: bool) -> None:
    assert accepted(SQUARE + contract, code) == wanted


def test_examples_are_no_generated_inputs() -> None:
    text = "def g(n: list[int]) -> int\npost: result >= 0\n\ng([2]) == 1\ng([]) == 0\n"
    pool = pool_of(text, "def g(n):\n    return len(n)\n")
    (candidate,) = pool.candidates
    assert [count for _, count in candidate.judgement.checked] == [len(candidate.judgement.calls)]
    function = pool.unit.functions[0]
    found = verify_program(function, candidate.program, pool.inputs.made_for(function), pool.budget)
    assert Tested(len(candidate.judgement.calls)) in [clause.verdict for clause in found.clauses]


def test_what_only_examples_reach_is_seen_on_examples() -> None:
    text = "def g(n: list[int]) -> int\nraises: ValueError when len(n) == 0\n\ng([2]) == 2\ng([]) raises ValueError\n"
    pool = pool_of(text, "def g(n):\n    if not n:\n        raise ValueError()\n    return n[0]\n")
    (candidate,) = pool.candidates
    function = pool.unit.functions[0]
    found = verify_program(function, candidate.program, pool.inputs.made_for(function), pool.budget)
    assert [clause.verdict for clause in found.clauses if clause.kind == "raises"] == [Shown()]
