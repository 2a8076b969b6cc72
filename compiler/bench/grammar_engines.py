"""The engines that hold models to a grammar, asked for their verdict on a text, without any model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TypeAlias

from compiler.bench.llama_grammar import find_library
from grammar.acceptor import accepts, begin
from grammar.gbnf import gbnf

_MOST_STACKS = 2000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text is in the grammar, and how many of its characters begin a text that is.

    ``viable`` is ``None`` where the engine does not tell; ``gave_up`` says that it was stopped before an answer.
    """

    accepted: bool
    viable: int | None = None
    gave_up: bool = False


Judge: TypeAlias = Callable[[str], Verdict]


@dataclass(frozen=True, slots=True)
class GrammarEngine:
    """An engine in one of the dialects that it takes. ``judge_of`` reads a grammar in the portable Lark dialect.

    A slow engine is asked about one text in ``every``.
    """

    name: str
    dialect: str
    package: str
    judge_of: Callable[[str], Judge]
    every: int = 1

    @property
    def version(self) -> str | None:
        """The installed version, or ``None`` where there is none."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


def oracle(grammar: str) -> Judge:
    """The verdicts of our own acceptor."""
    first = begin(grammar)

    def judge(text: str) -> Verdict:
        reading = first
        for length, character in enumerate(text):
            reading = reading.after(character)
            if not reading.viable:
                return Verdict(False, length)
        return Verdict(reading.complete, len(text))

    return judge


def engines() -> Iterator[GrammarEngine]:
    """The engines that are installed here, each in each of its dialects."""
    every = (
        GrammarEngine("lark", "Lark (Earley)", "lark", _lark, every=400),
        GrammarEngine("llguidance", "Lark", "llguidance", _llguidance),
        GrammarEngine("llama.cpp", "GBNF", "xllamacpp", _llama_cpp, every=10),
        GrammarEngine("xgrammar", "Lark", "xgrammar", lambda grammar: _xgrammar(grammar, "lark")),
        GrammarEngine("xgrammar", "EBNF", "xgrammar", lambda grammar: _xgrammar(gbnf(grammar), "ebnf")),
        GrammarEngine("llguidance", "JSON Schema, checked again", "llguidance", _json_schema, every=10),
    )
    return (engine for engine in every if engine.version is not None)


def _lark(grammar: str) -> Judge:
    from lark import Lark
    from lark.exceptions import LarkError

    parser = Lark(grammar, parser="earley", lexer="dynamic")

    def judge(text: str) -> Verdict:
        try:
            parser.parse(text)
        except LarkError:
            return Verdict(False)
        return Verdict(True)

    return judge


def _llguidance(grammar: str) -> Judge:
    import llguidance

    return _matcher(llguidance.LLMatcher.grammar_from_lark(grammar))


def _matcher(compiled: str) -> Judge:
    import llguidance

    tokens = llguidance.LLTokenizer("byte")
    first = llguidance.LLMatcher(tokens, compiled)
    if first.is_error():
        raise ValueError(first.get_error())

    def judge(text: str) -> Verdict:
        taken = tokens.tokenize_bytes(text.encode())
        matcher = first.deep_copy()
        good = matcher.validate_tokens(taken)
        accepted = good == len(taken) and bool(matcher.consume_tokens(taken)) and bool(matcher.is_accepting())
        return Verdict(accepted, len(text.encode()[:good].decode(errors="ignore")))

    return judge


def _json_schema(grammar: str) -> Judge:
    """Llguidance under the JSON Schema, and our acceptor on the code that it lets through."""
    import llguidance

    from grammar.json_schema import FIELD, code_of, json_schema

    free = _matcher(llguidance.LLMatcher.grammar_from_json_schema(json_schema()))

    def judge(text: str) -> Verdict:
        document = json.dumps({FIELD: text}, ensure_ascii=False)
        code = code_of(document) if free(document).accepted else None
        return Verdict(code is not None and accepts(grammar, code))

    return judge


def _xgrammar(text: str, dialect: str) -> Judge:
    import xgrammar

    read = xgrammar.Grammar.from_lark if dialect == "lark" else xgrammar.Grammar.from_ebnf
    compiled = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo([])).compile_grammar(read(text))

    def judge(text: str) -> Verdict:
        matcher = xgrammar.GrammarMatcher(compiled, terminate_without_stop_token=True)
        for length, character in enumerate(text):
            if not matcher.accept_string(character):
                return Verdict(False, length)
        return Verdict(matcher.is_terminated(), len(text))

    return judge


def _llama_cpp(grammar: str) -> Judge:
    library = find_library()
    if library is None:
        raise ValueError("this xllamacpp does not show its grammar engine")
    first = library.read(gbnf(grammar))

    def judge(text: str) -> Verdict:
        state = library.clone(first)
        depths = [1]
        try:
            for length, character in enumerate(text):
                depths = library.depths_after(state, character)
                if not depths:
                    return Verdict(False, length)
                if len(depths) > _MOST_STACKS:
                    return Verdict(False, length, gave_up=True)
            return Verdict(0 in depths, len(text))
        finally:
            library.free(state)

    return judge
