"""What a compile may be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Ablation: TypeAlias = Literal["search", "association", "grammar", "repair", "selection"]
ABLATIONS: tuple[Ablation, ...] = ("search", "association", "grammar", "repair", "selection")


@dataclass(frozen=True, slots=True)
class Options:
    """How one compile is done; the same options, specification, model and cache give the same bytes.

    ``samples`` bounds how many answers the model is asked for besides its greedy one. ``budget_money`` bounds what
    remote models may cost, in dollars; ``None`` sets no bound. ``without`` leaves parts of the pipeline out, for
    ablations. ``narrow`` holds answers under the grammar to the sorts of a Python file's expression holes.
    ``scratch`` asks, where no answer is right so far, for more that reason in a few plain lines before their code;
    ``fim`` asks then for the holes of a Python file alone, by fill-in-the-middle.
    """

    seed: int = 0
    budget_tokens: int = 4096
    budget_seconds: float = 120.0
    budget_money: float | None = None
    samples: int = 6
    best_effort: bool = False
    without: frozenset[Ablation] = frozenset()
    narrow: bool = True
    scratch: bool = False
    fim: bool = False
