"""What the front end says about specifications that it refuses or doubts, word for word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.front import read_source, read_spec
from compiler.text.diagnostics import ExitCode, LiftcError, catalogue, render
from compiler.text.source import Source

REFUSED: dict[str, tuple[str, str]] = {
    "empty": ("empty.txt", " \n\t\n"),
    "zero-character": ("zero.txt", "double a number\x00"),
    "huge": ("huge.txt", "a" * (256 * 1024 + 1)),
    "not-python": ("broken.py", "def f(x):\n    return (x\n"),
    "too-deep": ("deep.py", "x = " + "(" * 250 + "1" + ")" * 250 + "\n"),
    "no-function": ("constants.py", "LIMIT = 3\n"),
    "nothing-to-do": ("complete.py", "def f(x: int) -> int:\n    return x\n"),
    "method": ("method.py", "class Shape:\n    def __len__(self) -> int:\n        ...\n"),
    "fstring": ("greet.py", 'def greet(name: str) -> str:\n    return f"Hello, {...}!"\n'),
    "twice": ("twice.py", "def f(x): ...\n\ndef f(y): ...\n"),
    "bracket": ("open.txt", "Doubles a number.\n\ndef double(n: int -> int\n\ndouble(2) == 4\n"),
    "header": ("c.txt", "def double(int n) -> int\n\ndouble(2) == 4\n"),
    "pre-words": ("pre.txt", "def root(n: int) -> int\n\npre: the number is positive\n"),
    "pre-nothing": ("pre.txt", "def root(n: int) -> int\n\npost:\n"),
    "unknown-name": ("name.txt", "def root(n: int) -> int\n\npre: m >= 0\n"),
    "result-in-pre": ("name.txt", "def root(n: int) -> int\n\npre: result >= 0\n"),
    "exception": ("raises.txt", "def root(n: int) -> int\n\nraises: ValueErorr when n < 0\n"),
    "bound": ("bound.txt", "def root(n: Annotated[int, Positive(0)]) -> int\n"),
    "bound-value": ("bound.txt", "def root(n: Annotated[int, Gt(zero)]) -> int\n"),
    "bound-length": ("bound.txt", "def first(xs: Annotated[list[int], MinLen(-1)]) -> int\n"),
    "bound-python": ("bound.py", "def first(xs: Annotated[list[int], Len(one=1)]) -> int: ...\n"),
    "too-many-arguments": ("arity.txt", "def double(n: int) -> int\n\n>>> double(1, 2)\n3\n"),
    "missing-argument": ("arity.txt", "def add(a: int, b: int) -> int\n\nadd(1) == 2\n"),
    "unknown-keyword": ("arity.py", 'def add(a, b):\n    """Adds.\n\n    >>> add(1, c=2)\n    3\n    """\n'),
    "open-doctest": ("doctest.txt", "def double(n: int) -> int\n\n>>> double((2\n4\n"),
    "two-errors": ("both.txt", "def f(n: int) -> int\n\npre: n >\npost: res > 0\n"),
}

DOUBTED: dict[str, tuple[str, str]] = {
    "silent-doctest": ("silent.txt", "def double(n: int) -> int\n\n>>> double(2)\n\n>>> double(3)\n6\n"),
    "output": ("output.txt", "def greet(name: str) -> str\n\n>>> greet('Ann')\nHello, Ann!\n"),
    "raises-words": ("words.txt", "def root(n: int) -> int\n\nraises: ValueError when the number is negative\n"),
    "raises-only": ("words.txt", "def root(n: int) -> int\n\nraises: ValueError\n"),
    "stranger": ("stranger.txt", "def double(n: int) -> int\n\ndouble(2) == 4\ntriple(2) == 6\n"),
    "table": (
        "table.md",
        "def loud(text: str, n: int) -> str\n\n| text | n | result |\n|---|---|---|\n| 'a' | 1 | 'A' |\n"
        "| b | 2 | 'BB' |\n| 'c' |\n| 'd' | 1 | |\n",
    ),
    "table-of-calls": (
        "table.md",
        "def f(n: int) -> int\n\n| Input | Output |\n|-|-|\n| n + 1 | 2 |\n| g(2) | 3 |\n| 1 | 2 |\n",
    ),
    "misnamed": ("misnamed.txt", "def double(n: int) -> int\n\nTwice the number.\n\ntwice(2) == 4\ntwice(3) == 6\n"),
    "method-beside": ("beside.py", "class A:\n    def max(self): ...\n\ndef g(x): ...\n"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, golden: Callable[[str, str], None]) -> None:
    name, text = REFUSED[case]
    with pytest.raises(LiftcError) as caught:
        read_spec(Source(name, text))
    assert caught.value.exit_code == ExitCode.BAD_INPUT
    golden(f"spec-{case}.txt", "\n\n".join(map(render, caught.value.diagnostics)) + "\n")
    for item in caught.value.diagnostics:
        assert item.code in catalogue()
        assert item.labels or case == "huge"


@pytest.mark.parametrize("case", DOUBTED)
def test_doubted(case: str, golden: Callable[[str, str], None]) -> None:
    name, text = DOUBTED[case]
    spec = read_spec(Source(name, text))
    assert spec.warnings
    golden(f"spec-{case}.txt", "\n\n".join(map(render, spec.warnings)) + "\n")
    assert all(item.severity == "warning" and item.code in catalogue() and item.labels for item in spec.warnings)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is empty"),
        (b"caf\xe9 au lait", "is not UTF-8: byte 3 is 0xe9"),
        (b"\x7fELF\x00\x01", "is a binary file: byte 4 is zero"),
        (b"x" * (256 * 1024 + 1), "larger than liftc reads"),
    ],
)
def test_unreadable_bytes(tmp_path: Path, data: bytes, expected: str) -> None:
    path = tmp_path / "spec.txt"
    path.write_bytes(data)
    with pytest.raises(LiftcError, match=expected) as caught:
        read_spec(read_source(path))
    assert caught.value.exit_code == ExitCode.BAD_INPUT


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(LiftcError, match="No such file"):
        read_source(tmp_path / "nowhere.txt")
    with pytest.raises(LiftcError, match="folder"):
        read_source(tmp_path)
    with pytest.raises(LiftcError, match="cannot read"):
        read_source("a\x00b")


def test_bytes_that_cannot_be_decoded_have_a_place(tmp_path: Path) -> None:
    path = tmp_path / "spec.txt"
    path.write_bytes("naïve\n".encode() + b"and \xff")
    with pytest.raises(LiftcError) as caught:
        read_source(path)
    (diagnostic,) = caught.value.diagnostics
    assert str(diagnostic.labels[0].span).endswith("spec.txt:2:5")
    assert "byte 11 is 0xff" in diagnostic.message
