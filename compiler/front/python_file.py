"""Specifications that are Python files: functions with holes, their docstrings, and what stands around them."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from inspect import cleandoc
from textwrap import dedent

from compiler.front.bounds import BoundError
from compiler.front.claims import Claims
from compiler.front.clauses import adopt_misnamed, check_contracts, check_examples, read_clauses, settled
from compiler.front.context import context_text, module_names
from compiler.front.data_classes import without_data_classes
from compiler.front.definitions import FunctionNode, signature_of
from compiler.front.expressions import Method, Names, as_written, examples_of, is_closed, parse_expression
from compiler.front.file_part import FilePart
from compiler.front.holes import (
    Dots,
    HoleKind,
    docstring_of,
    dots_in,
    hole_names,
    is_declaration,
    is_docstring_only,
    is_dots,
)
from compiler.front.methods import (
    called_methods,
    filled_methods,
    named_plainly,
    open_methods,
    plain_passage,
    with_delegates,
)
from compiler.front.passage import Passage, comment_passage, docstring_passage
from compiler.front.python_tree import PythonFile
from compiler.front.spec import Contract, Example, FunctionSpec, Hole, MethodKind, Signature
from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source, Span


@dataclass(frozen=True, slots=True)
class _Target:
    """A function that is to be compiled, with its holes; ``owner`` is the class of a method."""

    node: FunctionNode
    dots: tuple[Dots, ...]
    owner: ast.ClassDef | None = None
    kind: MethodKind = "static"


def specified_in(source: Source) -> dict[str, Span]:
    """The functions of a Python file that have holes, with where they stand. Raises ``LiftcError``."""
    file = PythonFile(source)
    return {target.node.name: file.span(target.node) for target in _targets(file)[0]}


def names_around(source: Source) -> frozenset[str]:
    """The names that a Python file binds, beside those of its functions with holes. Raises ``LiftcError``."""
    return module_names(PythonFile(source).tree) - specified_in(source).keys()


def methods_in(source: Source) -> dict[str, Method]:
    """What calls of a Python file's methods with holes look like. Raises ``LiftcError``."""
    return called_methods(PythonFile(source))


def read_part(source: Source, names: Names) -> FilePart:
    """What a Python file says, of the functions of its whole specification. Raises ``LiftcError``."""
    file = PythonFile(source)
    targets, warnings_ = _targets(file)
    errors: list[Diagnostic] = []
    signatures: dict[str, Signature] = {}
    for target in targets:
        errors += _hole_errors(file, target, signatures)
        try:
            signatures[target.node.name] = signature_of(target.node, file.span)
        except BoundError as bad:
            errors.append(bad.diagnostic)
    if errors:
        raise LiftcError(errors)
    methods = filled_methods(file)
    owners = {name: hole.owner.name for name, hole in methods.items() if hole.kind == "static"}
    shared = _shared_examples(file, targets, names, owners)
    foreign = [example for example in shared if example.call.function not in signatures]
    holes = _holes(file, targets)
    functions: list[FunctionSpec] = []
    for target in targets:
        claims = [Claims(plain_passage(passage, owners), names) for passage in _passages(file, target)]
        function, found = _function(file, target, signatures[target.node.name], claims, holes, shared)
        foreign += [item for read in claims for item in read.examples if item.call.function not in signatures]
        functions.append(function)
        errors += [item for item in found if item.severity == "error"]
        warnings_ += [item for item in found if item.severity != "error"]
    if errors:
        raise LiftcError(errors)
    seen = with_delegates(file, methods) if methods else file
    context = context_text(seen.tree, seen.text, seen.stretch, names.functions or frozenset(signatures))
    context = without_data_classes(context)
    return FilePart(tuple(functions), tuple(foreign), context, tuple(warnings_))


