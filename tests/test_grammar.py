from __future__ import annotations

import ast
import json
import keyword
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import llguidance
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import LarkError

from compiler.ir.allowed_facts import FORBIDDEN_BUILTINS
from compiler.ir.grammar_file import ALLOWED, REFUSED
from compiler.ir.subset import ALLOWED_BUILTINS
from grammar.operations import written_operations
from grammar.specialise import Blank, Own, candidate_grammar, python_grammar, template_grammar
from grammar.unroll import unrolled
from grammar.words import name_other_than
from solver.sorts import INT

_SEPARATOR = "=" * 20 + "\n"


def _programs(name: str) -> list[str]:
    path = Path(__file__).parent / "golden" / f"grammar_{name}.txt"
    return path.read_text(encoding="utf-8").split(_SEPARATOR)


def _fenced(code: str) -> str:
    return f"```python\n{code}```"


@cache
def _lark(grammar: str) -> Lark:
    return Lark(grammar, parser="earley", lexer="dynamic")


def _lark_accepts(grammar: str, text: str) -> bool:
    try:
        _lark(grammar).parse(text)
    except LarkError:
        return False
    return True


def _llguidance_accepts(grammar: str, text: str) -> bool:
    tokens = llguidance.LLTokenizer("byte")
    matcher = llguidance.LLMatcher(tokens, llguidance.LLMatcher.grammar_from_lark(grammar))
    assert not matcher.is_error(), matcher.get_error()
    taken = tokens.tokenize_bytes(text.encode())
    return bool(
        matcher.validate_tokens(taken) == len(taken) and matcher.consume_tokens(taken) and matcher.is_accepting()
    )


_ENGINES = [pytest.param(_lark_accepts, id="lark"), pytest.param(_llguidance_accepts, id="llguidance")]


@pytest.mark.parametrize("accepts", _ENGINES)
@pytest.mark.parametrize("code", _programs("accepted"))
def test_what_models_write_is_accepted(code: str, accepts: Callable[[str, str], bool]) -> None:
    ast.parse(code)
    assert accepts(python_grammar(), _fenced(code))


@pytest.mark.parametrize("accepts", _ENGINES)
@pytest.mark.parametrize("code", _programs("rejected"))
def test_near_misses_are_rejected(code: str, accepts: Callable[[str, str], bool]) -> None:
    assert not accepts(python_grammar(), _fenced(code))


@pytest.mark.parametrize("accepts", _ENGINES)
def test_a_candidate_defines_the_entry(accepts: Callable[[str, str], bool]) -> None:
    grammar = candidate_grammar("f", ["x", "y", "*rest", "key", "**more"])
    body = ":\n    return x\n"
    assert accepts(grammar, _fenced(f"def f(x: int, y=2, *rest, key=None, **more) -> int{body}"))
    assert accepts(grammar, _fenced(f"def g(a){body}\n\ndef f(x, y, *rest: int, key, **more){body}"))
    assert not accepts(grammar, _fenced(f"def g(x, y, *rest, key, **more){body}"))
    assert not accepts(grammar, _fenced(f"def f(x){body}"))
    assert not accepts(grammar, _fenced(f"def f(x=1, y, *rest, key, **more){body}"))
    assert accepts(candidate_grammar("f", ["N", "/", "K", "*", "x"]), _fenced(f"def f(N, /, K=1, *, x){body}"))
    assert accepts(candidate_grammar("f", []), _fenced(f"def f(){body}"))
    assert accepts(candidate_grammar("f"), _fenced(f"def f(a, b=1){body}"))
    assert accepts(candidate_grammar("f", ["*rest"]), _fenced(f"def fall(*rests){body}\n\ndef f(*rest){body}"))


