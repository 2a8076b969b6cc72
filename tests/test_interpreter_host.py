"""What interpreted programs do to the process around them: nothing."""

from __future__ import annotations

import calendar
import collections
import decimal
import fractions
import json
import keyword
import random
import re
import sys
import typing

import pytest

from compiler.interpreter.interpreter import InterpretationError, Program, evaluate_text
from compiler.ir.lower import LowerError, lower_module
from compiler.judge.outcome import Returned, Stopped
from compiler.text.source import Source


def run(text: str) -> object:
    return Program(lower_module(Source("program.py", text))).call("f", ()).outcome


def host_state() -> list[object]:
    context = decimal.getcontext()
    owners: list[object] = [
        collections.Counter,
        fractions.Fraction,
        json.dumps,
        type(calendar.day_name),
        calendar.day_name,
        re.I,
    ]
    return [
        (context.prec, context.rounding, dict(context.flags), dict(context.traps)),
        random.getstate(),
        sys.getrecursionlimit(),
        list(keyword.kwlist),
        [sorted(vars(owner)) for owner in owners],
        vars(typing)["List"],
    ]


QUIET = [
    "import sys\ndef f():\n    sys.setrecursionlimit(5000)",
    "import random\ndef f():\n    random.seed(7)\n    random.shuffle([1, 2, 3])",
    "import decimal\ndef f():\n    decimal.getcontext().prec = 3\n    decimal.getcontext().rounding = decimal.ROUND_UP",
    "from decimal import Decimal\ndef f():\n    Decimal(1) / Decimal(3)",
    "from decimal import Decimal, getcontext\ngetcontext().prec = 3\ndef f():\n    return Decimal(1) / Decimal(3)",
    "from decimal import *\ndef f():\n    getcontext().prec = 2\n    yield Decimal(1) / 3",
    "from keyword import kwlist\ndef f():\n    kwlist.append('x')\n    kwlist.sort()",
    "import heapq\ndef f():\n    heapq.heapify([3, 2, 1])",
]


@pytest.mark.parametrize("text", QUIET)
def test_what_a_program_sets_is_its_own(text: str) -> None:
    before = host_state()
    assert isinstance(run(text), Returned)
    assert host_state() == before


_REGISTERS = "class A:\n    def register(self):\n        pass\n"
SHARED = [
    "from collections import Counter\ndef f():\n    Counter.total = 1",
    "from collections import Counter\ndef f():\n    setattr(Counter, 'extra', 1)",
    "from collections import Counter\ndef f():\n    del Counter.most_common",
    "from collections import Counter\ndef f():\n    type(Counter()).extra = 1",
    "from collections import Counter\ndef f():\n    for Counter.extra in [1]:\n        pass",
    "from fractions import Fraction\ndef f():\n    Fraction.numerator += 1",
    "import json\ndef f():\n    json.dumps.extra = 1",
    "import calendar\ndef f():\n    calendar.day_name.extra = 1",
    "import re\ndef f():\n    re.I.extra = 1",
    "import typing\ndef f():\n    typing.Counter.extra = 1",
    "from statistics import NormalDist\ndef f():\n    return NormalDist().samples(2)",
    "def f():\n    KeyboardInterrupt.extra = 1",
    f"{_REGISTERS}from collections.abc import Sequence\ndef f():\n    Sequence.register(A)",
    f"{_REGISTERS}from numbers import Number\ndef f():\n    list(map(Number.register, [A]))",
]


@pytest.mark.parametrize("text", SHARED)
def test_what_all_programs_share_is_left_to_the_child(text: str) -> None:
    before = host_state()
    assert run(text) == Stopped("state")
    assert host_state() == before


