"""Terms as Python expressions of the IR that agree with SMT-LIB on every value.

Where bounds show that Python's own operation agrees, it is used; elsewhere a function of ``runtime_helpers``. Integers
of more than 4,300 digits are the exception: Python refuses to convert them from and to text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compiler.ir.nodes import (
    Binary,
    BoolOp,
    Call,
    Compare,
    Const,
    Expr,
    ExprHole,
    Name,
    Slice,
    Unary,
)
from compiler.ir.rewrite import Changed, rewrite
from compiler.ir.walk import Node, walk
from compiler.sygus.forms import PARTS, condition_of, match_term, meaning_of, pattern_of, substitute
from compiler.sygus.intervals import TRUE
from compiler.sygus.operators import Form, Operator, Shape, operator_for
from compiler.sygus.problem import Apply, Literal, Term, Variable
from compiler.sygus.semantics import bounds_of, folded
from solver.operations.comparisons import NEGATION


def expression_of(term: Term, names: Mapping[str, str]) -> Expr:
    """The term's value as an expression, where ``names`` are the variables and defined functions in Python."""
    match term:
        case Literal(value):
            return _number(value) if isinstance(value, int) and not isinstance(value, bool) else Const(value)
        case Variable(name):
            return Name(names[name])
        case Apply(name, arguments):
            operator = operator_for(name, len(arguments))
            if operator is None:
                return Call(Name(names[name]), tuple(expression_of(argument, names) for argument in arguments))
    written: dict[int, Expr] = {}

    def of(part: Term) -> Expr:
        """The expression of a part, which is made only once however many forms are tried."""
        if id(part) not in written:
            written[id(part)] = expression_of(part, names)
        return written[id(part)]

    for form in operator.forms:
        plain = _plain(operator, form, term, of)
        if plain is not None:
            return plain
    return _applied(operator, list(map(of, _flattened(term) if operator.associative else arguments)))


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


def _plain(operator: Operator, form: Form, term: Term, of: Callable[[Term], Expr]) -> Expr | None:
    """Python's own operation, where what is known of the arguments makes it agree."""
    found = match_term(meaning_of(operator, form), term)
    if found is None or bounds_of(folded(substitute(condition_of(operator, form), found))) != TRUE:
        return None
    pattern = pattern_of(form.python)
    parts = {name: of(part) for name, part in found.items()}
    holes = [node.name for node in walk(pattern) if isinstance(node, ExprHole)]
    if any(holes.count(name) > 1 and not _is_short(part) for name, part in parts.items()):
        return None
    return _filled(pattern, parts)


def _applied(operator: Operator, arguments: Sequence[Expr]) -> Expr:
    """An operator applied to values of which nothing is known."""
    pattern = pattern_of(operator.python)

    def apply(*operands: Expr) -> Expr:
        return _filled(pattern, dict(zip(PARTS, operands, strict=False)))

    if len(arguments) > len(operator.arguments):
        match pattern, operator.shape:
            case Compare(_, (relation,), _), Shape.CHAIN:
                return Compare(arguments[0], (relation,) * (len(arguments) - 1), tuple(arguments[1:]))
            case BoolOp(word, (first, _)), _:
                return BoolOp(word, (*(_filled(first, {"a": each}) for each in arguments[:-1]), arguments[-1]))
    return operator.chained(apply, arguments, _all)


def _all(parts: Sequence[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else BoolOp("and", tuple(parts))


def _filled(pattern: Expr, parts: Mapping[str, Expr]) -> Expr:
    """The expression with its holes filled, and simplified where these are known."""

    def change(node: Node) -> Changed:
        match node:
            case ExprHole(name):
                return parts[name]
            case Unary("not", Compare(left, (relation,), others)):
                return Compare(left, (NEGATION[relation],), others)
            case Unary("-", Unary("-", Const() as number)):
                return number
            case Slice(lower, upper, None):
                return Slice(None if lower == Const(0) else lower, None if upper is None else _sum(upper))
        return node

    return rewrite(pattern, change)


def _sum(end: Expr) -> Expr:
    """The end of a slice, simplified."""
    match end:
        case Binary("+", Binary("-", base, Const(back)), Const(count)) if back == count:
            return base
        case Binary("+", Const(0), count):
            return count
        case Binary("+", Const(int() as start), Const(int() as count)):
            return Const(start + count)
        case Binary("+", Unary("-", Const(int() as back)), Const(int() as count)):
            return _number(count - back)
    return end


def _is_short(expression: Expr) -> bool:
    """Whether an expression may be written twice: a name or a constant, or one sum or length of such."""
    match expression:
        case Binary("+" | "-", left, right):
            return _is_atom(left) and _is_atom(right)
        case Call(Name("len"), (measured,)):
            return _is_atom(measured)
        case Unary("-", operand):
            return _is_atom(operand)
    return _is_atom(expression)


def _is_atom(expression: Expr) -> bool:
    match expression:
        case Name() | Const() | Unary("-", Const()) | Call(Name("len"), _):
            return True
    return False
