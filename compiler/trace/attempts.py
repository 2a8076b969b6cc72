"""What a trace tells of combined fills and of reopened expressions, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from compiler.trace.tree import Tree, group

Data = Mapping[str, Any]

_SHOWN = 12


def attempts(select: Callable[[str], Sequence[Data]], hole: str | None) -> Iterator[Tree]:
    """The combinations with what was learned from those that failed, and the expressions that were reopened.

    Of one hole, only the nogoods that name it, all of them; else the first ones.
    """
    nogoods = [data for data in select("nogood") if hole is None or hole in data["holes"]]
    shown = nogoods if hole is not None else nogoods[:_SHOWN]
    lines = [Tree(_nogood(data)) for data in shown]
    if len(nogoods) > len(shown):
        lines.append(Tree(f"and {len(nogoods) - len(shown)} more"))
    for data in select("combination"):
        yield Tree(_combination(data))
    held = group("fills that cannot stand together", lines)
    if held is not None:
        yield held
    if hole is None:
        for data in select("reopened"):
            yield _reopened(data)


def _combination(data: Data) -> str:
    sizes = " x ".join(f"{count} for {hole}" for hole, count in data["holes"].items())
    end = ", nothing left to try" if data["exhausted"] else ""
    return f"combinations: {data['run']} run of {data['possible']} ({sizes}), {data['found']} pass{end}"


def _nogood(data: Data) -> str:
    fills = [f"{hole} `{text}`{_others(data['alike'][hole])}" for hole, text in data["holes"].items()]
    return f"{' with '.join(fills)}: fails {data['example']}"


def _others(alike: int) -> str:
    return f" or {alike - 1} that fail alike" if alike > 1 else ""


def _reopened(data: Data) -> Tree:
    told = {"found": "values of it help", "none": "no value of it helps", "unknown": "no value is known to help"}
    demanded = [
        Tree(f"{example} demands {', '.join(values)}") for example, values in data["demanded"].items() if values
    ]
    found = [Tree(f"`{fill}` passes every example") for fill in data["fills"]]
    title = f"reopened `{data['expression']}` of {data['parent']}, suspicion {data['suspicion']:.2f}"
    return Tree(f"{title}: {told[data['angelic']]}, {data['tried']} tried", (*demanded, *found))
