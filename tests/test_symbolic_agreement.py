"""Z3's meaning of an expression is the interpreter's: values and exceptions, on thousands of random terms."""

from __future__ import annotations

from random import Random
from typing import Literal, TypeAlias

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.interpreter.interpreter import evaluate_text
from compiler.ir.lower import lower_expression
from compiler.proof.symbolic import Symbols
from compiler.proof.values import Opaque, Value, constant
from solver import smt
from solver.sorts import BOOL, INT, STR, Sort

Kind: TypeAlias = Literal["n", "b", "t"]

KINDS: tuple[Kind, ...] = ("n", "b", "t")
NAMES = {"a": INT, "c": INT, "p": BOOL, "q": BOOL, "s": STR, "u": STR}
LEAVES: dict[Kind, tuple[str, ...]] = {"n": ("a", "c", "len(xs)"), "b": ("p", "q"), "t": ("s", "u")}
# ``n`` stands for a number, ``b`` for a truth value, ``t`` for a text; a name in capitals is written as it is.
FORMS: dict[Kind, tuple[str, ...]] = {
    "n": (
        *(f"({{n}} {operator} {{n}})" for operator in ("+", "-", "*", "//", "%", "and", "or")),
        "({n} + {b})",
        "({b} * {n})",
        *(f"({{n}} ** {power})" for power in range(4)),
        "({n} if {b} else {n})",
        "min({n}, {n})",
        "max({n}, {n}, {n})",
        "abs({n})",
        "(-{n})",
        "int({b})",
        "len({t})",
    ),
    "b": (
        *(f"({{n}} {operator} {{n}})" for operator in ("<", "<=", "==", "!=", ">", ">=")),
        *(f"({{b}} {operator} {{b}})" for operator in ("and", "or", "==", "!=", "<")),
        *(f"({{t}} {operator} {{t}})" for operator in ("==", "!=", "in", "not in")),
        "({n} < {n} <= {n})",
        "({n} in ({n}, {n}))",
        "({t} not in [{t}, {t}])",
        "({n} == {t})",
        "({t}).startswith({t})",
        "({t}).endswith({t})",
        "(not {n})",
        "(not {b})",
        "(not {t})",
        "(not xs)",
        "bool({n})",
        "bool({t})",
    ),
    "t": ("({t} + {t})", "({t} if {b} else {t})", "({t} and {t})", "({t} or {t})"),
}


def term(random: Random, kind: Kind, size: int) -> str:
    """A random term of a kind, with about so many operations."""
    if size <= 0 or random.random() < 0.03:
        return leaf(random, kind)
    parts = random.choice(FORMS[kind]).split("{")
    inside = max(1, len(parts) - 1)
    text = parts[0]
    for part in parts[1:]:
        inner, rest = part[0], part[2:]
        made: Kind = "n" if inner == "n" else "b" if inner == "b" else "t"
        text += term(random, made, (size - 1) // inside) + rest
    return text


def leaf(random: Random, kind: Kind) -> str:
    if random.random() < 0.6:
        return random.choice(LEAVES[kind])
    match kind:
        case "n":
            return f"({random.randint(-9, 9)})"
        case "b":
            return random.choice(["True", "False"])
        case _:
            return repr(random_text(random))


def random_text(random: Random) -> str:
    return "".join(random.choice("ab ") for _ in range(random.randint(0, 3)))


def random_values(random: Random) -> dict[str, object]:
    return {**{name: random_value(random, sort) for name, sort in NAMES.items()}, "xs": [0] * random.randint(0, 3)}


def random_value(random: Random, sort: Sort) -> object:
    if sort == INT:
        return random.randint(-9, 9)
    return random_text(random) if sort == STR else random.random() < 0.5


def agrees(text: str, variables: dict[str, object]) -> None:
    run = evaluate_text(text, variables)
    assert run.stopped is None, text
    symbolic: dict[str, Value] = {name: smt.variable(name, sort) for name, sort in NAMES.items()}
    length = z3.Int("len(xs)")
    symbols = Symbols({**symbolic, "xs": Opaque(length)})
    value = symbols.value(lower_expression(text))
    known = [(symbolic[name], constant(variables[name])) for name in NAMES]
    xs = constant(variables["xs"])
    assert isinstance(xs, Opaque)
    known.append((length, xs.length))
    raised = [name for when, name in symbols.raised if z3.is_true(z3.simplify(z3.substitute(when, *known)))]
    if run.error is not None:
        assert raised[:1] == [type(run.error).__name__], (text, variables)
        return
    assert raised == [], (text, variables)
    found = smt.python_value(z3.simplify(z3.substitute(value, *known)))
    assert (found, type(found)) == (run.value, type(run.value)), (text, variables)


def check_terms(seed: int, count: int) -> None:
    random = Random(seed)
    for _ in range(count):
        agrees(term(random, random.choice(KINDS), random.randint(2, 14)), random_values(random))


SEEDS = st.integers(0, 2**32)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_z3_and_the_interpreter_agree(seed: int) -> None:
    check_terms(seed, 20)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(seed=SEEDS)
def test_they_agree_on_thousands_of_terms(seed: int) -> None:
    """Of these terms over 10,000 differ. A failure names the term and the values."""
    check_terms(seed, 45)
