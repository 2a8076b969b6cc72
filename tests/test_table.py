"""Tables: columns, numbers to the right, and what Markdown needs."""

from __future__ import annotations

from compiler.text.table import markdown_table, plain_table


def test_numbers_stand_to_the_right() -> None:
    rows = [("name", "n", "size", "told"), ("one", "1,000", "9.5 MiB", "2 of 3"), ("another", "-", "100 MiB", "")]
    assert plain_table(rows).splitlines() == [
        "name         n     size  told",
        "one      1,000  9.5 MiB  2 of 3",
        "another      -  100 MiB",
    ]


def test_a_table_may_have_heads_alone() -> None:
    assert plain_table([("a", "bc")]) == "a  bc"


def test_bars_in_markdown_are_escaped() -> None:
    assert markdown_table([("a", "b"), ("1|2", "")]) == "| a | b |\n| --- | --- |\n| 1\\|2 |  |"
