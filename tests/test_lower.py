"""Python to the IR: what is kept, what is dropped, what is refused and why."""

from __future__ import annotations

import builtins
import importlib
import types

import pytest

from compiler.emit.module import emit_module
from compiler.ir.lower import LowerError, lower_candidate, lower_expression, lower_module, missing_imports
from compiler.ir.nodes import Assign, Const, Function, If, Import, Name, TypeRef, Unary
from compiler.ir.subset import ALLOWED_ATTRIBUTES, ALLOWED_BUILTINS, ALLOWED_MODULES
from compiler.ir.verify import verify
from compiler.ir.walk import walk
from compiler.lir.text import parse_module, print_module
from compiler.text.source import Source
from solver.sorts import INT, ListSort


def _lower(code: str) -> object:
    return lower_module(Source("a.py", code))


REFUSED = """
open("x") | L0203 | the built-in `open` is outside the subset
eval("1") | L0203 | the built-in `eval` is outside the subset
__import__("os") | L0203 | the name `__import__` is outside the subset
__builtins__ | L0203 | the name `__builtins__` is outside the subset
type("A", (), {}) | L0203 | `type` may only be called with one argument
type(int)("A", (), {}) | L0203 | `type` may only be called with one argument
type(type(x))("A", (), {}) | L0203 | `type` may only be called with one argument
type(ValueError)(*x) | L0203 | `type` may only be called with one argument
[type][0] | L0203 | `type` may only be called with one argument
getattr(x, name) | L0203 | `getattr` may only be called with a literal attribute name
getattr(x, "__class__") | L0205 | the attribute `__class__` is outside the subset
list(map(getattr, xs, names)) | L0203 | `getattr` may only be called with a literal attribute name
x.__class__ | L0205 | the attribute `__class__` begins with an underscore
x._private | L0205 | the attribute `_private` begins with an underscore
x.gi_frame | L0205 | the attribute `gi_frame` is outside the subset
x.system("ls") | L0205 | the attribute `system` is outside the subset
"{0.__class__}".format(x) | L0205 | `format` is for literal texts with plain fields only
"{0[a]}".format(x) | L0205 | `format` is for literal texts with plain fields only
"{:{0.a}}".format(x) | L0205 | `format` is for literal texts with plain fields only
template.format(x) | L0205 | `format` is for literal texts with plain fields only
str.format("{}", x) | L0205 | `format` is for literal texts with plain fields only
("{0." + "__class__}").format(x) | L0205 | `format` is for literal texts with plain fields only
"{0:{1.__class__}} }".format(x, y) | L0205 | `format` is for literal texts with plain fields only
map(template.format, xs) | L0205 | `format` is for literal texts with plain fields only
UserString("{0.__class__}").format(x) | L0205 | `format` is for literal texts with plain fields only
getattr("", "format") | L0205 | the attribute `format` is outside the subset
"{a}".format_map(x) | L0205 | the attribute `format_map` is outside the subset
f(...) | L0202 | `...` is outside the subset
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_refused_expressions(line: str) -> None:
    expression, code, reason = (part.strip() for part in line.split(" | "))
    with pytest.raises(LowerError) as caught:
        lower_expression(expression)
    assert (caught.value.code, caught.value.reason) == (code, reason)
    assert caught.value.span is not None


_FORMATTER = "class A:\n    def format(self, *values):\n        return ''\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os", "the module `os` is outside the subset"),
        ("from random import _os", "`random._os` is outside the subset"),
        ("import random\nrandom._os", "`random._os` is outside the subset"),
        ("import json\njson.codecs", "`json.codecs` is outside the subset"),
        ("import typing as t\nt.sys", "`typing.sys` is outside the subset"),
        ("import json\nm = json\nm.codecs", "the module `json` may only be used through its names"),
        ("import math\nmath.pi = 3", "`math.pi` may not be changed"),
        ("from operator import attrgetter", "`operator.attrgetter` is outside the subset"),
        ("from functools import wraps", "`functools.wraps` is outside the subset"),
        ("class A:\n    __annotations__ = {'x: f()': 1}", "`__annotations__` may not be defined"),
        ("from . import x", "a relative import is outside the subset"),
        ("with x:\n    pass", "`with` is outside the subset"),
        ("async def f():\n    pass", "`async` is outside the subset"),
        ("def f():\n    return (yield)", "`yield` may only be a whole statement or the right side of an assignment"),
        ("def f(x: g(1)):\n    pass", "an annotation may hold names, subscripts, literals and `|` only"),
        ("def f(x: 'g(1)'):\n    pass", "a quoted annotation may hold names, subscripts, literals and `|` only"),
        ("class A:\n    def __getattr__(self, n):\n        pass", "`__getattr__` may not be defined"),
        ("class A(type):\n    pass", "a class may not be derived from `type`"),
        ("class A(type(int)):\n    pass", "a class may not be derived from `type`"),
        ("def super(x):\n    return x\nsuper(1).__call__", "the attribute `__call__` begins with an underscore"),
        ("if 0:\n    def open(): pass\nopen()", "the built-in `open` is outside the subset"),
        ("def open(): pass\ndel open\nopen()", "the built-in `open` is outside the subset"),
        ("x = open\ndef open(): pass", "the built-in `open` is outside the subset"),
        ("class A:\n    open = open", "the built-in `open` is outside the subset"),
        ("class A:\n    gi_frame = 1\nx.gi_frame", "the attribute `gi_frame` is outside the subset"),
        *[
            (f"{_FORMATTER}{rest}", "`format` is for literal texts with plain fields only")
            for rest in (
                "def f(x):\n    return ('{0.__class__}' + '').format(x)",
                "def f(x, t):\n    return t.format(x)",
                "def f(x, t):\n    return list(map(t.format, x))",
                "def f(x, A):\n    return A().format(x)",
                "def f(x, a):\n    a = A()\n    return a.format(x)",
                "def f(x):\n    a = A()\n    a, b = x\n    return a.format(x)",
                "class B(str):\n    pass\ndef f(x):\n    return B('{0.__class__}').format(x)",
                "class B(str):\n    def go(self, x):\n        return super().format(x)",
                "def f(x):\n    return A.format('{0.__class__}', x)",
                "from enum import Enum\nE = Enum('E', 'format')\ndef f(p, x):\n    return p.format(x)",
            )
        ],
        (
            "class A:\n    def __new__(cls):\n        return '{0.__class__}'\n    def format(self):\n        pass\n"
            "def f(x):\n    return A().format(x)",
            "`format` is for literal texts with plain fields only",
        ),
        (
            "match x:\n    case [a, b]:\n        pass",
            "`match` patterns other than literals, `|` and `_` are outside the subset",
        ),
    ],
)
def test_refused_modules(code: str, reason: str) -> None:
    with pytest.raises(LowerError) as caught:
        _lower(code)
    assert caught.value.reason == reason
    assert caught.value.span is not None


@pytest.mark.parametrize(
    "code",
    [
        "def compile(x):\n    return x\ndef f(x):\n    return compile(x)",
        "def f(input):\n    return [open for open in input]",
        "def f(x):\n    t = '{} and {:>{w}}'\n    return t.format(x, 1, w=3)",
        "def f(xs):\n    return list(map('{:>3}'.format, xs))",
        f"{_FORMATTER}def f(x):\n    a = A()\n    return a.format(x) + A().format(x) + '{{}}'.format(x)",
        "def f(x):\n    return '{0!r:{1}} {'.format(x, 3)",
        "import collections\ndef f(x: collections.abc.Iterable):\n    return isinstance(x, collections.abc.Sized)",
        "from collections import namedtuple\nP = namedtuple('P', 'row column')\ndef f(p):\n    return p.row + p.column",
        "class A:\n    def __lt__(self, other):\n        return self.weight < other.weight\n"
        "    def __init__(self, weight):\n        super().__init__()\n        self.weight = weight",
        "def f(a, b):\n    del (a, [b])",
        "def f(x):\n    return type(x) == int and isinstance(x, type)",
        "class A:\n    def __init__(self, *xs):\n        self.xs = xs\n"
        "    def __add__(self, other):\n        return type(self)(*self.xs, other)",
        "def f(x, y):\n    kinds = {type(v) for v in x}\n    return type(x)(y), type(x) is int, kinds == {type(y)}",
        "def f(x):\n    return setattr(x, 'data', 1) or hasattr(x, 'keys')",
    ],
)
def test_correct_programs_lower(code: str) -> None:
    _lower(code)


def test_listed_names_exist_and_are_no_modules() -> None:
    assert not [name for name in ALLOWED_BUILTINS if not hasattr(builtins, name)]
    for module, names in ALLOWED_MODULES.items():
        values = {name: getattr(importlib.import_module(module), name) for name in names}
        assert {name for name, value in values.items() if isinstance(value, types.ModuleType)} <= {"abc"}
    assert not [name for name in ALLOWED_ATTRIBUTES if name.startswith("_")]


def test_a_candidate_keeps_what_its_function_needs() -> None:
    text = """
