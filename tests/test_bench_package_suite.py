"""A suite made of a package: what is taken, what is not and why, and what its rows show and hide."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.bench.doctest_halves import halves
from compiler.bench.hidden_tests import code_of_test
from compiler.bench.package_suite import Suite, build_suite
from compiler.bench.references import read_references
from compiler.bench.score import score
from compiler.bench.suites import Problem, SuiteError, read_suite
from compiler.cli import main
from compiler.front import read_spec

WORDS = '''
"""Words."""
from collections import Counter
from typing import TYPE_CHECKING

from .errors import *

if TYPE_CHECKING:
    import requests

IRREGULAR = {"ox": "oxen"}


def _checked(word):
    """Not to be seen: >>> plural("ox")"""
    if not word:
        raise EmptyError(word)
    return word


def plural(word: str, session: "requests.Session | None" = None, *others: requests.Session) -> str:
    """The plural of a word.

    >>> from tiny.words import plural
    >>> plural("cat")
    'cats'
    >>> plural("")
    Traceback (most recent call last):
        ...
    tiny.errors.EmptyError

    Irregular words:

    >>> plural("ox")
    'oxen'
    """
    return IRREGULAR.get(_checked(word), word + "s")


def commonest(words):
    """The commonest word.

    >>> words = ["a", "b", "b"]
    >>> commonest(words)
    'b'
    >>> more = words + ["a", "a"]
    >>> commonest(more)
    'a'
    """
    return Counter(words).most_common(1)[0][0]
'''
OTHERS = {
    "it has no doctest": 'def plain(a):\n    """Nothing."""\n    return a',
    "it is async or decorated": "@staticmethod\n{}",
    "its name is bound more than once": "{}\n\nchanged = print",
    "its doctests are malformed": 'def changed(a):\n    """\n    >>>changed(1)\n    2\n    """\n    return a',
    "fewer than two examples call it": (
        'def changed(a):\n    """\n    >>> changed(1)\n    2\n    >>> changed(2)  # doctest: +SKIP\n    3\n'
        '    >>> changed([2])\n    [...]\n    >>> max(2, 3)\n    3\n    """\n    return a + 1'
    ),
    "all examples show the same result": (
        'def changed(a):\n    """\n    >>> changed(1)\n    2\n    >>> changed(2)\n    2\n    """\n    return 2'
    ),
    "it needs another package": "from requests import get\n\n{}\n    get(a)",
    "it needs a module of a package": "from . import errors\n\n{}\n    errors.EmptyError",
    "it needs a name that its module does not show": "{}\n    globals_of_nobody",
    "it needs a name that is bound under a condition": "if 1:\n    other = 2\n\n{}\n    other",
    "it needs a name that is bound more than once": "other = 1\nother = 2\n\n{}\n    other",
    "it needs too much of its module": "TABLE = [" + "\n1," * 100 + "]\n\n{}\n    TABLE",
    "it asks the clock or chance": "import random\n\n{}\n    random.seed(a)",
    "it is outside the subset": "{}\n    open",
    "it fails its own examples when it runs alone": (
        'def changed(a):\n    """\n    >>> changed(1)\n    1\n    >>> changed(2)\n    3\n    """\n    return a'
    ),
}
CHANGED = 'def changed(a):\n    """\n    >>> changed(1)\n    2\n    >>> changed(2)\n    3\n    """\n    return a + 1'


