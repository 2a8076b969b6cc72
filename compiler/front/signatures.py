"""Guesses a name and a signature where the text writes none, from its words, examples and contracts."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from compiler.front.expressions import CLOSED_NAMES, free_names, parse_expression
from compiler.front.spec import Contract, Equals, Example, Parameter, Signature
from compiler.front.spoken import is_usable, spoken_parameters, unused
from compiler.ir.subset import ALLOWED_MODULES
from solver.sorts import (
    ANY,
    FLOAT,
    INT,
    STR,
    AtomSort,
    DictSort,
    FunctionSort,
    ListSort,
    SetSort,
    Sort,
    TupleSort,
    join_all,
    sort_of_value,
)

_SAID = (
    re.compile(r"\bfunction[ \t]+(?:is[ \t]+)?(?:called|named)[ \t]+[`'\"*]*([^\W\d]\w*)"),
    re.compile(r"\b(?:called|named|name it|call it)[ \t]+`([^\W\d]\w*)`"),
    re.compile(r"\bfunction[ \t]+`([^\W\d]\w*)(?:\([^`\n]*\))?`"),
    re.compile(r"`([^\W\d]\w*)(?:\([^`\n]*\))?`[ \t]+(?:is[ \t]+a[ \t]+)?(?:function\b|takes\b|returns\b)"),
    re.compile(r"\bfunction[ \t]+(\w*_\w*|[a-z]+[A-Z]\w*)\b"),
    re.compile(r"^\W*([a-z]\w*_\w+)[ \t]+(?:is[ \t]+a[ \t]+function|takes|returns)\b"),
)
_PURPOSE = (
    re.compile(r"\bfunction[ \t]+(?:that|which|to|for|returning)[ \t]+(.*)", re.IGNORECASE | re.DOTALL),
    re.compile(r"\b(?:returns?|computes?|calculates?|finds?|gives?)[ \t]+(.*)", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?:^|\n)[ \t#*>-]*(.*)", re.DOTALL),
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LEADING = _words("""
    a an the that which to takes take accepts given gets return returns returning compute computes calculate calculates
    find finds get give gives determine determines write create implement make build please can will should and in it
    function python whether if all some its their his her outputs output print prints
""")
_STOPS = _words("""
    of from in for with by using given that which when where on into as than based is are and or if to at between such
    so then whose under over after before per
""")


def guess_name(prose: str, called: Sequence[str]) -> str:
    """A name for the only function of a text: said in words, called by the examples, or made of the words."""
    for pattern in _SAID:
        said = pattern.search(prose)
        if said and is_usable(said[1]):
            return said[1]
    if called:
        counts = Counter(called)
        return max(counts, key=lambda name: (counts[name], -called.index(name)))
    for pattern in _PURPOSE:
        purpose = pattern.search(prose)
        name = _name_of_words(purpose[1]) if purpose else ""
        if name:
            return name
    return "solution"


def _name_of_words(words: str) -> str:
    chosen: list[str] = []
    for match in re.finditer(r"[^\W\d_][\w'-]*|[.;:!?\n]", words[:300]):
        word = match.group().lower().replace("'s", "").replace("'", "").replace("-", "_")
        if word in ("\n",):
            continue
        if not word.isidentifier() or (chosen and word in _STOPS) or len(chosen) == 3:
            break
        if (chosen or word not in _LEADING | _STOPS) and word not in ("a", "an", "the", "its"):
            chosen.append(word)
    name = "_".join(chosen)
    return name if is_usable(name) else ""


def guess_signature(name: str, prose: str, examples: Sequence[Example], contracts: Sequence[Contract]) -> Signature:
    """The signature that examples, contracts and words suggest; no parameters where nothing tells them."""
    spoken = spoken_parameters(prose)
    called = _called_sorts(examples)
    returns = join_all(
        sort
        for example in examples
        if isinstance(example.expected, Equals) and (sort := _sort(example.expected.value)) != ANY
    )
    mentioned = _contract_names(contracts)
    if called is not None:
        names = _names(called, spoken, mentioned)
        parameters = tuple(Parameter(item, sort=sort) for item, (_, sort) in zip(names, called, strict=True))
    elif spoken and (not mentioned or set(mentioned) <= {item for item, _ in spoken}):
        parameters = tuple(Parameter(item, sort=sort) for item, sort in spoken)
    else:
        parameters = tuple(Parameter(item) for item in mentioned)
    return Signature(name, parameters, returns, written=False)


def with_positional_calls(examples: Sequence[Example], signature: Signature) -> list[Example]:
    """The examples that fit a guessed signature, their keywords put in its order."""
    names = [item.name for item in signature.parameters]
    found: list[Example] = []
    for example in examples:
        call = example.call
        keywords = dict(call.keywords)
        rest = names[len(call.arguments) :]
        if len(call.arguments) + len(keywords) == len(names) and set(rest) == set(keywords):
            call = replace(call, arguments=(*call.arguments, *(keywords[item] for item in rest)), keywords=())
            found.append(replace(example, call=call))
    return found


def _called_sorts(examples: Sequence[Example]) -> list[tuple[str, Sort]] | None:
    """The parameters that the examples' calls show, by the most frequent shape of call; keywords give names."""
    shapes = Counter((len(example.call.arguments), tuple(sorted(dict(example.call.keywords)))) for example in examples)
    if not shapes:
        return None
    (count, keywords), _ = shapes.most_common(1)[0]
    fitting = [
        example.call
        for example in examples
        if len(example.call.arguments) == count and tuple(sorted(dict(example.call.keywords))) == keywords
    ]
    named_in_order = [name for name, _ in fitting[0].keywords]
    positional = [("", join_all(_sort(call.arguments[index]) for call in fitting)) for index in range(count)]
    named = [(name, join_all(_sort(dict(call.keywords)[name]) for call in fitting)) for name in named_in_order]
    return positional + named


def _sort(text: str) -> Sort:
    node = parse_expression(text)
    try:
        return ANY if node is None else sort_of_value(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ANY


def _names(called: list[tuple[str, Sort]], spoken: list[tuple[str, Sort]], mentioned: list[str]) -> list[str]:
    if len(mentioned) == len(called) and not any(name for name, _ in called):
        return mentioned
    if len(spoken) == len(called) and not any(name for name, _ in called):
        return [name for name, _ in spoken]
    taken: list[str] = [name for name, _ in called if name]
    names: list[str] = []
    several = sum(sort in (INT, FLOAT) for _, sort in called) > 1
    letters = iter("abcdefgh")
    for name, sort in called:
        plain = next(letters, "n") if several and sort in (INT, FLOAT) else _plain_name(sort)
        chosen = name or unused(plain, taken)
        taken.append(chosen)
        names.append(chosen)
    return names


def _plain_name(sort: Sort) -> str:
    match sort:
        case ListSort(element) if element in (INT, FLOAT):
            return "numbers"
        case ListSort(element) if element == STR:
            return "words"
        case ListSort():
            return "items"
        case AtomSort("str"):
            return "text"
        case AtomSort("int"):
            return "n"
        case AtomSort("float"):
            return "x"
        case AtomSort("bool"):
            return "flag"
        case DictSort():
            return "mapping"
        case SetSort() | TupleSort():
            return "values"
        case FunctionSort():
            return "function"
        case _:
            return "value"


def _contract_names(contracts: Sequence[Contract]) -> list[str]:
    found: list[str] = []
    for contract in contracts:
        node = parse_expression(contract.condition)
        names = [] if node is None else free_names(node) - CLOSED_NAMES - ALLOWED_MODULES.keys() - {"result"}
        found += [name for name in sorted(names) if name not in found]
    return found
