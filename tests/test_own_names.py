"""Names and attributes that a program around an answer defines, and the grammar of the answer."""

from __future__ import annotations

from compiler.front import read_spec
from compiler.synthesis.ask.shape import answer_grammar
from compiler.synthesis.problem.own_names import own_names
from compiler.text.source import Source
from grammar.acceptor import accepts

FILE = '''from collections import namedtuple
import operator as compile

Point = namedtuple("Point", "left top")


class Box:
    depth: int
    sides = 6

    def __init__(self, width: int):
        self.width = width

    def area(self, input: int) -> int:
        """The area.

        >>> Box(2).area(3)
        6
        """
        ...
'''


def test_own_names_are_those_bound_and_the_attributes_of_own_values() -> None:
    spec = read_spec(Source("box.py", FILE))
    own = own_names(spec.functions, spec.context)
    assert {"left", "top", "depth", "sides", "width"} <= own.attributes
    assert {"input", "Box", "Point"} <= own.names
    assert "compile" not in own.names
    assert own_names((), "no Python").names == frozenset()


def test_the_answer_may_use_them() -> None:
    spec = read_spec(Source("box.py", FILE))
    grammar = answer_grammar(spec.functions, spec.context)
    answer = "```python\ndef area(self, input: int) -> int:\n    return self.{} * input\n```"
    assert accepts(grammar, answer.format("width"))
    assert not accepts(grammar, answer.format("height"))
