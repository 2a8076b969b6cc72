"""Examples in the form of doctests: ``>>>`` lines, ``...`` continuations, outputs of several lines, tracebacks."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from compiler.front.claims import Claims
from compiler.front.expressions import (
    Names,
    call_of,
    examples_of,
    exception_name,
    is_closed,
    parse_expression,
    value_text,
)
from compiler.front.sessions import Session
from compiler.front.spec import Call, Equals, Expectation, RaisesError, Satisfies

_PROMPT = re.compile(r"^(?P<indent>[ \t]*(?:[*>-][ \t]+)?)>>>(?:[ ]|(?=\S)|$)(?P<code>.*)$", re.MULTILINE)
_CONTINUATION = re.compile(r"[ \t]*\.\.\.(?:[ ](.*)|)$")
_END_OF_OUTPUT = re.compile(r"[ \t]*(?:>>>|```|~~~|\"\"\"|'''|$)")
_TRACEBACK = re.compile(r"[ \t]*Traceback \(most recent call")
_RAISED = re.compile(r"[ \t]*([A-Za-z_][\w.]*)(?::.*)?$")
_MOST_OUTPUT_LINES = 50


@dataclass(frozen=True, slots=True)
class _Doctest:
    code: str
    output: tuple[str, ...]
    start: int
    code_end: int
    line_ends: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.line_ends[-1] if self.line_ends else self.code_end


def read_doctests(claims: Claims) -> None:
    """Read every doctest of the passage; a malformed one is an error, one that says nothing a warning."""
    bindings: dict[str, ast.expr] = {}
    session = Session(claims.names) if claims.names.methods else None
    for doctest in _doctests(claims.text):
        if claims.full:
            return
        if session is not None and _is_of_session(claims, doctest, session):
            continue
        node = parse_expression(doctest.code)
        if node is None:
            if not _bind(doctest.code, bindings, claims.names):
                _report_malformed(claims, doctest)
            continue
        if bindings:
            node = ast.fix_missing_locations(_Substitute(bindings).visit(node))
            doctest = _Doctest(ast.unparse(node), doctest.output, doctest.start, doctest.code_end, doctest.line_ends)
            node = parse_expression(doctest.code) or node
        _read_one(claims, doctest, node)


def _is_of_session(claims: Claims, doctest: _Doctest, session: Session) -> bool:
    """Take a line about objects that earlier lines have bound, or that binds one; whether it is such a line."""
    if session.takes(doctest.code):
        return True
    node = parse_expression(doctest.code)
    if node is None or not session.speaks_of(node):
        return False
    if doctest.output and _TRACEBACK.match(doctest.output[0]):
        raised = _exception_raised(doctest)
        shown = None if raised is None else session.example(node, RaisesError(raised[1]))
        if raised is not None and shown is not None:
            claims.add(shown[0], shown[1], doctest.start, doctest.line_ends[raised[0]], shown[2])
        return True
    value, lines = _output_value(doctest.output, claims.names) if doctest.output else (None, 0)
    made = None if value is None else session.example(node, Equals(value))
    if made is not None:
        claims.add(made[0], made[1], doctest.start, doctest.line_ends[lines - 1], made[2])
    session.done(node)
    return True


def _doctests(text: str) -> list[_Doctest]:
    found: list[_Doctest] = []
    at = 0
    while prompt := _PROMPT.search(text, at):
        code, code_end = [prompt["code"]], prompt.end()
        following = _next_line(text, code_end)
        while following and (continued := _CONTINUATION.match(text[following[0] : following[1]])):
            code.append(continued[1] or "")
            code_end = following[1]
            following = _next_line(text, code_end)
        output: list[str] = []
        ends: list[int] = []
        at = code_end
        while following and len(output) < _MOST_OUTPUT_LINES:
            line = text[following[0] : following[1]]
            if _END_OF_OUTPUT.match(line):
                break
            output.append(line)
            ends.append(following[1])
            at = following[1]
            following = _next_line(text, at)
        start = prompt.start() + len(prompt["indent"])
        found.append(_Doctest("\n".join(code).strip(), tuple(output), start, code_end, tuple(ends)))
    return found


def _next_line(text: str, end: int) -> tuple[int, int] | None:
    if end >= len(text):
        return None
    newline = text.find("\n", end + 1)
    return end + 1, len(text) if newline < 0 else newline


def _bind(code: str, bindings: dict[str, ast.expr], names: Names) -> bool:
    """Remember ``name = value`` for the doctests that follow; whether the code is a statement at all."""
    try:
        statements = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    match statements:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)] if is_closed(value, names.module):
            bindings[name] = value
        case _:
            bindings.clear()
    return True


class _Substitute(ast.NodeTransformer):
    def __init__(self, bindings: dict[str, ast.expr]) -> None:
        self._bindings = bindings

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._bindings.get(node.id, node)


def _read_one(claims: Claims, doctest: _Doctest, node: ast.expr) -> None:
    names = claims.names
    call = call_of(node, doctest.code, names)
    if not doctest.output:
        if call is not None:
            _read_silent(claims, doctest, call)
            return
        for subject, claimed in examples_of(node, doctest.code, names):
            if not (isinstance(claimed, Satisfies) and isinstance(node, ast.Call)):
                claims.add(subject, claimed, doctest.start, doctest.code_end)
        return
    if _TRACEBACK.match(doctest.output[0]):
        _read_traceback(claims, doctest, node)
        return
    match node:
        case ast.Call(func=ast.Name(id="print"), args=[printed], keywords=[]):
            printed_call = call_of(printed, doctest.code, names)
            if printed_call is not None and len(doctest.output) == 1:
                shown = Satisfies(f"str(result) == {doctest.output[0].strip()!r}")
                claims.add(printed_call, shown, doctest.start, doctest.end)
            return
    value, lines = _output_value(doctest.output, names)
    if value is None:
        if call is not None:
            _report_output(claims, doctest)
        return
    end = doctest.line_ends[lines - 1]
    shown_example = _expectation(node, doctest.code, value, names)
    if shown_example is not None:
        claims.add(*shown_example, doctest.start, end)


def _output_value(output: tuple[str, ...], names: Names) -> tuple[str | None, int]:
    """The value that the output shows, and how many of its lines show it; prose may follow without a blank line."""
    for count in (len(output), *range(1, len(output))):
        text = value_text("\n".join(output[:count]), names) or value_text(" ".join(output[:count]), names)
        if text is not None:
            return text, count
    comment = re.match(r"(.*?)[ \t]+(?:#|//).*$", output[0])
    return (value_text(comment[1], names), 1) if comment else (None, 0)


def _expectation(node: ast.expr, code: str, value: str, names: Names) -> tuple[Call, Expectation] | None:
    call = call_of(node, code, names)
    if call is not None:
        return call, Equals(value)
    examples = examples_of(node, code, names)
    if value == "True" and len(examples) == 1:
        return examples[0]
    if len(examples) != 1 or len(conditions := _as_condition(examples[0][1])) != 1:
        return None
    return examples[0][0], Satisfies(f"({conditions[0]}) == {value}")


def _as_condition(expected: Expectation) -> list[str]:
    match expected:
        case Equals(value):
            return [f"result == {value}"]
        case Satisfies(condition):
            return [condition]
        case RaisesError():
            return []


def _read_silent(claims: Claims, doctest: _Doctest, call: Call) -> None:
    """A call that prints nothing returns ``None``, if the text speaks of ``None`` at all."""
    if claims.speaks_of_none:
        claims.add(call, Equals("None"), doctest.start, doctest.code_end)
        return
    claims.warn(
        "L0120",
        "this doctest shows no value",
        doctest.start,
        doctest.code_end,
        "expected a value on the next line",
        "write the value that the call returns below it; the line is not used as an example",
    )


def _read_traceback(claims: Claims, doctest: _Doctest, node: ast.expr) -> None:
    raised = _exception_raised(doctest)
    calls = [call_of(item, doctest.code, claims.names) for item in ast.walk(node) if isinstance(item, ast.expr)]
    known = [call for call in calls if call is not None]
    if len(known) == 1 and raised is not None:
        claims.add(known[0], RaisesError(raised[1]), doctest.start, doctest.line_ends[raised[0]])


def _exception_raised(doctest: _Doctest) -> tuple[int, str] | None:
    """The first exception that a traceback names, with the number of its line."""
    raised = [_RAISED.match(line) for line in doctest.output[1:]]
    names = [(index, exception_name(match[1])) for index, match in enumerate(raised, 1) if match]
    return next(((index, name) for index, name in names if name is not None), None)


def _report_malformed(claims: Claims, doctest: _Doctest) -> None:
    called = re.match(r"([^\W\d]\w*)[ ]?\(", doctest.code)
    if called is None or not claims.names.specifies(called[1]):
        return
    if _opens_more(doctest.code):
        claims.refuse(
            "L0121",
            "this doctest is not a Python expression",
            doctest.start,
            doctest.code_end,
            "a bracket or a string is not closed",
            "close it, or continue the expression on a line that starts with `...`",
        )


def _opens_more(code: str) -> bool:
    plain = re.sub(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", "", code)
    return sum(map(plain.count, "([{")) > sum(map(plain.count, ")]}")) or "'" in plain or '"' in plain


def _report_output(claims: Claims, doctest: _Doctest) -> None:
    claims.warn(
        "L0122",
        "the output of this doctest is not a Python value",
        doctest.code_end + 1,
        doctest.line_ends[0],
        "not used as an example",
        "write the value as Python's `repr` shows it; a string stands in quotes",
    )
