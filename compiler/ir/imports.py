"""Imports of a module: those that nothing uses, and those that are missing."""

from __future__ import annotations

import re
from dataclasses import replace

from compiler.ir.nodes import Const, ExprStmt, Function, Import, ImportedName, Module, Name, Stmt, TypeRef
from compiler.ir.scopes import occurrences
from compiler.ir.subset import ALLOWED_BUILTINS, ALLOWED_MODULES
from compiler.ir.walk import walk
from solver.sorts import format_sort

_PREFERRED = ("typing", "math", "collections", "itertools", "functools", "heapq", "bisect", "string", "datetime", "re")
_MODULE_NAMES = frozenset(name for name in ALLOWED_MODULES if "." not in name and not name.startswith("_"))


def without_unused_imports(module: Module) -> Module:
    """Drops what the module imports at its top level and never mentions; ``__future__`` stays."""
    used = _mentioned(module)

    def keep(statement: Stmt) -> tuple[Stmt, ...]:
        if not isinstance(statement, Import) or statement.module == "__future__":
            return (statement,)
        names = tuple(item for item in statement.names if _bound_by(item) in used)
        return (replace(statement, names=names),) if names else ()

    return replace(module, body=tuple(item for statement in module.body for item in keep(statement)))


def missing_imports(module: Module) -> tuple[Import, ...]:
    """Imports of allowed names that the module uses and nothing binds, such as ``math``, ``List`` or ``Counter``.

    Python would raise ``NameError`` when it reaches such a name.
    """
    free = {
        occurrence.node.id
        for occurrence in occurrences(module)
        if isinstance(occurrence.node, Name)
        and occurrence.role == "load"
        and occurrence.scope.lookup(occurrence.node.id) is None
    }
    return _imports_for((free | _annotation_names(module)) - _top_names(module) - ALLOWED_BUILTINS)


def missing_annotation_imports(module: Module) -> tuple[Import, ...]:
    """The part of ``missing_imports`` that annotations need."""
    return _imports_for(_annotation_names(module) - _top_names(module) - ALLOWED_BUILTINS)


def with_imports(module: Module, imports: tuple[Import, ...]) -> Module:
    """Adds imports after the module's own; names of a module that is imported from already join that import."""
    body = list(module.body)
    for added in imports:
        same = next(
            (
                index
                for index, item in enumerate(body)
                if isinstance(item, Import) and item.module == added.module and added.module is not None
            ),
            None,
        )
        if same is not None:
            present = body[same]
            assert isinstance(present, Import)
            extra = tuple(name for name in added.names if name not in present.names)
            names = tuple(sorted(present.names + extra, key=lambda item: item.name)) if extra else present.names
            body[same] = replace(present, names=names)
        else:
            body.insert(_end_of_imports(body), added)
    return replace(module, body=tuple(body))


def _end_of_imports(body: list[Stmt]) -> int:
    end = 0
    for index, statement in enumerate(body):
        if isinstance(statement, Import) or (index == 0 and _is_docstring(statement)):
            end = index + 1
        else:
            break
    return end


def _is_docstring(statement: Stmt) -> bool:
    return (
        isinstance(statement, ExprStmt)
        and isinstance(statement.value, Const)
        and isinstance(statement.value.value, str)
    )


def _imports_for(names: set[str] | frozenset[str]) -> tuple[Import, ...]:
    chosen: dict[str, list[str]] = {}
    modules = [*_PREFERRED, *sorted(_MODULE_NAMES - set(_PREFERRED))]
    for name in sorted(names):
        if name in _MODULE_NAMES and name not in ("copy",):
            chosen.setdefault("", []).append(name)
            continue
        home = next((module for module in modules if name in ALLOWED_MODULES[module]), None)
        if name in ("Counter", "OrderedDict"):
            home = "collections"
        if home is not None:
            chosen.setdefault(home, []).append(name)
    plain = tuple(Import(None, (ImportedName(name),)) for name in chosen.pop("", []))
    return (*plain, *(Import(module, tuple(map(ImportedName, found))) for module, found in chosen.items()))


def _mentioned(module: Module) -> set[str]:
    names = {node.id for node in walk(module) if isinstance(node, Name)}
    return names | _annotation_names(module)


def _annotation_names(module: Module) -> set[str]:
    found: set[str] = set()
    for node in walk(module):
        if isinstance(node, TypeRef):
            text = node.text if node.text is not None else format_sort(node.sort)
            found |= set(re.findall(r"(?<![\w.])[^\W\d]\w*", text))
    return found


def _top_names(module: Module) -> set[str]:
    return {name for statement in module.body for name in _binds(statement)}


def _binds(statement: Stmt) -> set[str]:
    names = (
        {node.id for node in walk(statement) if isinstance(node, Name)}
        if not isinstance(statement, Function)
        else set()
    )
    if isinstance(statement, Import):
        names |= set(map(_bound_by, statement.names))
    name = getattr(statement, "name", None)
    return names | ({name} if isinstance(name, str) else set())


def _bound_by(item: ImportedName) -> str:
    return item.alias or item.name.partition(".")[0]
