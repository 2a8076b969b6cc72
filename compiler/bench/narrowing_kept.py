"""How much narrowing keeps: which expressions of reference solutions the grammar of their place still derives.

The sort of a place and those of the names in sight are those of the annotations, else those of the values that the
reference's own tests bring there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice, permutations

from compiler.bench.references import Reference
from compiler.emit.module import emit_expression
from compiler.interpreter.interpreter import InterpretationError, Program, evaluate_text
from compiler.ir.lower import lower_candidate
from compiler.ir.nodes import Clause, Comprehension, Expr, Function, Lambda, Module, Name, TypeRef
from compiler.ir.scopes import target_names
from compiler.ir.walk import Node, children, walk
from compiler.synthesis.problem.known_sorts import is_known, module_names
from compiler.synthesis.problem.places import places_in, size_of
from compiler.text.diagnostics import LiftcError
from grammar.acceptor import accepts
from grammar.specialise import Blank, template_grammar
from solver.sorts import ANY, NONE, AnySort, FunctionSort, Sort, format_sort, join, sort_of_value

_LEAST_SIZE = 2
_STEPS = 200_000
_MOST_RENAMED = 60
_BINDING = re.compile(r'" for ([a-z_, ]+) in "|"lambda ([a-z_]+): "')


@dataclass(frozen=True, slots=True)
class Refused:
    """An expression that the narrowed grammar of its place does not derive."""

    reference: str
    sort: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Expressions of references, mere names and constants left out: all, where every sort is known, and derived."""

    expressions: int
    known: int
    derived: int
    refused: tuple[Refused, ...]

    def to_json(self) -> dict[str, object]:
        """The counts, and what was refused, as JSON data."""
        return asdict(self)


def kept_expressions(references: Sequence[Reference], progress: Callable[[str], None] = lambda _: None) -> Kept:
    """Ask the grammar of each place for the expression that the reference has there."""
    total = known = 0
    refused: list[Refused] = []
    for reference in references:
        progress(f"expressions of {reference.id}")
        for expression, sort, scope in _places(reference):
            total += 1
            if sort is None or sort == NONE or not is_known(sort):
                continue
            known += 1
            if not _derives(sort, scope, expression):
                refused.append(Refused(reference.id, format_sort(sort), emit_expression(expression)))
    return Kept(total, known, known - len(refused), tuple(refused))


def _derives(sort: Sort, scope: Mapping[str, Sort], expression: Expr) -> bool:
    """Whether the grammar derives the expression, whatever the names that it binds itself are."""
    blank = Blank("expression", sort=sort, scope=tuple(scope.items()))
    try:
        grammar = template_grammar([blank])
    except ValueError:
        return False
    offered = sorted({name for names in _BINDING.findall(grammar) for name in ", ".join(names).split(", ") if name})
    text = emit_expression(expression)
    return any(accepts(grammar, f"```python\n{renamed}```") for renamed in _renamed(text, expression, offered))


def _renamed(text: str, expression: Expr, offered: Sequence[str]) -> Iterator[str]:
    """The text, and it with each choice of other names for those that it binds."""
    yield text
    bound = sorted(_bound(expression))
    if bound:
        pattern = re.compile(rf"(?<![.\w])({'|'.join(bound)})\b")
        for names in islice(permutations(offered, len(bound)), _MOST_RENAMED):
            other = dict(zip(bound, names, strict=True))
            yield "".join(other.get(piece, piece) for piece in pattern.split(text))


def _bound(expression: Node) -> Iterator[str]:
    for node in walk(expression):
        match node:
            case Lambda(parameters=parameters):
                yield from (param.name for param in parameters.all())
            case Clause(target=target):
                yield from target_names(target)


def _places(reference: Reference) -> Iterator[tuple[Expr, Sort | None, Mapping[str, Sort]]]:
    """The places of a reference; their sort is ``None`` where that of a name in sight is unknown."""
    if reference.entry is None:
        return
    try:
        module = lower_candidate(reference.program, reference.entry, "")
    except LiftcError:
        return
    own = module.function(reference.entry)
    seen = _observed(module, own, reference)
    scope = {**dict(module_names(module)), **_names(own, seen)}
    is_scope_known = all(map(is_known, scope.values()))
    returns = own.returns.sort if isinstance(own.returns, TypeRef) else ANY
    inner = {id(node) for node in walk(own) if isinstance(node, Comprehension | Lambda | Function) and node is not own}
    hidden = {id(part) for node in walk(own) if id(node) in inner for part in walk(node) if part is not node}
    for place, asked in places_in(own, returns):
        if id(place) in hidden or size_of(place) < _LEAST_SIZE:
            continue
        sort = seen.get(id(place), ANY) if isinstance(asked, AnySort) else asked
        yield place, sort if is_scope_known else None, scope


def _names(function: Function, seen: Mapping[int, Sort]) -> dict[str, Sort]:
    """The sorts of a function's parameters and variables, those that only its inner scopes have left out."""
    given = {
        param.name: param.type.sort if isinstance(param.type, TypeRef) else ANY for param in function.parameters.all()
    }
    own = {node.id for node in _own_nodes(function) if isinstance(node, Name)}
    within = {name for node in walk(function) for name in _bound(node)} - own
    found: dict[str, Sort] = {}
    for node in walk(function):
        if isinstance(node, Name) and id(node) in seen and node.id not in within:
            found[node.id] = join(found[node.id], seen[id(node)]) if node.id in found else seen[id(node)]
    variables = {name: sort for name, sort in found.items() if not isinstance(sort, FunctionSort)}
    return {**variables, **given}


def _own_nodes(node: Node) -> Iterator[Node]:
    """The nodes of a function that are not within its comprehensions, lambdas and inner functions."""
    for child in children(node):
        if not isinstance(child, Comprehension | Lambda | Function):
            yield child
            yield from _own_nodes(child)


def _observed(module: Module, own: Function, reference: Reference) -> dict[int, Sort]:
    """The sorts of the values of the function's expressions in the reference's tests, by the nodes' identities."""
    wanted = {id(node) for node in walk(own) if isinstance(node, Expr)}
    seen: dict[int, Sort] = {}

    def observe(node: Expr, value: object) -> None:
        if id(node) in wanted:
            sort = sort_of_value(value)
            seen[id(node)] = join(seen[id(node)], sort) if id(node) in seen else sort

    program = Program(module)
    for arguments in _calls(reference):
        try:
            program.call(own.name, arguments, steps=_STEPS, observe=observe)
        except InterpretationError:
            break
    return seen


def _calls(reference: Reference) -> Iterator[list[object]]:
    """The arguments of the calls in a reference's tests, where they are plain."""
    for test in reference.tests:
        for node in ast.walk(ast.parse(test)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == reference.entry and not node.keywords:
                runs = [evaluate_text(ast.unparse(argument)) for argument in node.args]
                if all(run.error is None and run.stopped is None for run in runs):
                    yield [run.value for run in runs]
