"""Writes the part of ``python.lark`` that is unrolled: what names may be read, f-strings, and blocks by depth.

Indentation is not context-free, and the portable dialect has no way to say *not a keyword*. Both are spelt out.
"""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from grammar.words import name_other_than, one_of

DEPTH = 6
"""How deep blocks nest. The deepest hold simple statements only."""

RESERVED = "// No names: "
"""What begins the line of the grammar that lists the words that no terminal for names takes."""

_STATEMENTS = ("assert", "async", "class", "for", "global", "if", "print", "try", "while", "with")
"""What models begin a statement with that no answer holds outside of functions. With ``class`` decoded as the beginning
of a name, a model that wants a space next goes on with the name, and does not find its end."""

MARK = "// What follows is written by `python -m compiler.ir.grammar_file`"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the IR allows: the names of each module, and the attributes of any value.

    ``refused`` are names that no value may have because of what they are when nothing binds them. ``variables`` are
    modules whose names are those of variables too; other modules' names mean the module.
    """

    modules: Mapping[str, Collection[str]]
    attributes: Collection[str]
    refused: Collection[str]
    variables: Collection[str]


def unrolled(text: str, allowed: Allowed) -> str:
    """The grammar's text with everything below the mark written anew."""
    kept, mark, rest = text.partition(MARK)
    heading = mark + rest.splitlines()[0]
    parts = (_names(allowed), _members(allowed), _f_strings(), _blocks())
    return "\n".join([kept + heading, *(line for part in parts for line in ("", *part))]) + "\n"


def _names(allowed: Allowed) -> Iterator[str]:
    words = {*keyword.kwlist, *allowed.modules, *allowed.refused}
    words = {word for word in words if "." not in word}
    yield RESERVED + " ".join(sorted(words))
    yield "name: NAME | VARIABLE"
    yield f"NAME: /{name_other_than(words)}/"
    yield "top_name: TOP_NAME | VARIABLE"
    yield f"TOP_NAME: /{name_other_than(words, _STATEMENTS)}/"
    yield f"VARIABLE: {' | '.join(_quoted(allowed.variables))}"
    yield f"ATTRIBUTE: /{one_of(_attributes(allowed))}/"


def _attributes(allowed: Allowed) -> set[str]:
    """Any value's attributes but ``format``, which stands after a text with plain fields only."""
    return {*allowed.attributes} - {"format"}


def _members(allowed: Allowed) -> Iterator[str]:
    """Modules with their names: to import, and to read. What is read is one terminal, which masks are quick with."""
    names = {module: {*allowed.modules[module]} - {"abc"} for module in sorted(allowed.modules)}
    refused = {*allowed.refused, *allowed.modules} - {*allowed.variables}
    yield f"module_name: {' | '.join(_quoted(names))}"
    yield "imported: " + " | ".join(f"from_{_identifier(module)}" for module in names)
    for module, known in names.items():
        terminal = f"IN_{_identifier(module).upper()}"
        yield f'from_{_identifier(module)}: "{module}" " import " {terminal} alias? (TCOMMA {terminal} alias?)*'
        yield f"{terminal}: /{one_of(known - refused)}/"
    read = {module: known for module, known in names.items() if module not in allowed.variables}
    also = {name for module in allowed.variables for name in names[module]} - _attributes(allowed)
    yield 'member: MEMBER | VARIABLE "." MEMBER_TOO'
    yield "MEMBER: " + " | ".join(
        f"/{module.replace('.', chr(92) + '.')}\\.{one_of(known)}/" for module, known in read.items()
    )
    yield f"MEMBER_TOO: /{one_of(also)}/"


def _quoted(words: Iterable[str]) -> list[str]:
    return [f'"{word}"' for word in sorted(words)]


def _identifier(module: str) -> str:
    return module.replace(".", "_")


