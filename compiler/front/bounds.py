"""Bounds on values from annotations: ``Annotated[int, Gt(0)]``, ``Annotated[list[int], MinLen(1)]`` and the like.

The names are those of the ``annotated-types`` package, with or without a module before them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from compiler.front.spec import Bound
from compiler.text.diagnostics import Diagnostic, Label
from compiler.text.source import Span

Relation: TypeAlias = Literal["gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length"]
SpanOf: TypeAlias = Callable[[ast.expr], Span]

_ONE: dict[str, Relation] = {
    "Gt": "gt",
    "Ge": "ge",
    "Lt": "lt",
    "Le": "le",
    "MultipleOf": "multiple_of",
    "MinLen": "min_length",
    "MaxLen": "max_length",
}
_KEYWORDS: dict[str, dict[str, Relation]] = {
    "Interval": {"gt": "gt", "ge": "ge", "lt": "lt", "le": "le"},
    "Len": {"min_length": "min_length", "max_length": "max_length"},
}
_LENGTHS = frozenset({"min_length", "max_length"})


@dataclass(frozen=True, slots=True)
class BoundError(Exception):
    """A bound that cannot be read; ``diagnostic`` says why."""

    diagnostic: Diagnostic


def bounds_of(annotation: ast.expr, span_of: SpanOf) -> tuple[Bound, ...]:
    """The bounds that an annotation puts on the value itself. Raises ``BoundError``."""
    match annotation:
        case ast.Subscript(
            value=ast.Name(id="Annotated") | ast.Attribute(attr="Annotated"), slice=ast.Tuple(elts=items)
        ):
            return tuple(bound for item in items[1:] for bound in _bounds(item, span_of))
        case ast.Subscript(value=ast.Name(id="Annotated") | ast.Attribute(attr="Annotated")):
            raise _bad("`Annotated` needs a type and a bound", annotation, span_of, "only one item")
    return ()


def _bounds(item: ast.expr, span_of: SpanOf) -> list[Bound]:
    match item:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _ONE or name in _KEYWORDS:
            return _read(name, item, span_of)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in _ONE or name in _KEYWORDS:
            raise _bad(f"`{name}` needs a value", item, span_of, f"write `{name}(0)`")
        case ast.Call(func=ast.Name(id=name)) if name[:1].isupper():
            known = ", ".join(f"`{known}`" for known in (*_ONE, *_KEYWORDS))
            raise _bad(f"`{name}` is not a bound that liftc knows", item, span_of, f"known are {known}")
    return []


def _read(name: str, call: ast.Call, span_of: SpanOf) -> list[Bound]:
    pairs: list[tuple[Relation, ast.expr]] = []
    if name in _ONE and len(call.args) + len(call.keywords) == 1:
        pairs = [(_ONE[name], (call.args or [call.keywords[0].value])[0])]
    elif name == "Len" and 1 <= len(call.args) + len(call.keywords) <= 2:
        order: tuple[Relation, Relation] = ("min_length", "max_length")
        pairs = list(zip(order, call.args, strict=False))
    if name in _KEYWORDS:
        known = _KEYWORDS[name]
        if any(keyword.arg not in known for keyword in call.keywords) or (name == "Interval" and call.args):
            raise _bad(
                f"`{name}` takes {', '.join(f'`{word}=`' for word in known)}", call, span_of, "not these arguments"
            )
        pairs += [(known[keyword.arg or ""], keyword.value) for keyword in call.keywords]
    if not pairs:
        raise _bad(f"`{name}` takes one value", call, span_of, f"{len(call.args) + len(call.keywords)} given")
    return [_bound(relation, value, span_of) for relation, value in pairs if not _is_none(value)]


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _bound(relation: Relation, value: ast.expr, span_of: SpanOf) -> Bound:
    try:
        number = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise _bad("a bound needs a literal value", value, span_of, "not a literal") from None
    if relation in _LENGTHS and not (isinstance(number, int) and number >= 0):
        raise _bad("a length is a whole number that is not negative", value, span_of, "not a length")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise _bad("a bound needs a number", value, span_of, "not a number")
    if relation == "multiple_of" and number == 0:
        raise _bad("`MultipleOf` needs a number that is not zero", value, span_of, "not a step")
    return Bound(relation, ast.unparse(value), span_of(value))


def _bad(message: str, node: ast.expr, span_of: SpanOf, label: str) -> BoundError:
    return BoundError(Diagnostic("L0114", message, (Label(span_of(node), label),)))
