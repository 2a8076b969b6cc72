"""What has been read from one passage so far: its clauses, and which characters belong to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from compiler.front.expressions import Names, as_written
from compiler.front.passage import Passage
from compiler.front.spec import Call, Contract, Example, Expectation
from compiler.front.values import Brackets
from compiler.text.diagnostics import Diagnostic, Label

MOST_EXAMPLES = 1_000
"""How many examples are read from one passage; more than that is a data set and not a specification."""
_MOST_DIAGNOSTICS = 20


@dataclass
class Claims:
    """The clauses of a passage. Readers claim the characters of what they read, and later readers leave those alone."""

    passage: Passage
    names: Names
    brackets: Brackets = field(init=False)
    examples: list[Example] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    taken: bytearray = field(init=False)
    attempts: int = 0

    def __post_init__(self) -> None:
        self.brackets = Brackets(self.passage.text)
        self.taken = bytearray(len(self.passage.text))

    @property
    def text(self) -> str:
        """The passage's text."""
        return self.passage.text

    @property
    def full(self) -> bool:
        """Whether no further example is read."""
        return len(self.examples) >= MOST_EXAMPLES or self.attempts >= 3 * MOST_EXAMPLES

    @cached_property
    def speaks_of_none(self) -> bool:
        """Whether the source says ``None`` anywhere, so that a call that shows nothing returns that."""
        return re.search(r"\bNone\b|\bOptional\b", self.passage.source.text) is not None

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing has claimed a character of ``start:end``."""
        return not any(self.taken[start:end])

    def claim(self, start: int, end: int) -> None:
        """Mark ``start:end`` as read."""
        self.taken[start:end] = b"\x01" * len(self.taken[start:end])

    def erase(self, start: int, end: int) -> None:
        """Mark ``start:end`` as punctuation of the form, which is no prose even on a line that holds some."""
        self.taken[start:end] = b"\x02" * len(self.taken[start:end])

    def add(self, call: Call, expected: Expectation, start: int, end: int, written: str | None = None) -> None:
        """An example that stands at ``start:end``; one that says the same as an earlier one is not kept twice."""
        self.claim(start, end)
        self.attempts += 1
        written = written or as_written(call, expected, self.names)
        example = Example(call, expected, self.passage.span(start, end), written)
        if example not in self.examples and not self.full:
            self.examples.append(example)

    def warn(self, code: str, message: str, start: int, end: int, label: str = "", advice: str = "") -> None:
        """A warning at ``start:end``."""
        self._report("warning", code, message, start, end, label, advice)

    def refuse(self, code: str, message: str, start: int, end: int, label: str = "", advice: str = "") -> None:
        """An error at ``start:end``."""
        self._report("error", code, message, start, end, label, advice)

    def _report(self, severity: str, code: str, message: str, start: int, end: int, label: str, advice: str) -> None:
        self.attempts += 1
        if len(self.diagnostics) >= _MOST_DIAGNOSTICS:
            return
        labels = (Label(self.passage.span(start, end), label),)
        help_lines = (advice,) if advice else ()
        if severity == "error":
            self.diagnostics.append(Diagnostic(code, message, labels, help=help_lines))
        else:
            self.diagnostics.append(Diagnostic(code, message, labels, help=help_lines, severity="warning"))

    def prose(self, start: int = 0, end: int | None = None) -> str:
        """The free text of a stretch: its lines without those that hold clauses only, and without headings of such."""
        text = self.text[start:end]
        taken = self.taken[start:end]
        stretches = _line_stretches(text)
        kept = "".join(" " if mark else char for char, mark in zip(text, taken, strict=True))
        shown = "".join(" " if mark == 2 else char for char, mark in zip(text, taken, strict=True))
        lines = [
            "" if any(taken[first:last]) and _LEFTOVER.fullmatch(kept[first:last]) else shown[first:last].rstrip()
            for first, last in stretches
        ]
        gone = [
            not line and bool(text[first:last].strip()) for line, (first, last) in zip(lines, stretches, strict=True)
        ]
        return _tidy(lines, gone)


_LEFTOVER = re.compile(
    r"(?:[\W_]|(?:for|and|then|so|that|e\.?g|examples?|assert|i\.?e|but|while|whereas|output|input)\b)*", re.IGNORECASE
)


def _line_stretches(text: str) -> list[tuple[int, int]]:
    ends = [index for index, char in enumerate(text) if char == "\n"]
    return list(zip([0, *(end + 1 for end in ends)], [*ends, len(text)], strict=True))


_HEADING = re.compile(r"[ \t#*>-]*(?:for )?(?:examples?|e\.g\.|sample)(?: usage)?(?: ?\d*)?[ \t:.*]*", re.IGNORECASE)
_FENCE = re.compile(r"[ \t]*(?:```|~~~)[\w+-]*[ \t]*")


def _tidy(lines: list[str], gone: list[bool]) -> str:
    """The lines as one text, without headings of examples taken out, empty code blocks, spare blank lines."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        if _HEADING.fullmatch(line) and line:
            following = next((other for other in range(index + 1, len(lines)) if lines[other] or gone[other]), None)
            if following is None or gone[following] or _HEADING.fullmatch(lines[following]):
                continue
        if _FENCE.fullmatch(line) and line and kept and _FENCE.fullmatch(kept[-1]) and kept[-1]:
            kept.pop()
        elif line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")
