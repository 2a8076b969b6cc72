"""The Python grammar made narrower: for one function's answer, for a block, for an expression over given names."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

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
    listed = "parameters" if parameters is None else _parameters(parameters)
    signature = f'"def {_checked(entry)}(" {listed} ")" (" -> " annotation)? ":"'
    return _narrowed({"entry_signature": signature})


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


def _parameters(parameters: Sequence[str]) -> str:
    if not parameters:
        return ""
    stars = [index for index, name in enumerate(parameters) if name.startswith("*")]
    first_star = stars[0] if stars else len(parameters)
    positional, rest = parameters[:first_star], parameters[first_star:]
    plain = [name for name in positional if name != "/"]
    tail = [_parameter(name, "" if name.startswith("*") else "(EQ expr)?") for name in rest]
    variants = []
    for without_default in range(len(plain) + 1):
        required = set(plain[:without_default])
        head = [_parameter(name, "" if name in required else "EQ expr") for name in positional]
        variants.append(" COMMA ".join(head + tail))
    return f"BREAK? ({' | '.join(variants)}) COMMA? BREAK?"


def _parameter(name: str, default: str) -> str:
    if name in ("*", "/"):
        return f'"{name}"'
    stars = name[: len(name) - len(name.lstrip("*"))]
    return f'"{stars}{_checked(name.lstrip("*"))}" hint? {default}'.rstrip()


def _checked(name: str) -> str:
    if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no name that a grammar can hold")
    return name
