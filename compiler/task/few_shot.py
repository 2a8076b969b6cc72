"""Few-shot examples: what a model is shown before it is asked, from specifications that were compiled before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FewShotExample:
    """A specification as it was given, and the accepted function."""

    specification: str
    program: str