import math, os
import sys
from typing import *
from collections import Counter as C

LIMIT = 10
unused = open("x")
n = int(input())
cache = {}
cache[0] = 1
cache.update(a=2)

def other(x):
    return eval(x)

# Halves.
def half(n: "Optional[int]"):
    return n // 2  # floor

def f(n: List[int]) -> int:
    '''Doc.'''
    if n in cache:
        return math.floor(half(LIMIT))
    return C(n)

print(f(3))
assert f(1) == 2
if __name__ == "__main__":
    print(sys.argv)
"""
    module = lower_candidate(text, "f")
    kinds = [getattr(item, "name", type(item).__name__) for item in module.body]
    imports = [name.name for item in module.body if isinstance(item, Import) for name in item.names]
    assert kinds == ["Import", "Import", "Import", "Assign", "Assign", "Assign", "ExprStmt", "half", "f"]
    assert imports == ["math", "List", "Optional", "Counter"]
    assert [item.name for item in module.body if isinstance(item, Function)] == ["half", "f"]
    assert module.function("half").comments == ("Halves.",)
    assert module.function("half").body[0].remark == "floor"
    assert module.function("f").docstring == "Doc."


def test_a_parameter_does_not_pull_in_a_global_of_its_name() -> None:
    module = lower_candidate("n = int(input())\ndef f(n):\n    return [m for m in n]\nm = open('x')\n", "f")
    assert [type(item) for item in module.body] == [Function]


def test_the_last_definition_wins() -> None:
    module = lower_candidate("def f():\n    return 1\ndef f():\n    return 2\n", "f")
    assert len(module.body) == 1
    decorated = lower_candidate("def f():\n    return 1\nold = f\ndef f():\n    return old()\n", "f")
    assert len(decorated.body) == 3


def test_context_comes_first_and_gives_way() -> None:
    context = (
        "import math\nBASE = 2\ndef helper(x):\n    return x\ndef unused():\n    return 0\ndef f(x):\n    return None\n"
    )
    module = lower_candidate("def f(x):\n    return helper(math.sqrt(x)) + BASE\n", "f", context)
    assert [getattr(item, "name", type(item).__name__) for item in module.body] == ["Import", "Assign", "helper", "f"]
    assert not isinstance(module.function("f").body[0], Const)


def test_classes_whose_attributes_are_used_are_kept() -> None:
    text = "class Pair:\n    def __init__(self, a):\n        self.left = a\ndef f(pairs):\n    return pairs[0].left\n"
    assert len(lower_candidate(text, "f").body) == 2


def test_a_lambda_is_a_function() -> None:
    assert isinstance(lower_candidate("f = lambda x, y=2: x + y\n", "f").function("f"), Function)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1", "`f` is not defined"),
        ("def g():\n    pass", "`f` is not defined; the text defines `g`"),
        ("class Solution:\n    def f(self):\n        pass", "`f` is a method of the class `Solution`, not a function"),
    ],
)
def test_without_the_entry(text: str, reason: str) -> None:
    with pytest.raises(LowerError) as caught:
        lower_candidate(text, "f")
    assert (caught.value.code, caught.value.reason) == ("L0206", reason)


@pytest.mark.parametrize("text", ["def f(:", "x = '\ud800", "\0", "(" * 500, "if x:\n\tpass\n        pass"])
def test_not_python(text: str) -> None:
    with pytest.raises(LowerError) as caught:
        _lower(text)
    assert caught.value.code == "L0201"
    assert caught.value.span is not None


@pytest.mark.parametrize("text", ["x = " + "+".join("a" * 400), "x = a" + ".strip()" * 400, "a = " + "-" * 190 + "b"])
def test_too_deep(text: str) -> None:
    with pytest.raises(LowerError) as caught:
        _lower(text)
    assert caught.value.reason.endswith("nested too deeply")
    with pytest.raises(LowerError):
        lower_candidate(f"def f():\n    {text}\n", "f")


def test_long_chains_pass_through_everything() -> None:
    chain = "".join(f"    elif x == {number}:\n        return {number}\n" for number in range(80))
    module = lower_module(Source("a.py", f"def f(x):\n    if x:\n        return x\n{chain}"))
    assert lower_module(Source("b.py", emit_module(module))) == module
    assert parse_module(print_module(module)) == module
    assert verify(module) == []


def test_spans_count_characters_whatever_the_line_ends() -> None:
    source = Source("a.py", "def f(é):\r\n\tgrüße = 'ö'; x = é\r\n\treturn grüße  # naïve\r\n")
    module = lower_module(source)
    names = [node.span.text for node in walk(module) if isinstance(node, Name) and node.span is not None]
    assert names == ["grüße", "x", "é", "grüße"]
    assert module.function("f").body[-1].remark == "naïve"


def test_negative_numbers_are_literals() -> None:
    assert lower_expression("-1") == Const(-1)
    assert lower_expression("-0.0") == Const(-0.0)
    assert lower_expression("--1") == Unary("-", Const(-1))
    assert lower_expression("-True") == Unary("-", Const(True))


def test_annotations_keep_their_words_and_gain_a_sort() -> None:
    module = lower_module(Source("a.py", "def f(x: List[ int ]): pass"))
    annotation = module.function("f").parameters.positional[0].type
    assert annotation == TypeRef(ListSort(INT), "List[int]")


def test_a_star_import_becomes_the_names_that_are_used() -> None:
    module = lower_module(
        Source("a.py", "from math import *\nfrom heapq import *\ndef f(x):\n    return sqrt(log10(x))\n")
    )
    (found,) = [item for item in module.body if isinstance(item, Import)]
    assert [name.name for name in found.names] == ["log10", "sqrt"]


def test_missing_imports_are_proposed() -> None:
    code = """
