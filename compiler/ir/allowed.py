"""The first wall of the sandbox: every name, module member and attribute of a module stands in the lists of ``subset``.

The check reads the IR, whatever it came from. It asks where a name is bound, so that a helper called ``compile`` is no
offence, and takes care that such a name cannot fall through to the built-in behind it.
"""

from __future__ import annotations

import ast
import builtins
import string
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics import Diagnostic, Label
from compiler.ir.annotations import problem_in_annotation
from compiler.ir.nodes import (
    AnnAssign,
    Assign,
    Attribute,
    Call,
    Class,
    Const,
    Delete,
    Expr,
    For,
    Function,
    Global,
    Import,
    Module,
    Name,
    Starred,
    Stmt,
    TypeRef,
)
from compiler.ir.scopes import Occurrence, Scope, occurrences, target_names
from compiler.ir.subset import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_BUILTINS,
    ALLOWED_DUNDERS,
    ALLOWED_MODULES,
    NEVER_ATTRIBUTES,
)
from compiler.ir.walk import Node, walk

FORBIDDEN_BUILTINS: frozenset[str] = frozenset(dir(builtins)) - ALLOWED_BUILTINS
_NAMED_ATTRIBUTE = frozenset({"getattr", "hasattr", "setattr"})


def forbidden_names(module: Module) -> Iterator[Diagnostic]:
    """What a module names and may not; nothing for a module of the subset."""
    facts = _Facts.of(module)
    for occurrence in occurrences(module):
        reason = _problem(occurrence, facts)
        if reason is not None:
            code, message = reason
            span = occurrence.node.span
            yield Diagnostic(code, message, () if span is None else (Label(span),))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the check knows of the whole module before it looks at single nodes.

    ``vouched`` are the identities of nodes that their parent has checked; ``plain_texts`` the names that only ever
    stand for a text with harmless format fields; ``shadows`` the names of forbidden built-ins that are safely
    redefined.
    """

    own_attributes: frozenset[str]
    plain_texts: frozenset[str]
    shadows: frozenset[str]
    vouched: set[int]

    @staticmethod
    def of(module: Module) -> _Facts:
        nodes = list(walk(module))
        own = frozenset(name for node in nodes for name in _defined_attributes(node)) - NEVER_ATTRIBUTES
        return _Facts(own, _plain_texts(nodes), _safe_shadows(module), set())


_Problem = tuple[str, str] | None


def _problem(occurrence: Occurrence, facts: _Facts) -> _Problem:
    node, scope = occurrence.node, occurrence.scope
    match node:
        case Name(id=name):
            return _name_problem(node, name, occurrence, facts)
        case Attribute():
            return _attribute_problem(node, occurrence, facts)
        case Call():
            return _call_problem(node, scope, facts)
        case Import():
            return _import_problem(node)
        case Function(name=name):
            return _dunder_problem(name)
        case Class(name=name, bases=bases):
            if any(isinstance(base, Name) and base.id == "type" for base in bases):
                return "L0203", "a class may not be derived from `type`"
            return _dunder_problem(name)
        case TypeRef(text=str(text)):
            return _annotation_problem(text)
        case _:
            return None


def _name_problem(node: Name, name: str, occurrence: Occurrence, facts: _Facts) -> _Problem:
    if occurrence.role == "store":
        return _dunder_problem(name)
    scope = occurrence.scope.lookup(name)
    if _is_dunder(name):
        return "L0203", f"the name `{name}` is outside the subset"
    if name in FORBIDDEN_BUILTINS and not _shadowed(name, scope, facts):
        return "L0203", f"the built-in `{name}` is outside the subset"
    if id(node) in facts.vouched:
        return None
    if scope is not None and name in scope.modules:
        return "L0204", f"the module `{name}` may only be used through its names"
    if scope is not None and scope.members.get(name) == ("functools", "wraps"):
        return "L0204", "`wraps` may only be called with one argument"
    if scope is not None and scope.members.get(name) == ("collections", "abc"):
        return "L0204", f"the module `{name}` may only be used through its names"
    if scope is None and name == "type":
        return "L0203", "`type` may only be called with one argument"
    if scope is None and name in _NAMED_ATTRIBUTE:
        return "L0203", f"`{name}` may only be called with a literal attribute name"
    return None


def _shadowed(name: str, scope: Scope | None, facts: _Facts) -> bool:
    """Whether a name of a forbidden built-in surely means the program's own: a local never falls through."""
    if scope is None or scope.kind == "class":
        return False
    return scope.kind == "function" or name in facts.shadows


