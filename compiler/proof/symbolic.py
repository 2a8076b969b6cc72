"""Expressions of the IR over symbolic values: integers, truth values, strings, and the lengths of collections.

Floats are not real numbers and have no symbolic form. What has none raises ``UnsupportedError``, and nothing is then
claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from compiler.ir.lower import lower_expression
from compiler.ir.nodes import (
    Attribute,
    Binary,
    BoolOp,
    Call,
    Compare,
    Conditional,
    Const,
    Display,
    Expr,
    Name,
    Unary,
)
from compiler.proof.meanings import meaning_of
from compiler.proof.values import (
    UnsupportedError,
    Value,
    compare,
    constant,
    integer,
    is_text,
    merge,
    power,
    truth,
)
from compiler.text.diagnostics import LiftcError
from solver import smt
from solver.smt import Smt

Inline = Callable[[str, Sequence[Value], "Symbols"], Value]


@dataclass(slots=True)
class Symbols:
    """Evaluates expressions under a path condition and notes when which exception is raised.

    ``raised`` holds the condition and the exception's name. ``inline`` evaluates calls of the module's own functions.
    ``bound`` are the names that are no longer the built-ins' there.
    """

    names: dict[str, Value]
    path: list[Smt] = field(default_factory=list)
    raised: list[tuple[Smt, str]] = field(default_factory=list)
    inline: Inline | None = None
    bound: frozenset[str] = frozenset()

    def value(self, expression: Expr) -> Value:
        """The symbolic value. Raises ``UnsupportedError``."""
        match expression:
            case Const(value=value):
                return constant(value)
            case Name(id=name):
                if name not in self.names:
                    raise UnsupportedError(f"the name `{name}`")
                return self.names[name]
            case Unary(operator="not", operand=operand):
                return _z3().Not(self.truth(operand))
            case Unary(operator="-", operand=operand):
                return -self.integer(operand)
            case Unary(operator="+", operand=operand):
                return self.integer(operand)
            case Binary():
                return self._binary(expression)
            case BoolOp():
                return self._junction(expression)
            case Compare():
                return self._comparison(expression)
            case Conditional(test=test, then=then, otherwise=otherwise):
                condition = self.truth(test)
                branches = self._value_under(condition, then), self._value_under(_z3().Not(condition), otherwise)
                return merge(condition, *branches)
            case Call(function=Name(id=name), arguments=arguments, keywords=()):
                return self._call(name, arguments)
            case Call(function=Attribute(value=value, attribute=method), arguments=(argument,), keywords=()):
                return self._method(method, value, argument)
            case _:
                raise UnsupportedError(f"`{type(expression).__name__}` expressions")

    def truth(self, expression: Expr) -> Smt:
        """The truth value of an expression, as ``if`` takes it."""
        return truth(self.value(expression))

    def integer(self, expression: Expr) -> Smt:
        """The value of an expression that is an integer or a truth value."""
        return integer(self.value(expression))

    def note(self, condition: Smt, exception: str) -> None:
        """Notes that this exception is raised on the current path where the condition holds."""
        self.raised.append((smt.conjunction([*self.path, condition]), exception))

    def under(self, condition: Smt) -> Symbols:
        """The same evaluation where the condition holds: what is noted there is noted here."""
        return replace(self, path=[*self.path, condition])

    def _value_under(self, condition: Smt, expression: Expr) -> Value:
        return self.under(condition).value(expression)

    def _junction(self, node: BoolOp) -> Value:
        """``and`` and ``or``, each operand under the condition that it is reached."""
        z3 = _z3()
        left = self.value(node.operands[0])
        for operand in node.operands[1:]:
            reached = truth(left) if node.operator == "and" else z3.Not(truth(left))
            right = self._value_under(reached, operand)
            left = merge(reached, right, left)
        return left

    def _binary(self, node: Binary) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        z3 = _z3()
        if node.operator == "+" and is_text(left) and is_text(right):
            return z3.Concat(left, right)
        a, b = integer(left), integer(right)
        match node.operator:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "//" | "%":
                self.note(b == 0, "ZeroDivisionError")
                return smt.floor_divide(a, b) if node.operator == "//" else smt.modulo(a, b)
            case "**" if isinstance(node.right, Const) and type(node.right.value) is int:
                return power(a, node.right.value)
            case operator:
                raise UnsupportedError(f"the operator `{operator}`")

    def _comparison(self, node: Compare) -> Smt:
        z3 = _z3()
        parts: list[Smt] = []
        left = self.value(node.left)
        depth = len(self.path)
        for operator, comparator in zip(node.operators, node.comparators, strict=True):
            if operator in ("in", "not in") and isinstance(comparator, Display) and len(node.operators) == 1:
                among = z3.Or(False, *(compare("==", left, self.value(item)) for item in comparator.items))
                return among if operator == "in" else z3.Not(among)
            right = self.value(comparator)
            parts.append(compare(operator, left, right))
            self.path.append(parts[-1])
            left = right
        del self.path[depth:]
        return z3.And(*parts) if len(parts) > 1 else parts[0]

    def _call(self, name: str, arguments: Sequence[Expr]) -> Value:
        if name in self.names:
            raise UnsupportedError(f"the call of `{name}`")
        values = [self.value(argument) for argument in arguments]
        if name in self.bound and self.inline is not None:
            return self.inline(name, values, self)
        known = meaning_of(name, values)
        if known is not None:
            return known
        if self.inline is not None:
            return self.inline(name, values, self)
        raise UnsupportedError(f"the call of `{name}`")

    def _method(self, method: str, value: Expr, argument: Expr) -> Value:
        known = meaning_of(f".{method}", [self.value(value), self.value(argument)])
        if known is None:
            raise UnsupportedError(f"the method `{method}`")
        return known


def condition(text: str, names: Mapping[str, Value]) -> Smt:
    """A condition of the specification: that it is evaluated without an exception, and true.

    Raises ``UnsupportedError``.
    """
    try:
        expression = lower_expression(text)
    except LiftcError as error:
        raise UnsupportedError(str(error)) from error
    symbols = Symbols(dict(names))
    truth = symbols.truth(expression)
    return smt.conjunction([truth, *(_z3().Not(when) for when, _ in symbols.raised)])


def _z3() -> Smt:
    import z3

    return z3
