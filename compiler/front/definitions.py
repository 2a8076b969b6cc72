"""Signatures from ``def`` lines: of a Python file's own tree, and of ``def`` lines that stand in a text."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from itertools import islice
from keyword import iskeyword

from compiler.front.bounds import SpanOf, bounds_of
from compiler.front.claims import Claims
from compiler.front.expressions import is_closed
from compiler.front.spec import Parameter, Signature
from compiler.text.source import Span
from solver.sort_text import sort_of_annotation
from solver.sorts import ANY

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def signature_of(node: FunctionNode, span_of: SpanOf) -> Signature:
    """The signature that a ``def`` writes. Raises ``BoundError``."""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(arguments.defaults)), *arguments.defaults]
    parameters = [
        _parameter(item, "positional", default, span_of) for item, default in zip(plain, defaults, strict=True)
    ]
    if arguments.vararg:
        parameters.append(_parameter(arguments.vararg, "star", None, span_of))
    for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        parameters.append(_parameter(item, "keyword_only", default, span_of))
    if arguments.kwarg:
        parameters.append(_parameter(arguments.kwarg, "double_star", None, span_of))
    returns = node.returns
    return Signature(
        node.name,
        tuple(parameters),
        ANY if returns is None else sort_of_annotation(returns),
        None if returns is None else ast.unparse(returns),
    )


def _parameter(item: ast.arg, kind: str, default: ast.expr | None, span_of: SpanOf) -> Parameter:
    annotation = item.annotation
    parameter = Parameter(
        item.arg,
        sort=ANY if annotation is None else sort_of_annotation(annotation),
        annotation=None if annotation is None else ast.unparse(annotation),
        default=None if default is None else ast.unparse(default),
        bounds=() if annotation is None else bounds_of(annotation, span_of),
    )
    match kind:
        case "star" | "double_star" | "keyword_only":
            return Parameter(
                parameter.name, kind, parameter.sort, parameter.annotation, parameter.default, parameter.bounds
            )
        case _:
            return parameter


@dataclass(frozen=True, slots=True)
class Header:
    """One ``def`` line of a text, or a ``Name:`` line, with the stretch of the passage that it takes."""

    signature: Signature
    start: int
    end: int
    complete: bool = True
    """Whether the parameters are written as well, and not only the name."""


_MOST_FUNCTIONS = 500
_DEF = re.compile(r"(?<![\w.])(?:async[ \t]+)?def[ \t]+([^\W\d]\w*)[ \t]*(?:\[[^\]\n]*\][ \t]*)?\(")
_LINE_START = re.compile(r"[ \t]*(?:[-*+>#]+[ \t]+|\d+[.)][ \t]+)?[`*]*")
_RETURNS = re.compile(r"[ \t]*->[ \t]*")
_NAME = re.compile(
    r"^[ \t]*(?:[-*+>#]+[ \t]+)?\**(?:function[ \t]+)?name\**[ \t]*:\**[ \t]*`?(?P<name>\w+)(?P<call>\()?`?",
    re.IGNORECASE | re.MULTILINE,
)


def read_headers(claims: Claims) -> list[Header]:
    """The ``def`` and ``Name:`` lines of a text, in order; an unreadable one at the start of a line is refused."""
    matches = islice(_DEF.finditer(claims.text), _MOST_FUNCTIONS)
    found = [header for match in matches if (header := _def(claims, match))]
    for match in islice(_NAME.finditer(claims.text), _MOST_FUNCTIONS):
        header = _name_line(claims, match)
        if header is not None:
            found.append(header)
    found.sort(key=lambda header: header.start)
    for header in found:
        claims.claim(header.start, header.end)
        _claim_surroundings(claims, header)
    return found


_FENCE = re.compile(r"[ \t]*(?:```|~~~)[\w+-]*[ \t]*(?:\n|\Z)")
_DOCSTRING = re.compile(
    r"(\s*[rR]?(?P<quotes>\"\"\"|'''))(.*?)((?P=quotes)(?:\n[ \t]+(?:\.\.\.|pass)[ \t]*(?=\n|\Z))?)", re.DOTALL
)


def _claim_surroundings(claims: Claims, header: Header) -> None:
    """Claim the quotes of a docstring below a ``def`` line, and the fence of a code block around both."""
    end = header.end
    docstring = _DOCSTRING.match(claims.text, end)
    if docstring:
        claims.erase(docstring.start(1), docstring.end(1))
        claims.erase(docstring.start(4), docstring.end(4))
        end = docstring.end()
    line = claims.text.rfind("\n", 0, max(header.start - 1, 0)) + 1
    opening = _FENCE.match(claims.text, line, header.start)
    closing = re.compile(r"\s*?\n").match(claims.text, end)
    fence = _FENCE.match(claims.text, closing.end()) if closing else None
    if opening and fence:
        claims.claim(line, opening.end())
        claims.claim(fence.start(), fence.end())


def _def(claims: Claims, match: re.Match[str]) -> Header | None:
    text = claims.text
    certain = _LINE_START.fullmatch(
        text, max(text.rfind("\n", 0, match.start()) + 1, match.start() - 80), match.start()
    )
    closing = claims.brackets.end(match.end() - 1)
    if closing is None:
        if certain:
            claims.refuse(
                "L0104",
                "this `def` line does not close its bracket",
                match.end() - 1,
                match.end(),
                "opened here",
                f"write `def {match[1]}(...):` with balanced brackets",
            )
        return None
    end = _after_returns(claims, closing)
    node = _parse_def(text[match.start() : end])
    if node is None and end > closing:
        end = closing
        node = _parse_def(text[match.start() : end])
    if node is None:
        if certain:
            claims.refuse(
                "L0104",
                "this `def` line is not Python",
                match.start(),
                closing,
                "cannot be read",
                "parameters are written `name: type`, as in `def area(width: int, height: int) -> int`",
            )
        return None
    start = match.start()
    first_line = text.rfind("\n", 0, start) + 1
    if isinstance(node, ast.AsyncFunctionDef):
        claims.refuse("L0115", "async functions are not compiled", start, start + 5, "", "write a plain `def`")

    def span_of(item: ast.expr) -> Span:
        return claims.passage.span(*_stretch(text[start:end], item, start))

    for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
        if not is_closed(default):
            stretch = _stretch(text[start:end], default, start)
            claims.refuse(
                "L0116", "a default that liftc does not evaluate", *stretch, "not a literal", "write a literal"
            )
    signature = signature_of(node, span_of)
    if text[end : end + 1] == ":":
        end += 1
    return Header(signature, start if text[first_line:start].strip() else first_line, end)


def _stretch(header: str, item: ast.expr, base: int) -> tuple[int, int]:
    lines = header.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        return base + starts[line - 1] + len(lines[line - 1].encode()[:column].decode(errors="ignore"))

    return (
        offset(item.lineno, item.col_offset),
        offset(item.end_lineno or item.lineno, item.end_col_offset or item.col_offset),
    )


def _after_returns(claims: Claims, closing: int) -> int:
    """The offset after the result's annotation, which may hold brackets; the parameters' end where there is none."""
    arrow = _RETURNS.match(claims.text, closing)
    if arrow is None:
        return closing
    at = arrow.end()
    while at < len(claims.text) and claims.text[at] not in "\n:`":
        if claims.text[at] in "([":
            after = claims.brackets.end(at)
            if after is None:
                return closing
            at = after
        elif re.compile(r"[\w.| \t,\"']").match(claims.text, at):
            at += 1
        else:
            break
    return at


def _parse_def(header: str) -> FunctionNode | None:
    for shown in (header, header.rstrip(" \t.,")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(shown.rstrip() + ": pass")
                compile(tree, "header", "exec", dont_inherit=True)  # Two parameters of one name pass the parser.
                body = tree.body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if len(body) == 1 and isinstance(body[0], ast.FunctionDef | ast.AsyncFunctionDef):
            return body[0]
    return None


def _name_line(claims: Claims, match: re.Match[str]) -> Header | None:
    end = match.end()
    if not claims.is_free(match.start(), end):
        return None
    if match["call"]:
        closing = claims.brackets.end(match.start("call"))
        end = closing if closing is not None else end
        node = None if closing is None else _parse_def("def " + claims.text[match.start("name") : closing])
        if node is not None:
            end = _after_returns(claims, end)
            node = _parse_def("def " + claims.text[match.start("name") : end]) or node
            return Header(
                signature_of(node, lambda _: claims.passage.span(match.start("name"), end)), match.start(), end
            )
    rest = claims.text[end : claims.text.find("\n", end) % (len(claims.text) + 1)]
    if rest.strip(" \t.`*"):
        return None
    if not match["name"].isidentifier() or iskeyword(match["name"]):
        why = "is a keyword of Python" if iskeyword(match["name"]) else "begins with a digit"
        claims.refuse("L0104", f"`{match['name']}` cannot be a function's name", *match.span("name"), why)
        return None
    return Header(Signature(match["name"], (), written=True), match.start(), end, complete=False)
