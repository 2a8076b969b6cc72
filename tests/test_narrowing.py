from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from random import Random

import pytest

from backends.protocol import Proposal, Request
from compiler.bench.grammars import narrowed_holes
from compiler.bench.narrowing import ENTRY, bench_narrowing, header, render
from compiler.bench.narrowing_kept import kept_expressions
from compiler.bench.random_texts import Writer
from compiler.bench.references import Reference
from compiler.cli.commands.compile import add_arguments
from compiler.front import read_spec
from compiler.ir.lower import lower_candidate
from compiler.synthesis.ask.ask import constrained_request
from compiler.synthesis.problem.known_sorts import known_sorts
from compiler.task.options import Options
from compiler.task.unit import Unit
from compiler.text.source import Source
from grammar.acceptor import accepts
from grammar.notation import read_grammar
from grammar.specialise import Blank, narrowed_texts, template_grammar
from solver.sorts import BOOL, FLOAT, INT, NONE, STR, DictSort, FunctionSort, ListSort, Sort, TupleSort, join

NUMBERS, WORDS, PRICES = ListSort(INT), ListSort(STR), DictSort(STR, INT)
SCOPE: dict[str, Sort] = {
    "n": INT,
    "ratio": FLOAT,
    "text": STR,
    "numbers": NUMBERS,
    "words": WORDS,
    "prices": PRICES,
    "first": join(INT, NONE),
    "gcd": FunctionSort((INT, INT), INT),
    "math.sqrt": FunctionSort((FLOAT,), FLOAT),
}


def derives(sort: Sort, text: str, scope: Mapping[str, Sort] = SCOPE) -> bool:
    grammar = template_grammar([Blank("expression", sort=sort, scope=tuple(scope.items()))])
    return accepts(grammar, f"```python\n{text}```")


RIGHT: list[tuple[Sort, str]] = [
    (BOOL, "n % 2 == 0 and text.startswith('a')"),
    (BOOL, "not words or n in numbers"),
    (BOOL, "all(n % i for i in range(2, n))"),
    (BOOL, "first is not None"),
    (INT, "sum(number * 2 for number in numbers if number > n)"),
    (INT, "gcd(n, len(text)) + prices.get(text, 0)"),
    (INT, "-(-n // 60) * 250"),
    (FLOAT, "math.sqrt(n) / 2"),
    (STR, '"".join(word[0].upper() + word[1:] for word in words)'),
    (STR, 'f"{text}: {n:02d}"'),
    (NUMBERS, "sorted(set(numbers), reverse=True)[:n]"),
    (STR, "text.strip().lower()[::-1]"),
    (WORDS, "sorted(words, key=lambda word: (-len(word), word))"),
    (PRICES, "{word: words.count(word) for word in words}"),
    (TupleSort((INT, STR)), "(n, text)"),
    (INT, " + ".join("n" * 8)),
    (INT, "1" * 20),
    (STR, f"'{'a' * 60}'"),
    (join(INT, NONE), "numbers[0] if numbers else None"),
]
WRONG: list[tuple[Sort, str]] = [
    (BOOL, "n"),
    (BOOL, "unknown == 1"),
    (INT, "text"),
    (INT, "n / 2"),
    (INT, "n.upper()"),
    (INT, "gcd(n)"),
    (INT, "gcd(n, text)"),
    (INT, "first"),
    (INT, "sum(word for word in numbers for x in numbers"),
    (STR, "text[:1][:1][:1][:1]"),
    (INT, " + ".join("n" * 9)),
    (BOOL, " and ".join(["n > 1"] * 9)),
    (INT, "1" * 21),
    (STR, f"'{'a' * 61}'"),
    (STR, "text + n"),
    (STR, "words.upper()"),
    (STR, '"".join(numbers)'),
    (NUMBERS, "sorted(words)"),
    (NUMBERS, "[x for c in numbers]"),
]


@pytest.mark.parametrize(("sort", "text"), RIGHT)
def test_what_has_the_sort_is_derived(sort: Sort, text: str) -> None:
    assert derives(sort, text)


@pytest.mark.parametrize(("sort", "text"), WRONG)
def test_what_has_another_sort_or_reads_other_names_is_not(sort: Sort, text: str) -> None:
    assert not derives(sort, text)


def test_a_name_in_scope_hides_the_function_of_that_name() -> None:
    assert derives(INT, "len(numbers)", {"numbers": NUMBERS})
    assert not derives(INT, "len(numbers)", {"numbers": NUMBERS, "len": INT})


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="no"):
        template_grammar([Blank("expression", sort=FunctionSort((INT,), INT), scope=())])


def test_every_text_of_a_narrowed_grammar_lowers() -> None:
    random = Random(0)
    for hole in narrowed_holes().values():
        writer = Writer(read_grammar(template_grammar([hole])))
        for _ in range(20):
            expression = writer.text(random)[len("```python\n") : -len("```")]
            lower_candidate(f"{header(hole)}{expression}\n", ENTRY, "")


