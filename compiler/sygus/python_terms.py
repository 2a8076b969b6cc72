"""Terms as Python expressions of the IR that agree with SMT-LIB on every value.

Where bounds show that Python's own operation agrees, it is used; elsewhere a function of ``carried``. Integers of more
than 4,300 digits are the exception: Python refuses to convert them from and to text.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import combinations
from typing import cast

from compiler.ir.nodes import (
    Attribute,
    Binary,
    BinaryOperator,
    BoolOp,
    Call,
    Compare,
    ComparisonOperator,
    Conditional,
    Const,
    Expr,
    Name,
    Slice,
    Subscript,
    Unary,
)
from compiler.sygus.bounds import lower
from compiler.sygus.operators import OPERATORS
from compiler.sygus.problem import Apply, Literal, Term, Variable
from compiler.sygus.semantics import evaluate

CARRIED = {
    "div": "quotient",
    "mod": "remainder",
    "str.substr": "substring",
    "str.at": "character_at",
    "str.indexof": "find_from",
    "str.replace_all": "replace_every",
    "str.is_digit": "is_digit",
    "str.to_int": "digits_to_int",
    "str.from_int": "int_to_digits",
    "str.to_code": "code_of",
    "str.from_code": "character_of",
}
"""Which function of ``carried`` is an operator's meaning for arguments of which nothing is known."""

_COMPARISONS: Mapping[str, ComparisonOperator] = {
    "=": "==",
    "distinct": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "str.<": "<",
    "str.<=": "<=",
}
_OPPOSITES: Mapping[ComparisonOperator, ComparisonOperator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    "<=": ">",
    ">": "<=",
}
_ASSOCIATIVE = frozenset({"+", "*", "and", "or", "str.++"})


def folded(term: Term) -> Term:
    """The term with each closed application of operators replaced by its value."""
    match term:
        case Apply(name, arguments):
            parts = tuple(map(folded, arguments))
            if name in OPERATORS and all(isinstance(part, Literal) for part in parts):
                return Literal(evaluate(Apply(name, parts), {}))
            return Apply(name, parts)
    return term


def expression_of(term: Term, names: Mapping[str, str]) -> Expr:
    """The term's value as an expression, where ``names`` are the variables and defined functions in Python."""
    match term:
        case Literal(value):
            return _number(value) if isinstance(value, int) and not isinstance(value, bool) else Const(value)
        case Variable(name):
            return Name(names[name])
        case Apply(name, arguments) if name not in OPERATORS:
            return Call(Name(names[name]), tuple(expression_of(argument, names) for argument in arguments))
    plain = _plain(term, names)
    if plain is not None:
        return plain
    arguments = _flattened(term) if term.operator in _ASSOCIATIVE else term.arguments
    return _operation(term.operator, tuple(expression_of(argument, names) for argument in arguments))


def _flattened(term: Apply) -> tuple[Term, ...]:
    """The operands of nested applications of one associative operator."""
    operands: list[Term] = []
    for argument in term.arguments:
        if isinstance(argument, Apply) and argument.operator == term.operator:
            operands += _flattened(argument)
        else:
            operands.append(argument)
    return tuple(operands)


def _number(value: int) -> Expr:
    return Const(value) if value >= 0 else Unary("-", Const(-value))