def _targets(file: PythonFile) -> tuple[list[_Target], list[Diagnostic]]:
    functions = [item for item in file.tree.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    candidates = [item for item in functions if not is_declaration(item)]
    found = [_Target(item, tuple(dots)) for item in candidates if (dots := dots_in(item))]
    found += [
        _Target(hole.node, tuple(dots_in(hole.node)), hole.owner, hole.kind) for hole in filled_methods(file).values()
    ]
    found.sort(key=lambda target: target.node.lineno)
    methods = open_methods(file)
    if not found:
        found = [_Target(item, ()) for item in candidates if is_docstring_only(item)]
    if found:
        return found, methods
    if methods:
        raise LiftcError([Diagnostic(item.code, item.message, item.labels, help=item.help) for item in methods])
    if not functions:
        raise LiftcError(
            [
                Diagnostic(
                    "L0105",
                    f"there is no function in {file.source.name}",
                    (Label(file.source.span(0, 0), "expected a `def` somewhere in this file"),),
                    help=("write `def name(...): ...`, or put a specification in words into a .txt or .md file",),
                )
            ]
        )
    raise LiftcError(
        [
            Diagnostic(
                "L0106",
                f"there is nothing to compile in {file.source.name}",
                (Label(file.span(functions[0]), "this function is complete"),),
                help=("write `...` where code is missing: for a body, a statement or an expression",),
            )
        ]
    )


def _hole_errors(file: PythonFile, target: _Target, seen: dict[str, Signature]) -> list[Diagnostic]:
    errors = [
        Diagnostic(
            "L0103",
            "a hole cannot stand in an f-string",
            (Label(file.source.span(*_line_of(file, dots.node)), "in this line"),),
            help=("give the value a name on a line before, as in `part = ...`",),
        )
        for dots in target.dots
        if dots.fstring
    ]
    if isinstance(target.node, ast.AsyncFunctionDef):
        start = file.stretch(target.node)[0]
        label = Label(file.passage.span(start, start + 5))
        errors.append(Diagnostic("L0115", "async functions are not compiled", (label,), help=("write a plain `def`",)))
    decorators = target.node.decorator_list if target.owner is None else []
    outside = [*decorators, *target.node.args.defaults, *filter(None, target.node.args.kw_defaults)]
    errors += [
        Diagnostic(
            "L0116",
            "a decorator or default that liftc does not evaluate",
            (Label(file.span(item), "reads a name that is not allowed"),),
            help=("use literals, allowed library names, and the module's own names",),
        )
        for item in outside
        if not is_closed(item, module_names(file.tree)) and not is_dots(item)
    ]
    if target.node.name in seen:
        label = Label(file.span(target.node), "defined again here")
        errors.append(Diagnostic("L0109", f"`{target.node.name}` is specified twice", (label,)))
    return errors


def _line_of(file: PythonFile, node: ast.expr) -> tuple[int, int]:
    start = file.line_start(node.lineno)
    span = file.passage.span(start, max(start, file.line_start(node.lineno + 1) - 1))
    return span.start, span.end


def _holes(file: PythonFile, targets: list[_Target]) -> dict[str, tuple[Hole, ...]]:
    """The holes of each function, named over the whole file."""
    places = [(target.node.name, kind, span) for target in targets for kind, span in _places(file, target)]
    names = hole_names([(function, kind) for function, kind, _ in places])
    holes: dict[str, tuple[Hole, ...]] = {}
    for (function, kind, span), name in zip(places, names, strict=True):
        holes[function] = (*holes.get(function, ()), Hole(name, kind, span))
    return holes


def _places(file: PythonFile, target: _Target) -> list[tuple[HoleKind, Span]]:
    """Kind and span of a function's holes; the missing body after a docstring is an empty span at its end."""
    if not target.dots and docstring_of(target.node.body) is not None:
        end = file.span(target.node.body[0]).end
        return [("body", file.source.span(end, end))]
    return [(dots.kind, file.span(dots.node)) for dots in target.dots]


def _shared_examples(file: PythonFile, targets: list[_Target], names: Names, owners: dict[str, str]) -> list[Example]:
    """The examples outside the functions: docstrings around them, and every ``assert`` in the rest of the file."""
    found: list[Example] = []
    for docstring in _docstrings_around(file, targets):
        span = file.span(docstring)
        claims = Claims(plain_passage(docstring_passage(file.source, span.start, span.end), owners), names)
        read_clauses(claims, {})
        found += claims.examples
    inside = {id(item) for target in targets for item in ast.walk(target.node)}
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Assert) and id(node) not in inside:
            start, end = file.stretch(node.test)
            text = named_plainly(file.text[start:end], owners).strip()
            test = parse_expression(text)
            for call, expected in [] if test is None else examples_of(test, text, names):
                found.append(Example(call, expected, file.span(node), as_written(call, expected, names)))
    return found


