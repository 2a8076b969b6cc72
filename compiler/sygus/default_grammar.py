"""The grammar of a target that brings none: the operators of its logic, its parameters, and likely constants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from compiler.sygus.examples import Example
from compiler.sygus.operators import OPERATORS
from compiler.sygus.problem import AnyConstant, Apply, Grammar, Literal, Problem, Production, Value, Variable

_SEPARATORS = " .,;:-_/()@+=|<>"
_NAMES = {"Int": "integer", "Bool": "truth", "String": "text"}


def default_grammar(problem: Problem, examples: Sequence[Example]) -> Grammar:
    """All terms over the parameters, and over constants that the examples make likely."""
    sorts = {"Int", problem.result, *(sort for _, sort in problem.parameters)}
    texts = {"String", "Bool"} if "String" in sorts else {"Bool"}
    names = {_NAMES[sort]: sort for sort in _NAMES if sort in sorts | texts}
    productions: dict[str, tuple[Production, ...]] = {}
    for nonterminal, sort in names.items():
        leaves: list[Production] = [Variable(name) for name, its_sort in problem.parameters if its_sort == sort]
        leaves += constants_for(AnyConstant(sort), examples)
        for operator in chain.from_iterable(OPERATORS.values()):
            for arguments, result in map(operator.at, operator.default):
                if result == sort and all(_NAMES[argument] in names for argument in arguments):
                    leaves.append(Apply(operator.name, tuple(Variable(_NAMES[argument]) for argument in arguments)))
        productions[nonterminal] = tuple(leaves)
    return Grammar(_NAMES[problem.result], names, productions)


def constants_for(production: AnyConstant, examples: Sequence[Example]) -> Iterator[Literal]:
    """Constants worth trying: small numbers, truth values, what stands between words, and what all outputs share."""
    match production.sort:
        case "Bool":
            yield from map(Literal, (True, False))
        case "Int":
            yield from map(Literal, (0, 1, 2, 3, -1))
            yield from (
                Literal(value)
                for value in dict.fromkeys(example.output for example in examples)
                if _is_new_number(value)
            )
        case _:
            yield from (Literal(text) for text in dict.fromkeys(["", *_separators(examples), *_shared(examples)]))


def _is_new_number(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value not in (0, 1, 2, 3, -1)


def _separators(examples: Sequence[Example]) -> Iterator[str]:
    values = [value for example in examples for value in (*example.inputs, example.output)]
    for mark in _SEPARATORS:
        if any(isinstance(value, str) and mark in value for value in values):
            yield mark


def _shared(examples: Sequence[Example]) -> Iterator[str]:
    """The longest beginning and the longest end that all outputs share."""
    texts = [example.output for example in examples if isinstance(example.output, str)]
    if len(set(texts)) > 1:
        for length in range(min(map(len, texts)), 0, -1):
            if len({text[:length] for text in texts}) == 1:
                yield texts[0][:length]
                break
        for length in range(min(map(len, texts)), 0, -1):
            if len({text[-length:] for text in texts}) == 1:
                yield texts[0][-length:]
                break
    elif texts:
        yield texts[0]
