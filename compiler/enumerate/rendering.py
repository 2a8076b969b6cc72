"""Terms as Python text and as IR expressions."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from functools import cache

from compiler.ir.nodes import Expr, Function, Import, Return
from compiler.text.source import Source
from solver.operations.entries import PARAMETERS, PARTS, imports, operators
from solver.terms import App, Bind, Choice, Component, Lit, Term, Var, variables_of

_PLACEHOLDERS = PARTS.union(PARAMETERS)

# Operations that read better with a constant on the right.
_TURNED = frozenset(
    operation.text
    for operation in operators().values()
    if operation.commutative and operation.operator not in ("and", "or")
)


def to_expr(term: Term) -> tuple[Expr, tuple[Import, ...]]:
    """The term as an expression of the IR, with the imports that it needs."""
    from compiler.ir.lower import lower_module

    text = to_text(term)
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    variables = sorted({variable.name for variable in variables_of(term)})
    needed = [line for name, line in imports().items() if name in names and name not in variables]
    lines = [*needed, f"def found({', '.join(variables)}):", f"    return {text}"]
    *added, function = lower_module(Source("search", "\n".join(lines))).body
    assert isinstance(function, Function)
    (returned,) = function.body
    assert isinstance(returned, Return)
    assert returned.value is not None
    return returned.value, tuple(item for item in added if isinstance(item, Import))


@cache
def names_used(template: str) -> frozenset[str]:
    """The built-ins and modules that an operation's text names."""
    nodes = ast.walk(ast.parse(template, mode="eval"))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name)) - _PLACEHOLDERS


def to_text(term: Term) -> str:
    """The term as Python text."""
    return ast.unparse(ast.fix_missing_locations(_tree_of(term)))


def can_be_written(value: object) -> bool:
    """Whether the value has a literal that gives it back."""
    match value:
        case float():
            return math.isfinite(value)
        case None | bool() | int() | str() | bytes():
            return True
        case list() | tuple() | set():
            return all(map(can_be_written, value))
        case dict():
            return all(can_be_written(part) for item in value.items() for part in item)
        case _:
            return False


def _tree_of(term: Term) -> ast.expr:
    match term:
        case Var(name):
            return ast.Name(name, ast.Load())
        case Lit(value):
            return literal(value)
        case App(component, (Lit() as left, right)) if _turns(component) and not isinstance(right, Lit):
            return _tree_of(App(component, (right, left)))
        case App(component, arguments):
            parts = dict(zip("abc", map(_tree_of, arguments), strict=False))
            return _substituted(component.name, parts, {})
        case Bind(binder, variables, source, body, condition):
            names = [variable.name for variable in variables]
            inside = {"s": _tree_of(source)}
            if body is not None:
                inside["e"] = _tree_of(body)
            if condition is not None:
                inside["p"] = _tree_of(condition)
            if "k, v" in binder.name:
                return _substituted(binder.name, inside, {"k": names[:1], "v": names[1:]})
            return _substituted(binder.name, inside, {"x": names})
        case Choice(test, then, otherwise):
            return ast.IfExp(_tree_of(test), _tree_of(then), _tree_of(otherwise))


def _turns(component: Component) -> bool:
    return component.commutative and component.name in _TURNED


def literal(value: object) -> ast.expr:
    """The value as a display; sets are sorted, so that the text does not depend on the hash seed."""
    match value:
        case set():
            items = [literal(item) for item in sorted(value, key=repr)]
            return ast.Set(items) if items else ast.Call(ast.Name("set", ast.Load()), [], [])
        case list():
            return ast.List([literal(item) for item in value], ast.Load())
        case tuple():
            return ast.Tuple([literal(item) for item in value], ast.Load())
        case dict():
            return ast.Dict([literal(key) for key in value], [literal(item) for item in value.values()])
        case int() | float() if value < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        case _:
            return ast.Constant(value)  # type: ignore[arg-type]


def _substituted(template: str, parts: Mapping[str, ast.expr], bound: Mapping[str, list[str]]) -> ast.expr:
    tree = ast.parse(template, mode="eval").body
    rewritten = _Substitution(parts, bound).visit(tree)
    assert isinstance(rewritten, ast.expr)
    return rewritten


class _Substitution(ast.NodeTransformer):
    def __init__(self, parts: Mapping[str, ast.expr], bound: Mapping[str, list[str]]) -> None:
        self._parts = parts
        self._bound = bound

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._bound:
            names = [ast.Name(name, node.ctx) for name in self._bound[node.id]]
            return names[0] if len(names) == 1 else ast.Tuple(list(names), node.ctx)
        return self._parts.get(node.id, node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self._bound[node.arg][0]) if node.arg in self._bound else node
