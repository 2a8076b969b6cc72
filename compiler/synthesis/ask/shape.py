"""The shape of an answer as a grammar: a function of a given name, or a file's function with only its holes open."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from compiler.front.spec import FunctionSpec
from compiler.synthesis.problem.known_sorts import known_sorts
from compiler.synthesis.problem.own_names import own_names
from grammar.specialise import Blank, candidate_grammar, module_grammar, template_grammar
from grammar.unroll import DEPTH
from solver.sorts import Sort


def answer_grammar(functions: tuple[FunctionSpec, ...], context: str = "", *, narrowed: bool = False) -> str:
    """The grammar of an answer for the functions of one unit.

    Only what the specification wrote down is fixed: the name of a single function, its parameters, and the text around
    the holes of a Python file. ``narrowed`` holds expressions to the sorts and names that are known where they stand.
    """
    own = own_names(functions, context)
    if len(functions) != 1:
        return module_grammar(own)
    function = functions[0]
    pieces = _pieces(function, known_sorts(function, context) if narrowed else {})
    if pieces is not None:
        return template_grammar(pieces, own)
    signature = function.signature
    plain = all(parameter.kind == "positional" for parameter in signature.parameters)
    names = [parameter.name for parameter in signature.parameters]
    return candidate_grammar(function.name, names if signature.written and plain else None, own)


def _pieces(function: FunctionSpec, known: Mapping[str, tuple[Sort, Mapping[str, Sort]]]) -> list[str | Blank] | None:
    """The text of a Python file's function in pieces around its holes; ``None`` where the grammar cannot hold it."""
    definition = function.definition
    if definition is None or any(hole.kind == "body" for hole in function.holes) or "\r" in definition.text:
        return None
    pieces: list[str | Blank] = []
    start = definition.start
    source = definition.source.text
    for hole in sorted(function.holes, key=lambda hole: hole.span.start):
        before = source[start : hole.span.start]
        start = hole.span.end
        if hole.kind == "expression":
            pieces += [before, expression_blank(*known[hole.name]) if hole.name in known else Blank("expression")]
            continue
        indent = re.search(r"[^\n]*\Z", before)
        depth, rest = divmod(len(indent.group()) if indent else 0, 4)
        if rest or not 1 <= depth <= DEPTH or source[start : start + 1] != "\n":
            return None
        pieces += [before.rstrip(" "), Blank("block", depth, in_loop(before, depth))]
        start += 1
    tail = source[start : definition.end]
    return [*pieces, tail if tail.endswith("\n") else f"{tail}\n"]


def expression_blank(sort: Sort, scope: Mapping[str, Sort]) -> Blank:
    """The blank for an expression, narrowed where one can be written at all."""
    narrowed = Blank("expression", sort=sort, scope=tuple(scope.items()))
    try:
        template_grammar([narrowed])
    except ValueError:
        return Blank("expression")
    return narrowed


def in_loop(before: str, depth: int) -> bool:
    """Whether a line above, indented less, opens a loop around a statement of this depth."""
    heads = [line for line in textwrap.dedent(before).splitlines() if line.lstrip().startswith(("for ", "while "))]
    return any(len(line) - len(line.lstrip()) < 4 * depth for line in heads)
