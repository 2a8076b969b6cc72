"""What one function needs of its module, as text of its own: imports, constants, helpers, from other modules too."""

from __future__ import annotations

import ast
import builtins
import copy
import symtable
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from compiler.bench.packages import SourceModule

_POSTPONED = "from __future__ import annotations"
Function = ast.FunctionDef
Reader = Callable[[str], SourceModule | None]
"""A module of the same distribution by its dotted name."""


class NotAloneError(Exception):
    """A function cannot stand alone; the message says why, for all functions with that reason alike."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A function that stands alone behind ``given``: its header as a stub, and its whole definition."""

    given: str
    header: Function
    definition: Function


def standing(module: SourceModule, function: Function, names: Collection[str], read: Reader) -> Standing:
    """The function with what it and ``names`` need. Raises ``NotAloneError``."""
    gathering = _Gathering(read, {function.name: module.name})
    definition = plain_function(function)
    for name in sorted({*global_names(definition), *names} - {function.name}):
        gathering.take(module, name)
    header = copy.deepcopy(function)
    header.decorator_list, header.body = [], []
    header = _Annotations(lambda annotation: gathering.take_types(module, annotation)).visit(header)
    future = [_POSTPONED] if "annotations" in module.bindings else []
    imports = "\n".join([*future, *sorted(gathering.imports)])
    return Standing("\n\n".join(filter(None, [imports, *gathering.definitions])), header, definition)


def plain_function(function: Function) -> Function:
    """A function without decorators, docstring and annotations."""
    plain: Function = _Annotations(lambda _: False).visit(copy.deepcopy(function))
    plain.decorator_list, plain.body = [], _undocumented(plain)
    return ast.fix_missing_locations(plain)


def global_names(node: ast.stmt) -> frozenset[str]:
    """The names that a statement takes from around it, in functions inside it too."""
    reads, binds = scoped_names(ast.unparse(node))
    return reads - binds


