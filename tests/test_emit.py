"""The emitter: formatted Python from the IR, and Python files with their holes filled in place."""

from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.emit.module import emit_block, emit_expression, emit_module
from compiler.emit.splice import splice
from compiler.front import spec
from compiler.ir.holes import OpenHoleError
from compiler.ir.lower import lower_expression, lower_module
from compiler.ir.nodes import (
    Attribute,
    Binary,
    Block,
    Const,
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
    TypeRef,
)
from compiler.text.diagnostics import LiftcError
from compiler.text.source import Source
from solver.sorts import INT, IterableSort, ListSort


def _module(code: str) -> Module:
    return lower_module(Source("a.py", code))


def _block(code: str) -> Block:
    return _module("def f():\n" + "".join(f"    {line}\n" for line in code.splitlines())).function("f").body


EXPRESSIONS = """
(a + b) * c
a + b * c
a - (b - c)
(-1) ** 2
2**-1
(a, b)[0]
(1).real
not (a and b) or c
(a and b) and c
a < b == c is not None
(lambda x, *y, k=1, **z: x)(1)
[x for x in (a if b else c) if x]
sum(x for x in xs)
f((x for x in xs), 1)
f(*a, k=1, **b)
m[1:, ::2]
m[(1,)]
{**a, "b": 1}
{*a, 1}
(y := f(x)) + 1
f"{a!r:>{w}} {{}} it's {b['k']}"
f'{x:%Y "q"}'
f"{ {1: 2}[a] }"
f"{(lambda: 1)()}"
[*a, *b]
x if a else (lambda: y)
-x**2
(-x) ** 2
~(a | b) & c
(a if b else c) if d else e
a if b else c if d else e
(a < b) < c
"it's"
b"\\x00a"
1e999
2j
"""


@pytest.mark.parametrize("text", EXPRESSIONS.strip().splitlines())
def test_expressions_read_back(text: str) -> None:
    tree = lower_expression(text)
    assert lower_expression(emit_expression(tree)) == tree
    assert ast.dump(ast.parse(emit_expression(tree))) == ast.dump(ast.parse(text))


def test_numbers_without_a_literal() -> None:
    for value in (math.inf, -math.inf, complex(1, -2), complex(0, math.inf)):
        assert eval(emit_expression(Const(value))) == value
    assert math.isnan(eval(emit_expression(Const(math.nan))))
    assert emit_expression(Attribute(Const(-1), "real")) == "(-1).real"
    assert emit_expression(Binary("**", Const(-1), Const(-2))) == "(-1) ** -2"


MESSY = """
import math, re
from typing import List
import collections
# Limits.
LIMIT=10
def other(x): return x
class Pile( object ):
  'A pile.'
  def __init__(self, xs:List[ int ]): self.xs=xs
@functools.cache
def f(xs : List[int], k = 2)->Dict[str,float]:
    '''Do it.

    Trailing space \x20
    '''
    # walk
    for i,x in enumerate(xs): # each
        if x>LIMIT: return {'a':math.sqrt(x)}
        elif x: continue
        else: pass
    try: return {"very long key number one": xs[0], "very long key number two": xs[1], "three": Pile(xs)}
    except (KeyError,IndexError) as e: raise ValueError('no') from e
"""

TIDY = '''import math
from typing import Dict, List

# Limits.
LIMIT = 10


def other(x):
    return x


class Pile(object):
    """A pile."""

    def __init__(self, xs: List[int]):
        self.xs = xs


@functools.cache
def f(xs: List[int], k=2) -> Dict[str, float]:
    """Do it.

    Trailing space \x20
    """
    # walk
    for i, x in enumerate(xs):  # each
        if x > LIMIT:
            return {"a": math.sqrt(x)}
        elif x:
            continue
        else:
            pass
    try:
        return {
            "very long key number one": xs[0],
            "very long key number two": xs[1],
            "three": Pile(xs),
        }
    except (KeyError, IndexError) as e:
        raise ValueError("no") from e
'''


