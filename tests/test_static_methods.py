"""Static methods with holes: compiled as functions, filled in place, judged under their class's name."""

from __future__ import annotations

from compiler.front import read_spec
from compiler.pipeline.driver import compile_source
from compiler.runs.replay import compare, replay
from compiler.task.options import Options
from compiler.text.source import Source
from compiler.trace.trace import parse_trace
from tests.test_replay import Scripted

SHAPE = '''\
from math import pi


class Shape:
    """Shapes, such as Shape.area(1, 1)."""

    sides = 4

    @staticmethod
    def area(w: int, h: int) -> int:
        """The area of a rectangle.

        >>> Shape.area(2, 3)
        6
        >>> Shape.area(4, 5)
        20
        """
        ...

    def scaled(self, k: int) -> int:
        return Shape.area(k, self.sides)


assert Shape.area(7, 1) == 7
assert Shape.area(9, 9) == 81
'''
FACTORIAL = (
    "class Numbers:\n    @staticmethod\n    def factorial(n: int) -> int:\n"
    "        # n times all numbers below it\n        ...\n\n\n"
    "assert Numbers.factorial(0) == 1\nassert Numbers.factorial(4) == 24\n"
)
AREA = "```python\ndef area(w: int, h: int) -> int:\n    return w * h\n```"
ANSWER = "```python\ndef factorial(n):\n    return 1 if n == 0 else n * factorial(n - 1)\n```"


def test_what_is_read_of_a_static_method() -> None:
    (area,) = read_spec(Source("shape.py", SHAPE)).functions
    assert (area.name, area.owner, area.outer_name) == ("area", "Shape", "Shape.area")
    assert [example.text for example in area.examples] == [
        "area(2, 3) == 6",
        "area(4, 5) == 20",
        "area(7, 1) == 7",
        "area(9, 9) == 81",
    ]
    assert area.text.startswith("def area(w: int, h: int) -> int:\n    ")
    assert str(area.examples[0].span) == "shape.py:13:9"


def test_a_static_method_is_filled_in_place_and_judged_there() -> None:
    result = compile_source(Source("shape.py", SHAPE), Options(samples=0), Scripted((AREA,)))
    before, after = SHAPE.split("...\n")
    assert result.program is not None
    assert result.program.startswith(before)
    assert result.program.endswith(after)
    assert "return w * h" in result.program
    (evidence, *_) = result.functions[0].evidence
    assert evidence.clause == "Shape.area(2, 3) == 6"
    trace = parse_trace(result.trace.text().splitlines())
    assert compare(trace, replay(trace)).same


def test_a_call_of_itself_goes_through_the_class() -> None:
    result = compile_source(Source("numbers.py", FACTORIAL), Options(samples=0), Scripted((ANSWER,)))
    assert result.program is not None
    assert "n * Numbers.factorial(n - 1)" in result.program


def test_a_name_that_another_function_has_stays_open() -> None:
    text = FACTORIAL + "\n\ndef factorial(n: int) -> int:\n    ...\n"
    spec = read_spec(Source("two.py", text))
    assert [function.owner for function in spec.functions] == [None]
    assert [warning.code for warning in spec.warnings] == ["L0107"]
    assert spec.warnings[0].labels[0].message == "another function of the file has this name"