def package(folder: Path, **modules: str) -> Path:
    """A folder in which the package ``tiny`` is installed."""
    texts = {"__init__": "", "errors": "class EmptyError(ValueError):\n    pass\n", **modules}
    info = folder / "tiny-1.2.dist-info"
    info.mkdir(parents=True)
    (folder / "tiny").mkdir()
    for name, text in texts.items():
        (folder / "tiny" / f"{name}.py").write_text(text, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: tiny\nVersion: 1.2\nLicense-Expression: MIT\n")
    (info / "RECORD").write_text("".join(f"tiny/{name}.py,,\n" for name in texts))
    return folder


def built(folder: Path, *names: str, most: int = 40) -> Suite:
    return build_suite(names or ("tiny",), folder, most, lambda _: None)


def rows_of(suite: Suite) -> Mapping[str, Mapping[str, Any]]:
    return {row["entry_point"]: row for row in map(json.loads, suite.text.splitlines())}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return built(package(tmp_path_factory.mktemp("site"), words=WORDS))


def problems_of(suite: Suite, folder: Path) -> Mapping[str, Problem]:
    path = folder / "others.jsonl"
    path.write_text(suite.text, encoding="utf-8")
    return {problem.entry_point: problem for problem in read_suite(path)}


def test_the_first_half_is_visible_with_what_the_function_needs(words: Suite) -> None:
    row = rows_of(words)["plural"]
    assert (
        row["spec"]
        == '''\
class EmptyError(ValueError):
    pass

IRREGULAR = {"ox": "oxen"}

def _checked(word):
    if not word:
        raise EmptyError(word)
    return word


def plural(word: str, session=None, *others) -> str:
    """The plural of a word.

    >>> plural("cat")
    'cats'
    >>> plural("")
    Traceback (most recent call last):
        ...
    tiny.errors.EmptyError

    Irregular words:
    """
    ...
'''
    )
    assert row["visible"] == [
        {"call": "plural('cat')", "shows": "'cats'"},
        {"call": "plural('')", "raises": "EmptyError"},
    ]
    assert row["hidden"] == [{"call": "plural('ox')", "shows": "'oxen'"}]


def test_an_example_comes_with_the_lines_that_it_needs(words: Suite) -> None:
    row = rows_of(words)["commonest"]
    assert row["visible"] == [{"before": "words = ['a', 'b', 'b']", "call": "commonest(words)", "shows": "'b'"}]
    (hidden,) = row["hidden"]
    assert hidden["call"] == "commonest(more)"
    assert hidden["before"].splitlines() == ["words = ['a', 'b', 'b']", "commonest(words)", "more = words + ['a', 'a']"]
    assert "more" not in row["spec"].partition("def")[2]


def test_rows_say_what_they_were_made_from(words: Suite) -> None:
    row = rows_of(words)["plural"]
    assert (row["id"], row["category"]) == ("tiny/tiny.words.plural", "tiny")
    assert row["source"].pop("sha256")
    assert row["source"] == {
        "distribution": "tiny",
        "version": "1.2",
        "licence": "MIT",
        "module": "tiny.words",
        "name": "plural",
    }


def test_rows_are_problems_whose_references_pass(words: Suite, tmp_path: Path) -> None:
    problems = problems_of(words, tmp_path)
    assert set(problems) == {"plural", "commonest"}
    for reference in read_references([tmp_path / "others.jsonl"]):
        assert reference.entry is not None
        problem = problems[reference.entry]
        assert [function.name for function in read_spec(problem.source).functions] == [reference.entry]
        assert score(problem, reference.program).passed
        wrong = f"{problem.preamble}\n\ndef {reference.entry}(*_):\n    return 'b'\n"
        assert "shows" in score(problem, wrong).failure, "a constant fails one of the halves"


@pytest.mark.parametrize("reason", OTHERS)
def test_functions_that_do_not_stand_alone_are_counted(reason: str, tmp_path: Path) -> None:
    suite = built(package(tmp_path, words=OTHERS[reason].format(CHANGED.replace("return a + 1", "b = a + 1"))))
    assert suite.counts[0].skipped == ((reason, 1),)
    assert (suite.counts[0].seen, suite.rows) == (1, ())


def test_the_order_of_sets_is_not_a_result(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print(list({*'abcdefgh'}))"]
    shown = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True).stdout
    text = (
        f'def f(a):\n    """\n    >>> f("")\n    []\n    >>> f("abcdefgh")\n    {shown}    """\n    return list({{*a}})'
    )
    suite = built(package(tmp_path, words=text))
    assert suite.counts[0].skipped == (("its results depend on the order of sets", 1),)


def test_equal_bodies_are_taken_once_and_each_distribution_gives_so_many(tmp_path: Path) -> None:
    kinds = [CHANGED.replace("changed", f"plus_{number}") for number in range(2)]
    kinds += [CHANGED.replace("changed", f"other_{n}").replace("a + 1", f"{n} + a + 1 - {n}") for n in range(4)]
    suite = built(package(tmp_path, words="\n\n\n".join(kinds)), most=2)
    assert sorted(rows_of(suite)) == ["other_1", "plus_0"], "at even distances"
    assert dict(suite.counts[0].skipped) == {
        "another function has the same body": 1,
        "over the most of one distribution": 3,
    }
    assert suite.text == built(tmp_path, most=2).text


def test_modules_of_the_standard_library_are_named_as_such(tmp_path: Path) -> None:
    suite = built(tmp_path, "statistics")
    row = rows_of(suite)["multimode"]
    assert (row["id"], row["source"]["licence"]) == ("CPython/statistics.multimode", "PSF-2.0")
    assert row["spec"].startswith("from collections import Counter\n")


def test_lines_about_an_iterator_come_before() -> None:
    text = ">>> it = iter([1, 2])\n>>> a, b = split(it)\n>>> list(a)\n[1]\n>>> list(b)\n[2]\n"
    found = halves(text, "split", lambda _: True)
    assert found is not None
    assert found.hidden == (
        {"before": "it = iter([1, 2])\na, b = split(it)\nlist(a)", "call": "list(b)", "shows": "[2]"},
    )


@pytest.mark.parametrize(
    ("shows", "value", "passes"),
    [
        ("{'a', 'b'}", "{'b', 'a'}", True),
        ("[1, 2]", "(1, 2)", False),
        ("2.0", "2", False),
        ("range(0, 3)", "range(3)", True),
        ("range(0, 3)", "range(4)", False),
    ],
)
def test_a_shown_value_is_compared_as_value_or_as_text(shows: str, value: str, passes: bool) -> None:
    code = code_of_test({"before": "x = 1", "call": "f(x)", "shows": shows})
    names = {"f": lambda _: eval(value)}
    if passes:
        exec(code, names)
    else:
        with pytest.raises(AssertionError, match="shows"):
            exec(code, names)


def test_the_command_writes_the_suite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site, out = package(tmp_path / "site", words=WORDS), tmp_path / "others.jsonl"
    assert main(["bench", "suite", "tiny", "--path", str(site), "--out", str(out), "--json"]) == 0
    (count,) = json.loads(capsys.readouterr().out)["distributions"]
    assert (count["distribution"], count["seen"], count["taken"]) == ("tiny", 3, 2)
    rows = tmp_path / "rows.jsonl"
    arguments = ["--model", "none", "--limit", "1", "--budget-seconds", "2", "--out", str(rows)]
    assert main(["bench", "run", str(out), *arguments]) == 0
    assert json.loads(rows.read_text())["category"] == "tiny"
    assert main(["bench", "suite", "absent", "--path", str(site), "--out", str(out)]) == 2
    assert "no installed package absent" in capsys.readouterr().err


def test_a_package_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no installed package absent"):
        built(tmp_path, "absent")
