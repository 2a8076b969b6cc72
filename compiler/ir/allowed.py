"""The first wall of the sandbox: every name, module member and attribute of a module stands in the lists of ``subset``.

The check reads the IR, whatever it came from. It asks where a name is bound, so that a helper called ``compile`` is no
offence, and takes care that such a name cannot fall through to the built-in behind it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compiler.ir.allowed_facts import FORBIDDEN_BUILTINS, Facts
from compiler.ir.annotations import problem_in_annotation
from compiler.ir.nodes import (
    Attribute,
    Call,
    Class,
    Const,
    Expr,
    Function,
    Import,
    Module,
    Name,
    Starred,
    TypeRef,
)
from compiler.ir.scopes import Occurrence, Scope, occurrences
from compiler.ir.subset import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_DUNDERS,
    ALLOWED_EXCEPTIONS,
    ALLOWED_MODULES,
    ALLOWED_TYPES,
    NEVER_ATTRIBUTES,
)
from compiler.text.diagnostics import Diagnostic, Label

_NAMED_ATTRIBUTE = frozenset({"getattr", "hasattr", "setattr"})


def forbidden_names(module: Module) -> Iterator[Diagnostic]:
    """What a module names and may not; nothing for a module of the subset."""
    facts = Facts.of(module)
    for occurrence in occurrences(module):
        reason = _problem(occurrence, facts)
        if reason is not None:
            code, message = reason
            span = occurrence.node.span
            yield Diagnostic(code, message, () if span is None else (Label(span),))


_Problem = tuple[str, str] | None


def _problem(occurrence: Occurrence, facts: Facts) -> _Problem:
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
            if any(_is_type(base, scope) for base in bases):
                return "L0203", "a class may not be derived from `type`"
            return _dunder_problem(name)
        case TypeRef(text=str(text)):
            return _annotation_problem(text)
        case _:
            return None


def _name_problem(node: Name, name: str, occurrence: Occurrence, facts: Facts) -> _Problem:
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
    if scope is not None and scope.members.get(name) == ("collections", "abc"):
        return "L0204", f"the module `{name}` may only be used through its names"
    if scope is None and name == "type":
        return "L0203", "`type` may only be called with one argument"
    if scope is None and name in _NAMED_ATTRIBUTE:
        return "L0203", f"`{name}` may only be called with a literal attribute name"
    return None


def _shadowed(name: str, scope: Scope | None, facts: Facts) -> bool:
    """Whether a name of a forbidden built-in surely means the program's own: a local never falls through."""
    if scope is None or scope.kind == "class":
        return False
    return scope.kind == "function" or name in facts.shadows


def _attribute_problem(node: Attribute, occurrence: Occurrence, facts: Facts) -> _Problem:
    name = node.attribute
    module = module_of(node.value, occurrence.scope)
    if module is not None:
        _vouch_path(node.value, facts)
        if occurrence.role == "store":
            return "L0204", f"`{module}.{name}` may not be changed"
        if (module, name) == ("collections", "abc") and id(node) not in facts.vouched:
            return "L0204", "the module `collections.abc` may only be used through its names"
        if name in ALLOWED_MODULES[module]:
            return None
        return "L0204", f"`{module}.{name}` is outside the subset"
    if name.startswith("_"):
        return (
            None
            if _is_super_method(node, occurrence.scope)
            else ("L0205", f"the attribute `{name}` begins with an underscore")
        )
    if name == "format" and not _formats_plainly(node.value, occurrence.scope, facts):
        return "L0205", "`format` is for literal texts with plain fields only"
    if name in ALLOWED_ATTRIBUTES or name in facts.own_attributes:
        return None
    return "L0205", f"the attribute `{name}` is outside the subset"


def _call_problem(node: Call, scope: Scope, facts: Facts) -> _Problem:
    match node:
        case Call(function=Name(id=name) as function) if scope.lookup(name) is None:
            pass
        case Call(function=function) if _is_type(function, scope):
            return "L0203", "`type` may only be called with one argument"
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


def _is_type(expression: Expr, scope: Scope) -> bool:
    """Whether this surely is ``type`` or another type of types: what is asked for its type is a class."""
    match expression:
        case Name(id=name):
            return name == "type"
        case Call(function=Name(id="type"), arguments=(only,)) if scope.lookup("type") is None:
            return _is_class(only, scope)
        case _:
            return False


def _is_class(expression: Expr, scope: Scope) -> bool:
    match expression:
        case Name(id=name):
            return scope.lookup(name) is None and name in ALLOWED_TYPES | ALLOWED_EXCEPTIONS
        case Call(function=Name(id="type"), arguments=(_,)):
            return scope.lookup("type") is None
        case _:
            return False


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


def _vouch_path(expression: Expr, facts: Facts) -> None:
    facts.vouched.add(id(expression))
    if isinstance(expression, Attribute):
        _vouch_path(expression.value, facts)


def _is_super_method(node: Attribute, scope: Scope) -> bool:
    match node.value:
        case Call(function=Name(id="super")) if scope.lookup("super") is None:
            return node.attribute in ALLOWED_DUNDERS
        case _:
            return False


def _formats_plainly(value: Expr, scope: Scope, facts: Facts) -> bool:
    """A name that nothing binds here may stand for what the text around binds to it."""
    name = value.function if isinstance(value, Call) else value
    return facts.may_format(value) and (not isinstance(name, Name) or scope.lookup(name.id) is not None)
