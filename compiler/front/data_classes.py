"""Data classes as the plain classes that they stand for: the IR holds no code that writes code.

Only what functions see while they are made is rewritten. The file keeps its data classes, and the last verdict is on
the file.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass


def without_data_classes(text: str) -> str:
    """A module's text with its data classes written out, and without the imports that only these need.

    Left as they are: classes with bases, with options that change more than ``frozen``, ``slots``, ``eq`` and ``repr``
    do, and with fields that are no plain values.
    """
    tree = ast.parse(text)
    lines = text.split("\n")
    for node in reversed(tree.body):
        if isinstance(node, ast.ClassDef) and (plain := _plain_class(node)) is not None:
            lines[node.decorator_list[0].lineno - 1 : node.end_lineno] = ast.unparse(plain).split("\n")
    written = "\n".join(lines)
    return _without_unused_import(written) if written != text else text


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    annotation: ast.expr
    default: ast.expr | None
    factory: ast.expr | None


def _plain_class(node: ast.ClassDef) -> ast.ClassDef | None:
    """The class that a data class stands for; ``None`` where the node is none, or says more than is understood."""
    if len(node.decorator_list) != 1 or node.bases or node.keywords:
        return None
    options = _options(node.decorator_list[0])
    fields: list[_Field] = []
    rest: list[ast.stmt] = []
    after: list[ast.stmt] = []
    defined: set[str] = set()
    for item in node.body:
        match item:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                found = _field(name, annotation, value)
                if found is None:
                    return None
                fields.append(found)
                rest += [kept] if (kept := _class_attribute(found)) is not None else []
            case ast.FunctionDef(name="__post_init__", args=arguments, body=body) if len(arguments.args) == 1:
                after = [_Renamed(arguments.args[0].arg).visit(statement) for statement in body]
            case _:
                rest.append(item)
                defined |= {item.name} if isinstance(item, ast.FunctionDef) else set()
    if options is None or "__init__" in defined:
        return None
    made = [_method(text) for name, text in _written(node.name, fields, options) if name not in defined]
    made[0].body += after
    plain = ast.ClassDef(node.name, [], [], [*rest, *made], [])
    return ast.fix_missing_locations(plain)


def _options(decorator: ast.expr) -> dict[str, bool] | None:
    """The options of ``@dataclass``; ``None`` for another decorator, or for options that are not understood."""
    match decorator:
        case ast.Call(func=called, args=[], keywords=keywords):
            pairs = [(item.arg, item.value) for item in keywords]
        case called:
            pairs = []
    match called:
        case ast.Name(id="dataclass") | ast.Attribute(value=ast.Name(id="dataclasses"), attr="dataclass"):
            pass
        case _:
            return None
    options: dict[str, bool] = {}
    for name, value in pairs:
        if name not in ("frozen", "slots", "eq", "repr") or not isinstance(value, ast.Constant):
            return None
        options[name] = bool(value.value)
    return options


def _class_attribute(field: _Field) -> ast.stmt | None:
    target = ast.Name(field.name, ast.Store())
    return None if field.default is None else ast.AnnAssign(target, field.annotation, field.default, 1)


_OTHER_FIELDS = frozenset({"ClassVar", "InitVar", "KW_ONLY"})


def _field(name: str, annotation: ast.expr, value: ast.expr | None) -> _Field | None:
    names = {item.id for item in ast.walk(annotation) if isinstance(item, ast.Name)}
    match value:
        case _ if names & _OTHER_FIELDS:
            return None
        case ast.Call(func=ast.Name(id="field") | ast.Attribute(attr="field"), args=[], keywords=[only]):
            default = only.value if only.arg == "default" else None
            factory = only.value if only.arg == "default_factory" else None
            return None if default is factory else _Field(name, annotation, default, factory)
        case ast.Call(func=ast.Name(id="field") | ast.Attribute(attr="field")):
            return None
    return _Field(name, annotation, value, None)


def _written(name: str, fields: Sequence[_Field], options: dict[str, bool]) -> list[tuple[str, str]]:
    """The methods that ``dataclass`` writes, by name."""
    parameters = ", ".join(["self", *map(_parameter, fields)])
    stores = [f"    self.{field.name} = {_stored(field)}\n" for field in fields]
    mine, theirs = ("".join(f"{whose}.{field.name}, " for field in fields) for whose in ("self", "other"))
    shown = ", ".join(f"{field.name}={{self.{field.name}!r}}" for field in fields)
    methods = [("__init__", f"def __init__({parameters}):\n{''.join(stores) or '    pass'}")]
    if options.get("repr", True):
        methods.append(("__repr__", f'def __repr__(self):\n    return f"{name}({shown})"'))
    if options.get("eq", True):
        same = f"isinstance(other, {name}) and ({mine}) == ({theirs})"
        methods.append(("__eq__", f"def __eq__(self, other):\n    return {same}"))
        if options.get("frozen", False):
            methods.append(("__hash__", f"def __hash__(self):\n    return hash(({mine}))"))
    return methods


def _parameter(field: _Field) -> str:
    if field.factory is not None:
        return f"{field.name}=None"
    default = "" if field.default is None else f" = {ast.unparse(field.default)}"
    return f"{field.name}: {ast.unparse(field.annotation)}{default}"


def _stored(field: _Field) -> str:
    if field.factory is None:
        return field.name
    return f"({ast.unparse(field.factory)})() if {field.name} is None else {field.name}"


def _method(text: str) -> ast.FunctionDef:
    (made,) = ast.parse(text).body
    assert isinstance(made, ast.FunctionDef)
    return made


class _Renamed(ast.NodeTransformer):
    """Calls the object ``self``, whatever its method called it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name("self", node.ctx) if node.id == self._name else node


def _without_unused_import(text: str) -> str:
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = text.split("\n")
    for node in reversed(tree.body):
        match node:
            case ast.ImportFrom(module="dataclasses", names=names):
                kept = [item for item in names if (item.asname or item.name) in used]
                left = ast.unparse(ast.ImportFrom("dataclasses", kept, 0)).split("\n") if kept else []
                lines[node.lineno - 1 : node.end_lineno] = left
            case ast.Import(names=[ast.alias(name="dataclasses", asname=None)]) if "dataclasses" not in used:
                lines[node.lineno - 1 : node.end_lineno] = []
    return "\n".join(lines).strip("\n") + "\n"