def _attribute_problem(node: Attribute, occurrence: Occurrence, facts: _Facts) -> _Problem:
    name = node.attribute
    module = module_of(node.value, occurrence.scope)
    if module is not None:
        _vouch_path(node.value, facts)
        if occurrence.role == "store":
            return "L0204", f"`{module}.{name}` may not be changed"
        if (module, name) == ("functools", "wraps") and id(node) not in facts.vouched:
            return "L0204", "`wraps` may only be called with one argument"
        if (module, name) == ("collections", "abc") and id(node) not in facts.vouched:
            return "L0204", "the module `collections.abc` may only be used through its names"
        if name in ALLOWED_MODULES[module]:
            return None
        return "L0204", f"`{module}.{name}` is outside the subset"
    if name.startswith("_"):
        return None if _is_super_method(node) else ("L0205", f"the attribute `{name}` begins with an underscore")
    if name == "format" and not _formats_plain_text(node.value, occurrence.scope, facts):
        return "L0205", "`format` is for literal texts with plain fields only"
    if name in ALLOWED_ATTRIBUTES or name in facts.own_attributes:
        return None
    return "L0205", f"the attribute `{name}` is outside the subset"


def _call_problem(node: Call, scope: Scope, facts: _Facts) -> _Problem:
    match node:
        case Call(function=Name(id=name) as function) if scope.lookup(name) is None:
            pass
        case Call(function=function, arguments=(first,), keywords=()) if not isinstance(first, Starred):
            facts.vouched.add(id(function)) if _is_wraps(function, scope) else None
            return None
        case _:
            return None
    simple = not node.keywords and not any(isinstance(item, Starred) for item in node.arguments)
    if name == "type" and simple and len(node.arguments) == 1:
        facts.vouched.add(id(function))
    if name in ("isinstance", "issubclass", "map") and simple and len(node.arguments) == 2:
        facts.vouched.update(id(item) for item in node.arguments if isinstance(item, Name) and item.id == "type")
    if name in _NAMED_ATTRIBUTE and simple and len(node.arguments) >= 2:
        match node.arguments[1]:
            case Const(value=str(attribute)):
                facts.vouched.add(id(function))
                if attribute.startswith("_") or attribute in NEVER_ATTRIBUTES:
                    return "L0205", f"the attribute `{attribute}` is outside the subset"
                if attribute not in ALLOWED_ATTRIBUTES | facts.own_attributes or attribute == "format":
                    return "L0205", f"the attribute `{attribute}` is outside the subset"
    return None


def _import_problem(node: Import) -> _Problem:
    if node.module is None:
        unknown = [item.name for item in node.names if item.name not in ALLOWED_MODULES]
        return ("L0204", f"the module `{unknown[0]}` is outside the subset") if unknown else None
    if node.module not in ALLOWED_MODULES:
        return "L0204", f"the module `{node.module}` is outside the subset"
    for item in node.names:
        if item.name not in ALLOWED_MODULES[node.module]:
            return "L0204", f"`{node.module}.{item.name}` is outside the subset"
    return None


