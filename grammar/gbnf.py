"""GBNF, the grammars of llama.cpp's own engine; xgrammar reads the same text as EBNF.

GBNF has no terminals: every definition is a rule over characters, so that an engine may look at an answer in any way
that the grammar allows, where one with a lexer takes the longest match of each terminal. Both agree on the grammars of
this package, because no terminal of theirs can be cut short (see ``compiler/bench/grammars.py``).
"""

from __future__ import annotations

from grammar.characters import LAST, Characters, complement
from grammar.notation import START, Choice, Grammar, Part, Pattern, Reference, Repeat, Sequence, Text, read_grammar


def gbnf(lark: str) -> str:
    """The grammar as GBNF, with the rule ``root`` for ``start``. Raises ``NotationError`` for what is not portable."""
    return gbnf_text(read_grammar(lark))


def gbnf_text(grammar: Grammar) -> str:
    """Definitions as GBNF, one rule a line."""
    return "".join(f"{_name(name)} ::= {_alternatives(part)}\n" for name, part in grammar.items())


def _name(name: str) -> str:
    """Names hold letters, digits and hyphens."""
    return "root" if name == START else name.replace("_", "-")


def _alternatives(part: Part) -> str:
    match part:
        case Choice(options):
            return " | ".join(map(_row, options))
        case Pattern(inner):
            return _alternatives(inner)
        case _:
            return _row(part)


def _row(part: Part) -> str:
    match part:
        case Sequence(()):
            return '""'
        case Sequence(parts):
            return " ".join(map(_item, parts))
        case _:
            return _item(part)


def _item(part: Part) -> str:
    match part:
        case Text(text):
            return f'"{"".join(map(_in_quotes, text))}"'
        case Characters():
            return _class(part)
        case Reference(name):
            return _name(name)
        case Repeat(inner, low, high):
            return _item(inner) + _count(low, high)
        case Pattern(inner):
            return _item(inner)
        case Sequence() | Choice():
            return f"({_alternatives(part)})"


def _count(low: int, high: int | None) -> str:
    match low, high:
        case 0, 1:
            return "?"
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case _:
            return f"{{{low},{'' if high is None else high}}}"


def _class(wanted: Characters) -> str:
    negated = wanted.ranges[-1:] and wanted.ranges[-1][1] == LAST
    shown = complement(wanted) if negated else wanted
    # Control characters come last: xgrammar reads hexadecimal digits that follow one as part of it.
    ordered = sorted(shown.ranges, key=lambda bounds: not chr(bounds[1]).isprintable())
    ranges = (_in_class(low) + (f"-{_in_class(high)}" if high > low else "") for low, high in ordered)
    return f"[{'^' if negated else ''}{''.join(ranges)}]"


def _in_class(code: int) -> str:
    character = chr(code)
    if character.isascii() and character.isalnum():
        return character
    # Not ``\\x``: xgrammar would read the hexadecimal digits that come after it as well.
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _in_quotes(character: str) -> str:
    names = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    return names.get(character) or (character if ord(character) >= 0x20 else f"\\u{ord(character):04X}")
