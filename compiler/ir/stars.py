"""``from module import *`` as the names that the module uses of it."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace

from compiler.ir.nodes import Import, ImportedName, Module, Name, Stmt
from compiler.ir.subset import ALLOWED_MODULES
from compiler.ir.walk import walk


def expand_stars(module: Module) -> Module:
    """Puts names for each star of an allowed module; without any use, the import goes."""
    if not any(isinstance(item, Import) and _is_star(item) for item in module.body):
        return module
    used = {node.id for node in walk(module) if isinstance(node, Name)}
    used |= {word for node in walk(module) for word in _words(getattr(node, "text", None))}

    def expand(statement: Stmt) -> tuple[Stmt, ...]:
        if not (isinstance(statement, Import) and _is_star(statement) and statement.module in ALLOWED_MODULES):
            return (statement,)
        names = sorted(used & _exported(statement.module))
        return (replace(statement, names=tuple(map(ImportedName, names))),) if names else ()

    return replace(module, body=tuple(item for statement in module.body for item in expand(statement)))


def _is_star(statement: Import) -> bool:
    return any(item.name == "*" for item in statement.names)


def _exported(module: str) -> frozenset[str]:
    exported = getattr(importlib.import_module(module), "__all__", None)
    return ALLOWED_MODULES[module] if exported is None else ALLOWED_MODULES[module] & frozenset(exported)


def _words(text: object) -> list[str]:
    return re.findall(r"\w+", text) if isinstance(text, str) else []
