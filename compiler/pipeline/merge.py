"""One module out of the programs of several units, in which every name means what it meant in its own program.

Units are compiled apart, so two answers may define one name in two ways. What is equal is written once; the later
unit's other definition gets a name of its own.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from compiler.ir.nodes import (
    AnnAssign,
    Assign,
    Class,
    Function,
    Global,
    Handler,
    Import,
    ImportedName,
    Module,
    Name,
    Param,
    Stmt,
    TypeRef,
    Walrus,
)
from compiler.ir.rewrite import rewrite
from compiler.ir.scopes import Occurrence, occurrences
from compiler.ir.walk import Node, rebuild, walk

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Part:
    """The program of one unit: ``own`` are its specified functions.

    ``fixed`` are names in the written text around its holes: they mean what the rest of the file says.
    """

    module: Module
    own: frozenset[str]
    fixed: frozenset[str] = frozenset()


def merge(parts: Sequence[Part], specified: frozenset[str], file: Module | None = None) -> Module:
    """One module, imports first, of the parts' statements in their order, each once.

    A name of ``specified`` is its own unit's alone, and what ``file`` defines stays as it is. Any other name that would
    mean something else to another part, to the file, or to who takes it for a built-in, is renamed in its part.
    """
    written = _Bindings.of(file or Module(()))
    taken = set(specified | _BUILTINS).union(*map(_identifiers, (*(part.module for part in parts), file or Module(()))))
    body: list[Stmt] = []
    for part in parts:
        given = _Bindings.of(Module((*(file.body if file else ()), *body)))
        change = _changed_names(part, given, written, specified, taken)
        body += _added(part, change, body, written, specified)
    return imports_first(body)


def imports_first(body: Sequence[Stmt]) -> Module:
    """A module of these statements, each import once and before the rest."""
    imports = dict.fromkeys(item for item in body if isinstance(item, Import))
    return Module((*imports, *(item for item in body if not isinstance(item, Import))))


@dataclass(frozen=True, slots=True)
class _Bindings:
    """A module's statements, each with the names of the module's scope that it uses or binds."""

    statements: tuple[tuple[Stmt, frozenset[str]], ...]
    bound: frozenset[str]

    @staticmethod
    def of(module: Module) -> _Bindings:
        used: list[set[str]] = []
        bound: set[str] = set()
        for occurrence in occurrences(module):
            if len(used) < len(module.body) and occurrence.node is module.body[len(used)]:
                used.append(set())
            used[-1].update(_outer_names(occurrence))
            bound |= occurrence.scope.outermost().bound
        return _Bindings(tuple(zip(module.body, map(frozenset, used), strict=True)), frozenset(bound))

    def about(self, name: str) -> list[tuple[Stmt, frozenset[str]]]:
        """What a name means: its definitions, and the statements that run when the module is loaded and use it."""
        found: list[tuple[Stmt, frozenset[str]]] = []
        for statement, used in self.statements:
            match statement:
                case Function(name=defined) | Class(name=defined):
                    if defined == name:
                        found.append((_meaning(statement), used))
                case Import(module=module, names=names):
                    found += [(Import(module, (item,)), used) for item in names if bound_by(item) == name]
                case _ if name in used:
                    found.append((_meaning(statement), used))
        return found

    def means(self, name: str) -> list[Stmt]:
        """The same without the names."""
        return list(dict.fromkeys(statement for statement, _ in self.about(name)))

    def definition(self, name: str) -> Function | Class | None:
        """The function or class of this name."""
        found = [item for item, _ in self.statements if isinstance(item, Function | Class) and item.name == name]
        return found[-1] if found else None


def _meaning(statement: Stmt) -> Stmt:
    """The statement without what only people read."""

    def plain(node: Node) -> Node:
        match node:
            case Function():
                return replace(node, docstring=None, returns=None)
            case Class():
                return replace(node, docstring=None)
            case Param():
                return replace(node, type=None)
            case _:
                return node

    return rewrite(statement, plain)


def _changed_names(
    part: Part, given: _Bindings, written: _Bindings, specified: frozenset[str], taken: set[str]
) -> Mapping[str, str]:
    """A new name for each name of a part that means something else elsewhere; ``taken`` grows by the new ones."""
    made = _Bindings.of(part.module)
    around = given.bound | specified | _BUILTINS
    # Values come in from outside as objects of the file's own classes.
    classes = {name for name in made.bound if isinstance(written.definition(name), Class)}
    free = (made.bound & around) - part.own - part.fixed - classes
    differing = {name for name in free if name not in given.bound or made.means(name) != given.means(name)}
    # A copy of what was specified or written stands for that, whatever the copy's surroundings are.
    copies = {name for name in free if name in specified or written.definition(name) is not None}
    waiting = free - differing - copies
    while more := {name for name in waiting if any(used & differing for _, used in made.about(name))}:
        differing |= more
        waiting -= more
    change: dict[str, str] = {}
    for name in sorted(differing):
        change[name] = next(new for number in count(2) if (new := f"{name}_{number}") not in taken)
        taken.add(change[name])
    return change


def _added(
    part: Part, change: Mapping[str, str], body: Sequence[Stmt], written: _Bindings, specified: frozenset[str]
) -> list[Stmt]:
    """The statements of a part that the body lacks, under their new names, without what may not be bound again."""
    present = {item.name for item in body if isinstance(item, Function | Class)}
    dropped = (part.fixed & (written.bound | specified | _BUILTINS)) - part.own
    added: list[Stmt] = []
    for statement in _renamed(part.module, change).body:
        match statement:
            case Function(name=name) | Class(name=name) if name not in part.own:
                first = written.definition(name)
                if name not in present and (first is not None or name not in dropped):
                    added.append(first or statement)
            case Import(module=module, names=names):
                kept = tuple(
                    item
                    for item in names
                    if bound_by(item) not in dropped or Import(module, (item,)) in written.means(bound_by(item))
                )
                if kept:
                    added.append(statement if kept == names else replace(statement, names=kept))
            case Assign(targets=(Name(id=name),)) | AnnAssign(target=Name(id=name)) if name in dropped:
                if statement in written.means(name):
                    added.append(statement)
            case _ if statement not in body:
                added.append(statement)
    return added


def _outer_names(occurrence: Occurrence) -> Iterator[str]:
    """The names in a node itself that are the module's, or nobody's."""
    for name in _names_in(occurrence.node):
        scope = occurrence.scope.lookup(name)
        if scope is None or scope.kind == "module" or isinstance(occurrence.node, Global):
            yield name


def _names_in(node: Node) -> Sequence[str]:
    match node:
        case Name(id=name) | Function(name=name) | Class(name=name) | Walrus(name=name):
            return (name,)
        case Handler(name=str(name)):
            return (name,)
        case ImportedName():
            return (bound_by(node),)
        case Global(names=names):
            return names
        case TypeRef(text=str(text)):
            return re.findall(r"[^\W\d]\w*", text)
        case _:
            return ()


def bound_by(item: ImportedName) -> str:
    """The name that an imported name is known by."""
    return item.alias or item.name.partition(".")[0]


def _renamed(module: Module, change: Mapping[str, str]) -> Module:
    """The module with names of its own scope changed; what inner scopes bind under the same name is theirs."""
    if not change:
        return module
    # Every node apart, so that each is in one scope.
    module = rewrite(module, lambda node: replace(node))
    places = {
        id(occurrence.node): {name: change[name] for name in _outer_names(occurrence) if name in change}
        for occurrence in occurrences(module)
    }

    def renamed(node: Node) -> Node:
        return rebuild(_with_names(node, places.get(id(node), {})), renamed)

    return rebuild(module, renamed)


def _with_names(node: Node, change: Mapping[str, str]) -> Node:
    if not change:
        return node
    match node:
        case Name(id=name):
            return replace(node, id=change[name])
        case Function(name=str(name)) | Class(name=str(name)) | Walrus(name=str(name)) | Handler(name=str(name)):
            return replace(node, name=change[name])
        case ImportedName(name=name):
            # ``import a.b as c`` would be another value.
            return node if node.alias is None and "." in name else replace(node, alias=change[bound_by(node)])
        case Global(names=names):
            return replace(node, names=tuple(change.get(name, name) for name in names))
        case TypeRef(text=str(text)):
            return replace(node, text=re.sub(r"[^\W\d]\w*", lambda word: change.get(word[0], word[0]), text))
        case _:
            return node


def _identifiers(module: Module) -> set[str]:
    """Every name that a module holds anywhere, parameters included."""
    named = {node.name for node in walk(module) if isinstance(node, Param)}
    return named.union(*(_names_in(node) for node in walk(module)))
