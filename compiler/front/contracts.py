"""Contracts: ``pre: n >= 0``, ``post: result >= 0``, ``raises: ValueError when n < 0``."""

from __future__ import annotations

import ast
import re

from compiler.front.claims import Claims
from compiler.front.expressions import CLOSED_NAMES, exception_name, free_names, parse_expression
from compiler.front.spec import Contract, Signature
from compiler.ir.subset import ALLOWED_MODULES

_START = r"(?:^[ \t]*(?:[-*+>•][ \t]+|\d+[.)][ \t]+)?[`*@:]*|(?<=[.;`])[ \t]+`?)"
_KEYWORD = re.compile(
    rf"{_START}(?P<kind>pre|post)(?P<mark>:[`*]*|[`*]+:)[ \t]*"
    rf"|{_START}(?P<raises>raises)(?::[`*]*[ \t]*|[`*]*:[ \t]*|[ \t]+)(?P<exception>`?[\w.]+`?)"
    r"[ \t]*:?[ \t]*(?P<when>when|if|unless|whenever|iff)?(?![\w])[ \t]*:?[ \t]*",
    re.MULTILINE,
)
_NEXT = re.compile(r"\b(?:pre|post|raises)[`*]*:")

_SAMPLES = {"pre": "pre: n >= 0", "post": "post: result >= 0"}


def read_contracts(claims: Claims, parameters: frozenset[str]) -> list[tuple[Contract, int]]:
    """Every contract of the passage with the offset at which it stands; malformed ones are refused in ``claims``.

    ``parameters`` are the known parameters' names: a lone word after ``raises: ... when`` is a condition only if it is
    one of them.
    """
    found: list[tuple[Contract, int]] = []
    for match in _KEYWORD.finditer(claims.text):
        start = match.start("kind") if match["kind"] else match.start("raises")
        if not claims.is_free(start, match.end()) or len(found) >= 1_000:
            continue
        if match["kind"]:
            found += [(contract, start) for contract in _condition(claims, match["kind"], start, match.end())]
        else:
            found += [(contract, start) for contract in _raising(claims, match, start, parameters)]
    return found


def _extent(claims: Claims, start: int) -> int:
    """Where the expression at ``start`` ends at the latest: its line's end, or further while a bracket is open."""
    at = start
    while at < len(claims.text):
        char = claims.text[at]
        if char == "\n" or (char == "`" and at > start):
            break
        if char in "([{":
            at = claims.brackets.end(at) or at + 1
        else:
            at += 1
    following = _NEXT.search(claims.text, start, at)
    if following is None:
        return at
    before = claims.text[start : following.start()].rstrip(".;`*@:, \t").removesuffix(" and")
    return start + len(before)


def _expression(claims: Claims, start: int, end: int) -> tuple[list[ast.expr], str, int] | None:
    """The conditions of ``start:end``, their text and its end: a list of conditions stands with commas."""
    text = claims.text[start:end]
    # A full stop ends the sentence even where Python would read ``0.`` as a number.
    candidates = (text.rstrip(" \t.;,`*"), text, text.rstrip(" \t`*"))
    for shown in candidates:
        node = parse_expression(shown)
        if node is not None:
            conditions = node.elts if isinstance(node, ast.Tuple) and not shown.strip().startswith("(") else [node]
            return conditions, shown.strip(), start + len(shown.rstrip())
    return None


def _condition(claims: Claims, kind: str, start: int, at: int) -> list[Contract]:
    if claims.text[at : at + 1] == "`":
        at += 1
    end = _extent(claims, at)
    read = _expression(claims, at, end)
    if read is None:
        words = claims.text[at:end].strip()
        place = (at, at + len(claims.text[at:end].rstrip())) if words else (start, start + len(kind) + 1)
        claims.refuse(
            "L0110",
            f"`{kind}:` needs a Python expression",
            *place,
            "not an expression" if words else "nothing follows",
            f"write a condition such as `{_SAMPLES[kind]}`, or plain words without `{kind}:`",
        )
        return []
    conditions, text, stop = read
    claims.claim(start, stop)
    claims.claim(stop, min(end + 1, stop + 1) if claims.text[stop : stop + 1] in ".;`" else stop)
    span = claims.passage.span(start, stop)
    return [Contract("pre" if kind == "pre" else "post", _flat(node, text), None, span) for node in conditions]


def _flat(node: ast.expr, text: str) -> str:
    segment = ast.get_source_segment(text, node)
    return ast.unparse(node) if segment is None or "\n" in segment or "#" in segment else segment


def _raising(claims: Claims, match: re.Match[str], start: int, parameters: frozenset[str]) -> list[Contract]:
    exception = exception_name(match["exception"])
    stop = match.end("exception")
    certain = ":" in claims.text[match.end("raises") : match.start("exception")]
    if exception is None:
        # Words such as `raises: an error if ...` are prose.
        if certain and not match["exception"][:1].islower():
            claims.refuse(
                "L0112",
                f"`{match['exception'].strip('`')}` is not a built-in exception",
                match.start("exception"),
                stop,
                "unknown exception",
                "name one such as `ValueError`, `TypeError`, `KeyError`, `IndexError` or `ZeroDivisionError`",
            )
        return []
    end = _extent(claims, match.end())
    read = _expression(claims, match.end(), end)
    if read is not None and not match["when"]:
        if certain and isinstance(read[0][0], ast.Compare | ast.BoolOp):
            place = (match.end(), read[2])
            claims.refuse("L0113", "`when` is missing", *place, "", f"write `raises: {exception} when {read[1]}`")
            return []
        read = None
    if read is None or _is_word(read[0][0], parameters):
        if certain and claims.text[match.start("raises") - 1 : match.start("raises")] != ":":
            claims.warn(
                "L0113",
                f"nothing checks when `{exception}` is raised",
                start,
                max(stop, match.end() + len(claims.text[match.end() : end].rstrip())),
                "the condition is not a Python expression" if match["when"] else "no condition is given",
                f"write `raises: {exception} when n < 0` with a Python expression; the words stay in the prose",
            )
        return []
    conditions, text, last = read
    claims.claim(start, last)
    condition = " and ".join(f"({_flat(node, text)})" for node in conditions) if len(conditions) > 1 else text
    if match["when"] == "unless":
        condition = f"not ({condition})"
    return [Contract("raises", " ".join(condition.split()), exception, claims.passage.span(start, last))]


def _is_word(node: ast.expr, parameters: frozenset[str]) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id not in parameters)


def unknown_names(contract: Contract, signature: Signature, module: frozenset[str]) -> list[str]:
    """The names in a contract that are neither parameters, nor ``result`` in a post-condition, nor known otherwise."""
    node = parse_expression(contract.condition)
    if node is None:
        return []
    known = {parameter.name for parameter in signature.parameters} | module | CLOSED_NAMES | ALLOWED_MODULES.keys()
    if contract.kind == "post":
        known.add("result")
    return sorted(free_names(node) - known)
