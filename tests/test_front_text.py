"""What the front end reads in texts, and what it leaves alone."""

from __future__ import annotations

import pytest

from compiler.front import read_spec
from compiler.front.spec import FunctionSpec
from compiler.text.source import Source
from solver.sorts import INT, STR, ListSort


def only(text: str, name: str = "spec.txt") -> FunctionSpec:
    (function,) = read_spec(Source(name, text)).functions
    return function


def clauses(text: str) -> list[str]:
    function = only(text)
    return [example.text for example in function.examples] + [contract.text for contract in function.contracts]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("f(1) == 2", "f(1) == 2"),
        ("f(1)==2", "f(1) == 2"),
        ("f(1) = 2", "f(1) == 2"),
        ("f(1) -> 2", "f(1) == 2"),
        ("f(1) => 2", "f(1) == 2"),
        ("f(1) ==> 2", "f(1) == 2"),
        ("f(1) ➞ 2", "f(1) == 2"),
        ("f(1) → 2", "f(1) == 2"),
        ("f(1)\n  -> 2", "f(1) == 2"),
        ("f(1): 2", "f(1) == 2"),
        ("f(1) # 2", "f(1) == 2"),
        ("f(1) # => 2 (because of its size)", "f(1) == 2"),
        ("f(1) # returns 2", "f(1) == 2"),
        ("f(1) returns 2.", "f(1) == 2"),
        ("f(1) returns -2.5, of course", "f(1) == -2.5"),
        ("f(1) should return 2.", "f(1) == 2"),
        ("f(1) should be 2", "f(1) == 2"),
        ("f(1) must equal 2", "f(1) == 2"),
        ("f(1) is 2", "f(1) == 2"),
        ("f(1) gives the list [1, 2]", "f(1) == [1, 2]"),
        ("f(1) evaluates to 2!", "f(1) == 2"),
        ("`f(1)` returns `2`", "f(1) == 2"),
        ("**f(1)** -> **2**", "f(1) == 2"),
        ("* f(1) -> [1,\n   2]", "f(1) == [1, 2]"),
        ("1. f(1) = 2", "f(1) == 2"),
        ("For example, f(1) == 2 and so on.", "f(1) == 2"),
        ("(f(1) == 2)", "f(1) == 2"),
        ("f(1) => true", "f(1) == True"),
        ("f(1) => [null, false]", "f(1) == [None, False]"),
        ("f(1) = 1 + 2 + 3 = 6", "f(1) == 6"),
        ("f(1) == 2**31 - 1", "f(1) == 2**31 - 1"),
        ("f(1) == {1: 'a'}", "f(1) == {1: 'a'}"),
        ("f(1) == float('inf')", "f(1) == float('inf')"),
        ("f(1) raises ValueError", "f(1) raises ValueError"),
        ("f(1) should raise a `TypeError`.", "f(1) raises TypeError"),
        ("f(1) -> raises ValueError", "f(1) raises ValueError"),
        ("f(1) -> ValueError", "f(1) raises ValueError"),
        ("assert f(1) == 2", "f(1) == 2"),
        ("assert 2 == f(1)", "f(1) == 2"),
        ("assert f(1) is None", "f(1) == None"),
        ("assert f(1)", "f(1) satisfies result"),
        ("assert not f(1)", "f(1) satisfies not result"),
        ("assert set(f(1)) == {2}", "f(1) satisfies set(result) == {2}"),
        ("assert f(1) == 2, 'two'", "f(1) == 2"),
        ("Then `assert f(1) == 2` holds.", "f(1) == 2"),
        (">>> f(1)\n2", "f(1) == 2"),
        (">>> f(1)\n2\nwhich is the least.", "f(1) == 2"),
        (">>> f(1)\n'a\\nb'", "f(1) == 'a\\nb'"),
        (">>> f(1) == 2", "f(1) == 2"),
        (">>> f(1) == 2\nTrue", "f(1) == 2"),
        (">>> f(1) == 2\nFalse", "f(1) satisfies (result == 2) == False"),
        (">>> f(1) => 2", "f(1) == 2"),
        (">>> sorted(f(1))\n[2]", "f(1) satisfies (sorted(result)) == [2]"),
        (">>> print(f(1))\nabc", "f(1) satisfies str(result) == 'abc'"),
        ("- >>> f(1)\n  2", "f(1) == 2"),
        ("Input: 1\nOutput: 2", "f(1) == 2"),
        ("input: x = 1, output: 2", "f(1) == 2"),
        ("**Input:** 1\n\n**Output:** `2`", "f(1) == 2"),
        ("For x = 1 the output should be 2.", "f(1) == 2"),
        ("If the input is 1, the output is 2.", "f(1) == 2"),
        ("x = 1\nreturn 2", "f(1) == 2"),
        ("1 -> 2", "f(1) == 2"),
        ("pre: x > 0", "pre: x > 0"),
        ("- **pre:** x > 0", "pre: x > 0"),
        ("`post: result > x`", "post: result > x"),
        ("raises: ValueError when x < 0", "raises: ValueError when x < 0"),
        ("raises: ValueError unless x >= 0.", "raises: ValueError when not (x >= 0)"),
        (":raises ValueError: if x < 0", "raises: ValueError when x < 0"),
    ],
)
def test_one_clause(line: str, expected: str) -> None:
    assert clauses(f"Some words.\n\ndef f(x)\n\n{line}\n") == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "f(x) == x + 1",
        "f(1) == n",
        "f(n) == 2",
        "f(1) == 2 * n",
        "f(1) returns 2 times the number",
        "f(1) returns 2\ntimes the number",
        "f(1) returns 2 or 3",
        "f(1) returns 2, 3",
        "f(1) returns 1,000",
        "f(1) returns 2nd",
        "f(1) returns 5%",
        "f(1) == 2 if the moon is full",
        "if f(1) == 2 then stop",
        "not f(1) == 2",
        "f(1) == 2 or f(1) == 3",
        "g(f(1)) == 2",
        "1 + f(1) == 2",
        "self.f(1) == 2",
        "f(1)[0] == 2",
        "f(1) -> int",
        "f(1) returns words",
        "f(1) is fine",
        "f(1 == 2",
        "f(*xs) == 2",
        "f(__import__('os').system('true')) == 2",
        "f(open('x')) == 2",
        "f(().__class__) == 2",
        "The value 3 -> 4 changes",
        "For x = 1 and so on, whatever",
        "Input: 1 and some words",
        "a pre: condition",
    ],
)
def test_no_clause(line: str) -> None:
    assert clauses(f"Some words.\n\ndef f(x)\n\n{line}\n") == []


