"""What a Python file says about the sorts at its expression holes: of the hole itself, and of all names in sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from compiler.front.spec import FunctionSpec
from compiler.ir.nodes import AnnAssign, Assign, Const, ExprHole, For, Function, Import, Module, Name, TypeRef
from compiler.ir.walk import walk
from compiler.propagation.elaborate import elaborate
from compiler.text.diagnostics import LiftcError
from solver.operations.entries import operations
from solver.sorts import (
    ANY,
    FLOAT,
    AnySort,
    DictSort,
    FunctionSort,
    IterableSort,
    ListSort,
    NamedSort,
    RowSort,
    SetSort,
    Sort,
    TupleSort,
    UnionSort,
    element_of,
    sort_of_value,
)

_CONSTANTS: dict[str, Sort] = dict.fromkeys(("math.pi", "math.e", "math.inf"), FLOAT)
_TYPES_ONLY = ("typing", "collections.abc", "__future__")


def known_sorts(function: FunctionSpec, context: str) -> dict[str, tuple[Sort, dict[str, Sort]]]:
    """For each hole where all is known: its sort, and the sorts of the names that it may read."""
    try:
        module = elaborate(function, context)
    except LiftcError:
        return {}
    own = module.function(function.name)
    around = dict(module_names(module))
    local = dict(_local_names(own))
    found: dict[str, tuple[Sort, dict[str, Sort]]] = {}
    for hole in (node for node in walk(own) if isinstance(node, ExprHole)):
        scope = around | {name: local.get(name, ANY) for name in hole.scope}
        if is_known(hole.sort) and all(map(is_known, scope.values())):
            found[hole.name] = (hole.sort, scope)
    return found


def is_known(sort: Sort) -> bool:
    """Whether a sort leaves nothing open: no part of it is any value, or a type that liftc knows by name only."""
    match sort:
        case AnySort() | NamedSort():
            return False
        case ListSort(item) | SetSort(item) | RowSort(item) | IterableSort(item):
            return is_known(item)
        case DictSort(key, value):
            return is_known(key) and is_known(value)
        case TupleSort(items) | UnionSort(items):
            return all(map(is_known, items))
        case FunctionSort(parameters, result):
            return parameters is not None and all(map(is_known, (*parameters, result)))
        case _:
            return True


def module_names(module: Module) -> Iterator[tuple[str, Sort]]:
    for statement in module.body:
        match statement:
            case Function(name=name):
                yield name, _function_sort(statement)
            case Assign(targets=(Name(id=name),), value=Const(value=value)):
                yield name, sort_of_value(value)
            case Assign(targets=targets):
                yield from ((target.id, ANY) for target in targets if isinstance(target, Name))
            case AnnAssign(target=Name(id=name), type=TypeRef(sort=sort)):
                yield name, sort
            case Import(module=source, names=names):
                for imported in names:
                    yield from _imported(source, imported.name, imported.alias)


def _imported(source: str | None, name: str, alias: str | None) -> Iterator[tuple[str, Sort]]:
    """The names that an import brings, with dots where it brings a module; ``ANY`` for what the table does not say."""
    if source in _TYPES_ONLY:
        return
    if source is None and members_of(name):
        yield from ((f"{alias or name}.{member}", sort) for member, sort in members_of(name).items())
    else:
        yield alias or name, members_of(source or "").get(name, ANY)


@cache
def members_of(module: str) -> Mapping[str, Sort]:
    """What the table of operations says of a module's functions, and constants."""
    known = dict(_CONSTANTS)
    for operation in operations():
        if operation.called and operation.called.startswith(f"{module}."):
            sort = FunctionSort(operation.parameters, operation.result)
            if is_known(sort):
                known.setdefault(operation.called, sort)
    return {name.removeprefix(f"{module}."): sort for name, sort in known.items() if name.startswith(f"{module}.")}


def _function_sort(function: Function) -> Sort:
    parameters = function.parameters
    plain = parameters.all() == parameters.positional
    sorts = [param.type.sort if isinstance(param.type, TypeRef) else ANY for param in parameters.positional]
    result = function.returns.sort if isinstance(function.returns, TypeRef) else ANY
    return FunctionSort(tuple(sorts) if plain else None, result)


def _local_names(function: Function) -> Iterator[tuple[str, Sort]]:
    """The sorts of parameters and of what is bound once to a constant, with an annotation, or by a loop over a name."""
    known: dict[str, Sort] = {}
    for param in function.parameters.all():
        known[param.name] = param.type.sort if isinstance(param.type, TypeRef) else ANY
    bound: dict[str, list[Sort]] = {name: [sort] for name, sort in known.items()}
    for node in walk(function):
        for name, sort in _bound_by(node, known):
            bound.setdefault(name, []).append(sort)
            known.setdefault(name, sort)
    yield from ((name, sorts[0] if len(set(sorts)) == 1 else ANY) for name, sorts in bound.items())


def _bound_by(node: object, known: Mapping[str, Sort]) -> Iterator[tuple[str, Sort]]:
    match node:
        case AnnAssign(target=Name(id=name), type=TypeRef(sort=sort)):
            yield name, sort
        case Assign(targets=(Name(id=name),), value=Const(value=value)):
            yield name, sort_of_value(value)
        case For(target=Name(id=name), iterable=Name(id=over)):
            yield name, element_of(known.get(over, ANY)) or ANY
