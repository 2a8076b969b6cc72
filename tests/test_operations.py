"""The table of operations: every column of every line means something, and a typo is an error."""

from __future__ import annotations

import ast
import builtins
import importlib
import itertools
from typing import Any, get_args

import pytest

from compiler.emit.expressions import code_of, emit
from compiler.enumerate.templates import binders_for, components_for
from compiler.enumerate.universe import universe
from compiler.enumerate.usage import Loop
from compiler.interpreter.checks import CHECKS
from compiler.interpreter.guards import OF_OPERATORS
from compiler.interpreter.interpreter import Program
from compiler.ir.lower import lower_module
from compiler.ir.nodes import Function, Return
from compiler.ir.subset import ALLOWED_ATTRIBUTES, ALLOWED_BUILTINS, ALLOWED_MODULES
from compiler.judge.outcome import Stopped
from compiler.proof.meanings import MEANINGS
from compiler.synthesis.repair.edits import edits
from compiler.testfile.mutants import mutants
from compiler.text.source import Source
from solver.deduction import ARGUMENTS, INVERSES
from solver.operations.callables import GUARDS, HARMLESS
from solver.operations.comparisons import CANONICAL, MIRROR, NEGATION, SLIPS, slips_of_comparison
from solver.operations.entries import PARAMETERS, PARTS, Operation, binders, imports, operations, operators, read_table
from solver.operations.exchanges import exchanges_of
from solver.operations.guards import CONDITIONS, NAMESPACE, guarded
from solver.sorts import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    DictSort,
    IterableSort,
    ListSort,
    NamedSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
    element_of,
    is_subsort,
    sort_of_value,
    substituted,
)

ALL = [*operations(), *binders()]
PAIRS = IterableSort(TupleSort((INT, STR)))
SAMPLES: list[tuple[Sort, list[object]]] = [
    (INT, [2, 3, 0]),
    (FLOAT, [2.5, 0.25]),
    (BOOL, [True, False]),
    (STR, ["ab", "12", "a"]),
    (NamedSort("Slice"), [slice(0, 1)]),
    (ListSort(INT), [[1, 2], [0]]),
    (ListSort(BOOL), [[True, False]]),
    (ListSort(STR), [["a", "b"]]),
    (SetSort(INT), [{1, 2}]),
    (DictSort(INT, STR), [{2: "ab"}]),
    (DictSort(STR, INT), [{"ab": 2}]),
    (DictSort(INT, INT), [{2: 3}]),
    (TupleSort((INT, STR)), [(1, "a")]),
    (TupleSort((INT, STR, INT)), [(1, "a", 2)]),
    (PAIRS, [[(1, "a"), (2, "b")]]),
    (IterableSort(STR), [["a", "12"], ["1", "2"]]),
    (IterableSort(BOOL), [[True]]),
    (IterableSort(INT), [range(3)]),
    (IterableSort(ListSort(INT)), [[[1], [2, 3]]]),
    (UnionSort((INT, NONE)), [1, None]),
]
SCOPE: dict[str, object] = dict(NAMESPACE)
exec("\n".join(imports().values()), SCOPE)


