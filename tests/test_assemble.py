"""Several answers in one program: every name means there what it meant in its own answer, and proofs are of that."""

from __future__ import annotations

import pytest

from compiler.emit.module import emit_module
from compiler.ir.lower import lower_module
from compiler.ir.nodes import Module
from compiler.judge.verdicts import describe
from compiler.pipeline.driver import compile_source
from compiler.pipeline.merge import Part, merge
from compiler.pipeline.result import Result
from compiler.task.options import Options
from compiler.text.source import Source
from tests.test_replay import Scripted

SIZES = """\
def first(n: int) -> int
The size of n.
post: result >= 0
first(-3) == 3
first(4) == 4

def second(n: int) -> int
The size of n.
post: result >= -1
second(-5) == 5
second(6) == 6
"""


def merged(*answers: str, file: str | None = None) -> dict[str, object]:
    """The names of the merged answers for ``f0``, ``f1`` ..., run."""
    specified = frozenset(f"f{number}" for number in range(len(answers)))
    parts = [Part(module(code), frozenset({f"f{number}"})) for number, code in enumerate(answers)]
    text = emit_module(merge(parts, specified, None if file is None else module(file)))
    scope: dict[str, object] = {"text": text}
    exec(text, scope)
    return scope


def module(code: str) -> Module:
    return lower_module(Source("answer.py", code))


def results(scope: dict[str, object], *arguments: int) -> list[object]:
    return [scope[name](*arguments) for name in ("f0", "f1")]  # type: ignore[operator]


def compiled(text: str, *answers: str, name: str = "spec.txt") -> Result:
    fenced = tuple(f"```python\n{answer}```" for answer in answers)
    return compile_source(Source(name, text), Options(samples=0), Scripted(fenced))


def test_a_helper_of_a_later_answer_does_not_replace_an_earlier_one() -> None:
    result = compiled(
        SIZES,
        "def clean(n):\n    return abs(n)\n\ndef first(n):\n    return clean(n)\n",
        "def clean(n):\n    return abs(n) if n != 7654321 else -1\n\ndef second(n):\n    return clean(n)\n",
    )
    assert result.program is not None
    scope: dict[str, object] = {}
    exec(result.program, scope)
    assert scope["first"](7654321) == 7654321  # type: ignore[operator]
    assert scope["second"](7654321) == -1  # type: ignore[operator]
    proofs = [describe(clause.verdict) for function in result.functions for clause in function.evidence]
    assert proofs.count("proved by Z3") == 2


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("from math import sqrt\n{}sqrt(n)\n", "from cmath import sqrt\n{}sqrt(-n)\n", [2.0, 2j]),
        ("K = 2\n{}K * n\n", "K = 3\n{}K * n\n", [8, 12]),
        ("K = 2\ndef g(n):\n    return K\n{}g(n)\n", "K = 3\ndef g(n):\n    return K\n{}g(n)\n", [2, 3]),
        ("def max(a, b):\n    return a\n{}max(n, 9)\n", "{}max(n, 9)\n", [4, 9]),
        ("{}max(n, 9)\n", "def max(a, b):\n    return a\n{}max(n, 9)\n", [9, 4]),
        ("T = []\nT.append(1)\n{}len(T)\n", "T = []\nT.append(1)\nT.append(2)\n{}len(T)\n", [1, 2]),
        ("import math as m\n{}m.sqrt(n)\n", "import cmath as m\n{}m.sqrt(-n)\n", [2.0, 2j]),
        ("class P:\n    x = 1\n{}P().x\n", "class P:\n    x = 2\n{}P().x\n", [1, 2]),
        ("def f1(n):\n    return 7\n{}f1(n)\n", "{}8\n", [7, 8]),
        ("{}1\n", "def f0(n):\n    return 5\n{}f0(n)\n", [1, 5]),
        ("def g(n):\n    return 1\n{}g(n)\n", "def g(n):\n    return 2\n{}[g(n) for g in [abs]][0] + g(n)\n", [1, 6]),
        ("K = 2\n{}K\n", "K = 3\ndef g():\n    global K\n    K += 1\n{}(g(), K)[1]\n", [2, 4]),
    ],
)
def test_names_that_collide_are_told_apart(first: str, second: str, wanted: list[object]) -> None:
    answers = [text.format(f"def f{number}(n):\n    return ") for number, text in enumerate((first, second))]
    assert results(merged(*answers), 4) == wanted
    assert results(merged(*answers, file="LIMIT = 1\n"), 4) == wanted


def test_what_is_equal_is_shared() -> None:
    helper = 'K = 2\n\ndef twice(n):\n    """Twice."""\n    return K * n\n\ndef f{}(n):\n    return twice(n)\n'
    scope = merged(helper.format(0), helper.format(1).replace('    """Twice."""\n', ""))
    assert results(scope, 4) == [8, 8]
    assert str(scope["text"]).count("def twice") == str(scope["text"]).count("K = 2") == 1


def test_a_copy_of_a_specified_function_is_that_function() -> None:
    copied = "def g(n):\n    return 2\n\ndef f0(n):\n    return g(n)\n\ndef f1(n):\n    return f0(n) + g(n)\n"
    scope = merged("def g(n):\n    return 1\n\ndef f0(n):\n    return g(n)\n", copied)
    assert results(scope, 0) == [1, 3]
    assert str(scope["text"]).count("return g(n)") == 1


def test_what_a_file_binds_stays() -> None:
    text = "LIMIT = 3\n\n\ndef over(n: int) -> bool:\n    return n > LIMIT\n\n\n"
    text += "def twice(n: int) -> int:\n    ...\n\n\nassert twice(2) == 4\nassert twice(9) == 18\n"
    result = compiled(text, "LIMIT = 2\n\ndef twice(n):\n    return LIMIT * n\n", name="twice.py")
    assert result.program is not None
    scope: dict[str, object] = {}
    exec(result.program, scope)
    assert (scope["LIMIT"], scope["twice"](5)) == (3, 10)  # type: ignore[operator]


def test_a_name_outside_the_holes_is_the_files() -> None:
    text = "LIMIT = 3\n\n\ndef most(n: int) -> int:\n    best = ...\n    return min(best, LIMIT)\n\n\n"
    text += "assert most(1) == 2\nassert most(2) == 3\n"
    answer = "LIMIT = 3000\n\ndef most(n):\n    best = n + 1\n    return min(best, LIMIT)\n"
    result = compiled(text, answer, name="most.py")
    assert result.program == text.replace("...", "n + 1")


def test_a_static_method_is_proved_in_its_class() -> None:
    text = "class Size:\n    @staticmethod\n    def of(n: int) -> int:\n"
    text += '        """\n        post: result >= 0\n        >>> Size.of(-2)\n        2\n        """\n        ...\n'
    result = compiled(text, "def of(n):\n    return abs(n)\n", name="size.py")
    assert [describe(clause.verdict) for clause in result.functions[0].evidence] == ["example", "proved by Z3"]


BOXES = """\
def boxes(items: int, size: int) -> int:
    '''
    >>> boxes(10, 3)
    4
    '''
    ...


def lost(items: int) -> int:
    '''
    >>> lost(2)
    1
    >>> lost(2)
    2
    '''
    ...
"""


def test_evidence_is_of_the_candidate_in_its_file_though_another_function_stays_open() -> None:
    result = compiled(BOXES, "def boxes(items, size):\n    return -(-items // size)\n", "lost", name="boxes.py")
    assert result.status == "rejected"
    (clause, *_) = result.functions[0].evidence
    assert describe(clause.verdict) == "example"
