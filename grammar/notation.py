"""The portable Lark dialect as data: what a grammar's definitions say, read from its text and written back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from grammar.characters import Characters, class_of, escaped, read_class, read_escape

START = "start"
_TOKEN = re.compile(
    r'\s*(?://[^\n]*\s*)*("(?:\\.|[^"\\])*"|/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[])+/|~ ?\d+(?: ?\.\. ?\d+)?|\w+|\S)'
)
_REGEX_TOKEN = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\(?:x[0-9a-fA-F]{2}|.)|\{\d+,\d+\}|.", re.DOTALL)
_DEFINITION = re.compile(r"^(\w+):((?:[^\n]*)(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Text:
    """These characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """What another definition says."""

    name: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other; no parts are the empty text."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the options."""

    options: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part at least ``low`` and at most ``high`` times, where ``None`` is without end."""

    part: Part
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression: one terminal to engines that tell terminals from rules."""

    part: Part


Part: TypeAlias = Text | Characters | Reference | Sequence | Choice | Repeat | Pattern
Grammar: TypeAlias = Mapping[str, Part]


class NotationError(ValueError):
    """A text that is outside the portable dialect."""


def read_grammar(text: str) -> dict[str, Part]:
    """The definitions of a grammar by name, in the order written. Raises ``NotationError``."""
    definitions: dict[str, Part] = {}
    for name, body in _DEFINITION.findall(text):
        definitions[name] = _Reader(_TOKEN.findall(body)).read()
    rest = re.sub(r"//[^\n]*", "", _DEFINITION.sub("", text)).strip()
    unknown = {name for part in definitions.values() for name in references(part)} - definitions.keys()
    if rest or START not in definitions or unknown:
        raise NotationError(f"no portable grammar: {rest[:40] or sorted(unknown) or 'it has no start'}")
    return definitions


class _Reader:
    """Reads the alternatives of one definition, or of one regular expression, from its tokens."""

    def __init__(self, tokens: list[str], in_regex: bool = False) -> None:
        self._tokens = tokens
        self._next = 0
        self._in_regex = in_regex

    def read(self) -> Part:
        part = self._alternatives()
        if self._peek() is not None:
            raise NotationError(f"outside the portable dialect: {self._peek()}")
        return part

    def _peek(self) -> str | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self) -> str:
        self._next += 1
        return self._tokens[self._next - 1]

    def _alternatives(self) -> Part:
        options = [self._row()]
        while self._peek() == "|":
            self._take()
            options.append(self._row())
        return choice(options)

    def _row(self) -> Part:
        parts: list[Part] = []
        while self._peek() not in (None, "|", ")"):
            part = self._repeated()
            if self._in_regex and isinstance(part, Text) and parts and isinstance(before := parts[-1], Text):
                parts[-1] = Text(before.text + part.text)
            else:
                parts.append(part)
        return sequence(parts)

    def _repeated(self) -> Part:
        part = self._atom(self._take())
        match self._peek():
            case "?" | "*" | "+" as mark:
                self._take()
                return Repeat(part, int(mark == "+"), 1 if mark == "?" else None)
            case str() as count if count.startswith("~") and not self._in_regex:
                self._take()
                low, _, high = count[1:].partition("..")
                return Repeat(part, int(low), int(high or low))
            case str() as count if self._in_regex and len(count) > 1 and count.startswith("{"):
                self._take()
                low, high = count[1:-1].split(",")
                return Repeat(part, int(low), int(high))
        return part

    def _atom(self, token: str) -> Part:
        if token == "(":
            inside = self._alternatives()
            if self._peek() != ")":
                raise NotationError("a bracket is not closed")
            self._take()
            return inside
        if token in ("?", "*", "+", "|", ")"):
            raise NotationError(f"outside the portable dialect: {token}")
        if self._in_regex:
            return read_class(token[1:-1]) if token.startswith("[") and len(token) > 1 else Text(read_escape(token))
        match token[0]:
            case '"':
                return Text(json.loads(token))
            case "/":
                return Pattern(_Reader(_REGEX_TOKEN.findall(token[1:-1]), in_regex=True).read())
            case _ if re.fullmatch(r"[a-zA-Z]\w*", token):
                return Reference(token)
        raise NotationError(f"outside the portable dialect: {token}")


def references(part: Part) -> set[str]:
    """The names of the definitions that a part refers to."""
    found: set[str] = set()
    pending = [part]
    while pending:
        match pending.pop():
            case Reference(name):
                found.add(name)
            case Sequence(parts) | Choice(parts):
                pending += parts
            case Repeat(inner):
                pending.append(inner)
    return found


def lark_text(grammar: Grammar) -> str:
    """The grammar in the portable Lark dialect, one definition a line."""
    return "".join(f"{name}: {_written(part, 0)}".rstrip() + "\n" for name, part in grammar.items())


def sequence(parts: Iterable[Part]) -> Part:
    """The parts one after the other, as one part."""
    listed = tuple(item for part in parts for item in (part.parts if isinstance(part, Sequence) else (part,)))
    return listed[0] if len(listed) == 1 else Sequence(listed)


def choice(options: Iterable[Part]) -> Part:
    """Any of the options, each named once, as one part."""
    listed = [item for part in options for item in (part.options if isinstance(part, Choice) else (part,))]
    if len(listed) > 1:
        listed = list(dict.fromkeys(listed))
    return listed[0] if len(listed) == 1 else Choice(tuple(listed))


def _written(part: Part, tightness: int) -> str:
    """A part as Lark text; ``tightness`` says what stands around: 0 alternatives, 1 a sequence, 2 a repetition."""
    match part:
        case Text(text):
            return json.dumps(text, ensure_ascii=False)
        case Reference(name):
            return name
        case Pattern(inner):
            return f"/{_regex(inner, 0)}/"
        case Characters():
            return f"/{class_of(part)}/"
        case Sequence(parts):
            inside = " ".join(_written(item, 1) for item in parts)
            return f"({inside})" if tightness > (1 if parts else 0) else inside
        case Choice(options):
            inside = " | ".join(_written(item, 0) for item in options)
            return f"({inside})" if tightness else inside
        case Repeat(inner, low, high):
            return _written(inner, 2) + _count(low, high)


def _count(low: int, high: int | None) -> str:
    match low, high:
        case 0, 1:
            return "?"
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case _, None:
            raise NotationError("the portable dialect has no repetition without end but * and +")
        case _:
            # With spaces: some versions of llguidance read `0..3` as a number.
            return f" ~ {low} .. {high}"


def _regex(part: Part, tightness: int) -> str:
    match part:
        case Text(text):
            inside = "".join(map(escaped, text))
            return f"({inside})" if tightness > 1 and len(text) != 1 else inside
        case Characters():
            return class_of(part)
        case Sequence(parts):
            inside = "".join(_regex(item, 1) for item in parts)
            return f"({inside})" if tightness > 1 else inside
        case Choice(options):
            inside = "|".join(_regex(item, 0) for item in options)
            return f"({inside})" if tightness else inside
        case Repeat(inner, low, high):
            counted = high is not None and (low, high) != (0, 1)
            return _regex(inner, 2) + (f"{{{low},{high}}}" if counted else _count(low, high))
        case Reference() | Pattern():
            raise NotationError("a regular expression refers to nothing")
