"""The Python grammar made narrower: for one function's answer, or for a text with blanks in it."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import count
from typing import Literal

from grammar.narrow import narrowed_rules
from grammar.notation import lark_text
from grammar.unroll import RESERVED
from grammar.words import name_other_than, one_of
from solver.sorts import ANY, Sort

_DEFINITION = re.compile(r"^(\w+):((?:.*)(?:\n[ \t]+.*)*)", re.MULTILINE)
_STARS = re.compile(r"\*+")
_LITERAL = re.compile(r'"(?:\\.|[^"\\])*"|/(?:\\.|[^/\\])+/')


@dataclass(frozen=True, slots=True)
class Own:
    """What a program around an answer defines: names of variables and functions, and attributes of its own values.

    The grammar takes a name such as ``operator`` for the module, and no attribute that the IR does not list, but these.
    """

    names: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()


NOTHING = Own()


@cache
def python_grammar() -> str:
    """The whole grammar: a fenced module of functions, any names."""
    return (files("grammar") / "python.lark").read_text(encoding="utf-8")


def module_grammar(own: Own) -> str:
    """The whole grammar, where a program around defines something itself."""
    return _narrowed({}, own) if own != NOTHING else python_grammar()


def candidate_grammar(entry: str, parameters: Sequence[str] | None = None, own: Own = NOTHING) -> str:
    """The grammar of an answer whose last function is ``entry``, with these parameters if they are given.

    Parameters are written as in a ``def``: names, with stars where they have them, ``*`` and ``/``. Annotations,
    defaults, imports and other functions before this one are up to the model. None of those has its name: what a small
    model writes after it, tests and more tests, would else lead to a second one. Raises ``ValueError`` for a bad name.
    """
    signature = f'"def " "{_checked(entry)}" "(" entry_parameters ")" (" -> " annotation)? ":"'
    listed = {"entry_parameters": "parameters"} if parameters is None else _parameters(parameters)
    names = own.names.union([entry], (name.lstrip("*") for name in parameters or ()))
    around = Own(names, own.attributes)
    return _narrowed({"entry_signature": signature} | listed | _helpers(entry, around), around)


def _helpers(entry: str, own: Own) -> dict[str, str]:
    """Rules for functions at the top of a module that are named otherwise."""
    name = (_definitions() | _definitions_for(own))["name"].strip()
    options = [option for option in name.split(" | ") if option not in ("NAME", json.dumps(entry))]
    return {
        "def_0": _definitions()["def_0"].replace("signature", "helper_signature", 1),
        "helper_signature": _definitions()["signature"].replace("name", "helper", 1),
        "helper": " | ".join(["HELPER", *options]),
        "HELPER": f"/{name_other_than({entry, *_reserved()})}/",
    }


@cache
def _reserved() -> frozenset[str]:
    """The words that are no names."""
    [words] = re.findall(rf"^{RESERVED}(.*)", python_grammar(), re.MULTILINE)
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Blank:
    """A gap in a fixed text: an expression, or a block whose statements are indented by ``depth`` times four spaces.

    Where all names that an expression may read are known with their sorts, ``scope``, it is narrowed to them and to
    ``sort`` (see ``grammar/narrow.py``).
    """

    kind: Literal["expression", "block"]
    depth: int = 1
    in_loop: bool = False
    sort: Sort = ANY
    scope: tuple[tuple[str, Sort], ...] | None = None


def template_grammar(pieces: Sequence[str | Blank], own: Own = NOTHING) -> str:
    """The grammar of a fenced text that is fixed but for its blanks. A block takes its own indentation and line end.

    Raises ``ValueError`` where a blank cannot be narrowed to its sort and scope.
    """
    rules: dict[str, str] = {}
    blanks = count()
    written = [_piece(piece, "" if isinstance(piece, str) else f"blank_{next(blanks)}_", rules) for piece in pieces]
    return _narrowed({"start": " ".join(['"```python\\n"', *written, '"```"']), **rules}, own)


def gap_grammar(blank: Blank, before: str, after: str, own: Own = NOTHING) -> str:
    """The grammar of what stands in a gap alone, without a fence, as a model fills it in.

    ``before`` is the text with which it begins. A model may end by writing on into what stands behind the gap, since
    that is how it sees where the gap ends: ``after``, the rest of the line, with line ends. Raises ``ValueError`` as
    ``template_grammar`` does.
    """
    rules: dict[str, str] = {}
    written = _piece(blank, "blank_0_", rules)
    end = "GAP_END?" if blank.kind == "block" else f"({json.dumps(after, ensure_ascii=False)} GAP_END)?"
    parts = [json.dumps(before), written, end if after or blank.kind == "block" else "GAP_END?"]
    return _narrowed({"start": " ".join(parts if before else parts[1:]), "GAP_END": r"/\n+/", **rules}, own)


def _piece(piece: str | Blank, prefix: str, rules: dict[str, str]) -> str:
    """A piece as grammar text; what it needs of its own is added to the rules."""
    match piece:
        case Blank("expression", scope=None):
            return "expr"
        case Blank("expression", sort=sort, scope=scope):
            for name, _ in scope or ():
                for part in name.split("."):
                    _checked(part)
            first, made = narrowed_texts(sort, scope or (), prefix)
            rules |= made
            return first
        case Blank("block", depth, in_loop):
            return f"block_{depth}_in_loop" if in_loop else f"block_{depth}"
        case _:
            return json.dumps(piece, ensure_ascii=False)


@lru_cache(maxsize=128)
def narrowed_texts(sort: Sort, scope: tuple[tuple[str, Sort], ...], prefix: str) -> tuple[str, Mapping[str, str]]:
    """The rules of a narrowed blank as texts, and the name of the first. A hole is asked for more than once."""
    first, made = narrowed_rules(sort, dict(scope), prefix)
    return first, {name: body for name, _, body in (line.partition(": ") for line in lark_text(made).splitlines())}


def _narrowed(replaced: dict[str, str], own: Own) -> str:
    """The grammar with some definitions replaced, without those that can no longer be reached."""
    definitions = _definitions() | _definitions_for(own) | replaced
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


def _definitions_for(own: Own) -> dict[str, str]:
    """The definitions that say otherwise where a program around has names and attributes of its own."""
    names = {name for name in own.names if _is_name(name) and not _matches("NAME", name) and not _is_special(name)}
    attributes = {
        name for name in own.attributes if _is_name(name) and name[0] != "_" and not _matches("ATTRIBUTE", name)
    }
    changed: dict[str, str] = {}
    if names:
        free = [word for word in _options("VARIABLE") if json.loads(word) not in names]
        changed["name"] = " | ".join(["NAME", *(["VARIABLE"] if free else []), *map(json.dumps, sorted(names))])
        changed["VARIABLE"] = " | ".join(free)
        changed["member"] = _definitions()["member"] if free else "MEMBER"
        for rule in ("module_name", "imported", "MEMBER"):
            kept = [option for option in _options(rule) if _module_of(option) not in names]
            changed[rule] = " | ".join(kept)
    if attributes - {"format"}:
        changed["attribute"] = '"." (ATTRIBUTE | OWN_ATTRIBUTE)'
        changed["OWN_ATTRIBUTE"] = f"/{one_of(attributes - {'format'})}/"
    return changed


def _options(definition: str) -> list[str]:
    return _definitions()[definition].strip().split(" | ")


def _module_of(option: str) -> str:
    """The module, without those in it, that an option of the rules for modules is about."""
    found = re.match(r'(?:from_|["/])([a-z0-9]+)', option)
    return found.group(1) if found else ""


def _matches(terminal: str, name: str) -> bool:
    return re.fullmatch(_definitions()[terminal].strip()[1:-1], name) is not None


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _parameters(parameters: Sequence[str]) -> dict[str, str]:
    """Rules for a list of parameters: one variant for each place where the defaults may begin."""
    rules = {}
    for index, name in enumerate(parameters):
        if name not in ("*", "/"):
            _checked(name.lstrip("*"))
            written = " ".join(f'"{part}"' for part in (*_STARS.findall(name), name.lstrip("*")))
            rules[f"required_{index}"] = f"{written} hint?"
            rules[f"defaulted_{index}"] = f"{written} hint? EQ expr"
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


def _is_name(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def _checked(name: str) -> str:
    if not _is_name(name):
        raise ValueError(f"{name!r} is no name that a grammar can hold")
    return name
