"""The operators of SMT-LIB 2.6 that problems use: one table of all that the other modules know of each.

After the theories Core, Ints and UnicodeStrings. Everything is total: where SMT-LIB leaves division by zero open, the
quotient is 0 and the remainder the dividend, so that ``(= x (+ (* y (div x y)) (mod x y)))`` holds for every ``y``.

Elsewhere operators stand by their names only where terms are built, and where the core words ``ite``, ``and``, ``not``,
``=`` and the ``-`` of a negative number are syntax: of branches, of an example, of a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from itertools import combinations, pairwise
from operator import add, and_, contains, eq, ge, gt, le, lt, mul, ne, neg, not_, or_, sub, xor
from typing import Any, TypeVar

from compiler.sygus.intervals import (
    Interval,
    at_least,
    both,
    either,
    minus,
    negative,
    never_below,
    plus,
    rest,
    times,
    unknown,
)
from compiler.sygus.problem import SORTS
from compiler.sygus.runtime_helpers import (
    character_at,
    character_of,
    code_of,
    find_from,
    is_digit,
    quotient,
    remainder,
    replace_every,
    substring,
)
from solver.productions import Role

ANY = "A"
"""Stands in a declaration for one sort, whichever it is, the same at each place."""

LAST_CHARACTER = 0x2FFFF
"""The largest code point that SMT-LIB's strings hold."""

ALWAYS = (ANY,)
"""For an operator of one signature only: it is part of default grammars."""

_DIGITS_AT_ONCE = 4000
_Value = TypeVar("_Value")


class Shape(Enum):
    """How an operator takes more arguments than its declaration names, in the standard's words."""

    FIXED = ""
    LEFT = ":left-assoc"
    RIGHT = ":right-assoc"
    CHAIN = ":chainable"
    PAIRWISE = ":pairwise"


@dataclass(frozen=True, slots=True)
class Form:
    """An expression of Python, and the term that it stands for; ``a``, ``b``, ``c``, ``d`` are any parts.

    Without ``term`` it is the operator applied to ``a``, ``b`` and ``c``. ``when`` is a truth value that must be known
    to hold.
    """

    python: str
    term: str = ""
    when: str = ""


def any_vary(varying: Sequence[bool]) -> bool:  # noqa: ARG001
    """Linear logics do not restrict the operator."""
    return True


def one_varies(varying: Sequence[bool]) -> bool:
    """All factors of a linear product are constant but one."""
    return sum(varying) <= 1


def first_varies(varying: Sequence[bool]) -> bool:
    """Linear division is by constants."""
    return not any(varying[1:])


@dataclass(frozen=True, slots=True, eq=False)
class Operator:
    """One operator, declared as in the standard: its name, the sorts of its arguments and result, and its shape.

    ``value`` takes as many values as ``arguments`` has sorts, of which ``a``, ``b``, ``c`` are the names in texts:
    ``python`` agrees with it on all values, with functions of ``runtime_helpers`` where Python has no such operation,
    and ``z3`` is over Z3's functions, where ``parts`` are all arguments; it is empty for what is not about integers and
    truth values alone. ``forms`` are plainer Python for some arguments; ``about`` is Python that does about the same.
    ``role`` says how it is inverted, ``cost`` what it costs in a search: more where deduction can build it by itself.
    ``bounds`` are those of its value, from those of its arguments. ``default`` are the sorts that ``ANY`` stands for in
    the grammar of a target that brings none: none where it is no part of that. ``linear`` tells from which arguments
    vary whether linear logics have it. ``open`` tells that SMT-LIB leaves its value open for some arguments.
    ``aliases`` are what earlier versions of the language, and cvc5 in its answers, call it. Raises ``ValueError`` for a
    declaration that cannot be read.
    """

    declaration: str
    value: Callable[..., Any]
    python: str
    z3: str = ""
    role: Role | None = None
    cost: int = 1
    default: tuple[str, ...] = ()
    associative: bool = False
    commutative: bool = False
    bounds: Callable[..., Interval] = unknown
    forms: tuple[Form, ...] = ()
    about: tuple[Form, ...] = ()
    linear: Callable[[Sequence[bool]], bool] = any_vary
    open: bool = False
    aliases: tuple[str, ...] = ()
    name: str = field(init=False)
    arguments: tuple[str, ...] = field(init=False)
    result: str = field(init=False)
    shape: Shape = field(init=False)

    def __post_init__(self) -> None:
        words, colon, shape = self.declaration.strip("()").partition(" :")
        name, *arguments, result = words.split()
        if not arguments or not {*arguments, result} <= {*SORTS, ANY}:
            raise ValueError(f"{self.declaration} is no declaration of an operator")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "arguments", tuple(arguments))
        object.__setattr__(self, "result", result)
        object.__setattr__(self, "shape", Shape(colon.strip() + shape))

    def at(self, sort: str) -> tuple[tuple[str, ...], str]:
        """The sorts of the arguments and of the result where ``ANY`` stands for a sort."""
        return tuple(sort if of == ANY else of for of in self.arguments), sort if self.result == ANY else self.result

    def chained(
        self, apply: Callable[..., _Value], values: Sequence[_Value], both: Callable[[Sequence[_Value]], _Value]
    ) -> _Value:
        """What the operator gives for any number of values, where ``apply`` takes those that the signature names.

        ``both`` joins truth values. Raises ``TypeError`` where it does not take so many.
        """
        match self.shape:
            case Shape.LEFT:
                return reduce(apply, values)
            case Shape.RIGHT:
                return reduce(lambda later, earlier: apply(earlier, later), reversed(values))
            case Shape.CHAIN:
                return both([apply(*pair) for pair in pairwise(values)])
            case Shape.PAIRWISE:
                return both([apply(*pair) for pair in combinations(values, 2)])
            case Shape.FIXED if len(values) == len(self.arguments):
                return apply(*values)
        raise TypeError(f"{self.name} takes {len(self.arguments)} values, not {len(values)}")


