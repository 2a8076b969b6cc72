"""Colour for terminals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Paint: TypeAlias = Callable[[str, str], str]
"""From a text and the parameters of an ANSI style, such as ``1;31``, to the text as it is to be printed."""


def painter(colour: bool) -> Paint:
    """Paints with ANSI escapes, or leaves every text as it is."""
    return (lambda text, style: f"\x1b[{style}m{text}\x1b[0m") if colour else (lambda text, _: text)
