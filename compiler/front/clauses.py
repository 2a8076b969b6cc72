"""All clauses of a passage, read in the order of how certain their form is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from compiler.front.claims import Claims
from compiler.front.contracts import read_contracts, unknown_names
from compiler.front.doctests import read_doctests
from compiler.front.examples import read_asserts, read_calls
from compiler.front.expressions import Names
from compiler.front.inputs import read_inputs
from compiler.front.spec import Contract, Equals, Example, Expectation, Satisfies, Signature
from compiler.front.tables import read_tables
from compiler.text.diagnostics import Diagnostic, Label
from compiler.text.source import Span
from solver.sorts import BOOL


def read_clauses(claims: Claims, signatures: Mapping[str, Signature]) -> list[tuple[Contract, int]]:
    """Read the examples and contracts of a passage into ``claims``; gives the contracts with their offsets."""
    parameters = frozenset(item.name for signature in signatures.values() for item in signature.parameters)
    read_doctests(claims)
    contracts = read_contracts(claims, parameters)
    read_asserts(claims)
    if len(signatures) == 1:
        read_tables(claims, *signatures.values())
        read_inputs(claims, *signatures.values())
    read_calls(claims)
    return contracts


def stray_examples(claims: Claims) -> list[Example]:
    """The examples of a passage that call functions which nobody specified."""
    strays = Claims(claims.passage, Names(None, claims.names.module))
    strays.taken[:] = claims.taken
    read_doctests(strays)
    read_asserts(strays)
    read_calls(strays)
    return [example for example in strays.examples if not claims.names.specifies(example.call.function)]


def adopt_misnamed(claims: Claims, signature: Signature) -> tuple[list[Example], list[Diagnostic]]:
    """The examples of the only function where all of them call it by another name, with a warning that says so."""
    strays = stray_examples(claims)
    names = {example.call.function for example in strays}
    if len(names) != 1 or any(arity_problem(example, signature) for example in strays):
        return [], []
    adopted = [replace(example, call=replace(example.call, function=signature.name)) for example in strays]
    first = strays[0]
    for example in strays:
        if example.span is not None:
            _claim_span(claims, example)
    label = Label(first.span, f"read as `{signature.name}`") if first.span else None
    return adopted, [
        Diagnostic(
            "L0124",
            f"the examples call `{first.call.function}`, which nobody specified",
            () if label is None else (label,),
            help=(f"call `{signature.name}` in the examples",),
            severity="warning",
        )
    ]


def _claim_span(claims: Claims, example: Example) -> None:
    span = example.span
    if span is None:
        return
    inside = [index for index, offset in enumerate(claims.passage.offsets) if span.start <= offset < span.end]
    if inside:
        claims.claim(inside[0], inside[-1] + 1)


def settled(examples: Iterable[Example], signature: Signature) -> tuple[Example, ...]:
    """The examples in the order of the text; a Boolean function that is said to hold returns ``True``."""
    found: list[Example] = []
    for example in examples:
        if signature.returns == BOOL and example.expected in _TRUTHS:
            example = replace(example, expected=_TRUTHS[example.expected])
        if example not in found:
            found.append(example)
    return tuple(sorted(found, key=lambda item: item.span.start if item.span else -1))


_TRUTHS: dict[Expectation, Equals] = {Satisfies("result"): Equals("True"), Satisfies("not result"): Equals("False")}


def arity_problem(example: Example, signature: Signature) -> str:
    """Why a call does not fit a written signature; empty where it fits."""
    positional = [item for item in signature.parameters if item.kind == "positional"]
    named = {item.name for item in signature.parameters if item.kind in ("positional", "keyword_only")}
    kinds = {item.kind for item in signature.parameters}
    call = example.call
    if len(call.arguments) > len(positional) and "star" not in kinds:
        return f"{len(call.arguments)} given, {len(positional)} expected"
    keywords = {name for name, _ in call.keywords}
    if "double_star" not in kinds and keywords - named:
        return f"there is no parameter `{min(keywords - named)}`"
    filled = {item.name for item in positional[: len(call.arguments)]}
    if filled & keywords:
        return f"`{min(filled & keywords)}` is given twice"
    missing = [
        item.name
        for item in signature.parameters
        if item.kind in ("positional", "keyword_only") and item.default is None and item.name not in filled | keywords
    ]
    return f"`{missing[0]}` is missing" if missing else ""


def check_examples(examples: Iterable[Example], signature: Signature) -> list[Diagnostic]:
    """Errors for the examples whose call does not fit the written signature."""
    return [
        Diagnostic(
            "L0108",
            f"this example does not fit the parameters of `{signature.name}`",
            (Label(example.span, problem),) if example.span else (),
            help=(f"the parameters are ({', '.join(item.name for item in signature.parameters)})",),
        )
        for example in examples
        if (problem := arity_problem(example, signature))
    ]


def check_contracts(contracts: Iterable[Contract], signature: Signature, module: frozenset[str]) -> list[Diagnostic]:
    """Errors for the contracts that read names which nothing defines."""
    found: list[Diagnostic] = []
    for contract in contracts:
        for name in unknown_names(contract, signature, module)[:1]:
            known = ", ".join(f"`{item.name}`" for item in signature.parameters) or "none"
            extra = " `result` may only stand in `post:`." if name == "result" else ""
            found.append(
                Diagnostic(
                    "L0111",
                    f"unknown name `{name}` in a contract",
                    (Label(_word_in(contract.span, name), "not defined"),) if contract.span else (),
                    help=(f"the parameters of `{signature.name}` are {known}.{extra}",),
                )
            )
    return found


def _word_in(span: Span, word: str) -> Span:
    """The span of a word inside another span; the whole of it where the word is not there."""
    match = re.search(rf"\b{re.escape(word)}\b", span.text)
    return span if match is None else span.source.span(span.start + match.start(), span.start + match.end())