FILE = '''import math
from typing import Optional

LIMIT = 10


def is_small(values: list[int], ratio: float) -> bool:
    """Whether few.

    >>> is_small([1], 0.5)
    True
    """
    total = 0
    return ...
'''


def test_a_file_says_the_sorts_at_its_holes() -> None:
    spec = read_spec(Source("small.py", FILE))
    ((sort, scope),) = known_sorts(spec.functions[0], spec.context).values()
    assert sort == BOOL
    assert scope["values"] == NUMBERS
    assert scope["total"] == scope["LIMIT"] == INT
    assert scope["math.sqrt"] == FunctionSort((FLOAT,), FLOAT)


@pytest.mark.parametrize(("old", "new"), [("import math", "import heapq"), ("ratio: float", "ratio")])
def test_a_hole_is_left_open_where_a_name_in_sight_has_no_known_sort(old: str, new: str) -> None:
    spec = read_spec(Source("small.py", FILE.replace(old, new)))
    assert known_sorts(spec.functions[0], spec.context) == {}


def test_requests_are_narrowed_only_where_that_is_asked_for() -> None:
    spec = read_spec(Source("small.py", FILE))
    unit = Unit(spec, spec.functions, spec.context)
    plain, narrowed = (
        constrained_request(unit.spec, unit.functions, unit.context, 0, 0, narrowed=narrowed).grammar or ""
        for narrowed in (False, True)
    )
    filled = "```python\n" + FILE[FILE.index("def") :].replace("return ...", "return {}") + "```"
    assert accepts(plain, filled.format("unknown(values)"))
    assert not accepts(narrowed, filled.format("unknown(values)"))
    assert accepts(narrowed, filled.format("total + LIMIT < math.sqrt(ratio)"))


def test_the_bench_counts_what_references_lose() -> None:
    program = "def f(xs: list[int]) -> int:\n    return sum(value for value in xs if value)\n"
    odd = "def g(text: str) -> str:\n    return text.expandtabs()\n"
    kept = kept_expressions([Reference("f", program, "f", ("f([1])",)), Reference("g", odd, "g", ("g('A')",))])
    assert [item.text for item in kept.refused] == ["text.expandtabs()"]
    assert (kept.known, kept.derived) == (2, 1)


@pytest.mark.slow
def test_the_bench_counts_type_errors() -> None:
    pytest.importorskip("mypy")
    found = bench_narrowing(40)
    assert found.narrowed.proposals == found.narrowed.lowered == 40
    assert found.narrowed.type_errors < found.plain.type_errors
    assert json.loads(json.dumps(found.to_json()))["holes"] == len(narrowed_holes())
    assert "type errors" in render(found)


class Scripted:
    """Answers that fill no hole, that are cut, and that leave the grammar, in turns."""

    engine, model = "scripted", "none"

    def __init__(self) -> None:
        self.batches: list[list[Request]] = []

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        self.batches.append(list(requests))
        answers = [
            Proposal('```python\ndef answer():\n    return open("a")\n```', 1, 9, "stop"),
            Proposal("```python\ndef answer", 1, 160, "length"),
            Proposal("I would rather talk.", 1, 9, "stop", conforms=False),
            Proposal("```python\ndef answer():\n    return 1\n```", 1, 9, "stop"),
        ]
        return [answers[number % 4] for number in range(len(requests))]

    def close(self) -> None:
        """Nothing is held."""


def test_the_bench_asks_in_batches_and_tells_what_became_of_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mypy")
    monkeypatch.setattr("compiler.bench.asking.TOGETHER", 64)
    backend, told = Scripted(), list[str]()
    found = bench_narrowing(80, 7, backend, progress=told.append)
    assert [len(batch) for batch in backend.batches] == [64, 16, 64, 16]
    assert len({request.key("e", "m") for batch in backend.batches for request in batch}) == 160
    assert len({request.messages for batch in backend.batches for request in batch}) == len(narrowed_holes())
    for side in (found.plain, found.narrowed):
        assert (side.proposals, side.cut, side.outside, side.finished, side.lowered) == (80, 20, 20, 40, 20)
    assert "open" in found.plain.lost[0].reason
    assert "20 do not lower" in render(found)
    assert "plain: 64 of 80 proposals, 16 cut" in told


def test_no_word_of_a_narrowed_grammar_is_empty() -> None:
    for hole in narrowed_holes().values():
        assert not re.search(r'(?<!\\)""', template_grammar([hole]))


def test_holes_are_narrowed_unless_that_is_left_out() -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args(["small.py"]).narrow is Options().narrow is True
    assert parser.parse_args(["small.py", "--no-narrow"]).narrow is False


def test_the_rules_of_a_hole_are_written_once() -> None:
    spec = read_spec(Source("small.py", FILE))
    narrowed_texts.cache_clear()
    for occurrence in range(3):
        constrained_request(spec, spec.functions, spec.context, 0, occurrence, narrowed=True)
    assert narrowed_texts.cache_info().misses == 1