@pytest.mark.parametrize("flags", ["128", "flags=re.I | 128"])
def test_what_a_pattern_is_made_of_is_not_printed(flags: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(f"import re\ndef f():\n    return re.compile('a', {flags})") == Stopped("output")
    assert capfd.readouterr().out == ""


def test_a_table_of_the_library_is_not_reached_by_naming_an_attribute_after_it() -> None:
    text = "class A:\n    unicode_whitespace_trans = 1\ndef f(x):\n    return x.unicode_whitespace_trans"
    with pytest.raises(LowerError, match="outside the subset"):
        lower_module(Source("program.py", text))


@pytest.mark.parametrize(
    "made",
    [
        "Enum('E', [('__reduce_ex__', f), ('a', 1)])",
        "Enum('E', {'a': 1, '_b': 2})",
        "Enum('E', 'a __b__')",
        "Enum('E', names=iter(['__a__']))",
        "list(map(IntEnum, ['E'], ['__a__']))",
        "B('E', ['_a'])",
    ],
)
def test_an_enumeration_gets_no_special_methods_from_a_value(made: str) -> None:
    with pytest.raises(InterpretationError, match="leading underscore"):
        run(f"from enum import Enum, IntEnum\nclass B(Enum):\n    pass\ndef f():\n    return {made}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("(str(C.x), f'{C.x}', str(Enum('E', 'a').a), repr(C))", "('1', '1', 'E.a', \"<enum 'C'>\")"),
        ("list(Enum('E', 'a b'))", "[<E.a: 1>, <E.b: 2>]"),
        ("list(Enum('E', {'a': 5}))", "[<E.a: 5>]"),
        ("list(Enum('E', ['a', 'b'], start=3))", "[<E.a: 3>, <E.b: 4>]"),
        (
            "[C(1), C['x'], C.x.name, isinstance(C.x, Enum), C.y + 1, IntEnum('E', 'a').a < 2]",
            "[<C.x: 1>, <C.x: 1>, 'x', True, 3, True]",
        ),
    ],
)
def test_enumerations_are_as_ever(expression: str, value: str) -> None:
    outcome = run(
        f"from enum import Enum, IntEnum\nclass C(IntEnum):\n    x = 1\n    y = 2\ndef f():\n    return {expression}"
    )
    assert isinstance(outcome, Returned)
    assert outcome.value == value


def test_what_is_the_programs_own_may_be_set() -> None:
    assert run("class A:\n    pass\ndef f():\n    A.x = 1\n    f.y = 2\n    return A.x + f.y") == Returned(
        "3", "3", "int"
    )
    text = "from types import SimpleNamespace\ndef f():\n    s = SimpleNamespace()\n    s.x = 4\n    return s.x"
    assert run(text) == Returned("4", "4", "int")
    assert evaluate_text("setattr(int, 'x', 1)").outcome != Stopped("state")


def test_decimals_are_computed_as_in_a_fresh_process() -> None:
    decimal.getcontext().prec = 5
    try:
        text = "from decimal import Decimal\ndef f():\n    return Decimal(1) / Decimal(3)"
        outcome = run(text)
        assert isinstance(outcome, Returned)
        assert outcome.value == "Decimal('0.3333333333333333333333333333')"
    finally:
        decimal.setcontext(decimal.Context())


@pytest.mark.parametrize(
    "made",
    [
        "(lambda kind: kind('T', (object,), {'__reduce__': f}))(type(int))",
        "list(map(type(A), ['T'], [(A,)], [{'__reduce__': f}]))",
        "functools.partial(type(A), 'T', (A,))({'__reduce__': f})",
        "list(itertools.starmap(type(enum.Enum), [('T', (), {})]))",
    ],
)
def test_the_type_of_a_class_makes_no_classes(made: str) -> None:
    with pytest.raises(InterpretationError, match="more than one argument"):
        run(f"import enum, functools, itertools\nclass A:\n    pass\ndef f():\n    return {made}")


def test_types_are_asked_for_as_ever() -> None:
    asked = "[type(1) is int, isinstance(A, type), isinstance(1, type), issubclass(type(A), type), type(int), type(A)]"
    expected = "[True, True, False, True, <class 'type'>, <class 'type'>]"
    outcome = run(f"class A:\n    pass\ndef f():\n    return {asked}")
    assert isinstance(outcome, Returned)
    assert outcome.value == expected
    assert run("def f():\n    return list(map(type, [1, 'a'])) == [int, str]") == Returned("True", "1", "bool")
