"""Parts of a grammar of which some may be missing, because what they would say cannot be written."""

from __future__ import annotations

from grammar.notation import Part, Reference, Repeat, Text, choice, sequence

NEXT = Reference("NEXT")
"""What stands between items: a terminal that the grammar has to define."""


def row(*parts: Part | None) -> Part | None:
    """The parts one after the other; ``None`` where one of them is missing."""
    there = [part for part in parts if part is not None]
    return sequence(there) if len(there) == len(parts) else None


def either(*parts: Part | None) -> Part | None:
    """One of the parts that there are; ``None`` where there is none."""
    there = [part for part in parts if part is not None]
    return choice(there) if there else None


def maybe(part: Part | None) -> Part:
    """The part or nothing."""
    return sequence(()) if part is None else Repeat(part, 0, 1)


def repeated(part: Part | None, least: int = 0, most: int | None = None) -> Part | None:
    """The part again and again, so often; nothing where it is missing and need not be there."""
    if part is None:
        return None if least else sequence(())
    return Repeat(part, least, most)


def any_of(*texts: str) -> Part:
    """One of the texts."""
    return choice(map(Text, texts))


def listed(item: Part | None, least: int = 1) -> Part | None:
    """Items with commas between them, at least so many: one or two."""
    return row(item, repeated(row(NEXT, item), least - 1))
