"""Examples that stand in running text as a call: ``f(1) == 2``, ``f(1) ➞ 2``, ``f(1) should return 2``, ``assert ...``.

What is read here must be certain, because a wrong example is worse than a missed one: the call and its value have no
free names, and neither goes on where reading stops (``f(2) == n * 3``, ``f(1) returns 2 times ...`` are prose).
"""

from __future__ import annotations

import ast
import re
import warnings

from compiler.front.claims import Claims
from compiler.front.expressions import call_of, examples_of, exception_name, parse_expression, value_text
from compiler.front.spec import Call, Equals, RaisesError
from compiler.front.values import value_end

_CALL = re.compile(r"(?<![\w.])([^\W\d]\w*)\(")
_ASSERT = re.compile(r"(?<![\w.])assert\b[ \t]*")

ARROW = r"==+>|--+>|=>|->|→|➞|➔|➜|⇒|⟹|⟶|↦"
_VERB = (
    r"return(?:s|ed)?|gives?|yields?|outputs?|produces?|equals?|is[ ]equal[ ]to|be[ ]equal[ ]to|evaluates?[ ]to"
    r"|results?[ ]in|be|is"
)
_MARKS = r"[`*]*"
_CONNECTOR = re.compile(
    rf"""[ \t]*(?:[`*]+[ \t]*)?(?:
        (?:\#[ \t]*|//[ \t]*)?(?P<arrow>{ARROW}|===?|=(?![=~])|≡)(?:[ \t]*(?:returns?|output:?)(?=[ \t]))?
        |(?P<broken>\n[ \t]*(?:{ARROW}))
        |(?:\#|//)[ \t]*(?P<comment>(?:(?:should|must|will)[ ])?(?:[Rr]eturns?:?|[Oo]utputs?:?|[Gg]ives)?)
        |(?<=[ \t`*])(?P<word>(?:(?:should|must|will|would|shall)[ ])?(?:{_VERB})
            (?:[ ]the[ ](?:value|string|list|number|integer|tuple))?)[ \t]*(?:\n[ \t]*|[ \t]|(?=`)):?
        |(?P<colon>:)(?=[ \t])
    )[ \t]*{_MARKS}""",
    re.VERBOSE,
)
_RAISES = re.compile(
    rf"""[ \t]*(?:[`*]+[ \t]*)?(?:\#[ \t]*)?(?:(?:{ARROW}|:)[ \t]*)?
    (?:(?:(?:should|must|will|would|shall)[ ])?(?:raises?|throws?)(?:[ ]an?)?[ \t]+|(?<=[ ]){_MARKS})
    (?P<exception>[`*]*[A-Za-z_][\w.]*)""",
    re.VERBOSE,
)
_ENDS_LINE = re.compile(r"[ \t]*[`*]*[.;]?[ \t]*(?:\n|$|\()")
_ENDS = re.compile(
    r"""[`*_"')\]|]*[ \t]*(?:
        \n|$|\#|//|\(|[;!?|]|:(?!\w)|\.(?![\w.])|\.\.\.|…|[—–]
        |,(?=[ \t]*(?:\n|$|[^\W\d]|`))
        |-+[ \t]+[^\W\d]{3}
        |(?:and|because|since|as|while|but|whereas|so|where)\b
    )""",
    re.VERBOSE,
)
_GOES_ON = re.compile(
    r"[`*_]*\s*(?:times|or|of|more|less|if|when|unless|percent|elements?|items?|plus|minus|per|to|digits?|characters?)\b"
)
_BARRED_BEFORE = re.compile(
    r"(?:\b(?:not|or|if|unless|never|than|cannot|while|until|def|class|lambda)|n't"
    r"|[^\s\w`*\"'(),;:.!?|#>–—-])[ \t]*[`*]*$"
)
_LIST_MARK = re.compile(r"[ \t]*(?:[-*+•–—]|>+|\d+[.)]|\(?\w\))?[ \t]*[`*\"'(|]*[ \t]*")
_DASH_BEFORE = re.compile(r"[->–—][ \t]*[`*]*$")