def scoped_names(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """The global names that statements read, in functions inside them too, and those that they bind."""

    def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
        yield table
        for child in table.get_children():
            yield from tables(child)

    whole = symtable.symtable(code, "<statements>", "exec")
    reads = {
        symbol.get_name()
        for table in tables(whole)
        for symbol in table.get_symbols()
        if symbol.is_global() and symbol.is_referenced()
    }
    bound = [item for item in whole.get_symbols() if item.is_assigned() or item.is_namespace() or item.is_imported()]
    return frozenset(reads), frozenset(symbol.get_name() for symbol in bound)


def binding(module: SourceModule, name: str, read: Reader) -> tuple[SourceModule, ast.stmt] | None:
    """What binds a name that a module sees, and where; ``None`` for a built-in name. Raises ``NotAloneError``."""
    match module.bindings.get(name, ()):
        case [node] if node in module.body:
            return module, node
        case []:
            imports = [node for node in module.body if isinstance(node, ast.ImportFrom)]
            for other in [read(module.absolute(node)) for node in imports if node.names[0].name == "*"]:
                if other is not None and name in other.bindings:
                    return binding(other, name, read)
            if hasattr(builtins, name):
                return None
            raise NotAloneError("it needs a name that its module does not show")
    raise NotAloneError("it needs a name that is bound more than once")


@dataclass(slots=True)
class _Gathering:
    """Statements that are needed, each behind those that it needs; ``origins`` has the module of each name."""

    read: Reader
    origins: dict[str, str]
    seen: set[tuple[str, str]] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    definitions: list[str] = field(default_factory=list)

    def take(self, module: SourceModule, name: str) -> None:
        """Take what binds a name in a module. Raises ``NotAloneError``."""
        if (module.name, name) in self.seen or (bound := binding(module, name, self.read)) is None:
            return
        self.seen.add((module.name, name))
        match bound:
            case owner, ast.Import(names=names):
                self._import(next(item for item in names if name in (item.asname, item.name.partition(".")[0])))
            case owner, ast.ImportFrom(names=names) as node:
                item = next(item for item in names if name == (item.asname or item.name))
                self._import_from(owner.absolute(node), item, bool(node.level))
            case owner, node:
                self._define(owner, name, node)

    def take_types(self, module: SourceModule, annotation: ast.expr) -> bool:
        """Take the names of an annotation where the standard library or assignments bind them; whether they do."""
        before = dict(self.origins), set(self.seen), set(self.imports), list(self.definitions)
        try:
            for name in sorted(_names_of_type(annotation)):
                self.take(module, name)
            added = [ast.parse(text).body[0] for text in self.definitions[len(before[-1]) :]]
            if all(isinstance(node, ast.Assign | ast.AnnAssign) for node in added):
                return True
        except (NotAloneError, SyntaxError):
            pass
        self.origins, self.seen, self.imports, self.definitions = before
        return False

    def _import(self, item: ast.alias) -> None:
        if item.name.partition(".")[0] not in sys.stdlib_module_names:
            raise NotAloneError("it needs a module of a package")
        self._is_new(item.asname or item.name, item.name)
        self.imports.add(ast.unparse(ast.Import([item])))

    def _import_from(self, origin: str, item: ast.alias, relative: bool) -> None:
        if not relative and origin.partition(".")[0] in sys.stdlib_module_names:
            self._is_new(item.asname or item.name, origin)
            self.imports.add(ast.unparse(ast.ImportFrom(origin, [item], 0)))
            return
        other = self.read(origin)
        if other is None:
            raise NotAloneError("it needs another package")
        if item.name not in other.bindings and self.read(f"{origin}.{item.name}") is not None:
            raise NotAloneError("it needs a module of a package")
        self.take(other, item.name)
        if item.asname not in (None, item.name) and self._is_new(item.asname, f"{origin}.{item.name}"):
            self.definitions.append(f"{item.asname} = {item.name}")

    def _define(self, module: SourceModule, name: str, node: ast.stmt) -> None:
        if not self._is_new(name, module.name):
            return
        match node:
            case ast.FunctionDef():
                alone: ast.stmt = plain_function(node)
                assert isinstance(alone, ast.FunctionDef)
                alone.decorator_list = node.decorator_list
            case ast.ClassDef():
                alone = _WithoutDocstrings().visit(copy.deepcopy(node))
            case ast.Assign() | ast.AnnAssign():
                alone = node
            case _:
                raise NotAloneError("it needs a name that is bound under a condition")
        for other in sorted(global_names(alone) - {name}):
            self.take(module, other)
        text = ast.get_source_segment(module.text, node) if alone is node else ast.unparse(alone)
        if text is not None and text not in self.definitions:
            self.definitions.append(text)

    def _is_new(self, name: str, origin: str) -> bool:
        """Whether a name is taken for the first time. Raises ``NotAloneError`` where it was taken from elsewhere."""
        if name not in self.origins:
            self.origins[name] = origin
            return True
        if self.origins[name] != origin:
            raise NotAloneError("it needs two things of the same name")
        return False


class _Annotations(ast.NodeTransformer):
    """Removes the annotations that are not to be kept."""

    def __init__(self, kept: Callable[[ast.expr], bool]) -> None:
        self._kept = kept

    def visit_FunctionDef(self, node: Function) -> Function:
        if node.returns is not None and not self._kept(node.returns):
            node.returns = None
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        if node.annotation is not None and not self._kept(node.annotation):
            node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if self._kept(node.annotation):
            return node
        return ast.copy_location(ast.Assign([node.target], node.value) if node.value else ast.Pass(), node)


class _WithoutDocstrings(ast.NodeTransformer):
    """Removes the docstrings of a class and of its methods."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.generic_visit(node)
        node.body = _undocumented(node)
        return node

    def visit_FunctionDef(self, node: Function) -> Function:
        node.body = _undocumented(node)
        return node


def _undocumented(node: Function | ast.ClassDef) -> list[ast.stmt]:
    return node.body if ast.get_docstring(node) is None else node.body[1:] or [ast.Pass()]


def _names_of_type(annotation: ast.expr) -> frozenset[str]:
    """The names in an annotation, in its quoted parts too unless these are literals. Raises ``SyntaxError``."""
    names = global_names(ast.Expr(annotation))
    texts = [item.value for item in ast.walk(annotation) if isinstance(item, ast.Constant)]
    quoted = [ast.parse(text, mode="eval").body for text in texts if isinstance(text, str)]
    return names if "Literal" in names else names.union(*(global_names(ast.Expr(item)) for item in quoted))
