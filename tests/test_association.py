"""What words tell of operations is counted by a command; what is kept by hand helps other people's code."""

from __future__ import annotations

import ast
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.bench.associate import associate, count, written
from compiler.bench.examples import Example
from compiler.bench.hand_kept import entries
from compiler.enumerate.association import FILE, Association, Tally, learned, read_association
from compiler.enumerate.words import stem, words_of

DATA: dict[str, Any] = json.loads((files("compiler.enumerate") / FILE).read_text(encoding="utf-8"))
SUITE = {"boltons", "humanize", "inflection", "labmath", "more-itertools", "nltk", "pydash", "sympy", "toolz"}


def test_the_counts_tell_where_they_come_from() -> None:
    assert DATA["command"].startswith("liftc bench associate stdlib ")
    assert len(DATA["packages"]) >= 12
    assert sum(functions for *_, functions in DATA["packages"]) >= DATA["functions"] >= 20_000
    assert all(name and version for name, version, *_ in DATA["packages"])


def test_packages_that_suites_are_made_of_are_not_counted() -> None:
    assert SUITE.isdisjoint(name.lower() for name, *_ in DATA["packages"])
    assert {"difflib", "http", "pickle", "statistics"} <= set(DATA["without"])


@pytest.mark.parametrize("label", [entry.label for entry in entries()])
def test_words_kept_by_hand_help_other_peoples_functions(label: str) -> None:
    told, used, by_chance = DATA["by_hand"][label]
    assert told >= used >= 3
    assert used > by_chance


def test_every_entry_kept_by_hand_is_counted() -> None:
    assert set(DATA["by_hand"]) == {entry.label for entry in entries()}


@pytest.mark.parametrize(
    ("words", "stemmed"),
    [
        (("sort", "sorts", "sorted", "sorting"), "sort"),
        (("split", "splitting"), "split"),
        (("entries", "entry"), "entry"),
        (("reverse", "reversed", "reversing"), "revers"),
        (("string", "strings"), "string"),
        (("class",), "class"),
    ],
)
def test_words_lose_their_endings(words: tuple[str, ...], stemmed: str) -> None:
    assert {stem(word) for word in words} == {stemmed}


def test_words_come_from_names_and_prose_but_not_from_doctests() -> None:
    prose = "Split a line.\n\n>>> split_line('mango')\n['mango']\n\nAt spaces."
    assert words_of("splitLine", ["max_parts"], prose) == {"split", "line", "max", "part", "at", "spac"}


@given(st.frozensets(st.sampled_from(sorted(learned().words)), max_size=12))
def test_surprises_are_those_of_a_code(words: frozenset[str]) -> None:
    """The probabilities of all operations sum to what they are without words."""
    association = learned()
    uses = {name: tally.uses for name, tally in association.operations.items()}
    told = sum(uses[name] * 2 ** -association.surprise(name, words) for name in uses)
    assert told == pytest.approx(sum(uses.values()))


def test_without_words_nothing_is_surprising() -> None:
    assert {learned().surprise(name, frozenset()) for name in learned().operations} == {0.0}
    assert learned().surprise("no such operation", frozenset({"sort"})) == 0.0


def test_a_word_that_goes_with_an_operation_saves_its_bits() -> None:
    association = Association(1000, {"sort": 50}, {"sorted(a)": Tally(40, {"sort": 30}), "a + b": Tally(60, {})}, {})
    assert association.surprise("sorted(a)", frozenset({"sort"})) < -1
    assert association.surprise("a + b", frozenset({"sort"})) > 0
    assert "sorted(a)" in association.likely(frozenset({"sort"}))


def example(words: str, operation: str, distribution: int) -> Example:
    return Example(f"package{distribution}", words, frozenset(words.split()), frozenset({operation}), frozenset(), ())


def test_only_what_goes_together_more_than_chance_is_kept() -> None:
    examples = [example("sort value", "sorted(a)", number % 5) for number in range(20)]
    examples += [example("value", "a + b", number % 5) for number in range(400)]
    data = count(examples)
    assert data["operations"] == {"a + b": (400, {}), "sorted(a)": (20, {"sort": 20})}


def test_packages_are_counted_and_read_again(tmp_path: Path) -> None:
    (tmp_path / "it.py").write_text('def ends(xs):\n    """Both ends."""\n    return xs[0], xs[-1]\n', encoding="utf-8")
    folder = tmp_path / "it-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: it\nVersion: 1.0\nLicense: MIT\n", encoding="utf-8")
    (folder / "RECORD").write_text("it.py,,\nit-1.0.dist-info/METADATA,,\n", encoding="utf-8")
    data = associate(["it"], tmp_path, (), "liftc bench associate it", lambda _: None)
    assert data["packages"] == [["it", "1.0", "MIT", 1]]
    assert read_association(written(data)).functions == 1
    assert ast.literal_eval(repr(data["by_hand"]))
