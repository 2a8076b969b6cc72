"""The interpreter, case by case: Python's semantics beside CPython's own, and the guards."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.interpreter.interpreter import InterpretationError, Program, evaluate_text
from compiler.ir.lower import lower_candidate, lower_expression, lower_module
from compiler.ir.nodes import (
    Attribute,
    Block,
    BlockHole,
    ConstHole,
    Expr,
    ExprHole,
    Function,
    Import,
    ImportedName,
    Module,
    Name,
    Param,
    Parameters,
    Return,
)
from compiler.judge.outcome import Raised, Returned, Stopped, behaviour
from compiler.text.source import Source

GOLDEN = Path(__file__).parent / "golden"


def in_cpython(program: str, arguments: tuple[Any, ...]) -> Any:
    """The repr of the value and of the arguments afterwards, or the exception with its message."""
    names: dict[str, Any] = {"__name__": "builtins"}
    exec(compile(program, "<program>", "exec", dont_inherit=True), names)
    try:
        return repr(names["f"](*arguments)), repr(arguments)
    except Exception as error:
        return type(error), str(error)


def in_interpreter(program: str, arguments: tuple[Any, ...]) -> Any:
    run = Program(lower_module(Source("program.py", program))).call("f", arguments)
    assert run.stopped is None
    if run.error is not None:
        return type(run.error), str(run.error)
    return repr(run.value), repr(arguments)


def agree(program: str, *arguments: Any) -> Any:
    wanted = in_cpython(program, copy.deepcopy(arguments))
    assert in_interpreter(program, copy.deepcopy(arguments)) == wanted
    return wanted


def cases(file: str) -> dict[str, str]:
    """The programs of a file, by the heading of each."""
    sections = (GOLDEN / file).read_text(encoding="utf-8").split("\n###")[1:]
    return {heading.strip(): text for heading, _, text in (section.partition("\n") for section in sections)}


CASES = cases("interpreter_agrees.txt")
ENDLESS = cases("interpreter_stops.txt")


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_cpython(name: str) -> None:
    agree(CASES[name], *ast.literal_eval(name.partition(": ")[2]))


def program(text: str) -> Program:
    return Program(lower_candidate(text, "f"))


def test_deep_recursion_ends_as_in_cpython() -> None:
    deep = program("def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\n")
    assert deep.call("f", (900,)).value == 900
    assert isinstance(deep.call("f", (2000,)).error, RecursionError)
    text = "def g(n):\n    return g(n + 1)\ndef f(n):\n    try:\n        return g(n)\n"
    caught = program(f"{text}    except RecursionError:\n        return 'deep'\n")
    assert caught.call("f", (0,)).value == "deep"


def test_a_raised_recursion_limit_is_obeyed() -> None:
    text = "import sys\nsys.setrecursionlimit(5000)\ndef f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\n"
    assert program(text).call("f", (3000,)).value == 3000


UNBOUNDED = [
    "10 ** 10 ** 9",
    "2 ** (1 << 40)",
    "1 << 10 ** 12",
    "'a' * 10 ** 10",
    "[0] * 10 ** 10",
    "10 ** 10 * 'ab'",
    "list(range(10 ** 12))",
    "sum(range(10 ** 12))",
    "sum(map(abs, range(10 ** 12)))",
    "max(x for x in range(10 ** 12))",
    "[*range(10 ** 12)]",
    "'x' in range(10 ** 12)",
    "'x'.zfill(10 ** 10)",
    "'x'.ljust(10 ** 10)",
    "list(map('x'.center, [10 ** 10]))",
    "f'{1:10000000000}'",
    "'%10000000000d' % 1",
    "'%*d' % (10 ** 10, 1)",
    "'{:{}}'.format(1, 10 ** 10)",
    "format(1, '1000000000')",
    "bytes(10 ** 12)",
    "pow(3, 10 ** 10)",
    "list(map(pow, [3], [10 ** 10]))",
    "(lambda s: [s := s + s for _ in range(60)])('ab')",
    "(lambda n: [n := n * n for _ in range(60)])(3)",
    "(lambda s: [s := s.replace('a', 'aaaa') for _ in range(60)])('a')",
    "(lambda s: [s := s.join(['a', s, s]) for _ in range(60)])('a')",
    "sum([list(x) for x in [range(10 ** 12)]], [])",
    "list(map(list, [range(10 ** 12)]))",
]


@pytest.mark.parametrize("text", UNBOUNDED)
def test_what_would_not_end_is_stopped(text: str) -> None:
    assert isinstance(evaluate_text(text).outcome, Stopped)


@pytest.mark.parametrize("name", ENDLESS)
def test_a_program_that_would_not_end_is_stopped(name: str) -> None:
    started = time.monotonic()
    outcome = program(ENDLESS[name]).call("f", ()).outcome
    assert isinstance(outcome, Stopped)
    # No measurement: ten seconds are forever here.
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "text", ["re.match('(a+)+$', s)", "re.compile('(a+)+$').match(s)", "list(map(re.compile('a').sub, ['b'], [s]))"]
)
def test_regular_expressions_run_only_where_they_may_hang(text: str) -> None:
    searching = program(f"import re\ndef f(s):\n    return {text}\n")
    assert searching.call("f", ("aaa",)).outcome == Stopped("time")
    assert searching.call("f", ("aaa",), allow_unbounded=True).stopped is None


def test_large_but_lazy_things_are_fine() -> None:
    lazy = program(
        "def f(n):\n    r = range(n)\n    return len(r), r[-1], 7 in r, r[::2], [x for x, _ in zip(r, 'ab')]\n"
    )
    assert lazy.call("f", (10**12,)).value == (10**12, 10**12 - 1, True, range(0, 10**12, 2), [0, 1])


def test_steps_are_deterministic_and_counted() -> None:
    loop = program("def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n")
    assert loop.call("f", (10,)).steps == loop.call("f", (10,)).steps
    assert loop.call("f", (20,)).steps > loop.call("f", (10,)).steps
    assert loop.call("f", (10**6,)).outcome == Stopped("steps")


def test_each_run_starts_afresh() -> None:
    text = "import random\nseen = []\ncalls = 0\ndef f(x, acc=[]):\n    global calls\n    calls += 1\n"
    text += "    seen.append(x)\n    acc.append(x)\n    return list(seen), list(acc), calls, random.randint(1, 10**9)\n"
    stateful = program(text)
    assert stateful.call("f", (1,)).value == stateful.call("f", (1,)).value


def test_outcomes() -> None:
    values = program("def f(x):\n    if x == 'g':\n        return (i for i in (1, 2))\n    return 1 / x\n")
    assert values.call("f", (1,)).outcome == Returned("1.0", "1", "float")
    assert values.call("f", ("g",)).outcome == Returned("iter(1, 2)", "iter(1, 2)", "iterator")
    raised = values.call("f", (0,)).outcome
    assert raised == Raised(
        "ZeroDivisionError", "division by zero", ("ZeroDivisionError", "ArithmeticError", "Exception")
    )
    assert behaviour(raised) == "!ZeroDivisionError"


def test_expressions_over_variables_and_the_module() -> None:
    module = program("def f(x):\n    return x + 1\n")
    run = module.evaluate(lower_expression("f(n) + sum(f(m) for m in ms if m > n)"), {"n": 1, "ms": [1, 2, 3]})
    assert run.value == 9
    assert isinstance(module.evaluate(lower_expression("nowhere")).error, NameError)
    shadowed = module.evaluate(lower_expression("[len for _ in range(2)]"), {"len": 3})
    assert shadowed.value == [3, 3]


def with_body(*body: Any) -> Program:
    block: Block = body
    return Program(Module((Function("f", Parameters(positional=(Param("x"), Param("y"))), block),)))


def test_holes_are_asked_with_what_is_in_sight() -> None:
    asked: list[Mapping[str, object]] = []

    def fill(variables: Mapping[str, object]) -> object:
        asked.append(variables)
        return 42

    partial = with_body(Return(ExprHole("h", scope=("x",))))
    assert partial.call("f", (1, 2), holes={"h": fill}).value == 42
    everything = with_body(Return(ConstHole("h")))
    assert everything.call("f", (1, 2), holes={"h": fill}).value == 42
    assert asked == [{"x": 1}, {"x": 1, "y": 2}]


def test_an_open_hole_is_no_outcome() -> None:
    for hole in (Return(ExprHole("h")), BlockHole("h")):
        with pytest.raises(InterpretationError, match=r"\?h"):
            with_body(hole).call("f", (1, 2))


def test_a_run_may_evaluate_while_another_is_under_way() -> None:
    module = with_body(Return(ExprHole("h", scope=("x",))))

    def fill(variables: Mapping[str, object]) -> object:
        return module.evaluate(lower_expression("x * 10"), variables).value

    run = module.call("f", (4, 0), holes={"h": fill})
    assert run.value == 40


def test_observation_sees_each_expression() -> None:
    seen: list[tuple[Expr, object]] = []
    watched = program("def f(x):\n    y = x + 1\n    return [y, x][0] if y > x else 0\n")
    assert watched.call("f", (3,), observe=lambda node, value: seen.append((node, value))).value == 4
    assert (lower_expression("x + 1"), 4) in seen
    assert (lower_expression("y > x"), True) in seen
    assert all(node != lower_expression("0") or value == 0 for node, value in seen)


@pytest.mark.parametrize("name", ["__class__", "gi_frame", "__globals__"])
def test_doors_into_the_interpreter_are_shut(name: str) -> None:
    with pytest.raises(InterpretationError):
        with_body(Return(Attribute(Name("x"), name))).call("f", (1, 2))


def test_modules_hold_what_is_listed_and_nothing_else() -> None:
    reach = with_body(Import(None, (ImportedName("random"),)), Return(Attribute(Name("random"), "SystemRandom")))
    with pytest.raises(InterpretationError, match=r"random\.SystemRandom"):
        reach.call("f", (1, 2))
    with pytest.raises(InterpretationError, match="os"):
        with_body(Import(None, (ImportedName("os"),))).call("f", (1, 2))


def test_ctrl_c_is_not_the_programs() -> None:
    def interrupt(variables: Mapping[str, object]) -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        with_body(Return(ExprHole("h"))).call("f", (1, 2), holes={"h": interrupt})
    own = program("def f():\n    raise KeyboardInterrupt('mine')\n").call("f", ())
    assert own.outcome == Raised("KeyboardInterrupt", "mine", ("KeyboardInterrupt",))
