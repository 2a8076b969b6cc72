"""Examples without a call: ``Input: n = 5`` and ``Output: 1``, ``For x = 3 the output should be 4``, ``[1, 2] -> 3``.

They are read only for a text about one function, whose parameters they must cover.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compiler.front.claims import Claims
from compiler.front.examples import ARROW, value_stops
from compiler.front.expressions import value_text
from compiler.front.spec import Call, Equals, Signature
from compiler.front.values import value_end, values_end

_INPUT = re.compile(
    r"^(?P<head>[ \t]*(?:[-*+>]+[ \t]+)?)\**(?:sample |example )?inputs?\**[ ]?\d*[ \t]*[:=]\**[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
_OUTPUT = re.compile(
    r"`?\s*(?:[,;.]\s*)?(?:[-*+>]+[ \t]+)?\**(?:sample |example |expected )?(?:outputs?|result|returns?)\**[ ]?\d*"
    r"[ \t]*(?:[:=]\**|->|→)[ \t]*(?:\n[ \t]*)?`?",
    re.IGNORECASE,
)
_BINDING = re.compile(r"[ \t]*[`*]*([^\W\d]\w*)[`*]*[ \t]*(?:=|:|[ ]is)[ \t]*[`*]*")
_SEPARATOR = re.compile(
    r"[`*]*[ \t]*(?:(?:,|;)[ \t]*(?:and[ \t]+)?|\band[ \t]+"
    r"|\n[ \t]*(?:[-*+][ \t]*)?(?!(?:outputs?|expected|result|returns?|explanation)\b)(?=[^\W\d]\w*[ \t]*[=:]))",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"(?<!\w)(?:for|if|when|with|given|where)[ \t]+(?:the[ \t]+)?(?:(?:inputs?|arguments?)[ \t]+)?", re.IGNORECASE
)
_PLAIN_INPUT = re.compile(
    r"(?<!\w)(?:if|when|for|given|with)[ \t]+(?:the[ \t]+)?(?:inputs?|arguments?)"
    r"(?:[ \t]+(?:is|are|of))?[ \t]*:?[ \t]*`?",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"(?P<gap>[^\n]{0,120}?)(?<!\w)(?:the[ \t]+)?"
    r"(?:(?:expected[ \t]+)?(?:output|result|answer|return[ ]value|function)|it|you)[ \t]+"
    r"(?:(?:should|must|will|would|shall)[ \t]+)?(?:be|is|returns?|equals?|outputs?|gives?)[ \t]*:?[ \t]*`?",
    re.IGNORECASE,
)
_OTHER_VALUE = re.compile(r"\b(?:for|if|when|not|unless|or)\b", re.IGNORECASE)
_ARROW_LINE = re.compile(rf"`?[ \t]*(?:{ARROW})[ \t]*`?")
_LINE_START = re.compile(r"^[ \t]*(?:[-*+•][ \t]+|\d+[.)][ \t]+)?`?(?=[\[({\"'\d+.TFNtfn-])", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^[ \t]*(?=[^\W\d]\w*[ \t]*=[^=])", re.MULTILINE)
_RETURN = re.compile(r"^[ \t]*return[ \t]*=?[ \t]*", re.MULTILINE)
_MOST_INPUTS = 20
_OUTPUT_WORDS = frozenset({"output", "outputs", "expected", "result", "returns", "return"})


def read_inputs(claims: Claims, signature: Signature) -> None:
    """Read the examples of one function that give its inputs by name or by place."""
    _read_pairs(claims, signature)
    _read_suppositions(claims, signature)
    _read_assignments(claims, signature)
    if signature.written:
        _read_arrows(claims, signature)


def call_with(signature: Signature, named: dict[str, str] | None, values: Sequence[str]) -> Call | None:
    """The call that gives these inputs, or ``None`` where they do not fit the parameters."""
    parameters = [item for item in signature.parameters if item.kind == "positional"]
    if len(parameters) != len(signature.parameters) and signature.written:
        return None
    if named is None:
        required = [item for item in parameters if item.default is None]
        fits = len(required) <= len(values) <= len(parameters) if signature.written else len(values) == 1
        return Call(signature.name, tuple(values)) if fits and values else None
    if not signature.written and not parameters:
        return Call(signature.name, (), tuple(named.items()))
    names = [item.name for item in parameters]
    if set(named) - set(names) or any(item.default is None and item.name not in named for item in parameters):
        return None
    count = next((index for index, name in enumerate(names) if name not in named), len(names))
    keywords = tuple((name, named[name]) for name in names[count:] if name in named)
    return Call(signature.name, tuple(named[name] for name in names[:count]), keywords)


def _bindings(claims: Claims, start: int) -> tuple[dict[str, str], int]:
    """The ``name = value`` pairs at ``start``, and the offset after the last."""
    named: dict[str, str] = {}
    at, end = start, start
    while binding := _BINDING.match(claims.text, at):
        stop = value_end(claims.text, binding.end(), claims.brackets)
        value = None if stop is None else value_text(claims.text[binding.end() : stop], claims.names)
        if stop is None or value is None or len(named) == _MOST_INPUTS:
            break
        if binding[1] in named or binding[1].lower() in _OUTPUT_WORDS:
            break
        named[binding[1]] = value
        end = stop
        separator = _SEPARATOR.match(claims.text, end)
        if separator is None:
            break
        at = separator.end()
    return named, end


def values_at(claims: Claims, start: int) -> tuple[list[str], int]:
    """The values at ``start``, separated by commas, and the offset after the last; none where one is not closed."""
    stretches, end = values_end(claims.text, start, claims.brackets)
    values = [value_text(claims.text[first:last], claims.names) for first, last in stretches]
    known = [value for value in values if value is not None]
    return (known, end) if len(known) == len(values) else ([], start)


def _given(claims: Claims, signature: Signature, start: int) -> tuple[Call, int] | None:
    named, end = _bindings(claims, start)
    if named:
        call = call_with(signature, named, ())
        return None if call is None else (call, end)
    values, end = values_at(claims, start)
    call = call_with(signature, None, values)
    return None if call is None else (call, end)


def _finish(claims: Claims, call: Call, start: int, at: int) -> None:
    """Add the example whose value stands at ``at``, if one does and nothing has been read there."""
    end = value_end(claims.text, at, claims.brackets)
    value = None if end is None else value_text(claims.text[at:end], claims.names)
    if end is not None and value is not None and value_stops(claims.text, end) and claims.is_free(start, end):
        claims.add(call, Equals(value), start, end)


def _read_pairs(claims: Claims, signature: Signature) -> None:
    for match in _INPUT.finditer(claims.text):
        if claims.full:
            return
        at = re.compile(r"\s*").match(claims.text, match.end())
        given = _given(claims, signature, at.end() if at else match.end())
        output = _OUTPUT.match(claims.text, given[1]) if given else None
        if given and output:
            _finish(claims, given[0], match.start() + len(match["head"]), output.end())


def _read_suppositions(claims: Claims, signature: Signature) -> None:
    for pattern, named_only in ((_GIVEN, True), (_PLAIN_INPUT, False)):
        for match in pattern.finditer(claims.text):
            if claims.full:
                return
            named, end = _bindings(claims, match.end())
            if named:
                call = call_with(signature, named, ())
            elif named_only:
                continue
            else:
                values, end = values_at(claims, match.end())
                call = call_with(signature, None, values)
            gap = _GAP.match(claims.text, end) if call else None
            if call and gap and _is_plain_gap(gap["gap"]):
                _finish(claims, call, match.start(), gap.end())


def _is_plain_gap(gap: str) -> bool:
    return not _OTHER_VALUE.search(gap) and not re.search(r"[.!?][ \t]", gap)


def _read_assignments(claims: Claims, signature: Signature) -> None:
    """``xs = [3, 1]`` on a line and, before another assignment, ``return [1, 3]`` on a later one."""
    starts = [match.end() for match in _ASSIGNMENT.finditer(claims.text)]
    for index, start in enumerate(starts):
        if claims.full:
            return
        named, end = _bindings(claims, start)
        call = call_with(signature, named, ()) if named and signature.written else None
        claims.attempts += 1
        following = next((other for other in starts[index + 1 : index + _MOST_INPUTS] if other > end), len(claims.text))
        returned = _RETURN.search(claims.text, end, min(following, end + 2_000))
        if call and returned and returned.start() > end and "def " not in claims.text[end : returned.start()]:
            _finish(claims, call, start, returned.end())


def _read_arrows(claims: Claims, signature: Signature) -> None:
    """``[1, 2, 3] -> 6`` on a line of its own."""
    for match in _LINE_START.finditer(claims.text):
        if claims.full:
            return
        values, end = values_at(claims, match.end())
        call = call_with(signature, None, values)
        arrow = _ARROW_LINE.match(claims.text, end) if call else None
        if call and arrow:
            stop = value_end(claims.text, arrow.end(), claims.brackets)
            if stop is not None and re.compile(r"`?[ \t]*[.,;]?[ \t]*(?:#.*|\(.*)?$", re.MULTILINE).match(
                claims.text, stop
            ):
                _finish(claims, call, match.end(), arrow.end())