def read_asserts(claims: Claims) -> None:
    """Read ``assert`` statements, wherever they stand."""
    for match in _ASSERT.finditer(claims.text):
        if claims.full:
            return
        claims.attempts += 1
        end = _logical_line_end(claims, match.end())
        if not any(
            claims.names.specifies(call[1])
            for call in _CALL.finditer(claims.text, match.end(), min(end, match.end() + 500))
        ):
            continue
        for stop in _stops(claims.text, match.end(), end):
            test = _assert_test(claims.text[match.start() : stop])
            if test is None or not claims.is_free(match.start(), stop):
                continue
            text = ast.unparse(test) if test is not None else ""
            node = parse_expression(text)
            for call, expected in [] if node is None else examples_of(node, text, claims.names):
                claims.add(call, expected, match.start(), stop)
            break


def _stops(text: str, start: int, end: int) -> list[int]:
    """Where a statement may end: at its line's end, or before a closing backtick or a full stop."""
    stops = [end]
    tick = text.find("`", start, end)
    if tick >= 0:
        stops.append(tick)
    trimmed = text[start:end].rstrip(" \t.;`*")
    stops.append(start + len(trimmed))
    return stops


def _assert_test(statement: str) -> ast.expr | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(statement.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0].test if len(body) == 1 and isinstance(body[0], ast.Assert) else None


def _logical_line_end(claims: Claims, start: int) -> int:
    at = start
    limit = min(len(claims.text), start + _LONGEST_STATEMENT)
    while at < limit:
        match = _LINE_PART.match(claims.text, at, limit)
        at = match.end() if match else at
        if at >= limit or claims.text[at] == "\n":
            break
        closing = claims.brackets.end(at)
        at = at + 1 if closing is None else closing
    return at


_LONGEST_STATEMENT = 4_000
_LINE_PART = re.compile(r"[^\n([{]*")


def read_calls(claims: Claims) -> None:
    """Read the calls that a connector joins to a value or an exception."""
    for match in _CALL.finditer(claims.text):
        if claims.full:
            return
        if not claims.names.specifies(match[1]) or not claims.is_free(match.start(), match.end()):
            continue
        closing = claims.brackets.end(match.end() - 1)
        if closing is None or not _stands_alone(claims.text, match.start()):
            continue
        connector = _CONNECTOR.match(claims.text, closing)
        raising = _RAISES.match(claims.text, closing)
        if connector is None and raising is None:
            continue
        text = claims.text[match.start() : closing]
        node = parse_expression(text)
        call = None if node is None else call_of(node, text, claims.names)
        if call is None or not claims.is_free(match.start(), closing):
            continue
        if raising is not None and _add_raising(claims, call, match.start(), raising):
            continue
        if connector is not None:
            _add_value(claims, call, match.start(), connector)


def _stands_alone(text: str, start: int) -> bool:
    """Whether a call begins a clause, and is not a part of a larger expression or of a supposition."""
    line = text[max(text.rfind("\n", 0, start) + 1, start - 200) : start]
    if _LIST_MARK.fullmatch(line):
        return True
    if _BARRED_BEFORE.search(line):
        return False
    return (
        _DASH_BEFORE.search(line) is None
        or re.search(r"[^\W\d]{2}\s*:?\s+[-–—>]+[ \t]*[`*]*$|:\s*[-–—]+\s*$", line) is not None
    )


def _add_raising(claims: Claims, call: Call, start: int, match: re.Match[str]) -> bool:
    exception = exception_name(match["exception"].lstrip("`*"))
    if exception is None:
        return False
    claims.add(call, RaisesError(exception), start, match.end())
    return True


def _add_value(claims: Claims, call: Call, start: int, connector: re.Match[str]) -> None:
    text = claims.text
    at = connector.end()
    end = value_end(text, at, claims.brackets)
    if end is None:
        return
    # A chain such as ``f(3) = 1 + 2 + 3 = 6`` says the value at its end.
    while chained := re.compile(r"[ \t]*==?[ \t]*(?=\S)").match(text, end):
        following = value_end(text, chained.end(), claims.brackets)
        if following is None:
            return
        at, end = chained.end(), following
    value = value_text(text[at:end], claims.names)
    if value is None or not claims.is_free(start, end) or not value_stops(text, end):
        return
    strict = connector["colon"] or connector["comment"] == ""
    if strict and not _ENDS_LINE.match(text, end):
        return
    if connector["word"] and _GOES_ON.match(text, end):
        return
    claims.add(call, Equals(value), start, end)


def value_stops(text: str, end: int) -> bool:
    """Whether a value that was read up to ``end`` is all that the text says there."""
    return _ENDS.match(text, end) is not None
