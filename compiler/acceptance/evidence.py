"""Evidence: each clause of a specification with its verdict, and the questions that are left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from compiler.judge.verdicts import Verdict
from compiler.text.source import Span


@dataclass(frozen=True, slots=True)
class ClauseEvidence:
    """One clause of the specification with its verdict. ``clause`` is its text; ``kind`` says where it comes from."""

    kind: Literal["example", "pre", "post", "raises", "type", "prose"]
    clause: str
    verdict: Verdict
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """An input on which surviving candidates differ: the smallest question to ask the author."""

    call: str
    chosen: str
    rival: str


def questions(ambiguities: Sequence[Ambiguity]) -> list[tuple[str, str, str]]:
    """Each call once, with what the chosen candidate gives and what its rivals give, in words."""
    rivals: dict[tuple[str, str], dict[str, None]] = {}
    for item in ambiguities:
        rivals.setdefault((item.call, item.chosen), {})[item.rival] = None
    return [(call, chosen, " or ".join(found)) for (call, chosen), found in rivals.items()]
