"""Programs that change their arguments: told where the specification does not say so, whatever is chosen."""

from __future__ import annotations

import pytest

from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.task.options import Options
from compiler.text.source import Source
from tests.test_replay import Scripted

LAST = """\
def second(numbers: list[int], place: int) -> int
The number at a place of the sorted list.{words}
second([3, 1, 2], 0) == 1
second([3, 1, 2], 2) == 3
second([5, 4, 9, 7], 1) == 5
"""


def compiled(answer: str, words: str = "") -> Result:
    text = LAST.format(words=words)
    return compile_source(Source("s.txt", text), Options(samples=0), Scripted((f"```python\n{answer}```",)))


SORTING = "def second(numbers, place):\n    numbers.sort()\n    return numbers[place]\n"


def test_a_changed_argument_is_told() -> None:
    result = compiled(SORTING)
    assert result.status == "accepted"
    (told,) = result.diagnostics
    assert (told.code, told.severity) == ("L0406", "warning")
    assert told.message == "`second` changes its argument `numbers`"


@pytest.mark.parametrize(
    ("answer", "words"),
    [(SORTING.replace("numbers.sort()", "numbers = sorted(numbers)"), ""), (SORTING, " It sorts the list in place.")],
)
def test_what_is_said_or_harmless_is_not_told(answer: str, words: str) -> None:
    result = compiled(answer, words)
    assert (result.status, result.diagnostics) == ("accepted", ())
