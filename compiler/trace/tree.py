"""Trees of text lines, as terminals show them and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tree:
    """A line with the lines under it."""

    text: str
    children: tuple[Tree, ...] = ()

    def lines(self, lead: str = "", branch: str = "", rest: str = "") -> Iterator[str]:
        """The tree drawn with branches; a text of several lines stays under its own branch."""
        first, *more = self.text.splitlines() or [""]
        yield f"{lead}{branch}{first}"
        under = f"{lead}{rest}"
        bar = "│ " if self.children else ""
        for line in more:
            yield f"{under}{bar}{line}".rstrip()
        for index, child in enumerate(self.children):
            last = index == len(self.children) - 1
            yield from child.lines(under, "└─ " if last else "├─ ", "   " if last else "│  ")

    def to_json(self) -> dict[str, object]:
        """The tree as JSON data."""
        return {"text": self.text, "children": [child.to_json() for child in self.children]}


def tree(text: str, children: Sequence[Tree | None] = ()) -> Tree:
    """A tree of the children that there are."""
    return Tree(text, tuple(child for child in children if child is not None))


def group(text: str, children: Sequence[Tree | None]) -> Tree | None:
    """The same, and nothing at all where there are no children."""
    found = tree(text, children)
    return found if found.children else None
