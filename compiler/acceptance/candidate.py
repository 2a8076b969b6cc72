"""Candidates: whole programs that fill every hole of a unit, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from compiler.ir.nodes import Module
from compiler.judge.judge import Judgement

Origin: TypeAlias = Literal["forced", "search", "model", "repair"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a program comes from, and what that says for it.

    ``votes`` counts the model samples that the program stands for: equal programs are judged once. ``logprob`` is the
    mean log-probability of a token (nats) that the model gave its text, ``greedy`` says that it is the greedy answer,
    ``parent`` is the candidate that a repair was made from. ``mdl_significant`` is false for a program found by search,
    and for a repair, that fits its examples as chance might; ``suggested`` says that even so its shape is what the
    specification's words ask for.
    """

    origin: Origin
    votes: int = 0
    logprob: float | None = None
    greedy: bool = False
    parent: int | None = None
    mdl_significant: bool = True
    suggested: bool = False

    def with_another(self, other: Provenance) -> Provenance:
        """That of a program that came before and comes again: the first one's, with what speaks for either."""
        return replace(
            self,
            votes=self.votes + other.votes,
            greedy=self.greedy or other.greedy,
            mdl_significant=self.mdl_significant or other.mdl_significant,
        )


SUGGESTED = Provenance("search", mdl_significant=False, suggested=True)
"""What search made because the specification's words ask for it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program with its judgement.

    ``index`` is its place in the order of creation; the model's greedy answer is number 0 where a model was asked.
    """

    index: int
    module: Module
    program: str
    judgement: Judgement
    provenance: Provenance
