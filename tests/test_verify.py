"""The verifier: shape, targets, holes and names; no correct program is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from compiler.ir.holes import fill_block, fill_expr, holes_of
from compiler.ir.lower import lower_expression, lower_module
from compiler.ir.nodes import (
    Assign,
    BlockHole,
    Break,
    Compare,
    Const,
    Expr,
    ExprHole,
    ExprStmt,
    Function,
    Import,
    ImportedName,
    Module,
    Name,
    Param,
    Parameters,
    Return,
    Slice,
    Starred,
    Stmt,
    TypeExpr,
    Yield,
)
from compiler.ir.subset import ALLOWED_ATTRIBUTES, ALLOWED_BUILTINS, ALLOWED_DUNDERS, ALLOWED_MODULES, NEVER_ATTRIBUTES
from compiler.ir.verify import verify
from compiler.lir.text import parse_module, print_module
from compiler.text.source import Source
from solver.sorts import BOOL, INT


def _in_function(*body: Stmt) -> Module:
    return Module((Function("f", Parameters(positional=(Param("n"),)), body),))


@pytest.mark.parametrize(
    ("module", "code"),
    [
        (_in_function(Break()), "L0211"),
        (Module((Return(None),)), "L0211"),
        (_in_function(Return(Yield(None))), "L0211"),
        (_in_function(Return(Starred(Name("n")))), "L0211"),
        (_in_function(Return(Slice(None, None))), "L0211"),
        (_in_function(Return(Compare(Name("n"), (), ()))), "L0211"),
        (_in_function(Return(Name("not a name"))), "L0211"),
        (_in_function(Return(Name("lambda"))), "L0211"),
        (_in_function(Assign((Const(1),), Const(2))), "L0212"),
        (_in_function(Assign((ExprHole("e", INT),), Const(2))), "L0212"),
        (_in_function(Return(ExprHole("e", INT, ("m",)))), "L0213"),
        (_in_function(ExprStmt(ExprHole("e", INT)), Return(ExprHole("e", BOOL))), "L0213"),
        (_in_function(Return(Name("open"))), "L0203"),
        (_in_function(Import("os", (ImportedName("system"),))), "L0204"),
        (Module((Function("f", Parameters(positional=(Param("n"), Param("n"))), ()),)), "L0211"),
    ],
)
def test_errors(module: Module, code: str) -> None:
    assert code in [item.code for item in verify(module) if item.severity == "error"]


CORRECT = """
def f(n):
    if False:
        return missing
    return n
---
def f(n):
    for i in n:
        if i:
            break
        continue
    else:
        return i
---
def f(xs):
    a, *b = xs
    (c, d), [e] = b
    xs[0], xs[1:2] = a, c
    del xs[0], d
    return [*a, *b], e
---
def f():
    x = 0
    def g():
        nonlocal x
        x += 1
        yield x
    return list(g())
---
def f(n):
    got = yield n
    yield from [got]
---
class A:
    x: int = 1
    def __init__(self, v):
        super().__init__()
        self.v = v
    def get(self):
        return self.v

def f(v):
    return A(v).get()
---
def f(m):
    return m[1:2, ::3], m[*m], m[()]
---
def f(x):
    try:
        return [y for y in x if (z := y)] + [z]
    except (ValueError, TypeError) as error:
        raise KeyError from error
    finally:
        pass
"""


@pytest.mark.parametrize("code", CORRECT.split("---\n"))
def test_correct_programs_pass(code: str) -> None:
    module = lower_module(Source("a.py", code))
    assert [item for item in verify(module) if item.severity == "error"] == []


def test_unbound_names_are_warnings() -> None:
    (warning,) = verify(parse_module("def f(n):\n    return n + missing\n"))
    assert (warning.code, warning.severity) == ("L0214", "warning")
    assert warning.labels[0].span.text == "missing"


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    return lambda: (y := x) + y\n",
        "def f(x):\n    return [y := a for a in x], y\n",
        "def f(x):\n    if (y := x) > 1:\n        return y\n",
        "def f(x):\n    while True:\n        try:\n            pass\n        except (y := x):\n            return y\n",
        "def f():\n    global z\n    z = 1\ndef g():\n    return z\n",
        "def f(x):\n    import math as m\n    for i, (j, *k) in x:\n        del i\n    return m.pi, j, k\n",
        "class A:\n    k = 1\n    def f(self, d=k):\n        return d\n",
    ],
)
def test_names_are_found_where_python_finds_them(code: str) -> None:
    assert verify(lower_module(Source("a.py", code))) == []


def test_a_class_gives_its_methods_no_names() -> None:
    module = lower_module(Source("a.py", "class A:\n    k = 1\n    def f(self):\n        return k\n"))
    assert [item.code for item in verify(module)] == ["L0214"]


def test_holes_are_found_and_filled() -> None:
    module = parse_module("def f(n):\n    if (?cond: bool [n]):\n        ?then [n] returns\n    return 0\n")
    assert [hole.name for hole in holes_of(module)] == ["cond", "then"]
    filled = fill_expr(module, "cond", lower_expression("n > 0"))
    filled = fill_block(filled, "then", (Assign((Name("n"),), Const(1)), Return(Name("n"))))
    assert holes_of(filled) == ()
    assert filled == lower_module(
        Source("a.py", "def f(n):\n    if n > 0:\n        n = 1\n        return n\n    return 0\n")
    )
    with pytest.raises(KeyError):
        fill_expr(filled, "cond", Const(1))


def test_a_block_hole_may_stand_at_top_level_where_it_does_not_return() -> None:
    assert verify(Module((BlockHole("body", (), returns=False),))) == []
    assert [item.code for item in verify(Module((BlockHole("body"),)))] == ["L0213"]


def _documented() -> str:
    return (Path(__file__).parent.parent / "docs" / "ir.md").read_text(encoding="utf-8")


def _listed(after: str) -> frozenset[str]:
    """The names of the first fenced list after a line of the documentation."""
    _, _, rest = _documented().partition(f"\n{after}\n")
    return frozenset(rest.split("```")[1].split())


def test_the_documentation_lists_the_subset() -> None:
    assert _listed("#### Built-in names") == ALLOWED_BUILTINS
    assert _listed("#### Attributes and methods") == ALLOWED_ATTRIBUTES
    assert _listed("#### Special methods that a class may define") == ALLOWED_DUNDERS
    for module, names in ALLOWED_MODULES.items():
        assert _listed(f"`{module}`:") == names
    assert set(re.findall(r"\n`([\w.]+)`:\n", _documented())) == set(ALLOWED_MODULES)
    assert all(f"`{name}`" in _documented() for name in NEVER_ATTRIBUTES)


def test_the_documentation_names_the_nodes_and_its_example_reads_back() -> None:
    for kind in (*get_args(Expr), *get_args(Stmt), *get_args(TypeExpr)):
        assert f"`{kind.__name__}`" in _documented()
    example = _documented().partition("\n## The text form\n")[2].split("```")[1].removeprefix("\n")
    module = parse_module(example)
    assert print_module(module) == example
    assert len(holes_of(module)) == 4
    assert [item.message for item in verify(module) if item.severity == "error"] == []