def test_a_module_as_people_read_it() -> None:
    module = _module(MESSY)
    assert emit_module(module) == TIDY
    assert emit_module(_module(TIDY)) == TIDY


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab \"'\\\n\t\r{}é\x00")))
def test_docstrings_and_texts_are_kept_to_the_letter(text: str) -> None:
    module = Module((Function("f", Parameters(), (Return(Const(text)),), docstring=text),))
    assert _module(emit_module(module)) == module


def test_inferred_types_are_written_with_their_imports() -> None:
    parameters = Parameters(positional=(Param("xs", TypeRef(IterableSort(ListSort(INT)))),))
    module = Module((Function("f", parameters, (Return(Name("xs")),)),))
    assert emit_module(module) == ("from typing import Iterable\n\n\ndef f(xs: Iterable[list[int]]):\n    return xs\n")


def test_an_open_hole_is_an_error() -> None:
    with pytest.raises(OpenHoleError) as caught:
        emit_module(Module((Function("f", Parameters(), (Return(ExprHole("e")),)),)))
    assert caught.value.name == "e"


def test_a_block_is_indented() -> None:
    assert emit_block(_block("if a:\n  b = 'x'  # why\nreturn b"), "  ") == (
        '  if a:\n      b = "x"  # why\n  return b\n'
    )


def _splice(text: str, *fills: tuple[str, str], imports: tuple[Import, ...] = (), helpers: str = "") -> str:
    """Fills the dots of a text in order; each fill is a kind of hole and its code."""
    source = Source("a.py", text)
    holes: list[spec.Hole] = []
    contents: dict[str, Expr | Block] = {}
    start = -1
    for number, (kind, code) in enumerate(fills):
        start = text.index("...", start + 1)
        name = f"h{number}"
        match kind:
            case "expression":
                holes.append(spec.Hole(name, "expression", source.span(start, start + 3)))
                contents[name] = lower_expression(code)
            case _:
                holes.append(spec.Hole(name, "statement", source.span(start, start + 3)))
                contents[name] = _block(code)
    return splice(source, contents, holes, imports, _module(helpers).body)


@pytest.mark.parametrize(
    ("text", "fill", "expected"),
    [
        ("x = 2 * ...\n", ("expression", "a + 1"), "x = 2 * (a + 1)\n"),
        ("x = 2 + ...\n", ("expression", "a * 1"), "x = 2 + a * 1\n"),
        ("x = f(..., 1)", ("expression", "a if b else c"), "x = f(a if b else c, 1)"),
        ("x = ....real", ("expression", "a + b"), "x = (a + b).real"),
        ("x = [(...)]", ("expression", "a, b"), "x = [((a, b))]"),
        ("def f(x): ...", ("body", "return x"), "def f(x): return x"),
        ("def f(x): ...  # c\n", ("body", "x += 1\nreturn x"), "def f(x): \n    x += 1\n    return x  # c\n"),
        ("def f(x):\n  y = 1; ...; z = 2", ("statement", "a = 1\nb = 2"), "def f(x):\n  y = 1; a = 1; b = 2; z = 2"),
        ("if x: ...\n", ("statement", "while a:\n    b()"), "if x: \n    while a:\n        b()\n"),
        (
            "def f(x):\r\n\t'''d'''\r\n\t...\r\n\x0c\r\ny=1",
            ("body", "for i in x:\n    print(i)"),
            "def f(x):\r\n\t'''d'''\r\n\tfor i in x:\r\n\t\tprint(i)\r\n\x0c\r\ny=1",
        ),
        ("class A:\n  def f(self):\n    ...", ("body", "return self"), "class A:\n  def f(self):\n    return self"),
    ],
)
def test_holes_are_filled_in_place(text: str, fill: tuple[str, str], expected: str) -> None:
    assert _splice(text, fill) == expected


