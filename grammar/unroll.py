"""Writes the part of ``python.lark`` that is unrolled: names that are no keywords, f-strings, and blocks by depth.

Indentation is not context-free, and the portable dialect has no way to say *not a keyword*. Both are spelt out.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from pathlib import Path

DEPTH = 6
"""How deep blocks nest. The deepest hold simple statements only."""

MODULES = (
    *("base64", "bisect", "cmath", "collections", "collections.abc", "copy", "datetime", "decimal", "fractions"),
    *("functools", "hashlib", "heapq", "itertools", "json", "math", "operator", "random", "re", "statistics"),
    *("string", "sys", "typing"),
)

_MARK = "// What follows is written by `python -m grammar.unroll`"
_FILE = Path(__file__).with_name("python.lark")


def unrolled(text: str) -> str:
    """The grammar's text with everything below the mark written anew."""
    kept, mark, rest = text.partition(_MARK)
    heading = mark + rest.splitlines()[0]
    return "\n".join([kept + heading, "", *_names(), "", *_f_strings(), "", *_blocks()]) + "\n"


def _names() -> Iterator[str]:
    words = sorted(keyword.kwlist)
    yield f"NAME: /{_no_keyword(words)}|_([a-zA-Z0-9][a-zA-Z0-9_]*)?/"
    yield f"ATTRIBUTE: /{_no_keyword(words)}/"
    yield "MODULE: " + " | ".join(f'"{module}"' for module in MODULES)


def _no_keyword(words: list[str], first: bool = True) -> str:
    """A regular expression for what goes on after a common prefix without ending as one of the words' rests."""
    heads = sorted({word[0] for word in words if word})
    letters = "a-zA-Z" if first else "a-zA-Z0-9_"
    others = _class_without(letters, heads)
    branches = [f"{others}[a-zA-Z0-9_]*"]
    for head in heads:
        rests = [word[1:] for word in words if word.startswith(head)]
        branches.append(head + _no_keyword(rests, first=False))
    body = f"({'|'.join(branches)})"
    return body if first or "" in words else body + "?"


def _class_without(letters: str, heads: list[str]) -> str:
    """A character class, in ranges, for the letters that are not among the heads."""
    ranges = [("a", "z"), ("A", "Z")] + ([("0", "9"), ("_", "_")] if "0" in letters else [])
    spans: list[str] = []
    for low, high in ranges:
        run = ""
        for code in range(ord(low), ord(high) + 2):
            char = chr(code)
            if code <= ord(high) and char not in heads:
                run += char
            elif run:
                spans.append(run if len(run) < 3 else f"{run[0]}-{run[-1]}")
                run = ""
    return f"[{''.join(spans)}]"


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
f_atom_quote: name | "True" | "False" | "None" | F_STRING_QUOTE | "(" f_expr_quote ")" | "[" f_arguments_quote? "]"
f_trailer_quote: attribute | "(" f_arguments_quote? ")" | "[" f_index_quote "]"
f_index_quote: f_expr_quote | f_expr_quote? COLON f_expr_quote? (COLON f_expr_quote?)?
f_arguments_quote: f_expr_quote (TCOMMA f_expr_quote)* | f_expr_quote f_comprehension_quote
f_comprehension_quote: " for " targets " in " f_chain_quote (" if " f_chain_quote)?
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
    remarks = f"({indent} COMMENT NL)*"
    otherwise = f'({remarks} {indent} "else:" {suite})?'
    yield f'if_{depth}{loop}: "if " expr ":" {suite} ({remarks} {indent} "elif " expr ":" {suite})* {otherwise}'
    yield f'for_{depth}{loop}: "for " targets " in " testlist ":" {body} {otherwise}'
    yield f'while_{depth}{loop}: "while " expr ":" {body} {otherwise}'
    last = f"finally_{depth}{loop}"
    yield f'try_{depth}{loop}: "try:" {suite} (handlers_{depth}{loop} {otherwise} {last}? | {last})'
    bare = f'{indent} "except:" {suite}'
    yield f"handlers_{depth}{loop}: ({indent} handler {suite})+ ({bare})? | {bare}"
    yield f'finally_{depth}{loop}: {indent} "finally:" {suite}'
    yield f'{suite}: NL block_{depth + 1}{loop} | " " (simple | leave{loop}) NL'


def _indent(depth: int) -> str:
    return "    " * depth


if __name__ == "__main__":
    _FILE.write_text(unrolled(_FILE.read_text(encoding="utf-8")), encoding="utf-8")