def choice_for(operation: Operation) -> dict[str, Sort]:
    element: Sort = STR if "texts" in operation.marks else BOOL if "scalars" in operation.marks else INT
    items, pairs = ListSort(element), DictSort(STR, INT)
    choice: dict[str, Sort] = {"T": INT, "U": STR, "V": INT, "N": INT, "O": INT, "H": INT, "B": INT}
    choice |= {"S": items, "I": items, "C": items, "L": items, "D": pairs, "P": PAIRS}
    choice |= {f"{name}_item": element for name in "SIC"} | {"D_item": STR, "D_value": INT}
    choice |= {"P_first": INT, "P_second": STR}
    return choice if "optional" not in operation.marks else choice | {"T": UnionSort((INT, NONE))}


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.text)
def test_every_column_means_something(operation: Operation) -> None:
    is_binder = operation in binders()
    assert operation.column("guard") in {"", *CONDITIONS, *OF_OPERATORS, *CHECKS}
    assert operation.column("inverse") in {"", *(INVERSES if is_binder else ARGUMENTS)}
    assert operation.column("smt") in {"", *MEANINGS}
    assert operation.column("loop") in ({"", *get_args(Loop)} if is_binder else {""})
    for name in ("mirror", "negation", "slips"):
        assert operation.operator in operators() or not operation.column(name)
    names = {node.id for node in ast.walk(operation.tree) if isinstance(node, ast.Name)}
    if is_binder:
        assert operation.cost is not None
        assert ("e" in names) is (len(operation.parameters) == 2)
        assert names & {"s"} <= PARTS
    else:
        assert names & set(PARAMETERS) == set(PARAMETERS[: len(operation.parameters)])
        assert "both" not in operation.marks or len(operation.parameters) == 2
    if operation.called is not None:
        first = operation.called.partition(".")[0]
        assert operation.called in GUARDS or f"builtins.{first}" in GUARDS


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: f"{operation.text} of {operation.parameters}")
def test_every_operation_gives_its_sort_on_samples(operation: Operation) -> None:
    choice = choice_for(operation)
    sorts = [substituted(sort, choice) for sort in operation.parameters]
    wanted = substituted(operation.result, choice)
    names = ", ".join(PARAMETERS[: len(sorts)])
    evaluate: Any = eval(f"lambda {names}: {guarded(operation)}", dict(SCOPE))
    values = [next(values for known, values in SAMPLES if is_subsort(known, sort)) for sort in sorts]
    given = []
    for row in itertools.product(*values):
        try:
            value = evaluate(*row)
            given.append(list(value) if isinstance(wanted, IterableSort) else value)
        except (ValueError, LookupError, ArithmeticError, TypeError):
            continue
    assert given, "raises on every sample"
    for value in given:
        sort = sort_of_value(value)
        is_empty = element_of(wanted) is not None and not value
        assert is_empty or is_subsort(sort, wanted) or ("search" in operation.marks and value is None)


def test_search_knows_every_line_at_some_sorts() -> None:
    spaces = [
        universe([STR, ListSort(STR), FLOAT], ListSort(INT)),
        universe([DictSort(STR, INT), SetSort(INT), DictSort(INT, STR)], DictSort(STR, ListSort(INT))),
        universe([TupleSort((STR, INT)), ListSort(ListSort(INT)), ListSort(STR)], DictSort(STR, INT)),
        universe([UnionSort((INT, NONE)), ListSort(TupleSort((STR, INT)))], TupleSort((INT, INT, INT))),
        universe([ListSort(INT), STR], UnionSort((INT, NONE))),
        universe([ListSort(BOOL), ListSort(FLOAT)], TupleSort((INT, STR))),
        universe([ListSort(INT)], ListSort(TupleSort((INT, INT)))),
        universe([ListSort(INT), STR], RowSort(INT)),
    ]
    known = {item.name for space in spaces for item in components_for(space)}
    known |= {item.name for space in spaces for item in binders_for(space)}
    assert {operation.text for operation in ALL if operation.cost is not None} <= known


@pytest.mark.parametrize(
    "line",
    [
        "a + b ; N N -> N ; 1 ; bth",
        "a + b ; N N -> N ; 1 ; gaurd=power",
        "a + b ; N N -> N ; 1 ; guard=",
        "a + b ; Q_item N -> N ; 1 ;",
        "a + b ; strr N -> N ; 1 ;",
        "a + b ; N N -> list[ ; 1 ;",
        "a + b ; N N -> N ; one ;",
        "a + ; N -> N ; 1 ;",
        "a + b ; N N ; 1 ;",
        "a + b",
    ],
)
def test_a_typo_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="table of operations"):
        list(read_table(line))