def _annotation_problem(text: str) -> _Problem:
    try:
        problem = problem_in_annotation(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "L0202", f"`{text}` is not an annotation"
    return None if problem is None else ("L0202", problem)


def _is_dunder(name: str) -> bool:
    return len(name) > 4 and name.startswith("__") and name.endswith("__")


def _dunder_problem(name: str) -> _Problem:
    if _is_dunder(name) and name not in ALLOWED_DUNDERS:
        return "L0205", f"`{name}` may not be defined"
    return None


def module_of(expression: Expr, scope: Scope) -> str | None:
    """The module that an expression names, where it is one of the subset."""
    match expression:
        case Name(id=name):
            found = scope.lookup(name)
            if found is None:
                # A forgotten import: its names are judged as if it stood there.
                return name if name in ALLOWED_MODULES else None
            if found.members.get(name) == ("collections", "abc"):
                return "collections.abc"
            module = found.modules.get(name)
            return module if module in ALLOWED_MODULES else None
        case Attribute(value=value, attribute="abc") if module_of(value, scope) == "collections":
            return "collections.abc"
        case _:
            return None


def _vouch_path(expression: Expr, facts: _Facts) -> None:
    facts.vouched.add(id(expression))
    if isinstance(expression, Attribute):
        _vouch_path(expression.value, facts)


def _is_wraps(function: Expr, scope: Scope) -> bool:
    match function:
        case Name(id=name):
            found = scope.lookup(name)
            return found is not None and found.members.get(name) == ("functools", "wraps")
        case Attribute(value=value, attribute="wraps"):
            return module_of(value, scope) == "functools"
        case _:
            return False


def _is_super_method(node: Attribute) -> bool:
    match node.value:
        case Call(function=Name(id="super")):
            return node.attribute in ALLOWED_DUNDERS
        case _:
            return False


def _formats_plain_text(value: Expr, scope: Scope, facts: _Facts) -> bool:
    match value:
        case Const(value=str(text)):
            return is_plain_format(text)
        case Name(id=name):
            return name in facts.plain_texts and scope.lookup(name) is not None
        case _:
            return "format" in facts.own_attributes


def is_plain_format(text: str) -> bool:
    """Whether a format text has only fields such as ``{}``, ``{0}``, ``{name}`` and ``{:>{width}}``."""
    try:
        fields = list(string.Formatter().parse(text))
    except ValueError:
        # Formatting it raises before anything is read.
        return True
    for _, field, shape, _ in fields:
        if field and not (field.isidentifier() or field.isdecimal()):
            return False
        if shape and not is_plain_format(shape):
            return False
    return True


def _plain_texts(nodes: list[Node]) -> frozenset[str]:
    """Names to which the module never binds anything but literal texts with plain fields."""
    plain: set[str] = set()
    other: set[str] = set()
    for node in nodes:
        match node:
            case Assign(targets=(Name(id=name),), value=Const(value=str(text))) if is_plain_format(text):
                plain.add(name)
            case Assign(targets=targets) | Delete(targets=targets):
                other |= {name for target in targets for name in target_names(target)}
            case AnnAssign(target=target, value=Const(value=str(text))) if is_plain_format(text):
                plain |= set(target_names(target))
            case _:
                other |= _bound_by(node)
    return frozenset(plain - other)


def _bound_by(node: Node) -> set[str]:
    """Names that a node other than a plain assignment may bind."""
    found: set[str] = set()
    target = getattr(node, "target", None)
    if target is not None:
        found |= set(target_names(target))
    if isinstance(node, Import):
        found |= {item.alias or item.name for item in node.names}
    else:
        name = getattr(node, "name", None)
        if isinstance(name, str):
            found.add(name)
    return found


def _safe_shadows(module: Module) -> frozenset[str]:
    """Names of forbidden built-ins that the module binds before anything can run that reads them."""
    unsafe = {
        name
        for node in walk(module)
        if isinstance(node, Global | Delete)
        for name in (node.names if isinstance(node, Global) else _deleted(node))
    }
    safe: set[str] = set()
    mentioned: set[str] = set()
    only_definitions = True
    for statement in module.body:
        for name in _binds_at_top(statement) & FORBIDDEN_BUILTINS:
            if name not in unsafe and (only_definitions or name not in mentioned):
                safe.add(name)
        mentioned |= {node.id for node in walk(statement) if isinstance(node, Name)}
        only_definitions = only_definitions and _runs_nothing(statement)
    return frozenset(safe)


def _deleted(node: Delete) -> list[str]:
    return [name for target in node.targets for name in target_names(target)]


def _binds_at_top(statement: Stmt) -> frozenset[str]:
    match statement:
        case Function(name=name, decorators=()) | Class(name=name, decorators=()):
            return frozenset({name})
        case Assign(targets=targets, value=value):
            names = frozenset(name for target in targets for name in target_names(target))
            return names - {node.id for node in walk(value) if isinstance(node, Name)}
        case _:
            return frozenset()


def _runs_nothing(statement: Stmt) -> bool:
    match statement:
        case Import() | Assign(value=Const()):
            return True
        case Function(decorators=(), parameters=parameters):
            return all(isinstance(item.default, Const | None) for item in parameters.all())
        case _:
            return False


def _defined_attributes(node: Node) -> Iterator[str]:
    """Attribute names that a node gives to the module's own values."""
    match node:
        case Assign(targets=targets):
            for target in targets:
                yield from _stored_attributes(target)
        case AnnAssign(target=target) | For(target=target):
            yield from _stored_attributes(target)
        case Class(body=body):
            for item in body:
                yield from _class_attributes(item)
        case Call(function=Name(id=kind) | Attribute(attribute=kind), arguments=arguments, keywords=keywords):
            if kind in ("namedtuple", "NamedTuple", "Enum", "IntEnum"):
                yield from (word for item in arguments for word in _literal_words(item))
            elif kind == "SimpleNamespace":
                yield from (item.name for item in keywords if item.name is not None)
            elif kind == "setattr" and len(arguments) == 3:
                yield from _literal_words(arguments[1])


def _stored_attributes(target: Expr) -> Iterator[str]:
    for node in walk(target):
        if isinstance(node, Attribute):
            yield node.attribute


def _class_attributes(item: Stmt) -> Iterator[str]:
    match item:
        case Function(name=name):
            yield name
        case Assign(targets=targets):
            yield from (name for target in targets for name in target_names(target))
        case AnnAssign(target=target):
            yield from target_names(target)


def _literal_words(expression: Expr) -> Iterator[str]:
    for node in walk(expression):
        if isinstance(node, Const) and isinstance(node.value, str):
            yield from node.value.replace(",", " ").split()
