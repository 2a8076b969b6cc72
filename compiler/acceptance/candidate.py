"""Candidates: whole programs that fill every hole of a unit, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from compiler.ir.nodes import Module
from compiler.judge.judge import Judgement

Origin: TypeAlias = Literal["forced", "search", "model", "repair"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program with its judgement.

    ``index`` is its place in the order of creation; the model's greedy answer is number 0 where a model was asked.
    ``votes`` counts the model samples that this program stands for: equal programs are judged once. ``convincing`` is
    false for a program found by search, and for a repair, that fits its examples as chance might; ``suggested`` says
    that even so its shape is what the specification's words ask for. ``logprob`` is the mean log-probability of a token
    (nats) that the model gave its text.
    """

    index: int
    origin: Origin
    module: Module
    program: str
    judgement: Judgement
    votes: int = 0
    logprob: float | None = None
    greedy: bool = False
    parent: int | None = None
    mdl_significant: bool = True
    suggested: bool = False
