"""Terms as SMT-LIB text."""

from __future__ import annotations

import re

from compiler.sygus.operators import LAST_CHARACTER
from compiler.sygus.problem import Apply, Definition, Literal, Term, Value, Variable

_SIMPLE_SYMBOL = re.compile(r"[A-Za-z~!@$%^&*_+=<>.?/-][0-9A-Za-z~!@$%^&*_+=<>.?/-]*\Z")
_ESCAPE = re.compile(r"\\u(?:\{([0-9A-Fa-f]{1,5})\}|([0-9A-Fa-f]{4}))")


def print_term(term: Term) -> str:
    """The term on one line."""
    match term:
        case Literal(value):
            return print_value(value)
        case Variable(name) | Apply(name, ()):
            return print_symbol(name)
        case Apply(name, arguments):
            return f"({' '.join([print_symbol(name), *map(print_term, arguments)])})"


def print_definition(definition: Definition) -> str:
    """The ``define-fun`` of a function."""
    parameters = " ".join(f"({print_symbol(name)} {sort})" for name, sort in definition.parameters)
    return (
        f"(define-fun {print_symbol(definition.name)} ({parameters}) {definition.result} {print_term(definition.body)})"
    )


def print_value(value: Value) -> str:
    r"""A constant; what is not printable ASCII stands in strings as ``\u{...}``."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if value >= 0 else f"(- {-value})"
        case str():
            shielded = _ESCAPE.sub(lambda found: f"\\u{{5c}}{found.group()[1:]}", value)
            return '"' + "".join(_character(char) for char in shielded) + '"'


def _character(char: str) -> str:
    if char == '"':
        return '""'
    return char if " " <= char <= "~" else f"\\u{{{ord(char):x}}}"


def unescape(text: str) -> str:
    r"""What a string literal says: ``\u{...}`` and ``\uXXXX`` are characters, all other backslashes are themselves."""

    def character(found: re.Match[str]) -> str:
        code = int(found.group(1) or found.group(2), 16)
        return chr(code) if code <= LAST_CHARACTER else found.group()

    return _ESCAPE.sub(character, text)


def print_symbol(name: str) -> str:
    """A name, between bars where it needs them."""
    return name if _SIMPLE_SYMBOL.match(name) else f"|{name}|"