def _behind_docstring(text: str, code: str) -> str:
    """Fills the body that is missing behind the docstring ``d``, whose end is the last quote."""
    source = Source("a.py", text)
    end = text.rindex("'") + 1
    hole = spec.Hole("body", "body", source.span(end, end))
    return splice(source, {"body": _block(code)}, [hole])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(x):\n  'd: e'\n", "def f(x):\n  'd: e'\n  y = x\n  return y\n"),
        ("def f(x):\n  'd'  # c", "def f(x):\n  'd'\n  y = x\n  return y  # c"),
        (
            "def f(x):\r\n\t'''d\r\ne'''\r\nz = 1",
            "def f(x):\r\n\t'''d\r\ne'''\r\n\ty = x\r\n\treturn y\r\nz = 1",
        ),
    ],
)
def test_a_body_goes_below_its_docstring(text: str, expected: str) -> None:
    assert _behind_docstring(text, "y = x\nreturn y") == expected


def test_a_docstring_on_the_line_of_its_function() -> None:
    assert _behind_docstring("def f(x): 'd'\n", "return x") == "def f(x): 'd'; return x\n"
    with pytest.raises(LiftcError) as caught:
        _behind_docstring("def f(x): 'd'\n", "if x:\n    return x")
    assert caught.value.diagnostics[0].code == "L0231"


def test_statements_that_have_no_room() -> None:
    with pytest.raises(LiftcError) as caught:
        _splice("x = 1; ...; y = 2\n", ("statement", "if a:\n    b()"))
    assert caught.value.diagnostics[0].code == "L0231"


SQRT = Import("math", (ImportedName("sqrt"),))
REGEX = Import(None, (ImportedName("re"),))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(x):\n", "from math import sqrt\nimport re\n\n\ndef f(x):\n"),
        ("#!/bin/x\n# c\ndef f(x):\n", "#!/bin/x\n# c\nfrom math import sqrt\nimport re\n\n\ndef f(x):\n"),
        ('"""Doc."""\n\ndef f(x):\n', '"""Doc."""\nfrom math import sqrt\nimport re\n\ndef f(x):\n'),
        (
            "import re; import os\r\n\r\ndef f(x):\r\n",
            "import re; import os\r\nfrom math import sqrt\r\n\r\ndef f(x):\r\n",
        ),
        (
            "from __future__ import annotations\nfrom math import sqrt\nimport re\ndef f(x):\n",
            "from __future__ import annotations\nfrom math import sqrt\nimport re\ndef f(x):\n",
        ),
    ],
)
def test_missing_imports_are_added_and_nothing_else_changes(before: str, after: str) -> None:
    assert _splice(before + "    ...", ("body", "return x"), imports=(SQRT, REGEX)) == after + "    return x"


def test_helpers_come_before_the_function() -> None:
    text = "import os\n\n# About f.\n@decorated\ndef f(x):\n    return ...\n"
    helper = "def half(x):\n    return x // 2\n"
    assert _splice(text, ("expression", "half(x)"), helpers=helper) == (
        "import os\n\ndef half(x):\n    return x // 2\n\n\n# About f.\n@decorated\ndef f(x):\n    return half(x)\n"
    )


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(["", "# note ö", "x = 'é...'", "\x0c", "import os", '"""t"""', "def g(a): return a"])),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["    ", "\t", "  "]),
    st.booleans(),
)
def test_bytes_outside_the_holes_stay(lines: list[str], newline: str, unit: str, ends: bool) -> None:
    head = "".join(line + newline for line in lines)
    tail = newline.join(["", *lines]) + (newline if ends else "")
    text = f"{head}def f(xs):{newline}{unit}y = ...{newline}{unit}...{tail}"
    source = Source("a.py", text)
    first = text.index("y = ...") + 4
    second = first + 3 + len(newline) + len(unit)
    holes = [
        spec.Hole("a", "expression", source.span(first, first + 3)),
        spec.Hole("b", "statement", source.span(second, second + 3)),
    ]
    filled = splice(source, {"a": lower_expression("xs[0]"), "b": _block("if y:\n    return y\nreturn 1")}, holes)
    assert filled.startswith(text[:first] + "xs[0]")
    assert filled.endswith(text[second + 3 :])
    assert "\n" not in filled.replace("\r\n", "") or newline == "\n"
    compile(filled, "a.py", "exec")
