"""What an expression of a clause says: whether it is closed, and which call it makes an example of."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from compiler.front.spec import Call, Equals, Expectation, MethodKind, Satisfies, line_of
from compiler.ir.subset import ALLOWED_BUILTINS, ALLOWED_EXCEPTIONS, ALLOWED_MODULES, ALLOWED_TYPES

_JSON = {"true": True, "false": False, "null": None}
_BARRED = frozenset(
    {"print", "setattr", "getattr", "hasattr", "super", "property", "classmethod", "staticmethod", "id"}
)
CLOSED_NAMES = (ALLOWED_BUILTINS - _BARRED) | _JSON.keys()
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Method:
    """What calls of a specified method look like: ``receivers`` are the names with which their object may begin."""

    owner: str
    kind: MethodKind
    receivers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Names:
    """What a reader of examples knows: the specified functions (``None``: any may be one) and the module's names.

    ``methods`` are those functions that are called on an object or a class.
    """

    functions: frozenset[str] | None
    module: frozenset[str] = frozenset()
    methods: Mapping[str, Method] = field(default_factory=dict)

    def specifies(self, name: str) -> bool:
        """Whether a call of this name can be the subject of an example."""
        if self.functions is not None:
            return name in self.functions and name not in self.methods
        return name not in ALLOWED_BUILTINS and name not in ALLOWED_MODULES and name not in self.module


def parse_expression(text: str) -> ast.expr | None:
    """The expression that a text is, or ``None``; never raises, whatever the text."""
    if len(text) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def free_names(node: ast.AST) -> set[str]:
    """The names that an expression reads and does not bind itself."""
    names = {item.id: item.ctx for item in ast.walk(node) if isinstance(item, ast.Name)}
    bound = {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}
    bound |= {item.arg for item in ast.walk(node) if isinstance(item, ast.arg)}
    return names.keys() - bound


def is_closed(node: ast.expr, module: frozenset[str] = frozenset()) -> bool:
    """Whether an expression has a value of its own: built-in names, allowed library names, the module's names."""
    roots: set[int] = set()
    for item in ast.walk(node):
        match item:
            case ast.Attribute(value=ast.Name(id=name) as root, attr=attribute) if name in ALLOWED_MODULES:
                if attribute not in ALLOWED_MODULES[name]:
                    return False
                roots.add(id(root))
            case ast.Attribute(attr=attribute) if attribute.startswith("_"):
                return False
            case ast.Await() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr() | ast.Starred():
                return False
            case ast.Constant(value=value) if value is ...:
                return False
    free = free_names(node) - {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and id(item) in roots}
    return free <= CLOSED_NAMES | module


class _JsonConstants(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in _JSON:
            return ast.copy_location(ast.Constant(_JSON[node.id]), node)
        return node


def text_of(node: ast.expr, text: str) -> str:
    """The source of a part of ``text``'s expression on one line, with JSON's constants as Python's."""
    if any(isinstance(item, ast.Name) and item.id in _JSON for item in ast.walk(node)):
        return ast.unparse(_JsonConstants().visit(node))
    segment = ast.get_source_segment(text, node)
    return ast.unparse(node) if segment is None or "\n" in segment or "#" in segment else segment


def call_of(node: ast.expr, text: str, names: Names) -> Call | None:
    """The call of a specified function with closed arguments that an expression is, or ``None``."""
    parts = parts_of(node, names)
    if parts is None:
        return None
    name, arguments, keywords = parts
    values = [*arguments, *(keyword.value for keyword in keywords)]
    if any(keyword.arg is None for keyword in keywords) or not all(is_closed(value, names.module) for value in values):
        return None
    return Call(
        name,
        tuple(text_of(value, text) for value in arguments),
        tuple((keyword.arg or "", text_of(keyword.value, text)) for keyword in keywords),
    )


Parts: TypeAlias = "tuple[str, Sequence[ast.expr], Sequence[ast.keyword]]"


def parts_of(node: ast.AST, names: Names) -> Parts | None:
    """The function, arguments and keywords of a call of a specified function; a method's object comes first."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords) if names.specifies(name):
            return name, arguments, keywords
        case ast.Call(func=ast.Attribute(value=subject, attr=name), args=arguments, keywords=keywords):
            method = names.methods.get(name)
            if method is None or method.kind == "property" or root_of(subject) not in method.receivers:
                return None
            if method.kind == "method" and isinstance(subject, ast.Name) and subject.id == method.owner:
                return name, arguments, keywords
            return name, [subject, *arguments], keywords
        case ast.Attribute(value=subject, attr=name):
            method = names.methods.get(name)
            if method is not None and method.kind == "property" and root_of(subject) in method.receivers:
                return name, [subject], []
    return None


def as_written(call: Call, expected: Expectation, names: Names) -> str | None:
    """An example of a method as users write it; ``None`` for functions."""
    method = names.methods.get(call.function)
    if method is None or not call.arguments:
        return None
    subject, *rest = call.arguments
    words = [f"{name}={value}" for name, value in call.keywords]
    passed = "" if method.kind == "property" else f"({', '.join([*rest, *words])})"
    return line_of(f"{subject}.{call.function}{passed}", expected)


def root_of(node: ast.expr) -> str | None:
    """The name with which a chain of calls and attributes begins."""
    while not isinstance(node, ast.Name):
        match node:
            case ast.Call(func=inner) | ast.Attribute(value=inner) | ast.Subscript(value=inner):
                node = inner
            case _:
                return None
    return node.id


def value_text(text: str, names: Names) -> str | None:
    """The text of a closed value as Python, or ``None`` where the text is not one."""
    node = parse_expression(text)
    if node is None or not is_closed(node, names.module):
        return None
    if isinstance(node, ast.Name) and node.id in ALLOWED_TYPES | ALLOWED_EXCEPTIONS:
        return None
    return text_of(node, text.strip())


def exception_name(text: str) -> str | None:
    """The built-in exception that a text names, or ``None``."""
    name = text.strip().strip("`'\"").rpartition(".")[2]
    return name if name in ALLOWED_EXCEPTIONS else None


def examples_of(node: ast.expr, text: str, names: Names) -> list[tuple[Call, Expectation]]:
    """The examples that a condition, which is said to be true, holds; none where it is something else."""
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return [example for value in values for example in examples_of(value, text, names)]
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            for subject, value in ((left, right), (right, left)):
                call = call_of(subject, text, names)
                if call is not None and is_closed(value, names.module):
                    return [(call, Equals(text_of(value, text)))]
    return _condition(node, text, names)


def _condition(node: ast.expr, text: str, names: Names) -> list[tuple[Call, Expectation]]:
    calls = [item for item in ast.walk(node) if isinstance(item, ast.expr) and parts_of(item, names) is not None]
    read = [call_of(item, text, names) for item in calls]
    first = read[0] if read else None
    if first is None or any(call != first for call in read):
        return []
    abstracted: ast.expr = _Abstract(set(map(id, calls))).visit(node)
    if free_names(abstracted) - {"result"} and not is_closed(abstracted, names.module | {"result"}):
        return []
    return [(first, Satisfies(ast.unparse(abstracted)))]


class _Abstract(ast.NodeTransformer):
    """Puts ``result`` in the place of calls."""

    def __init__(self, calls: set[int]) -> None:
        self._calls = calls

    def visit(self, node: ast.AST) -> Any:
        if id(node) in self._calls:
            return ast.Name("result", ast.Load())
        return self.generic_visit(node)
