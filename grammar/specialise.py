"""The Python grammar made narrower: for one function's answer, for a block, for an expression over given names."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

PURE_BUILTINS = (
    *("abs", "all", "any", "bin", "bool", "chr", "dict", "divmod", "enumerate", "filter", "float", "frozenset", "hex"),
    *("int", "isinstance", "iter", "len", "list", "map", "max", "min", "next", "ord", "pow", "range", "reversed"),
    *("round", "set", "sorted", "str", "sum", "tuple", "zip"),
)
"""The built-in names that an expression may read whatever its scope."""

BOUND_NAMES = (
    *("a", "b", "c", "ch", "char", "d", "e", "i", "item", "j", "k", "key", "m", "n", "p", "q", "s", "t", "v", "value"),
    *("w", "word", "x", "y", "z"),
)
"""The names that an expression may bind itself, in a comprehension or a lambda."""

_DEFINITION = re.compile(r"^(\w+):((?:.*)(?:\n[ \t]+.*)*)", re.MULTILINE)
_LITERAL = re.compile(r'"(?:\\.|[^"\\])*"|/(?:\\.|[^/\\])+/')


@cache
def python_grammar() -> str:
    """The whole grammar: a fenced module of functions, any names."""
    return (files("grammar") / "python.lark").read_text(encoding="utf-8")


def candidate_grammar(entry: str, parameters: Sequence[str] | None = None) -> str:
    """The grammar of an answer whose last function is ``entry``, with these parameters if they are given.

    Parameters are written as in a ``def``: names, with stars where they have them, ``*`` and ``/``. Annotations,
    defaults, imports and other functions before this one are up to the model. Raises ``ValueError`` for a bad name.
    """
    signature = f'"def {_checked(entry)}(" entry_parameters ")" (" -> " annotation)? ":"'
    listed = {"entry_parameters": "parameters"} if parameters is None else _parameters(parameters)
    return _narrowed({"entry_signature": signature} | listed)


def block_grammar(*, in_loop: bool = False) -> str:
    """The grammar of a fenced block, indented by four spaces, as a function's or (``in_loop``) a loop's body."""
    block = "block_1_in_loop" if in_loop else "block_1"
    return _narrowed({"start": f'"```python\\n" {block} "```"'})


def expression_grammar(names: Iterable[str]) -> str:
    """The grammar of one fenced expression that reads these names, pure built-in ones, and what it binds itself.

    Raises ``ValueError`` for what is no name.
    """
    known = sorted({_checked(name) for name in names} | set(PURE_BUILTINS) | set(BOUND_NAMES))
    return _narrowed(
        {
            "start": '"```python\\n" expr "\\n```"',
            "keyword": 'KEYWORD "=" expr | "**" or_test',
            "KEYWORD": _definitions()["NAME"],
            "NAME": " | ".join(f'"{name}"' for name in known),
        }
    )


@dataclass(frozen=True, slots=True)
class Blank:
    """A gap in a fixed text: an expression, or a block whose statements are indented by ``depth`` times four spaces."""

    kind: Literal["expression", "block"]
    depth: int = 1
    in_loop: bool = False


def template_grammar(pieces: Sequence[str | Blank]) -> str:
    """The grammar of a fenced text that is fixed but for its blanks. A block takes its own indentation and line end."""
    return _narrowed({"start": " ".join(['"```python\\n"', *map(_piece, pieces), '"```"'])})


def _piece(piece: str | Blank) -> str:
    match piece:
        case Blank("expression"):
            return "expr"
        case Blank("block", depth, in_loop):
            return f"block_{depth}_in_loop" if in_loop else f"block_{depth}"
        case _:
            return json.dumps(piece, ensure_ascii=False)


def _narrowed(replaced: dict[str, str]) -> str:
    """The grammar with some definitions replaced, without those that can no longer be reached."""
    definitions = _definitions() | replaced
    reached: dict[str, None] = {}
    pending = ["start"]
    while pending:
        name = pending.pop()
        if name not in reached:
            reached[name] = None
            pending += [
                word for word in re.findall(r"\w+", _LITERAL.sub(" ", definitions[name])) if word in definitions
            ]
    return "".join(f"{name}: {body.strip()}\n" for name, body in definitions.items() if name in reached)


@cache
def _definitions() -> dict[str, str]:
    return dict(_DEFINITION.findall(python_grammar()))


def _parameters(parameters: Sequence[str]) -> dict[str, str]:
    """Rules for a list of parameters: one variant for each place where the defaults may begin."""
    rules = {}
    for index, name in enumerate(parameters):
        if name not in ("*", "/"):
            _checked(name.lstrip("*"))
            rules[f"required_{index}"] = f'"{name}" hint?'
            rules[f"defaulted_{index}"] = f'"{name}" hint? EQ expr'
    star = next((index for index, name in enumerate(parameters) if name.startswith("*")), len(parameters))
    variants = []
    for defaults_begin in range(star + 1):
        items = []
        for index, name in enumerate(parameters):
            if name in ("*", "/"):
                items.append(f'"{name}"')
            elif name.startswith("*") or index < defaults_begin:
                items.append(f"required_{index}")
            elif index < star:
                items.append(f"defaulted_{index}")
            else:
                items.append(f"(required_{index} | defaulted_{index})")
        variants.append(" COMMA ".join(items))
    body = f"BREAK? ({' | '.join(variants)}) COMMA? BREAK?" if parameters else ""
    return rules | {"entry_parameters": body}


def _checked(name: str) -> str:
    if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no name that a grammar can hold")
    return name
