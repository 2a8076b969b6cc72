"""The text form of the IR and the emitter give every tree back: laws over generated trees, and what people read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.emit.module import emit_module
from compiler.ir.lower import LowerError, lower_expression, lower_module
from compiler.ir.nodes import (
    Assign,
    Attribute,
    AugAssign,
    Binary,
    Block,
    BlockHole,
    BoolOp,
    Call,
    Clause,
    Compare,
    Comprehension,
    Conditional,
    Const,
    ConstHole,
    DictDisplay,
    Display,
    Expr,
    ExprHole,
    ExprStmt,
    For,
    FString,
    Function,
    If,
    Keyword,
    Lambda,
    Module,
    Name,
    Param,
    Parameters,
    Replacement,
    Return,
    Slice,
    Starred,
    Stmt,
    Subscript,
    Try,
    TypeHole,
    TypeRef,
    Unary,
    Walrus,
    While,
)
from compiler.ir.verify import verify
from compiler.ir.walk import walk
from compiler.lir.text import parse_module, print_module
from compiler.text.source import Source
from solver.sorts import ANY, BOOL, INT, STR, DictSort, FunctionSort, ListSort, Sort, TupleSort, join

NAMES = st.sampled_from(["a", "b", "c", "xs", "é"])
VARIABLES = NAMES.map(Name)
CONSTANTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.floats(min_value=0, allow_nan=False).map(lambda size: complex(0.0, abs(size))),
    st.text(),
    st.binary(max_size=8),
).map(Const)
SORTS: st.SearchStrategy[Sort] = st.sampled_from(
    (
        ANY,
        INT,
        BOOL,
        ListSort(INT),
        join(INT, STR),
        DictSort(STR, ListSort(ANY)),
        TupleSort(()),
        TupleSort((INT, STR)),
        FunctionSort((INT,), BOOL),
        FunctionSort(None, ANY),
    )
)
HOLES = st.one_of(
    st.builds(ConstHole, st.just("f.limit"), SORTS),
    st.builds(ExprHole, st.just("cond"), SORTS, st.sampled_from([(), ("a",), ("a", "xs")])),
)
TARGETS: st.SearchStrategy[Expr] = st.one_of(
    VARIABLES,
    st.lists(VARIABLES, min_size=1, max_size=3).map(lambda items: Display("tuple", tuple(items))),
    st.builds(Subscript, VARIABLES, CONSTANTS),
)


def _unary(operator: str, operand: Expr) -> Expr:
    # A sign before a number is part of the number.
    number = isinstance(operand, Const) and type(operand.value) in (int, float)
    return Unary("not" if number or operator == "not" else "-", operand)


def _fstring(before: str, value: Expr, after: str) -> Expr:
    parts: list[str | Replacement] = [before, Replacement(value), after]
    return FString(tuple(part for part in parts if part != ""))


def _lists(items: st.SearchStrategy[Expr], least: int = 0) -> st.SearchStrategy[tuple[Expr, ...]]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


def _larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    items = st.one_of(inner, st.builds(Starred, inner))
    clauses = st.lists(st.builds(Clause, TARGETS, inner, _lists(inner)), min_size=1, max_size=2).map(tuple)
    bound = st.one_of(st.none(), inner)
    keywords = st.lists(st.builds(Keyword, st.one_of(st.none(), NAMES), inner), max_size=1).map(tuple)
    comparisons = st.sampled_from(["==", "!=", "<", "is", "is not", "in", "not in"])
    return st.one_of(
        st.builds(_unary, st.sampled_from(["-", "not"]), inner),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "**", "%", "<<", "|", "&", "@"]), inner, inner),
        st.builds(BoolOp, st.sampled_from(["and", "or"]), _lists(inner, 2)),
        st.builds(lambda a, o, b: Compare(a, (o,), (b,)), inner, comparisons, inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(Display, st.sampled_from(["list", "tuple"]), _lists(items)),
        st.builds(Display, st.just("set"), _lists(items, 1)),
        st.builds(DictDisplay, st.lists(st.tuples(bound, inner), max_size=2).map(tuple)),
        st.builds(Comprehension, st.sampled_from(["list", "set", "generator"]), inner, clauses),
        st.builds(Comprehension, st.just("dict"), inner, clauses, inner),
        st.builds(Call, inner, _lists(items), keywords),
        st.builds(Attribute, inner, st.just("append")),
        st.builds(Subscript, inner, st.one_of(inner, st.builds(Slice, bound, bound, bound))),
        st.builds(Lambda, st.just(Parameters(positional=(Param("a"),))), inner),
        st.builds(Walrus, NAMES, inner),
        st.builds(_fstring, st.text(), VARIABLES, st.text()),
    )


def _statements(expressions: st.SearchStrategy[Expr]) -> st.SearchStrategy[Stmt]:
    spoken = expressions.filter(lambda value: not (isinstance(value, Const) and isinstance(value.value, str)))
    simple: st.SearchStrategy[Stmt] = st.one_of(
        st.builds(lambda target, value: Assign((target,), value), TARGETS, expressions),
        st.builds(AugAssign, VARIABLES, st.sampled_from(["+", "//", "**"]), expressions),
        st.builds(ExprStmt, spoken),
        st.builds(Return, st.one_of(st.none(), expressions)),
    )

    def compound(inner: st.SearchStrategy[Stmt]) -> st.SearchStrategy[Stmt]:
        block = st.lists(inner, min_size=1, max_size=2).map(tuple)
        maybe = st.one_of(st.just(()), block)
        return st.one_of(
            st.builds(If, expressions, block, maybe),
            st.builds(For, TARGETS, expressions, block, maybe),
            st.builds(While, expressions, block, maybe),
            st.builds(lambda body, final: Try(body, (), (), final), block, block),
            st.builds(_function, block, st.one_of(st.none(), st.text()), st.none()),
        )

    return st.recursive(simple, compound, max_leaves=4)


def _function(body: Block, docstring: str | None, kind: TypeHole | TypeRef | None) -> Function:
    return Function("f", Parameters(positional=(Param("a", kind), Param("b"))), body, kind, docstring)


def _modules(leaves: st.SearchStrategy[Expr], *more: st.SearchStrategy[Stmt]) -> st.SearchStrategy[Module]:
    expressions = st.recursive(leaves, _larger, max_leaves=6)
    block = st.lists(st.one_of(_statements(expressions), *more), min_size=1, max_size=3).map(tuple)
    kinds = st.one_of(
        st.none(), st.builds(TypeRef, st.just(ListSort(INT)), st.sampled_from(["List[int]", "list[int]"]))
    )
    if more:
        kinds = st.one_of(kinds, st.just(TypeHole("f.return")), st.builds(TypeRef, SORTS))
    return st.builds(_function, block, st.one_of(st.none(), st.text()), kinds).map(lambda item: Module((item,)))


CLOSED = _modules(st.one_of(VARIABLES, CONSTANTS))
OPEN = _modules(st.one_of(VARIABLES, CONSTANTS, HOLES), st.just(BlockHole("body", ("a", "xs"), returns=False)))
LAW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@LAW
@given(OPEN)
def test_text_reads_back(module: Module) -> None:
    assert parse_module(print_module(module)) == module


@LAW
@given(CLOSED)
def test_emitted_python_reads_back(module: Module) -> None:
    lowered = lower_module(Source("emitted.py", emit_module(module)))
    assert [item for item in lowered.body if isinstance(item, Function)] == list(module.body)


def test_holes_and_types_as_people_read_them() -> None:
    parameters = Parameters(positional=(Param("xs", TypeRef(ListSort(INT))), Param("k", TypeHole("K"), Const(3))))
    body: Block = (
        If(ExprHole("cond", BOOL, ("xs", "k")), (Return(Subscript(Name("xs"), ConstHole("at", INT))),)),
        BlockHole("rest", ("xs", "k"), comments=("what remains",)),
    )
    module = Module((Function("pick", parameters, body, TypeRef(INT, "int"), "Pick one."),))
    text = (
        "def pick(xs: $(list[int]), k: ?K = 3) -> int:\n"
        '    """Pick one."""\n'
        "    if (?cond: bool [xs, k]):\n"
        "        return xs[(?at: const int)]\n"
        "    # what remains\n"
        "    ?rest [xs, k] returns\n"
    )
    assert print_module(module) == text
    again = parse_module(text)
    assert again == module
    assert again.function("pick").body[1].comments == ("what remains",)


def test_marks_in_strings_and_comments_are_text() -> None:
    module = parse_module("def f(a):\n    # (?x: int [])\n    return '(?i: a)' + f'(?i: b){(?e: str [a])}'\n")
    holes = [node for node in walk(module) if isinstance(node, ExprHole)]
    assert [hole.name for hole in holes] == ["e"]
    assert verify(module) == []


def test_a_hole_keeps_its_place_in_the_text() -> None:
    text = "def f(a):\n    return a + (?e: int [a])\n"
    hole = next(node for node in walk(parse_module(text)) if isinstance(node, ExprHole))
    assert hole.span is not None
    assert hole.span.text == "(?e: int [a])"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("def f(:\n", "L0201", 1),
        ("def f(a):\n    return (?: [)\n", "L0208", 2),
        ("def f(a):\n    return a + ?T\n", "L0208", 2),
        ("with a:\n    pass\n", "L0202", 1),
    ],
)
def test_bad_text_is_pointed_at(text: str, code: str, line: int) -> None:
    with pytest.raises(LowerError) as caught:
        parse_module(text)
    assert caught.value.code == code
    assert caught.value.span is not None
    assert caught.value.span.line == line


def test_comments_come_back() -> None:
    source = "# top\nimport math\n\n\ndef f(x):  # about f\n    # first\n    y = x  # why\n    return y\n\n\n# end\n"
    module = parse_module(print_module(lower_module(Source("a.py", source))))
    function = module.function("f")
    assert function.remark == "about f"
    assert function.body[0].comments == ("first",)
    assert function.body[0].remark == "why"
    assert module.trailing_comments == ("end",)


def _references() -> Iterator[tuple[str, str]]:
    folder = Path(os.environ["LIFTC_DATA"])
    for line in (folder / "humaneval_dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield str(row["task_id"]), row["prompt"] + row["canonical_solution"]
    for line in (folder / "mbpp_dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield str(row["task_id"]), row["code"]


@pytest.mark.skipif(
    "LIFTC_DATA" not in os.environ, reason="LIFTC_DATA does not name a folder with the benchmark samples"
)
def test_references_lower_verify_and_read_back() -> None:
    outside: dict[str, str] = {}
    total = 0
    for task, code in _references():
        total += 1
        try:
            module = lower_module(Source(task, code))
        except LowerError as error:
            outside[task] = error.reason
            continue
        assert [item for item in verify(module) if item.severity == "error"] == []
        assert parse_module(print_module(module)) == module
    assert len(outside) <= 0.03 * total, outside


def test_expressions_of_one_line() -> None:
    assert lower_expression("a  +  1") == Binary("+", Name("a"), Const(1))
