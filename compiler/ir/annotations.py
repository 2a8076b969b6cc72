"""What an annotation may hold to be within the subset."""

from __future__ import annotations

import ast

from compiler.ir.subset import ANNOTATION_CALLS


def problem_in_annotation(node: ast.expr) -> str | None:
    """Why an annotation is outside the subset: Python evaluates it, so it may name things and no more."""
    match node:
        case ast.Constant(value=str(text)):
            return _problem_in_quoted(text)
        case ast.Constant() | ast.Name() | ast.Attribute(value=ast.Name()):
            return None
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return None
        case ast.Subscript(value=value, slice=index):
            return problem_in_annotation(value) or problem_in_annotation(index)
        case ast.Attribute(value=ast.Attribute() as value):
            return problem_in_annotation(value)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return problem_in_annotation(left) or problem_in_annotation(right)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return next(filter(None, map(problem_in_annotation, items)), None)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in ANNOTATION_CALLS:
            return next(filter(None, map(problem_in_annotation, arguments)), None)
        case _:
            return "an annotation may hold names, subscripts, literals and `|` only"


def _problem_in_quoted(text: str) -> str | None:
    try:
        quoted = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Literal["no expression"] is no forward reference, and nothing evaluates it.
        return None
    if any(isinstance(part, ast.Call | ast.NamedExpr | ast.Await | ast.Lambda) for part in ast.walk(quoted)):
        return "a quoted annotation may hold names, subscripts, literals and `|` only"
    return None