def _docstrings_around(file: PythonFile, targets: list[_Target]) -> list[ast.Constant]:
    """The docstrings of the module, of the classes with methods to fill, and of the complete methods in these."""
    own = {id(target.node) for target in targets}
    classes = dict.fromkeys(target.owner for target in targets if target.owner is not None)
    bodies: list[list[ast.stmt]] = [file.tree.body]
    for owner in classes:
        bodies.append(owner.body)
        bodies += [item.body for item in owner.body if isinstance(item, ast.FunctionDef) and id(item) not in own]
    return [docstring for body in bodies if (docstring := docstring_of(body)) is not None]


def _function(
    file: PythonFile,
    target: _Target,
    signature: Signature,
    read: list[Claims],
    holes: dict[str, tuple[Hole, ...]],
    shared: list[Example],
) -> tuple[FunctionSpec, list[Diagnostic]]:
    name = signature.name
    names = read[0].names if read else Names(frozenset({name}))
    contracts: list[Contract] = []
    for claims in read:
        contracts += [contract for contract, _ in read_clauses(claims, {name: signature})]
    examples = [example for claims in read for example in claims.examples if example.call.function == name]
    examples += [example for example in shared if example.call.function == name and example not in examples]
    found = [item for claims in read for item in claims.diagnostics]
    if not examples and len(names.functions or ()) == 1:
        for claims in read:
            adopted, said = adopt_misnamed(claims, signature)
            examples += adopted
            found += said
    found += check_examples(examples, signature)
    found += check_contracts(contracts, signature, names.module | (names.functions or frozenset()))
    start, end = file.stretch(target.node)
    if target.owner is not None:
        start = file.index(target.node.lineno, target.node.col_offset)
    span = file.passage.span(start, end)
    function = FunctionSpec(
        signature,
        "\n".join(prose for claims in read if (prose := cleandoc(claims.prose()))),
        dedent(" " * target.node.col_offset + file.text[start:end]),
        settled(examples, signature),
        tuple(contracts),
        holes.get(name, ()),
        span,
        span,
        None if target.owner is None else target.owner.name,
        target.kind,
    )
    return function, found


def _passages(file: PythonFile, target: _Target) -> list[Passage]:
    """What a function's author says in words: its docstring, and the comments in it and directly above it."""
    docstring = docstring_of(target.node.body)
    passages: list[Passage] = []
    if docstring is not None:
        span = file.span(docstring)
        passages.append(docstring_passage(file.source, span.start, span.end))
    comments = _comments(file)
    first = min([target.node.lineno, *(item.lineno for item in target.node.decorator_list)])
    above = first - 1
    while above in comments and not file.text[file.line_start(above) : comments[above][0]].strip():
        above -= 1
    lines = [line for line in sorted(comments) if above < line <= (target.node.end_lineno or first)]
    if lines:
        spans = [file.passage.span(*comments[line]) for line in lines]
        passages.append(comment_passage(file.source, [(span.start, span.end) for span in spans]))
    return passages


def _comments(file: PythonFile) -> dict[int, tuple[int, int]]:
    """The stretch of each comment, by its line."""
    found: dict[int, tuple[int, int]] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
            if token.type == tokenize.COMMENT:
                start = file.line_start(token.start[0]) + token.start[1]
                found[token.start[0]] = (start, start + len(token.string))
    except (tokenize.TokenError, SyntaxError):
        return {}
    return found
