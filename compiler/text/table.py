"""Tables for terminals and in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"-|[-+]?\d[\d.,]*%?(?: \w+)?")


def plain_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns as wide as they must be; one of numbers, with units or not, stands to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = [all(map(_NUMBER.fullmatch, column)) for column in zip(*rows[1:], strict=True)] or [False] * len(widths)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numbers, strict=True)
        ).rstrip()
        for row in rows
    )


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a table in Markdown; the first are its heads."""
    heads, *others = rows
    lines = [heads, ["---"] * len(heads), *others]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
