"""Specifications in words: which function each part of the text is about, and what it says of it."""

from __future__ import annotations

import re

from compiler.front.bounds import BoundError
from compiler.front.claims import Claims
from compiler.front.clauses import (
    adopt_misnamed,
    check_contracts,
    check_examples,
    read_clauses,
    settled,
    stray_examples,
)
from compiler.front.definitions import Header, read_headers
from compiler.front.expressions import Names
from compiler.front.file_part import FilePart
from compiler.front.parts import Part, parts_of
from compiler.front.passage import Passage, passage_of
from compiler.front.signatures import guess_name, guess_signature, with_positional_calls
from compiler.front.spec import Contract, FunctionSpec, Signature
from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source, Span

_CALLED = re.compile(r"(?:\bassert[ \t]+(?:not[ \t]+)?\(*|>>>[ \t]*)([^\W\d]\w*)\(")


def specified_in(source: Source) -> dict[str, Span]:
    """The functions that a text specifies, with where it begins to. Raises ``LiftcError``."""
    claims, headers = _headers(source)
    return {header.signature.name: claims.passage.span(header.start, header.end) for header in headers}


def read_part(source: Source, names: Names) -> FilePart:
    """What a text says, of the functions and module names of its whole specification. Raises ``LiftcError``."""
    claims, headers = _headers(source)
    found = Claims(claims.passage, names)
    found.taken[:] = claims.taken
    contracts = read_clauses(found, {header.signature.name: header.signature for header in headers})
    diagnostics = [*claims.diagnostics, *found.diagnostics]
    functions: list[FunctionSpec] = []
    for part in parts_of(found, headers):
        mine = [contract for contract, offset in contracts if part.owns(offset)]
        function, said = _function(found, part, mine, alone=len(headers) == 1)
        functions.append(function)
        diagnostics += said
    diagnostics += _strays(found, functions)
    errors = [item for item in diagnostics if item.severity == "error"]
    if errors:
        raise LiftcError(errors)
    mine_too = {function.name for function in functions}
    foreign = tuple(example for example in found.examples if example.call.function not in mine_too)
    return FilePart(tuple(functions), foreign, warnings=tuple(diagnostics))


def _headers(source: Source) -> tuple[Claims, list[Header]]:
    """Where the functions of a text begin: at least one, whose name is guessed where none is written."""
    passage = passage_of(source)
    claims = Claims(passage, Names(None))
    try:
        headers = _merged(read_headers(claims), claims)
    except BoundError as bad:
        raise LiftcError([bad.diagnostic]) from None
    if not headers:
        headers = [Header(Signature(_name(passage, claims), (), written=False), 0, 0, complete=False)]
    return claims, headers


def _merged(headers: list[Header], claims: Claims) -> list[Header]:
    """One header a function: where its name stands in several, the first that writes the parameters counts."""
    chosen: dict[str, Header] = {}
    for header in headers:
        name = header.signature.name
        if name in chosen and chosen[name].complete and header.complete and header.signature != chosen[name].signature:
            label = "another signature stands above"
            claims.refuse("L0109", f"`{name}` is specified twice", header.start, header.end, label)
        if name not in chosen or (header.complete and not chosen[name].complete):
            chosen[name] = header
    return sorted(chosen.values(), key=lambda header: header.start)


def _name(passage: Passage, headers: Claims) -> str:
    """The name of the only function of a text that writes no ``def``: said in words, or the one that examples call."""
    trial = Claims(passage, Names(None))
    trial.taken[:] = headers.taken
    read_clauses(trial, {})
    called = [example.call.function for example in trial.examples] or [
        name for name in _CALLED.findall(passage.text) if trial.names.specifies(name)
    ]
    return guess_name(trial.prose(), called)


def _function(
    claims: Claims, part: Part, contracts: list[Contract], *, alone: bool
) -> tuple[FunctionSpec, list[Diagnostic]]:
    header = part.header
    name = header.signature.name
    examples = [example for example in claims.examples if example.call.function == name]
    prose = part.prose(claims)
    signature, said = header.signature, list[Diagnostic]()
    if header.complete:
        if alone and not examples:
            examples, said = adopt_misnamed(claims, signature)
        said += check_examples(examples, signature)
    else:
        signature = guess_signature(name, prose, examples, contracts)
        examples = with_positional_calls(examples, signature)
    others = claims.names.module | (claims.names.functions or frozenset())
    said += check_contracts(contracts, signature, others)
    text = claims.text if alone else part.text(claims.text)
    span = claims.passage.span(header.start, header.end) if header.end else claims.passage.span(0, len(claims.text))
    return FunctionSpec(signature, prose, text, settled(examples, signature), tuple(contracts), (), None, span), said


def _strays(claims: Claims, functions: list[FunctionSpec]) -> list[Diagnostic]:
    """Warnings for examples that call what nobody specified; a single function without examples has adopted them."""
    if len(functions) == 1 and functions[0].examples:
        used = {example.span.start for example in functions[0].examples if example.span}
    else:
        used = set()
    return [
        Diagnostic(
            "L0123",
            f"this example calls `{example.call.function}`, which nobody specified",
            (Label(example.span, "not used"),),
            help=(f"specify it as well, with a line `def {example.call.function}(...)`",),
            severity="warning",
        )
        for example in stray_examples(claims)
        if example.span is not None and example.span.start not in used
    ]
