"""The law of the grammar: what it derives lowers into the IR, but for what no context-free grammar can say."""

from __future__ import annotations

from functools import cache
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.bench.grammars import narrowed_holes
from compiler.bench.narrowing import ENTRY, header
from compiler.bench.proposals import Lost, why_not
from compiler.bench.random_texts import Writer
from grammar.notation import read_grammar
from grammar.specialise import Blank, candidate_grammar, template_grammar

SEEDS = st.integers(0, 2**32)
HOLES = sorted(narrowed_holes().items())


@cache
def writer(grammar: str) -> Writer:
    return Writer(read_grammar(grammar))


def assert_lowers(grammar: str, seed: int) -> None:
    text = writer(grammar).text(Random(seed)).removeprefix("```python\n").removesuffix("```")
    reason = why_not(text, ENTRY)
    assert reason is None or Lost("", 0, reason, text).is_unsayable, f"{reason}\n{text}"


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_whole_functions_lower(seed: int) -> None:
    assert_lowers(candidate_grammar(ENTRY, ["a", "b"]), seed)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(HOLES), st.booleans(), SEEDS)
def test_expressions_lower(hole: tuple[str, Blank], narrowed: bool, seed: int) -> None:
    before = header(hole[1])
    assert_lowers(template_grammar([before, hole[1] if narrowed else Blank("expression"), "\n"]), seed)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 5), st.booleans(), SEEDS)
def test_blocks_lower(depth: int, in_loop: bool, seed: int) -> None:
    around = "".join(f"{'    ' * level}while a:\n" for level in range(1, depth))
    before = f"def {ENTRY}(a, b):\n{around}"
    assert_lowers(template_grammar([before, Blank("block", depth, in_loop and depth > 1)]), seed)


def test_what_no_grammar_can_say_is_told_apart() -> None:
    for reason in ("not Python: duplicate argument 'a' in function definition", "`string.lower` is outside the subset"):
        assert Lost("", 0, reason, "").is_unsayable
    for reason in ("not Python: invalid syntax", "the attribute `unknown` is outside the subset"):
        assert not Lost("", 0, reason, "").is_unsayable