@pytest.mark.parametrize("accepts", _ENGINES)
@pytest.mark.parametrize("entry", ["f", "_f", "string"])
def test_nothing_follows_the_entry(entry: str, accepts: Callable[[str, str], bool]) -> None:
    grammar = candidate_grammar(entry, ["x"])
    body = "(x):\n    return x\n"
    for helper in ("g", entry + "_2", "_", "datetime"):
        assert accepts(grammar, _fenced(f"def {helper}{body}\n\ndef {entry}{body}"))
    for more in (f"def {entry}{body}", f"check = {entry}(1)\n\ndef {entry}{body}", f"def g{body}\n\ndef {entry}{body}"):
        assert not accepts(grammar, _fenced(f"def {entry}{body}\n\n{more}"))


@given(
    st.sets(st.from_regex(r"[a-z_][a-z_0-9]{0,3}", fullmatch=True), max_size=5),
    st.from_regex(r"[a-zA-Z_][a-z_0-9]{0,4}", fullmatch=True),
)
def test_names_other_than_some_words(words: set[str], name: str) -> None:
    pattern = name_other_than(words)
    assert (re.fullmatch(pattern, name) is not None) == (name not in words and not name.startswith("__"))
    for word in words:
        assert not re.fullmatch(pattern, word)


@pytest.mark.parametrize("accepts", _ENGINES)
def test_what_a_program_defines_itself_may_be_named(accepts: Callable[[str, str], bool]) -> None:
    body = "def f(x):\n    return {}\n"
    own = Own(frozenset({"operator", "input"}), frozenset({"children", "_hidden", "format"}))
    for expression in ("operator.lower()", "input + x", "x.children"):
        assert not accepts(candidate_grammar("f", ["x"]), _fenced(body.format(expression)))
        assert accepts(candidate_grammar("f", ["x"], own), _fenced(body.format(expression)))
    for expression in ("operator.mul(x, x)", "x._hidden", "x.format()"):
        assert not accepts(candidate_grammar("f", ["x"], own), _fenced(body.format(expression)))
    assert accepts(candidate_grammar("f", ["operator"]), _fenced("def f(operator):\n    return operator\n"))


def test_only_names_specialise() -> None:
    for bad in ("", "1a", "if", 'a" | "b', "é"):
        with pytest.raises(ValueError, match="no name"):
            candidate_grammar(bad)
        with pytest.raises(ValueError, match="no name"):
            candidate_grammar("f", [bad])
        with pytest.raises(ValueError, match="no name"):
            template_grammar([Blank("expression", sort=INT, scope=((bad, INT),))])


def test_the_unrolled_part_is_up_to_date() -> None:
    assert unrolled(python_grammar(), ALLOWED) == python_grammar()


def test_the_file_stays_within_the_portable_dialect() -> None:
    code = "\n".join(line for line in python_grammar().splitlines() if not line.startswith("//"))
    outside = re.sub(r'"(?:\\.|[^"\\])*"|/(?:\\.|\[(?:\\.|[^\]\\])+\]|[^/\\\[])+/', " ", code)
    assert re.fullmatch(r"[\w\s:|()?*+]*", outside)
    assert not re.search(r"\(\?|[*+?}]\?[^*+?)|(]?\{|\\b", "".join(re.findall(r"/(?:\\.|[^/\\])+/", code)))


def test_the_grammar_names_nothing_that_the_ir_refuses() -> None:
    assert {name for name in FORBIDDEN_BUILTINS if not name.startswith("_") and not keyword.iskeyword(name)} <= REFUSED
    assert {operation.called for operation in written_operations()} - {None} <= ALLOWED_BUILTINS


def test_reference_solutions_are_accepted() -> None:
    folder = os.environ.get("LIFTC_DATA")
    if not folder:
        pytest.skip("LIFTC_DATA does not name the folder of the development samples")
    import black

    lines = Path(folder, "humaneval_dev.jsonl").read_text(encoding="utf-8").splitlines()
    programs = [
        black.format_str(row["prompt"] + row["canonical_solution"], mode=black.Mode()) for row in map(json.loads, lines)
    ]
    accepted = sum(_llguidance_accepts(python_grammar(), _fenced(program)) for program in programs)
    assert accepted >= 0.97 * len(programs)