def f(x: List[int], defaultdict) -> Optional[int]:
    return math.floor(Counter(x)[reduce(sum, x)])
"""
    module = lower_module(Source("a.py", code))
    found = {(item.module, name.name) for item in missing_imports(module) for name in item.names}
    assert found == {
        (None, "math"),
        ("typing", "List"),
        ("typing", "Optional"),
        ("collections", "Counter"),
        ("functools", "reduce"),
    }


def test_match_on_literals_is_a_chain_of_ifs() -> None:
    code = """
def f(x):
    match x:
        case 1 | 2:
            return "a"
        case None if x:
            return "b"
        case _:
            return "c"
"""
    same = """
def f(x):
    if x == 1 or x == 2:
        return "a"
    elif x is None and x:
        return "b"
    else:
        return "c"
"""
    module = lower_module(Source("a.py", code))
    assert module == lower_module(Source("a.py", same))
    assert isinstance(module.function("f").body[0], If)


def test_what_python_would_warn_of_in_a_candidate_is_not_told_to_the_user(recwarn: pytest.WarningsRecorder) -> None:
    lower_candidate("def f(a):\n    return '\\c' + a\n", "f", "")
    assert [str(warning.message) for warning in recwarn] == []


def test_comments_inside_a_statement_are_kept() -> None:
    module = lower_module(Source("a.py", "x = [  # one\n    1,\n    # two\n    2,\n]  # three\ny = 1\n"))
    first = module.body[0]
    assert isinstance(first, Assign)
    assert {first.remark, *first.comments} == {"one", "two", "three"}