def test_comparisons_turn_round_and_are_denied() -> None:
    assert {operator: MIRROR[other] for operator, other in MIRROR.items()} == {name: name for name in MIRROR}
    assert {operator: NEGATION[other] for operator, other in NEGATION.items()} == {name: name for name in NEGATION}
    for left, right in itertools.product((1, 2, 2.5, -1), repeat=2):
        for operator in ("<", "<=", ">", ">=", "==", "!="):
            holds = eval(f"left {operator} right", {"left": left, "right": right})
            assert holds is eval(f"right {MIRROR[operator]} left", {"left": left, "right": right})
            assert holds is not eval(f"left {NEGATION[operator]} right", {"left": left, "right": right})
    assert CANONICAL == {">": "<", ">=": "<="}
    assert slips_of_comparison("<") == ("<=", ">", ">=")
    assert slips_of_comparison("is not") == ("is",)
    assert SLIPS["+"] == ("-", "*")


def test_callables_are_exchanged_for_those_of_the_same_sorts() -> None:
    assert exchanges_of("max", 2) == ("min",)
    assert exchanges_of(".startswith", 2) == (".endswith",)
    assert exchanges_of("math.floor", 1)[0] == "math.ceil"
    assert exchanges_of("len", 1) == exchanges_of("unknown", 1) == ()
    function = lower_module(Source("f.py", "def f(text):\n    return text.lower()\n")).function("f")
    assert "text.upper()" in set(map(_returned, edits(function)))
    assert "def f(a, b):\n    return min(a, b)" in mutants("def f(a, b):\n    return max(a, b)")
    assert "def f(a):\n    return math.ceil(a)" in mutants("def f(a):\n    return math.floor(a)")


def _returned(function: Function) -> str:
    returned = function.body[-1]
    return code_of(emit(returned.value)) if isinstance(returned, Return) and returned.value is not None else ""


def _value_of(name: str) -> object:
    module, _, member = name.rpartition(".")
    return getattr(importlib.import_module(module), member, None)


def test_every_allowed_callable_has_a_guard_decision() -> None:
    decided = {name for name, guard in GUARDS.items() if guard in CHECKS or guard in HARMLESS}
    assert decided == set(GUARDS)
    names = [f"builtins.{name}" for name in ALLOWED_BUILTINS]
    names += [f"{module}.{name}" for module, members in ALLOWED_MODULES.items() for name in members]
    assert not set(names) - decided
    called = [name for name in names if not name.startswith("__future__.") and callable(_value_of(name))]
    assert [name for name in called if GUARDS[name] == "value"] == []
    types = [value for value in map(_value_of, called) if isinstance(value, type)]
    methods = {name for kind in types for name in dir(kind) if callable(getattr(kind, name, None))}
    assert {f".{name}" for name in methods & ALLOWED_ATTRIBUTES} <= decided


HOSTILE = [
    ("from array import array", "array('q', range(10 ** 9))"),
    ("from array import array", "array('q', [0]) * 10 ** 9"),
    ("from collections import UserList", "UserList(range(10 ** 9))"),
    ("from collections import UserList", "UserList([0]) * 10 ** 9"),
    ("from collections import deque", "deque([0]) * 10 ** 9"),
    ("from itertools import tee", "list(tee(range(10 ** 9))[0])"),
    ("import math", "math.comb(10 ** 9, 10 ** 8)"),
]


@pytest.mark.parametrize(("line", "expression"), HOSTILE, ids=[expression for _, expression in HOSTILE])
def test_what_grows_without_end_is_stopped(line: str, expression: str) -> None:
    program = Program(lower_module(Source("f.py", f"{line}\ndef f():\n    return {expression}\n")))
    assert isinstance(program.call("f", ()).outcome, Stopped)


def test_the_subset_names_what_python_has() -> None:
    lacking = {name for name in ALLOWED_BUILTINS if not hasattr(builtins, name)}
    assert lacking <= {"EncodingWarning", "PythonFinalizationError"}
    assert all(importlib.import_module(module) for module in ALLOWED_MODULES)