def _plain(term: Apply, names: Mapping[str, str]) -> Expr | None:
    """Python's own operation, where what is known of the arguments makes it agree."""

    def of(part: Term) -> Expr:
        return expression_of(part, names)

    match term:
        case Apply("div", (dividend, Literal(int() as divisor))) if divisor != 0:
            rounded = Binary("//", of(dividend), Const(abs(divisor)))
            return rounded if divisor > 0 else Unary("-", rounded)
        case Apply("mod", (dividend, Literal(int() as divisor))) if divisor != 0:
            return Binary("%", of(dividend), Const(abs(divisor)))
        case Apply("str.substr", (text, start, Apply("str.len", (whole,)))) if text == whole and _at_least(start, 0):
            return _part(of(text), start, None, names)
        case Apply("str.substr", (text, start, Apply("-", (Apply("str.len", (whole,)), begin)))) if (
            text == whole and start == begin and _at_least(start, 0)
        ):
            return _part(of(text), start, None, names)
        case Apply("str.substr", (text, start, length)) if (
            _at_least(start, 0) and _at_least(length, 0) and _is_small(start)
        ):
            return _part(of(text), start, length, names)
        case Apply("str.at", (text, index)) if _at_least(index, -1) and _is_small(index):
            return _part(of(text), index, Literal(1), names)
        case Apply("str.indexof", (text, part, Literal(0))):
            return _method(of(text), "find", of(part))
        case Apply("str.indexof", (text, part, start)) if _at_least(start, 0):
            return _method(of(text), "find", of(part), of(start))
        case Apply("str.replace_all", (text, Literal(str() as part), new)) if part:
            return _method(of(text), "replace", Const(part), of(new))
        case Apply("str.from_int", (number,)) if _at_least(number, 0):
            return Call(Name("str"), (of(number),))
        case Apply("not", (Apply(name, (left, right)),)) if name in _COMPARISONS:
            return Compare(of(left), (_OPPOSITES[_COMPARISONS[name]],), (of(right),))
        case Apply("not", (Apply("str.contains", (text, part)),)):
            return Compare(of(part), ("not in",), (of(text),))
        case Apply("=>", (*tests, last)):
            return BoolOp("or", (*(of(Apply("not", (test,))) for test in tests), of(last)))
    return None


def _operation(name: str, arguments: tuple[Expr, ...]) -> Expr:
    """An operator applied to values of which nothing is known."""
    match name, arguments:
        case "-", (operand,):
            return Unary("-", operand)
        case (("+" | "-" | "*"), _):
            return reduce(lambda left, right: Binary(cast(BinaryOperator, name), left, right), arguments)
        case "str.++", _:
            return reduce(lambda left, right: Binary("+", left, right), arguments)
        case "not", (operand,):
            return Unary("not", operand)
        case (("and" | "or"), _):
            return BoolOp(name, arguments)
        case "xor", _:
            return reduce(lambda left, right: Compare(left, ("!=",), (right,)), arguments)
        case "distinct", _:
            pairs = tuple(Compare(one, ("!=",), (other,)) for one, other in combinations(arguments, 2))
            return pairs[0] if len(pairs) == 1 else BoolOp("and", pairs)
        case (("=" | "<" | "<=" | ">" | ">=" | "str.<" | "str.<="), (first, *others)):
            return Compare(first, (_COMPARISONS[name],) * len(others), tuple(others))
        case "ite", (test, yes, no):
            return Conditional(test, yes, no)
        case (("abs" | "str.len"), _):
            return Call(Name("abs" if name == "abs" else "len"), arguments)
        case "str.prefixof", (part, text):
            return _method(text, "startswith", part)
        case "str.suffixof", (part, text):
            return _method(text, "endswith", part)
        case "str.contains", (text, part):
            return Compare(part, ("in",), (text,))
        case "str.replace", (text, part, new):
            return _method(text, "replace", part, new, Const(1))
        case "div", (*first, last) if len(first) > 1:
            return Call(Name(CARRIED[name]), (_operation(name, tuple(first)), last))
    return Call(Name(CARRIED[name]), arguments)


def _part(text: Expr, start: Term, length: Term | None, names: Mapping[str, str]) -> Expr:
    """The slice from ``start``, ``length`` long or to the end."""
    begin = None if start == Literal(0) else expression_of(start, names)
    match start, length:
        case Apply("-", (base, Literal(int() as back))), Literal(int() as count) if count == back:
            end: Expr | None = expression_of(base, names)
        case _, None:
            end = None
        case Literal(0), _:
            end = expression_of(length, names)
        case _:
            end = expression_of(folded(Apply("+", (start, length))), names)
    return Subscript(text, Slice(begin, end))


def _at_least(term: Term, bound: int) -> bool:
    known = lower(term)
    return known is not None and known >= bound


def _is_small(term: Term) -> bool:
    """Whether a term may be written twice: a name or a constant, or one sum or length of such."""
    match term:
        case Apply("+" | "-" | "str.len", arguments):
            return all(not isinstance(part, Apply) or part.operator == "str.len" for part in arguments)
        case Apply():
            return False
    return True


def _method(value: Expr, name: str, *arguments: Expr) -> Expr:
    return Call(Attribute(value, name), arguments)
