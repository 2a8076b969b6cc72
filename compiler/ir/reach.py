"""What of a module's top-level statements one function needs."""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from compiler.ir.subset import ALLOWED_ATTRIBUTES
from compiler.ir.surface import LowerError, Surface, plain_lines

_Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one top-level statement does to the module's names. ``settings`` holds for the whole process."""

    node: ast.stmt
    binds: frozenset[str]
    changes: frozenset[str]
    uses: frozenset[str]
    settings: bool = False


def reachable(
    context: Surface, text: Surface, entry: str, used: Collection[str] = ()
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The statements of both that ``entry``, defined in ``text``, and the names ``used`` need, each in order.

    A statement is needed when it binds or changes a needed name. Raises ``LowerError`` (L0206) where ``text`` does not
    define ``entry`` at its top level.
    """
    own = _effects(text)
    _check_entry(own, text, entry)
    defined = {name for effect in own if isinstance(effect.node, _Definition) for name in effect.binds}
    around = [
        effect for effect in _effects(context) if not (isinstance(effect.node, _Definition) and effect.binds <= defined)
    ]
    needed = _needed(_without_replaced([*around, *own]), {entry, *used})
    return (
        [effect.node for effect in around if id(effect.node) in needed],
        [effect.node for effect in own if id(effect.node) in needed],
    )


def is_main_block(node: ast.stmt) -> bool:
    """Whether a statement is ``if __name__ == "__main__":``."""
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case ast.If(test=ast.Compare(comparators=[ast.Name(id="__name__")])):
            return True
        case _:
            return False


def _needed(effects: Sequence[_Effect], names: set[str]) -> set[int]:
    """The identities of the statements that some names need."""
    chosen: set[int] = set()
    waiting = list(effects)
    while True:
        found = [effect for effect in waiting if effect.settings or (effect.binds | effect.changes) & names]
        if not found:
            return chosen
        for effect in found:
            chosen.add(id(effect.node))
            names = names | effect.uses
        waiting = [effect for effect in waiting if id(effect.node) not in chosen]


def _without_replaced(effects: Sequence[_Effect]) -> list[_Effect]:
    """Leaves out a function that a later one of the same name replaces before anything could call it."""
    kept: list[_Effect] = []
    called_since: set[str] = set()
    replaced_later: set[str] = set()
    for effect in reversed(effects):
        if isinstance(effect.node, ast.FunctionDef):
            name = effect.node.name
            if name in replaced_later and name not in called_since:
                continue
            replaced_later.add(name)
            called_since.discard(name)
        elif effect.binds:
            called_since |= effect.uses
        kept.append(effect)
    return kept[::-1]


def _check_entry(effects: Sequence[_Effect], text: Surface, entry: str) -> None:
    if any(entry in effect.binds for effect in effects):
        return
    functions = [effect.node.name for effect in effects if isinstance(effect.node, ast.FunctionDef)]
    methods = [
        (effect.node.name, inner.name)
        for effect in effects
        if isinstance(effect.node, ast.ClassDef)
        for inner in effect.node.body
        if isinstance(inner, ast.FunctionDef)
    ]
    owner = next((owner for owner, method in methods if method == entry), None)
    if owner is not None:
        reason = f"`{entry}` is a method of the class `{owner}`, not a function"
    elif functions:
        reason = f"`{entry}` is not defined; the text defines {', '.join(f'`{name}`' for name in functions)}"
    else:
        reason = f"`{entry}` is not defined"
    raise LowerError("L0206", reason, text.source.span(0, min(1, len(text.source.text))))


def _effects(surface: Surface) -> list[_Effect]:
    statements = [node for node in surface.tree.body if not is_main_block(node)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = symtable.symtable(plain_lines(surface.source.text), surface.source.name, "exec")
    except (SyntaxError, RecursionError) as error:
        raise LowerError("L0201", f"not Python: {error}", surface.source.span(0, 1)) from None
    scopes = [(child.get_lineno(), _globals_of(child)) for child in table.get_children()]
    return [_effect(node, scopes) for node in statements]


def _globals_of(table: symtable.SymbolTable) -> frozenset[str]:
    """The module's names that a scope and those inside it use."""
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return frozenset(own.union(*map(_globals_of, table.get_children())))


def _effect(node: ast.stmt, scopes: Sequence[tuple[int, frozenset[str]]]) -> _Effect:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    last = node.end_lineno or node.lineno
    uses = {name for line, names in scopes if first <= line <= last for name in names} | _quoted_names(node)
    binds: set[str] = set()
    changes: set[str] = set()
    for part in _outer_parts(node):
        match part:
            case ast.Name(id=name, ctx=ast.Load()):
                uses.add(name)
            case ast.Name(id=name):
                binds.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                binds.add(name)
            case ast.alias(name=name, asname=alias):
                binds.add(alias or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)):
                binds.add(name)
            case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
                changes |= _base(part)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=value))):
                changes |= _base(value)
    uses |= {f".{attribute}" for attribute in _attributes(node, ast.Load) - ALLOWED_ATTRIBUTES}
    if isinstance(node, ast.ClassDef):
        # A function may be given objects of a class that it does not name.
        changes |= {f".{attribute}" for attribute in _attributes(node, ast.Store)}
    star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    return _Effect(node, frozenset(binds), frozenset(changes), frozenset(uses), star or _is_setting(node))


def _attributes(node: ast.stmt, role: type[ast.expr_context]) -> set[str]:
    return {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute) and isinstance(part.ctx, role)}


def _is_setting(node: ast.stmt) -> bool:
    match node:
        case ast.ImportFrom(module="__future__"):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name))):
            return (module, name) in {("sys", "setrecursionlimit"), ("random", "seed")}
        case _:
            return False


def _outer_parts(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that run in the module's own scope, the statement included.

    Of a nested scope these are its name, decorators, defaults, annotations and bases.
    """
    yield node
    match node:
        case ast.FunctionDef(args=arguments, decorator_list=decorators, returns=returns):
            inner: list[ast.AST | None] = [arguments, *decorators, returns]
        case ast.AsyncFunctionDef() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            inner = [node.generators[0].iter] if not isinstance(node, ast.AsyncFunctionDef) else []
        case ast.ClassDef(bases=bases, decorator_list=decorators):
            inner = [*bases, *decorators]
        case ast.Lambda(args=arguments):
            inner = [arguments]
        case _:
            inner = list(ast.iter_child_nodes(node))
    for child in inner:
        if child is not None:
            yield from _outer_parts(child)


def _quoted_names(node: ast.stmt) -> set[str]:
    """The names in quoted annotations such as ``"List[int]"``."""
    annotations = [part.annotation for part in ast.walk(node) if isinstance(part, ast.arg | ast.AnnAssign)]
    annotations += [part.returns for part in ast.walk(node) if isinstance(part, ast.FunctionDef)]
    texts = [
        part.value
        for annotation in annotations
        if annotation is not None
        for part in ast.walk(annotation)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    found: set[str] = set()
    for text in texts:
        try:
            found |= {part.id for part in ast.walk(ast.parse(text, mode="eval")) if isinstance(part, ast.Name)}
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return found


def _base(node: ast.AST) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