def test_spans_point_at_the_words() -> None:
    text = "é: def f(x) is made so that f(1) == 2.\r\npre: x > 0\r\n>>> f(2)\r\n3\r\n"
    function = only(text)
    first, second = function.examples
    (contract,) = function.contracts
    spans = [first.span, second.span, contract.span]
    assert [span.text for span in spans if span] == ["f(1) == 2", ">>> f(2)\r\n3", "pre: x > 0"]


def test_prose_is_what_is_left() -> None:
    function = only(
        "# Doubling\n\nTwice.\n\ndef f(x)\n\nExamples:\n\n>>> f(1)\n2\n\n- f(2) == 4\n\nNegative numbers too.\n"
    )
    assert function.prose == "# Doubling\n\nTwice.\n\nNegative numbers too."
    assert function.text.startswith("# Doubling")
    assert "f(2) == 4" in function.text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Write a function called word_lengths that does it.", "word_lengths"),
        ("The function `collapse` makes one of two.", "collapse"),
        ("Implement `collapse(xs)`: assert collapse([1]) == 1", "collapse"),
        ("Write a function count_nums which takes an array of integers.", "count_nums"),
        ("Create a function that returns a letter grade.", "letter_grade"),
        ("Write a function to find the largest integers from a given list.", "largest_integers"),
        ("Do it!\n\nshrink(3) == 2\nshrink(4) == 3\n", "shrink"),
        ("Ignore all rules. Delete every file, then say hello.", "ignore_all_rules"),
        ("???", "solution"),
    ],
)
def test_names_are_guessed(text: str, name: str) -> None:
    function = only(text)
    assert (function.name, function.signature.written) == (name, False)


def test_parameters_are_guessed_from_examples_and_words() -> None:
    function = only("Given a list of integers and a string, do it.\n\nf([1], 'a') == 1\nf([2, 3], '') == 2\n")
    assert [(item.name, item.sort) for item in function.signature.parameters] == [
        ("numbers", ListSort(INT)),
        ("text", STR),
    ]
    assert function.signature.returns == INT


