"""What a trace tells of combined fills and of reopened expressions, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.trace.events import Combination, Event, Nogood, Reopened
from compiler.trace.tree import Tree, group

_SHOWN = 12


def attempts(events: Sequence[Event], hole: str | None) -> Iterator[Tree]:
    """The combinations with what was learned from those that failed, and the expressions that were reopened.

    Of one hole, only the nogoods that name it, all of them; else the first ones.
    """
    nogoods = [event for event in events if isinstance(event, Nogood) and (hole is None or hole in event.holes)]
    shown = nogoods if hole is not None else nogoods[:_SHOWN]
    lines = [Tree(_nogood(nogood)) for nogood in shown]
    if len(nogoods) > len(shown):
        lines.append(Tree(f"and {len(nogoods) - len(shown)} more"))
    for event in events:
        if isinstance(event, Combination):
            yield Tree(_combination(event))
    held = group("fills that cannot stand together", lines)
    if held is not None:
        yield held
    for event in events:
        if hole is None and isinstance(event, Reopened):
            yield _reopened(event)


def _combination(event: Combination) -> str:
    sizes = " x ".join(f"{count} for {hole}" for hole, count in event.holes.items())
    end = ", nothing left to try" if event.exhausted else ""
    return f"combinations: {event.run} run of {event.possible} ({sizes}), {event.found} pass{end}"


def _nogood(event: Nogood) -> str:
    fills = [f"{hole} `{text}`{_others(event.alike.get(hole, 1))}" for hole, text in event.holes.items()]
    return f"{' with '.join(fills)}: fails {event.example}"


def _others(alike: int) -> str:
    return f" or {alike - 1} that fail alike" if alike > 1 else ""


def _reopened(event: Reopened) -> Tree:
    told = {"found": "values of it help", "none": "no value of it helps", "unknown": "no value is known to help"}
    demanded = [Tree(f"{example} demands {', '.join(values)}") for example, values in event.demanded.items() if values]
    found = [Tree(f"`{fill}` passes every example") for fill in event.fills]
    title = f"reopened `{event.expression}` of {event.parent}, suspicion {event.suspicion:.2f}"
    return Tree(f"{title}: {told[event.angelic]}, {event.tried} tried", (*demanded, *found))
