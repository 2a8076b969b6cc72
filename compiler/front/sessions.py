"""Doctests of methods: lines that make objects and change them, and what an expression over these objects gives.

A call of a method is an example like any other once its object is one expression. What earlier lines did to the object
goes into that expression: after ``s = Stack()`` and ``s.push(1)`` the object ``s`` is
``[s := Stack(), s.push(1), s][-1]``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace

from compiler.front.expressions import Names, free_names, is_closed, parts_of, root_of
from compiler.front.spec import Call, Equals, Expectation, RaisesError, Satisfies, line_of
from compiler.ir.subset import ALLOWED_BUILTINS

_MOST_STEPS = 30


@dataclass(slots=True)
class Session:
    """The lines of one docstring so far: the objects that they bind, and what was done to these.

    ``lines`` are the lines as written, ``steps`` the same as expressions, ``values`` what each name stands for while
    nothing was done to it, ``last`` the last call of a specified method.
    """

    names: Names
    lines: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    values: dict[str, ast.expr] = field(default_factory=dict)
    changed: bool = False
    last: Call | None = None

    def takes(self, code: str) -> bool:
        """Take a line that binds an object; whether it was one."""
        try:
            statements = ast.parse(code).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        match statements:
            case [ast.Assign(targets=[ast.Name(id=name)], value=value)] if self._is_closed(value):
                if self.values.keys() <= {name} and not self._uses(value):
                    self._forget()
                self._note_call(value)
                self._step(f"{name} := {ast.unparse(value)}", code)
                self.values[name] = self._substituted(value)
                return True
            case [ast.Expr()]:
                return False
        self._forget()
        return False

    def speaks_of(self, node: ast.expr) -> bool:
        """Whether an expression is about objects that the lines have bound."""
        return self._uses(node) and self._is_closed(node)

    def example(self, node: ast.expr, expected: Equals | RaisesError) -> tuple[Call, Expectation, str] | None:
        """What it says that an expression gives a value or raises, with its line; ``None`` where it calls no method."""
        line = line_of("; ".join([*self.lines, ast.unparse(node)]), expected)
        call = self._call_of(node)
        if call is not None:
            shown = line if self.changed else line_of(self._written(node), expected)
            return call, expected, shown
        inner = next((made for item in ast.walk(node) if (made := self._call_of(item)) is not None), self.last)
        if inner is None or not isinstance(expected, Equals):
            return None
        return inner, Satisfies(f"{self._whole(node)} == ({expected.value})"), line

    def done(self, node: ast.expr) -> None:
        """Remember an expression that may have changed an object."""
        if any(isinstance(item, ast.Call) and not _is_pure(item) for item in ast.walk(node)):
            self._note_call(node)
            self._step(ast.unparse(node), ast.unparse(node))
            self.changed = True

    def _step(self, step: str, line: str) -> None:
        self.steps.append(step)
        self.lines.append(line)
        if len(self.steps) > _MOST_STEPS:
            self._forget()

    def _forget(self) -> None:
        self.lines.clear()
        self.steps.clear()
        self.values.clear()
        self.changed, self.last = False, None

    def _uses(self, node: ast.expr) -> bool:
        return not free_names(node).isdisjoint(self.values)

    def _is_closed(self, node: ast.expr) -> bool:
        return is_closed(node, self.names.module | self.values.keys())

    def _note_call(self, node: ast.expr) -> None:
        calls = [made for item in ast.walk(node) if (made := self._call_of(item)) is not None]
        self.last = calls[0] if calls else self.last

    def _call_of(self, node: ast.AST) -> Call | None:
        parts = parts_of(node, self._known())
        if parts is None or any(keyword.arg is None for keyword in parts[2]):
            return None
        name, arguments, keywords = parts
        words = tuple((keyword.arg or "", self._whole(keyword.value)) for keyword in keywords)
        return Call(name, tuple(map(self._whole, arguments)), words)

    def _known(self) -> Names:
        """The names with the bound objects among what methods are called on."""
        roots = {name: root_of(value) for name, value in self.values.items()}
        methods = {
            name: replace(method, receivers=method.receivers | {key for key in roots if roots[key] in method.receivers})
            for name, method in self.names.methods.items()
        }
        return replace(self.names, methods=methods)

    def _whole(self, node: ast.expr) -> str:
        """An expression with all that its objects went through."""
        if not self.changed:
            return self._written(node)
        return f"[{', '.join(self.steps)}, {ast.unparse(node)}][-1]" if self._uses(node) else ast.unparse(node)

    def _written(self, node: ast.expr) -> str:
        return ast.unparse(self._substituted(node))

    def _substituted(self, node: ast.expr) -> ast.expr:
        tree = ast.parse(ast.unparse(node), mode="eval").body
        return ast.fix_missing_locations(_Substitute(self.values).visit(tree))  # type: ignore[no-any-return]


class _Substitute(ast.NodeTransformer):
    def __init__(self, values: dict[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node)


def _is_pure(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ALLOWED_BUILTINS - {"next", "setattr", "map", "filter"}
