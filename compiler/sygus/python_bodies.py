"""Bodies of Python functions for terms: early returns for conditions, and names for parts that nest too deep."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.ir.nodes import Assign, Block, If, Name, Return
from compiler.sygus.names import depth_of
from compiler.sygus.problem import Apply, Term, Variable
from compiler.sygus.python_terms import expression_of
from compiler.sygus.semantics import folded

DEEPEST_EXPRESSION = 40
"""How deep one expression may nest; Python's own parser gives up at about 200 brackets."""


def body_of(term: Term, names: Mapping[str, str]) -> Block:
    """Statements that return the term's value, where ``names`` are its variables and functions in Python."""
    return _block(folded(term), names)


def _block(term: Term, names: Mapping[str, str]) -> Block:
    match term:
        case Apply("ite", (test, Apply("ite", _) as yes, no)) if not _is_ladder(no):
            return _block(Apply("ite", (Apply("not", (test,)), no, yes)), names)
        case Apply("ite", (test, yes, no)):
            before, shallow, known = _named_parts(test, names)
            branch = If(expression_of(shallow, known), _block(yes, known))
            return (*before, branch, *_block(no, known))
    before, shallow, known = _named_parts(term, names)
    return (*before, Return(expression_of(shallow, known)))


def _is_ladder(term: Term) -> bool:
    return isinstance(term, Apply) and term.operator == "ite"


def _named_parts(term: Term, names: Mapping[str, str]) -> tuple[Block, Term, Mapping[str, str]]:
    """Assignments to new names, and the term over these that nests no deeper than an expression may."""
    known = dict(names)
    assignments: list[Assign] = []

    def shallow(part: Term) -> tuple[Term, int]:
        if not isinstance(part, Apply):
            return part, 0
        inner = [shallow(argument) for argument in part.arguments]
        kept, depth = Apply(part.operator, tuple(one for one, _ in inner)), 1 + max((of for _, of in inner), default=0)
        if depth < DEEPEST_EXPRESSION:
            return kept, depth
        taken = {*known, *known.values()}
        name = next(name for count in range(1, len(taken) + 2) if (name := f"part{count}") not in taken)
        assignments.append(Assign((Name(name),), expression_of(kept, known)))
        known[name] = name
        return Variable(name), 0

    if depth_of(term) < DEEPEST_EXPRESSION:
        return (), term, names
    flat, _ = shallow(term)
    return tuple(assignments), flat, known