def to_int(text: str) -> int:
    """``str.to_int``, whatever the text's length: -1 for all but digits."""
    if not (text.isascii() and text.isdigit()):
        return -1
    number = 0
    for start in range(0, len(text), _DIGITS_AT_ONCE):
        digits = text[start : start + _DIGITS_AT_ONCE]
        number = number * 10 ** len(digits) + int(digits)
    return number


def from_int(number: int) -> str:
    """``str.from_int``, whatever the number's size: empty for negative numbers."""
    if number < 0:
        return ""
    groups: list[str] = []
    while number >= 10**_DIGITS_AT_ONCE:
        number, rest = divmod(number, 10**_DIGITS_AT_ONCE)
        groups.append(str(rest).rjust(_DIGITS_AT_ONCE, "0"))
    return str(number) + "".join(reversed(groups))


def like(*texts: str, term: str = "") -> tuple[Form, ...]:
    """Expressions that stand for the same term."""
    return tuple(Form(text, term) for text in texts)


# Default grammars have their productions in this order.
# fmt: off
TABLE = (
    Operator("(not Bool Bool)", not_, "not a", "Not(a)", role=Role.NOT),
    Operator("(and Bool Bool Bool :left-assoc)", and_, "a and b", "And(*parts)", role=Role.AND,
             associative=True, commutative=True, bounds=both, about=like("a and b")),
    Operator("(or Bool Bool Bool :left-assoc)", or_, "a or b", "Or(*parts)", role=Role.OR,
             associative=True, commutative=True, about=like("a or b")),
    Operator("(xor Bool Bool Bool :left-assoc)", xor, "a != b", "Xor(a, b)", associative=True, commutative=True),
    Operator("(=> Bool Bool Bool :right-assoc)", le, "not a or b", "Implies(a, b)", role=Role.IMPLIES),
    Operator("(= A A Bool :chainable)", eq, "a == b", "a == b", role=Role.EQUAL, cost=2, default=("Int",),
             commutative=True, about=like("a == b", "a != b", "a is b")),
    Operator("(distinct A A Bool :pairwise)", ne, "a != b", "a != b", commutative=True),
    Operator("(+ Int Int Int :left-assoc)", add, "a + b", "a + b", role=Role.SUM, default=ALWAYS,
             associative=True, commutative=True, bounds=plus, about=like("a + b")),
    Operator("(- Int Int)", neg, "-a", "-a", role=Role.NEGATIVE, bounds=negative),
    Operator("(- Int Int Int :left-assoc)", sub, "a - b", "a - b", role=Role.DIFFERENCE, default=ALWAYS,
             bounds=minus, about=like("a - b")),
    Operator("(* Int Int Int :left-assoc)", mul, "a * b", "a * b", role=Role.PRODUCT,
             associative=True, commutative=True, bounds=times, linear=one_varies),
    Operator("(div Int Int Int :left-assoc)", quotient, "quotient(a, b)", "a / b",
             forms=(Form("a // b", when="(>= b 1)"), Form("-(a // -b)", when="(>= (- 1) b)")),
             linear=first_varies, open=True, aliases=("div_total",)),
    Operator("(mod Int Int Int)", remainder, "remainder(a, b)", "a % b", bounds=rest,
             forms=(Form("a % b", when="(>= b 1)"), Form("a % -b", when="(>= (- 1) b)")),
             linear=first_varies, open=True, aliases=("mod_total",)),
    Operator("(abs Int Int)", abs, "abs(a)", "If(a >= 0, a, -a)", bounds=never_below(0)),
    Operator("(<= Int Int Bool :chainable)", le, "a <= b", "a <= b", role=Role.AT_MOST, default=ALWAYS,
             about=like("a <= b", "a > b", "a >= b", "a < b")),
    Operator("(< Int Int Bool :chainable)", lt, "a < b", "a < b", role=Role.BELOW),
    Operator("(>= Int Int Bool :chainable)", ge, "a >= b", "a >= b", role=Role.AT_LEAST, bounds=at_least),
    Operator("(> Int Int Bool :chainable)", gt, "a > b", "a > b", role=Role.ABOVE),
    Operator("(str.++ String String String :left-assoc)", add, "a + b", role=Role.CONCATENATION, cost=3,
             default=ALWAYS, associative=True, about=like("a + b", "a.join(b)")),
    Operator("(str.substr String Int Int String)", substring, "substring(a, b, c)", role=Role.SUBSTRING, default=ALWAYS,
             forms=(Form("a[b:]", "(str.substr a b (str.len a))", "(>= b 0)"),
                    Form("a[b:]", "(str.substr a b (- (str.len a) b))", "(>= b 0)"),
                    Form("a[b:b + c]", when="(and (>= b 0) (>= c 0))"))),
    Operator("(str.at String Int String)", character_at, "character_at(a, b)", role=Role.CHARACTER, default=ALWAYS,
             forms=(Form("a[b:b + 1]", when="(>= b (- 1))"),)),
    Operator("(str.replace String String String String)", lambda text, part, new: text.replace(part, new, 1),
             "a.replace(b, c, 1)", role=Role.REPLACE, cost=2, default=ALWAYS,
             about=(*like("a.replace(b, c)", "a.replace(b, c, d)"),
                    *like("a.removeprefix(b)", "a.removesuffix(b)", term='(str.replace a b "")'),
                    *like("a.strip(b)", "a.lstrip(b)", "a.rstrip(b)", term='(str.replace a b "")'))),
    Operator("(str.replace_all String String String String)", replace_every, "replace_every(a, b, c)",
             forms=(Form("a.replace(b, c)", when="(>= (str.len b) 1)"),), aliases=("str.replaceall",)),
    Operator("(str.from_int Int String)", from_int, "int_to_digits(a)", role=Role.WRITE_INTEGER, cost=4, default=ALWAYS,
             forms=(Form("str(a)", when="(>= a 0)"),), about=like("str(a)"), aliases=("int.to.str",)),
    Operator("(str.from_code Int String)", character_of, "character_of(a)"),
    Operator("(str.len String Int)", len, "len(a)", default=ALWAYS, bounds=never_below(0), about=like("len(a)")),
    Operator("(str.indexof String String Int Int)", find_from, "find_from(a, b, c)", role=Role.INDEX, default=ALWAYS,
             forms=(Form("a.find(b)", "(str.indexof a b 0)"), Form("a.find(b, c)", when="(>= c 0)")),
             about=(*like("a.find(b, c)", "a.find(b, c, d)", "a.index(b, c)", "a.index(b, c, d)"),
                    *like("a.find(b)", "a.index(b)", "a.rfind(b)", "a.rindex(b)", term="(str.indexof a b 0)")),
             bounds=never_below(-1)),
    Operator("(str.to_int String Int)", to_int, "digits_to_int(a)", role=Role.READ_INTEGER, cost=3, default=ALWAYS,
             bounds=never_below(-1), about=like("int(a)", "a.isdigit()", "a.isnumeric()", "a.isdecimal()"),
             aliases=("str.to.int",)),
    Operator("(str.to_code String Int)", code_of, "code_of(a)", bounds=never_below(-1)),
    Operator("(str.prefixof String String Bool)", lambda part, text: text.startswith(part), "b.startswith(a)",
             default=ALWAYS, about=like("b.startswith(a)", "b.startswith(a, c)", "b.startswith(a, c, d)")),
    Operator("(str.suffixof String String Bool)", lambda part, text: text.endswith(part), "b.endswith(a)",
             default=ALWAYS, about=like("b.endswith(a)", "b.endswith(a, c)", "b.endswith(a, c, d)")),
    Operator("(str.contains String String Bool)", contains, "b in a", default=ALWAYS,
             about=like("b in a", "b not in a")),
    Operator("(str.< String String Bool :chainable)", lt, "a < b"),
    Operator("(str.<= String String Bool :chainable)", le, "a <= b"),
    Operator("(str.is_digit String Bool)", is_digit, "is_digit(a)"),
    Operator("(ite Bool A A A)", lambda test, yes, no: yes if test else no, "b if a else c", "If(a, b, c)",
             role=Role.CHOICE, cost=4, default=("String", "Int"), bounds=either, about=like("b if a else c")),
)
# fmt: on

OPERATORS: dict[str, tuple[Operator, ...]] = {}
"""All operators by name. One name has several where they differ in how many arguments they take."""
for _operator in TABLE:
    OPERATORS[_operator.name] = (*OPERATORS.get(_operator.name, ()), _operator)

ALIASES: Mapping[str, str] = {alias: operator.name for operator in TABLE for alias in operator.aliases}


def operator_for(name: str, count: int) -> Operator | None:
    """The operator of a name for so many arguments, or else its last one; ``None`` where there is none of that name."""
    same = OPERATORS.get(name, ())
    return next((operator for operator in same if len(operator.arguments) == count), same[-1] if same else None)


def role_of(name: str, count: int) -> Role | None:
    """How an operator, or a defined function, is inverted where it is applied to so many arguments."""
    operator = operator_for(name, count)
    return None if operator is None else operator.role