def _f_strings() -> Iterator[str]:
    """Replacement fields: until Python 3.12 they hold neither a backslash nor the quote of their own string."""
    for quote, string in (("double", r"/'[^'\"\\\x00-\x1f]*'/"), ("single", r"/\"[^'\"\\\x00-\x1f]*\"/")):
        yield f"F_STRING_{quote.upper()}: {string}"
        for line in _FIELD.strip().splitlines():
            yield line.replace("QUOTE", quote.upper()).replace("quote", quote)


_FIELD = """
f_field_quote: "{" f_expr_quote ("!r" | "!s")? (":" f_spec)? "}"
f_expr_quote: f_chain_quote (" if " f_chain_quote " else " f_chain_quote)?
f_chain_quote: f_unary_quote ((BINARY | COMPARE | BOOLEAN | " in " | " not in ") f_unary_quote)*
f_unary_quote: SIGN? (NUMBER | f_atom_quote f_trailer_quote*)
f_atom_quote: name | member | "True" | "False" | "None" | F_STRING_QUOTE | f_group_quote
f_group_quote: "(" f_expr_quote ")" | "[" f_arguments_quote? "]"
f_trailer_quote: attribute | "(" f_arguments_quote? ")" | "[" f_index_quote "]"
f_index_quote: f_expr_quote | f_expr_quote? COLON f_expr_quote? (COLON f_expr_quote?)?
f_arguments_quote: f_expr_quote (TCOMMA f_expr_quote)* | f_expr_quote f_comprehension_quote
f_comprehension_quote: " for " name (TCOMMA name)* " in " f_chain_quote (" if " f_chain_quote)?
"""


def _blocks() -> Iterator[str]:
    yield "def_0: decorator* signature function_suite_0"
    yield from _function_suite(0)
    for depth in range(1, DEPTH + 1):
        for loop in ("", "_in_loop"):
            yield from _block(depth, loop)
        if depth < DEPTH:
            yield f'def_{depth}: (decorator "{_indent(depth)}")* signature function_suite_{depth}'
            yield from _function_suite(depth)


def _function_suite(depth: int) -> Iterator[str]:
    indent = _indent(depth + 1)
    yield f'function_suite_{depth}: NL ("{indent}" DOCSTRING NL)? block_{depth + 1} | " " (simple | leave) NL'


def _block(depth: int, loop: str) -> Iterator[str]:
    """A block ends with its first statement that leaves it; one that holds only comments is none."""
    indent = f'"{_indent(depth)}"'
    compound = "" if depth == DEPTH else f" | {indent} compound_{depth}{loop}"
    yield f"block_{depth}{loop}: item_{depth}{loop}* ({indent} (simple | leave{loop}) NL{compound}) ({indent} NL)?"
    yield f"item_{depth}{loop}: {indent} (simple | COMMENT)? NL{compound}"
    if depth == DEPTH:
        return
    suite, body = f"suite_{depth}{loop}", f"suite_{depth}_in_loop"
    kinds = ["if", "for", "while", "try"]
    yield f"compound_{depth}{loop}: " + " | ".join(f"{kind}_{depth}{loop}" for kind in kinds) + f" | def_{depth}"
    remarks = f"({indent} COMMENT? NL)*"
    otherwise = f'({remarks} {indent} "else:" {suite})?'
    another = f'({remarks} {indent} "elif " condition ":" {suite})*'
    yield f'if_{depth}{loop}: "if " condition ":" {suite} {another} {otherwise}'
    yield f'for_{depth}{loop}: "for " targets " in " testlist ":" {body} {otherwise}'
    yield f'while_{depth}{loop}: "while " condition ":" {body} {otherwise}'
    last = f"finally_{depth}{loop}"
    yield f'try_{depth}{loop}: "try:" {suite} (handlers_{depth}{loop} {otherwise} {last}? | {last})'
    bare = f'{remarks} {indent} "except:" {suite}'
    yield f"handlers_{depth}{loop}: ({remarks} {indent} handler {suite})+ ({bare})? | {bare}"
    yield f'finally_{depth}{loop}: {remarks} {indent} "finally:" {suite}'
    yield f'{suite}: NL block_{depth + 1}{loop} | " " (simple | leave{loop}) NL'


def _indent(depth: int) -> str:
    return "    " * depth