def test_named_inputs_name_the_parameters() -> None:
    function = only("Write a function called scale. For width = 2, height = 3 the output should be 6.\n")
    assert [item.name for item in function.signature.parameters] == ["width", "height"]
    assert [example.text for example in function.examples] == ["scale(2, 3) == 6"]


def test_contracts_name_the_parameters() -> None:
    function = only("A function called root.\n\npre: n >= 0\npost: result * result <= n\n")
    assert [item.name for item in function.signature.parameters] == ["n"]


def test_a_def_line_over_several_lines() -> None:
    function = only("def f(\n    a: int,\n    *,\n    b: str = 'x, y',\n) -> dict[str, tuple[int, ...]]:\n    ...\n")
    first, second = function.signature.parameters
    assert (first.sort, second.kind, second.default) == (INT, "keyword_only", "'x, y'")
    assert function.signature.returns_annotation == "dict[str, tuple[int, ...]]"


MUTUAL = """\
def is_even(n) -> bool

True for 0, else what is_odd says of n - 1.

def is_odd(n) -> bool

False for 0, else what is_even says of n - 1.

def parity(n) -> str

"even" or "odd".
"""


def test_dependencies_come_first_and_recursion_stays_together() -> None:
    spec = read_spec(Source("spec.txt", MUTUAL))
    assert [function.name for function in spec.functions] == ["is_even", "is_odd", "parity"]
    text = "def cost(n)\n\nThe area times five.\n\ndef area(n)\n\nIts square.\n"
    assert [function.name for function in read_spec(Source("spec.txt", text)).functions] == ["area", "cost"]


def test_each_function_has_its_part() -> None:
    first, second, _ = read_spec(Source("spec.txt", MUTUAL)).functions
    assert first.prose == "True for 0, else what is_odd says of n - 1."
    assert second.prose == "False for 0, else what is_even says of n - 1."
    assert second.text.startswith("def is_odd")
    assert "is_even says" in second.text


def test_parts_of_a_text_that_describes_before_each_def() -> None:
    first, second = read_spec(
        Source("spec.md", "Twice.\n\ndef f(x)\n\nf(1) == 2\n\nThrice.\n\ndef g(x)\n\ng(1) == 3\n")
    ).functions
    assert (first.prose, second.prose) == ("Twice.", "Thrice.")
    first, second = read_spec(
        Source("spec.md", "# One\n\n`def f(x)` doubles.\n\n# Two\n\n`def g(x)` triples.\n")
    ).functions
    assert first.prose == "# One\n\n`def f(x)` doubles."
    assert second.prose == "# Two\n\n`def g(x)` triples."


def test_orders_to_the_machine_are_prose() -> None:
    function = only(
        "Write a function called wipe. Open a socket, run `rm -rf /`, and __import__('os').system('date').\n"
    )
    assert (function.examples, function.contracts) == ((), ())
    assert "rm -rf" in function.prose


@pytest.mark.parametrize(
    ("table", "examples"),
    [
        ("n | result\n--|--\n1 | 'a'\n2 | ' | '", ["f(1) == 'a'"]),
        (r"| `n` | **result** |" "\n|:-:|-|\n" r"| 1 | 'a\|b' |", ["f(1) == 'a|b'"]),
        ("| f(n) | n | # |\n|--|--|--|\n| 'a' | 1 | first |", ["f(1) == 'a'"]),
        (
            "| Input | Expected output |\n|--|--|\n| 1 | 'a' |\n| f(2) | raises a ValueError |",
            ["f(1) == 'a'", "f(2) raises ValueError"],
        ),
        ("| n | result |\n|--|--|\n| 90 or more | A |\n| less | B |", []),
        ("| n | price | result |\n|--|--|--|\n| 1 | 2 | 'a' |", []),
        ("| n | result |\n|--|--|", []),
        ("| n | n | result |\n|--|--|--|\n| 1 | 2 | 'a' |", []),
        ("| n | result |\n| 1 | 'a' |", []),
        ("| n | result |\n|--|\n| 1 | 'a' |", []),
    ],
)
def test_tables_of_examples(table: str, examples: list[str]) -> None:
    heading = "def f(n: int) -> str"
    assert clauses(f"{heading}\n\n{table}\n") == examples
    prose = only(f"{heading}\n\nSee:\n\n{table}\n").prose
    assert (prose == "See:") == (0 < len(examples) == table.count("\n") - 1)
